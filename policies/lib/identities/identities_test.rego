package lib.identities_test

import data.lib.identities

test_open if {
	every expression in [
		"a", "^a", "a$", `^a\$`, `^a\\\$`, "^$", "^.*$", "^.+$", `^[\s\S]+$`, "^(.*)$", "^(.*|.+)$", "^a|b$", "^a$|^b$", "^(a|b)|c$",
	] {
		identities.open(expression)
	}
}

test_bound if {
	every expression in [
		"", "^a$", `^a\\$`, "^(a|b)$", "^(?:a|(b|(c|d)))$", `^a\|b$`, "^[a|b]$", "^[]a|]$", "^[^]|]$", `^https://github\.com/a/.*$`,
	] {
		not identities.open(expression)
	}
}

test_begins_anywhere if {
	every expression in ["a", "^.*a", "", "^", "^a|b"] {
		identities.begins_anywhere(expression)
	}
	every expression in ["^a", "^(a|b)", "$PATTERN", "^$PATTERN", `^[a-z]+@example\.com$`] {
		not identities.begins_anywhere(expression)
	}
}

test_matches_the_whole if {
	identities.matches("a.*", "abc")
	identities.matches("^a.*$", "abc")
	identities.matches("a|b", "b")
	every expression in ["b", "^a", "c$", "a|b", "", "(?m)^abc$"] {
		not identities.matches(expression, "abc\nx")
	}
	not identities.matches("a|b", "ax")
	not identities.matches("a|b", "xb")
}

test_no_expression_matches_nothing if {
	every expression in ["(", "a)|(b", `\Qa`, "[", "a{2,1}"] {
		not identities.matches(expression, "a")
	}
}
