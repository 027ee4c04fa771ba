package lib.durations_test

import data.lib.durations

# What Go's time.ParseDuration makes of a text, in nanoseconds.
_amounts := {
	"0": 0,
	"0s": 0,
	"24h": 86400000000000,
	"15m": 900000000000,
	"+1s": 1000000000,
	"1h30m": 5400000000000,
	"1.5h": 5400000000000,
	"2160h0m0s": 7776000000000000,
	"1ms2us3ns": 1002003,
	"1µs": 1000,
	"1μs": 1000,
}

test_amounts if {
	every text, amount in _amounts {
		durations.ns(text) == amount
	}
}

test_none if {
	every value in ["", "+", "24", "1d", "24H", "h", "-1h", " 1h", "1h ", "1h1h", "1e3h", "1,5h", "1h\n", null, 24, true, [], {}] {
		not durations.ns(value)
		not durations.at_most(value, "1h")
		not durations.at_most("1h", value)
	}
}

# The longest that the grammar lets through is still one to Go.
test_longest if {
	durations.ns("999999h9999999m999999999s999999999999ms999999999999999us999999999999999999ns") > 0
	not durations.ns("1000000h")
}

test_at_most if {
	durations.at_most("24h", "24h")
	durations.at_most("1439m", "24h")
	not durations.at_most("24h1ns", "24h")
}
