# METADATA
# title: Durations
# description: |
#   Amounts of time as Go writes them ("24h", "1h30m"), the form of most Kubernetes APIs. Read are those that people
#   write: each unit once, the largest first, less than about a century each. What is none of these, or below zero, is
#   undefined, so that a guardrail must ask for what it wants and not for its opposite.
package lib.durations

# METADATA
# description: The nanoseconds of a duration.
ns(text) := time.parse_duration_ns(text) if {
	is_string(text)
	not text in {"", "+"}
	regex.match(_grammar, text)
}

# METADATA
# description: Whether the text is a duration of at most the other one.
at_most(text, highest) if ns(text) <= ns(highest)

# So many digits that their sum stays below Go's limit of 292 years: beyond it, the built-in function fails.
_grammar := concat("", [
	`^\+?(?:0|(?:[0-9]{1,6}(?:\.[0-9]{1,9})?h)?(?:[0-9]{1,7}(?:\.[0-9]{1,9})?m)?(?:[0-9]{1,9}(?:\.[0-9]{1,9})?s)?`,
	`(?:[0-9]{1,12}(?:\.[0-9]{1,9})?ms)?(?:[0-9]{1,15}(?:\.[0-9]{1,9})?(?:us|µs|μs))?(?:[0-9]{1,18}(?:\.[0-9]{1,9})?ns)?)$`,
])
