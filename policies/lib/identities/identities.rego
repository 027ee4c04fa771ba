# METADATA
# title: Identities of those who sign
# description: |
#   Regular expressions for identities and issuers. Anybody can register a name around the one that is meant, so that an
#   expression is worth something only where it stands for the whole text.
package lib.identities

# METADATA
# description: Whether an expression is not bound to a whole text, or to nothing in it.
open(expression) if {
	expression != ""
	not startswith(expression, "^")
}

open(expression) if {
	expression != ""
	not endswith(expression, "$")
}

# The last dollar is text.
open(expression) if regex.match(`(?:^|[^\\])(?:\\\\)*\\\$$`, expression)

# Nothing but wildcards between the anchors.
open(expression) if regex.match(`^\^[.*+?()\[\]\\sSwW|]*\$$`, expression)

open(expression) if falls_apart(expression)

# METADATA
# description: |
#   Whether an expression does not say how the text begins. One that is put together from a variable of a shell can.
begins_anywhere(expression) if not regex.match(`^(?:\^[A-Za-z0-9$({\[]|\$)`, expression)

begins_anywhere(expression) if falls_apart(expression)

# METADATA
# description: Whether an expression has alternatives outside of parentheses. Its anchors hold for one of them each.
falls_apart(expression) if {
	contains(expression, "|")
	plain := regex.replace(regex.replace(expression, `\\.`, "x"), `\[\^?\]?[^\]]*\]`, "x")
	contains(_closed(_closed(_closed(_closed(_closed(plain))))), "|")
}

# The expression without the parentheses that have none in them.
_closed(expression) := regex.replace(expression, `\([^()]*\)`, "x")

# METADATA
# description: Whether an expression stands for the whole text. One that is no expression stands for none.
matches(expression, text) if {
	regex.is_valid(expression)
	whole := $`^(?:{expression})$`
	regex.is_valid(whole)
	regex.match(whole, text)
}
