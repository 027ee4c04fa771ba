# METADATA
# title: Label selectors
# description: |
#   Kubernetes' LabelSelector: an empty one selects everything, null selects nothing, and one that the API server would
#   refuse selects nothing either. A selector is read as a list of requirements on keys.
package lib.selectors

# METADATA
# description: Whether the selector selects an object with exactly these labels.
matches(selector, labels) if all_hold(requirements(selector), labels)

# METADATA
# description: Whether the selector selects every object that has at least these labels.
certain(selector, labels) if all_certain(requirements(selector), labels)

# METADATA
# description: |
#   Whether the selector asks for something: a label that an object must carry. One that only excludes (NotIn,
#   DoesNotExist) or that asks for the label which every namespace has selects all that nobody thought of.
selective(selector) if {
	some requirement in requirements(selector)
	_asks(requirement)
}

_asks(requirement) if requirement.operator == "In"

_asks(requirement) if {
	requirement.operator == "Exists"
	requirement.key != namespace_name_label
}

# METADATA
# description: The label that the API server puts on every namespace, with its name.
namespace_name_label := "kubernetes.io/metadata.name"

# METADATA
# description: The values one of which the selector demands for the key, as a set; undefined where it demands none.
demanded(selector, key) := values if {
	some requirement in requirements(selector)
	requirement.key == key
	requirement.operator == "In"
	values := intersection({{value | some value in other.values} |
		some other in requirements(selector)
		other.key == key
		other.operator == "In"
	})
}

# METADATA
# description: The labels of an object's metadata; {} where it has none.
labels(metadata) := metadata.labels if is_object(metadata.labels)

else := {}

# METADATA
# description: The selector as a list of {"key", "operator", "values"}; undefined for one that is null or invalid.
requirements(selector) := array.concat(
	[{"key": key, "operator": "In", "values": [value]} | some key, value in match_labels],
	[_requirement(expression) | some expression in expressions],
) if {
	is_object(selector)
	match_labels := _given(selector, "matchLabels", {})
	is_object(match_labels)
	expressions := _given(selector, "matchExpressions", [])
	is_array(expressions)
	every expression in expressions {
		_requirement(expression)
	}
}

all_hold(list, labels) if {
	every requirement in list {
		_holds(requirement, labels)
	}
}

all_certain(list, labels) if {
	is_object(labels)
	keys := object.keys(labels)
	every requirement in list {
		requirement.key in keys
		_holds(requirement, labels)
	}
}

_requirement(expression) := {"key": expression.key, "operator": expression.operator, "values": expression.values} if {
	expression.operator in {"In", "NotIn"}
	is_string(expression.key)
	is_array(expression.values)
	count(expression.values) > 0
}

_requirement(expression) := {"key": expression.key, "operator": expression.operator, "values": []} if {
	expression.operator in {"Exists", "DoesNotExist"}
	is_string(expression.key)
	_given(expression, "values", []) == []
}

_holds(requirement, labels) if {
	requirement.operator == "In"
	_has_one_of(labels, requirement.key, requirement.values)
}

_holds(requirement, labels) if {
	requirement.operator == "NotIn"
	not _has_one_of(labels, requirement.key, requirement.values)
}

_holds(requirement, labels) if {
	requirement.operator == "Exists"
	requirement.key in object.keys(labels)
}

_holds(requirement, labels) if {
	requirement.operator == "DoesNotExist"
	not requirement.key in object.keys(labels)
}

# In a function of its own: an undefined argument inside of a `not` would make the `not` undefined too.
_has_one_of(labels, key, values) if labels[key] in values

_given(obj, field, fallback) := fallback if object.get(obj, field, null) == null

_given(obj, field, _) := obj[field] if object.get(obj, field, null) != null
