# METADATA
# title: Quantities
# description: |
#   Amounts such as "500m", "1.5Gi" or "1e3", read exactly as the API server reads them (resource.Quantity): the grammar
#   with its surprises ("Ki" and "." are zero), fractions below a billionth rounded away from zero, binary amounts capped
#   at 2^63-1. Numbers are read as their JSON text. A value that is no quantity makes every function here undefined or
#   false, so that a guardrail must ask for what it wants and not for its opposite.
#
#   Two departures, both to the side of no quantity: an exponent beyond 9999, which the API server lets wrap around, and
#   whitespace other than ASCII blanks around the text.
package lib.quantity

# METADATA
# description: Whether the value is a quantity.
valid(x) if _small(x)

else if parse(x)

# METADATA
# description: Whether the value is a quantity above zero.
positive(x) if _small(x)

else if parse(x)[0] == 1

# METADATA
# description: Whether both are quantities, the first above zero and not above the second.
positive_up_to(x, highest) if _small(x) <= _small(highest)

else if {
	positive(x)
	compare(x, highest) <= 0
}

# METADATA
# description: The order of two quantities, -1, 0 or 1; undefined unless both are quantities.
compare(x, y) := _order(a, b, 2) if {
	a := _small(x)
	b := _small(y)
} else := _order(a, b, a[0] + b[0]) if {
	a := parse(x)
	b := parse(y)
}

_order(a, b, _) := 0 if a == b

_order(a, b, signs) := -1 if {
	a < b
	signs != -2
}

_order(a, b, signs) := 1 if {
	a > b
	signs != -2
}

# Of two amounts below zero the one with more to it is the lower one.
_order(a, b, -2) := 1 if a < b

_order(a, b, -2) := -1 if a > b

# The amounts that most objects have, as numbers: the same as `parse` and `_order` make of them, at a tenth of the cost.
# These are written alike for `units.parse`.
_small(x) := units.parse(x) if {
	is_string(x)
	regex.match(`^[1-9][0-9]{0,5}(?:m|[KMG]i)?$`, x)
}

# METADATA
# description: |
#   A quantity as [sign, magnitude, digits], the number sign x 0.digits x 10^magnitude without zeros at either end of the
#   digits, so that equal amounts are equal and amounts above zero sort as they should.
parse(x) := _parse(trim(x, " ")) if is_string(x)

parse(x) := _parse($"{x}") if is_number(x)

_grammar := `^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([numkMGTPE]?|[KMGTPE]i|[eE][+-]?[0-9]+)$`

_decimal := {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}

_binary := {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}

_parse(text) := _signed(sign, _amount(whole, fraction, suffix)) if {
	text != ""
	[[_, sign, whole, fraction, suffix]] := regex.find_all_string_submatch_n(_grammar, text, 1)
	_has_number(text, suffix)
}

# The API server takes a number without a digit as zero, but not with every suffix.
_has_number(_, suffix) if _decimal[suffix]

_has_number(_, suffix) if suffix in {"Ki", "Mi", "Gi", "Ti"}

_has_number(_, suffix) if _exponent(suffix) >= -9

_has_number(text, suffix) if regex.match(`[0-9]`, trim_suffix(text, suffix))

_exponent(suffix) := _negated(sign, _integer(digits)) if {
	count(suffix) > 1
	[[_, sign, digits]] := regex.find_all_string_submatch_n(`^[eE]([+-]?)0*([0-9]{0,4})$`, suffix, 1)
}

_negated("-", n) := 0 - n

_negated(sign, n) := n if sign != "-"

_integer("") := 0

# What has more digits is beyond the numbers that OPA reads.
_integer(digits) := to_number(digits) if {
	digits != ""
	count(digits) <= 308
}

_signed(_, amount) := [0, 0, ""] if amount[1] == ""

_signed("-", amount) := [-1, amount[0], amount[1]] if amount[1] != ""

_signed(sign, amount) := [1, amount[0], amount[1]] if {
	sign != "-"
	amount[1] != ""
}

_amount(whole, fraction, suffix) := _rounded(count(whole) + _decimal[suffix], $"{whole}{fraction}")

_amount(whole, fraction, suffix) := _rounded(count(whole) + _exponent(suffix), $"{whole}{fraction}")

_amount(whole, fraction, suffix) := _capped(_rounded(count(digits) - count(fraction), digits)) if {
	shift := _binary[suffix]
	mantissa := _integer(trim_left($"{whole}{fraction}", "0"))
	digits := $"{bits.lsh(mantissa, shift)}"
}

_highest := [19, "9223372036854775807"]

_capped(amount) := min([amount, _highest])

# Zeros off both ends, then up to a billionth.
_rounded(magnitude, digits) := _up(magnitude - (count(digits) - count(significant)), trim_right(significant, "0")) if {
	significant := trim_left(digits, "0")
}

_up(magnitude, digits) := [magnitude, digits] if count(digits) <= magnitude + 9

_up(magnitude, digits) := [0, ""] if {
	digits == ""
	magnitude < -9
}

_up(magnitude, digits) := [-8, "1"] if {
	digits != ""
	magnitude < -8
}

_up(magnitude, digits) := _next(magnitude, trim_right(substring(digits, 0, magnitude + 9), "9")) if {
	magnitude >= -8
	count(digits) > magnitude + 9
}

_next(magnitude, "") := [magnitude + 1, "1"]

_next(magnitude, digits) := [magnitude, $"{head}{digit}"] if {
	digits != ""
	head := substring(digits, 0, count(digits) - 1)
	digit := to_number(substring(digits, count(digits) - 1, 1)) + 1
}
