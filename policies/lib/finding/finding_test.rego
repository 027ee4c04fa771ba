package lib.finding_test

import data.lib.finding

test_below if {
	finding.below("data", "password") == "data.password"
	finding.below("data", "a.b") == `data["a.b"]`
	finding.below("metadata.annotations", `a/"b"`) == `metadata.annotations["a/\"b\""]`
}
