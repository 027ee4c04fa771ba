package lib.quantity_test

import data.lib.quantity

# What resource.Quantity makes of a text, as a plain decimal.
_amounts := {
	"0": "0",
	"00": "0",
	"-0": "0",
	"+0": "0",
	"0.0": "0.0",
	"1": "1",
	"+1": "1",
	"-1": "-1",
	"007": "7",
	"1.0": "1.0",
	"1.": "1",
	".5": "0.5",
	".": "0",
	"-.": "0",
	"+": "0",
	"100m": "0.100",
	"0.1": "0.1",
	"1000m": "1.000",
	"1500m": "1.500",
	"1.5": "1.5",
	"250u": "0.000250",
	"10n": "0.000000010",
	"0.1n": "0.000000001",
	"0.0000000019": "0.000000002",
	"-0.1n": "-0.000000001",
	"999.9999999999": "1000.000000000",
	"1k": "1000",
	"1M": "1000000",
	"1G": "1000000000",
	"1T": "1000000000000",
	"1P": "1000000000000000",
	"1E": "1000000000000000000",
	"Ki": "0",
	"m": "0.000",
	"e3": "0",
	"0Pi": "0",
	"e-9": "0.000000000",
	"0e-10": "0.0000000000",
	"1Ki": "1024",
	"128Mi": "134217728",
	"1.5Gi": "1610612736.000000000",
	"0.1Ki": "102.400000000",
	"-1Ki": "-1024",
	"1Ti": "1099511627776",
	"1Pi": "1125899906842624.000000000",
	"1Ei": "1152921504606846976.000000000",
	"7Ei": "8070450532247928832.000000000",
	"8Ei": "9223372036854775807",
	"-8Ei": "-9223372036854775807",
	"100Ei": "9223372036854775807",
	"9223372036854775807": "9223372036854775807.000000000",
	"9223372036854775808": "9223372036854775808.000000000",
	"123456789012345678901234567890": "123456789012345678901234567890.000000000",
	"1.1234567890123456Ei": "1295257491548890518.798594355",
	"1e3": "1000",
	"1E3": "1000",
	"1e+3": "1000",
	"1e-3": "0.001",
	"12e6": "12000000",
	"1e03": "1000",
	"1e20": "100000000000000000000",
	" 100m ": "0.100",
}

# What it refuses.
_refused := [
	"Pi",
	"Ei",
	".Pi",
	"e-10",
	"1Ee",
	"1e",
	"1e+",
	"1E+",
	"1K",
	"1ki",
	"1kI",
	"1KI",
	"1mi",
	"1B",
	"1MB",
	"1MiB",
	"1mm",
	"1m3",
	"1e1.5",
	"1e99999999999999999999",
	"",
	" ",
	"1 Gi",
	"--1",
	"+-1",
	"1-",
	"1_000",
	"1,5",
	"1..5",
	"1.2.3",
	"0x10",
	"Inf",
	"NaN",
	"infinity",
	"true",
	"1½",
	"１",
]

# From the lowest to the highest.
_ascending := [
	"-8Ei", "-1Ki", "-1", "-1m", "-0.1n", "0", "0.1n", "2n", "1u", "1m", "0.5", "1", "1001m", "1k", "1Ki", "1025",
	"1M", "1Mi", "1e9", "1Gi", "1.5Gi", "7Ei", "8Ei", "9223372036854775808", "1e20",
]

test_amounts if {
	every text, amount in _amounts {
		quantity.compare(text, amount) == 0
	}
}

test_refused if {
	every text in _refused {
		not quantity.valid(text)
		not quantity.positive(text)
		not quantity.compare(text, "1")
		not quantity.compare("1", text)
	}
}

test_ascending if {
	every i, lower in _ascending {
		every higher in array.slice(_ascending, i + 1, count(_ascending)) {
			quantity.compare(lower, higher) == -1
			quantity.compare(higher, lower) == 1
		}
	}
}

test_positive if {
	quantity.positive("0.1n")
	quantity.positive(1)
	every text in ["0", "-1", "Ki", "-0.1n", 0, -0.5] {
		quantity.valid(text)
		not quantity.positive(text)
	}
}

test_positive_up_to if {
	every line in [["1", "1"], ["500m", "1"], [0.5, "1Ki"], ["0.1n", "1m"], ["1Mi", "1.5Mi"]] {
		quantity.positive_up_to(line[0], line[1])
	}
	every line in [["2", "1"], ["0", "1"], ["-1", "1"], ["1", "x"], ["x", "1"], ["1Ki", "1k"], [null, "1"], ["1", null]] {
		not quantity.positive_up_to(line[0], line[1])
	}
}

test_numbers if {
	quantity.compare(1, "1") == 0
	quantity.compare(0.5, "500m") == 0
	quantity.compare(1e3, "1k") == 0
	quantity.compare(1e21, "1000E") == 0
	quantity.compare(-2, "-2") == 0
}

test_other_types if {
	every value in [null, true, false, [], ["1"], {}, {"1": 1}] {
		not quantity.valid(value)
		not quantity.positive(value)
		not quantity.compare(value, "1")
	}
}

# The API server would let these wrap around, or build a number of as many digits.
test_exponents_out_of_reach if {
	every text in ["1e10000", "1e-10000", "1e4294967296", "0e99999"] {
		not quantity.valid(text)
	}
}

# More digits than OPA reads, which are none of a quantity that anyone writes.
test_digits_out_of_reach if {
	quantity.positive($"{concat("", [digit | some _ in numbers.range(1, 308); digit := "9"])}Ki")
	not quantity.valid($"{concat("", [digit | some _ in numbers.range(1, 400); digit := "9"])}Ki")
}

# Whitespace that a JSON encoder may or may not escape.
test_unicode_blanks if {
	every text in ["\t1", "1\n", "\u00a01", "1\u2003"] {
		not quantity.valid(text)
	}
}
