package lib.pss_test

import data.lib.pss

test_minor_of_versions if {
	pss.minor("v1.0") == 0
	pss.minor("v1.34") == 34
	pss.minor("v1.100") == 100
}

test_minor_of_what_is_no_version_is_the_latest if {
	every version in ["latest", "", "v1", "v1.", "1.34", "v1.034", "V1.34", "v1.34.1", " v1.34", "v2.0", "v1.-1", null, 34, {}] {
		pss.minor(version) == pss.latest
	}
}

test_replaced_at_level_restricted_only if {
	pss.replaced("capabilities_baseline", "restricted", 22)
	not pss.replaced("capabilities_baseline", "restricted", 21)
	not pss.replaced("capabilities_baseline", "baseline", 22)
	not pss.replaced("privileged", "restricted", pss.latest)
}

test_child if {
	pss.child({"a": 1}, "a") == 1
	pss.child({}, "a") == null
	pss.child(null, "a") == null
	pss.child([1], "a") == pss.malformed
}

test_items if {
	pss.items(["a", null]) == ["a", null]
	pss.items(null) == []
	pss.items("a") == {"": pss.malformed}
	pss.at(0) == "[0]"
	pss.at("") == ""
}

test_annotation_path if {
	pod := {"metadata_path": "spec.template.metadata"}
	pss.annotation_path(pod, "") == "spec.template.metadata.annotations"
	pss.annotation_path(pod, "a.b/c") == `spec.template.metadata.annotations["a.b/c"]`
}
