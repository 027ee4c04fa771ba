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
requirements(selector) := _labels_asked_for(selector) if {
	is_object(selector)
	object.get(selector, "matchExpressions", null) in [null, []]
} else := array.concat(_labels_asked_for(selector), list) if {
	is_object(selector)
	expressions := selector.matchExpressions
	is_array(expressions)
	list := [_requirement(expression) | some expression in expressions]
	count(list) == count(expressions)
}

_labels_asked_for(selector) := [{"key": key, "operator": "In", "values": [value]} |
	some key, value in selector.matchLabels
] if {
	is_object(selector.matchLabels)
} else := [] if {
	object.get(selector, "matchLabels", null) == null
}

all_hold(list, labels) if {
	every requirement in list {
		_holds(requirement.operator, requirement, labels)
	}
}

all_certain(list, labels) if {
	is_object(labels)
	keys := object.keys(labels)
	every requirement in list {
		requirement.key in keys
		_holds(requirement.operator, requirement, labels)
	}
}

# METADATA
# description: |
#   Many selectors, a list of [requirements, name], filed so that those which select an object are found without a look
#   at all of them. `by_label[key][value]` holds those that demand the label, each under the demand that the fewest share;
#   `others` those that demand none. Both hold the names as keys below the requirements; `among` looks them up.
filed(list) := {
	"by_label": object.union_n([{chosen.key: {value: {requirements: {name: true}}}} |
		some [requirements, name] in list
		[_, chosen] := min([[size, requirement] |
			some requirement in requirements
			requirement.operator == "In"
			size := sum([count(sharing[requirement.key][value]) | some value in requirement.values])
		])
		some value in chosen.values
	]),
	"others": object.union_n([{requirements: {name: true}} |
		some [requirements, name] in list
		not demand_a_label(requirements)
	]),
} if {
	sharing := object.union_n([{requirement.key: {value: {requirements: true}}} |
		some [requirements, _] in list
		some requirement in requirements
		requirement.operator == "In"
		some value in requirement.values
	])
}

# METADATA
# description: |
#   What is filed that can select an object with these labels: a list of objects, with requirements as keys. Those that
#   hold are to be chosen.
among(list, labels) := array.concat([list.others], [group |
	some key, value in labels
	group := list.by_label[key][value]
])

# METADATA
# description: Whether requirements demand a label with its value.
demand_a_label(requirements) if {
	some requirement in requirements
	requirement.operator == "In"
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
	object.get(expression, "values", null) in [null, []]
}

_holds("In", requirement, labels) if labels[requirement.key] in requirement.values

_holds("NotIn", requirement, labels) if not _has_one_of(labels, requirement.key, requirement.values)

_holds("Exists", requirement, labels) if requirement.key in object.keys(labels)

_holds("DoesNotExist", requirement, labels) if not requirement.key in object.keys(labels)

# In a function of its own: an undefined argument inside of a `not` would make the `not` undefined too.
_has_one_of(labels, key, values) if labels[key] in values
