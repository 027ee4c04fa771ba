# METADATA
# title: Points in time
# description: |
#   Times as RFC 3339 writes them ("2026-11-23T12:00:00Z", with fractions and offsets), the form of Kubernetes and of most
#   scanners. Read are the years 1970 to 2261, in which nanoseconds can count; what is no such time is undefined.
package lib.timestamps

import data.lib.clock
import data.lib.durations

# METADATA
# description: The nanoseconds since 1970.
ns(text) := time.parse_rfc3339_ns(text) if {
	is_string(text)
	regex.match(_grammar, text)
	regex.match(_dates, substring(text, 4, 6))
} else := time.parse_rfc3339_ns(text) if {
	is_string(text)
	regex.match(_grammar, text)
	regex.match(_leap_day, substring(text, 0, 10))
}

# METADATA
# description: |
#   Why the time does not prove that something is as new as the duration asks for: "unreadable", "future" or "old". It is
#   undefined where it does. Clocks may differ by an hour.
age_fault(text, max_age) := "unreadable" if {
	not ns(text)
} else := "future" if {
	ns(text) > clock.now_ns + _skew
} else := "old" if {
	not _within(ns(text), max_age)
}

_within(made, max_age) if clock.now_ns - made <= durations.ns(max_age)

_skew := 3600000000000

# The built-in function fails on days that no month has.
_grammar := concat("", [
	`^(?:19[7-9][0-9]|2[01][0-9]{2}|22[0-5][0-9]|226[01])-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]`,
	`(?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$`,
])

_dates := concat("|", [
	`^-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])`,
	`(?:0[13-9]|1[0-2])-(?:29|30)`,
	`(?:0[13578]|1[02])-31)$`,
])

_leap_day := `^(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|2000)-02-29$`
