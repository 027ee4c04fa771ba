package lib.selectors_test

import data.lib.selectors

test_empty_selects_everything if {
	selectors.matches({}, {})
	selectors.matches({"matchLabels": null, "matchExpressions": null}, {"a": "b"})
	selectors.certain({}, {})
}

test_null_and_invalid_select_nothing if {
	every selector in [
		null, "x", [], 7,
		{"matchLabels": "x"}, {"matchExpressions": "x"}, {"matchExpressions": ["x"]}, {"matchExpressions": [null]},
		{"matchExpressions": [{"key": "a", "operator": "In"}]},
		{"matchExpressions": [{"key": "a", "operator": "NotIn", "values": []}]},
		{"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]},
		{"matchExpressions": [{"key": "a", "operator": "in", "values": ["b"]}]},
		{"matchExpressions": [{"key": null, "operator": "DoesNotExist"}]},
		{"matchExpressions": [{"key": null, "operator": "NotIn", "values": ["b"]}]},
		{"matchExpressions": [{"key": "a", "operator": "NotIn", "values": "b"}]},
		{"matchExpressions": {"x": {"key": "c", "operator": "DoesNotExist"}}},
		{"matchExpressions": {"x": {"key": "a", "operator": "Exists"}}},
	] {
		not selectors.matches(selector, {"a": "b"})
		not selectors.matches(selector, {})
		not selectors.certain(selector, {"a": "b"})
		not selectors.selective(selector)
	}
}

_expression(operator, values) := {"matchExpressions": [{"key": "a", "operator": operator, "values": values}]}

test_operators if {
	selectors.matches(_expression("In", ["b", "c"]), {"a": "c"})
	not selectors.matches(_expression("In", ["b", "c"]), {"a": "d"})
	not selectors.matches(_expression("In", ["b"]), {})
	selectors.matches(_expression("NotIn", ["b"]), {"a": "c"})
	selectors.matches(_expression("NotIn", ["b"]), {})
	not selectors.matches(_expression("NotIn", ["b"]), {"a": "b"})
	selectors.matches(_expression("Exists", null), {"a": "b"})
	not selectors.matches(_expression("Exists", []), {"c": "b"})
	selectors.matches(_expression("DoesNotExist", []), {"c": "b"})
	not selectors.matches(_expression("DoesNotExist", []), {"a": "b"})
}

test_labels_and_expressions_must_both_hold if {
	selector := object.union(_expression("Exists", []), {"matchLabels": {"c": "d"}})
	selectors.matches(selector, {"a": "b", "c": "d"})
	not selectors.matches(selector, {"a": "b"})
	not selectors.matches(selector, {"c": "d"})
}

test_certain_needs_every_key if {
	selectors.certain({"matchLabels": {"a": "b"}}, {"a": "b"})
	not selectors.certain(_expression("NotIn", ["b"]), {})
	not selectors.certain(_expression("DoesNotExist", []), {})
	selectors.certain(_expression("NotIn", ["b"]), {"a": "c"})
}

test_selective if {
	selectors.selective({"matchLabels": {"a": "b"}})
	selectors.selective(_expression("In", ["b"]))
	selectors.selective(_expression("Exists", []))
	not selectors.selective({})
	not selectors.selective(_expression("NotIn", ["b"]))
	not selectors.selective(_expression("DoesNotExist", []))
	not selectors.selective({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "Exists"}]})
}

test_demanded if {
	selectors.demanded({"matchLabels": {"a": "b"}}, "a") == {"b"}
	selectors.demanded(_expression("In", ["b", "c"]), "a") == {"b", "c"}
	selectors.demanded(object.union(_expression("In", ["b", "c"]), {"matchLabels": {"a": "c"}}), "a") == {"c"}
	not selectors.demanded(_expression("NotIn", ["b"]), "a")
	selectors.demanded({"matchLabels": {"a": "b", "c": "d"}}, "a") == {"b"}
	selectors.demanded(object.union(_expression("Exists", []), {"matchLabels": {"a": "b"}}), "a") == {"b"}
	not selectors.demanded({"matchLabels": {"a": "b"}}, "c")
	not selectors.demanded({}, "a")
	not selectors.demanded(null, "a")
}

# Of what demands a label only that is found which the object can carry.
test_filed if {
	in_b_or_c := selectors.requirements(_expression("In", ["b", "c"]))
	two := selectors.requirements({"matchLabels": {"a": "b", "d": "e"}})
	none := selectors.requirements({})
	not_b := selectors.requirements(_expression("NotIn", ["b"]))
	filed := selectors.filed([[in_b_or_c, "x"], [in_b_or_c, "y"], [two, "z"], [none, "all"], [not_b, "not"]])
	filed.others == {none: {"all": true}, not_b: {"not": true}}
	both := {"x": true, "y": true}
	selectors.among(filed, {}) == [filed.others]
	selectors.among(filed, {"a": "c"}) == [filed.others, {in_b_or_c: both}]
	selectors.among(filed, {"a": "b"}) == [filed.others, {in_b_or_c: both}]
	selectors.among(filed, {"d": "e"}) == [filed.others, {two: {"z": true}}]
	selectors.filed([]) == {"by_label": {}, "others": {}}
}

test_labels if {
	selectors.labels({"labels": {"a": "b"}}) == {"a": "b"}
	selectors.labels({"labels": null}) == {}
	selectors.labels(null) == {}
}
