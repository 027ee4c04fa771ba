package lib.finding_test

import data.lib.finding

test_below if {
	finding.below("data", "password") == "data.password"
	finding.below("data", "a.b") == `data["a.b"]`
	finding.below("metadata.annotations", `a/"b"`) == `metadata.annotations["a/\"b\""]`
}

test_name if {
	finding.name({"name": "app"}) == "app"
	every nameless in [{}, {"name": ""}, {"name": null}, {"name": 7}, {"name": {}}, [], "app", null] {
		finding.name(nameless) == "without a name"
	}
}

test_shown if {
	finding.shown("text") == "text"
	finding.shown("") == ""
	finding.shown(1.5) == "1.5"
	finding.shown(false) == "false"
	finding.shown(null) == "null"
	finding.shown(["secret"]) == "a list"
	finding.shown({"a": "secret"}) == "an object"
}
