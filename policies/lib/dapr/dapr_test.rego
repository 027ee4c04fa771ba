package lib.dapr_test

import data.lib.dapr

# What kit's strings.IsTruthy takes for true.
test_truthy if {
	every text in ["y", "Y", "yes", "YES", "true", "True", "t", "T", "on", "On", "1", " true ", "\tyes\n"] {
		dapr.truthy(text)
	}
	every text in ["", "n", "no", "false", "f", "off", "0", "2", "enabled", "truee", "tr ue"] {
		not dapr.truthy(text)
	}
}

_pod(annotations) := {
	"operation": "CREATE",
	"kind": {"group": "", "version": "v1", "kind": "Pod"},
	"object": {"metadata": {"name": "a", "annotations": annotations}, "spec": {}},
}

_deployment(annotations) := {
	"kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
	"object": {
		"metadata": {"name": "a", "annotations": {"dapr.io/enabled": "true"}},
		"spec": {"template": {"metadata": {"annotations": annotations}, "spec": {}}},
	},
}

_sidecars(review) := sidecars if {
	sidecars := dapr.sidecars with input.review as review
}

test_sidecars if {
	[pod] := _sidecars(_pod({"dapr.io/enabled": "yes", "dapr.io/app-id": "x"}))
	pod.path == "metadata.annotations"
	dapr.setting(pod, "app-id") == "x"
	dapr.path(pod, "app-id") == `metadata.annotations["dapr.io/app-id"]`
	[template] := _sidecars(_deployment({"dapr.io/enabled": "1"}))
	template.path == "spec.template.metadata.annotations"
}

test_no_sidecar if {
	every annotations in [{}, null, "x", {"dapr.io/enabled": "false"}, {"dapr.io/enabled": null}, {"dapr.io/enabled": []}] {
		_sidecars(_pod(annotations)) == []
	}
	_sidecars(_deployment({})) == []
}

test_settings if {
	[sidecar] := _sidecars(_pod({
		"dapr.io/enabled": true, "dapr.io/app-id": null, "dapr.io/config": {}, "dapr.io/app-port": 80,
		"dapr.io/enable-debug": "ON", "dapr.io/enable-profiling": "off",
	}))
	dapr.setting(sidecar, "app-id") == ""
	dapr.setting(sidecar, "config") == ""
	dapr.setting(sidecar, "app-port") == "80"
	dapr.setting(sidecar, "log-level") == ""
	dapr.has(sidecar, "app-id")
	not dapr.has(sidecar, "log-level")
	dapr.on(sidecar, "enable-debug")
	not dapr.on(sidecar, "enable-profiling")
	not dapr.on(sidecar, "log-as-json")
}

_inventory := {
	"namespace": {"shop": {
		"v1": {"Pod": {
			"named": {"metadata": {"name": "named", "annotations": {"dapr.io/enabled": "true"}}},
			"off": {"metadata": {"name": "off", "annotations": {"dapr.io/enabled": "false", "dapr.io/app-id": "off"}}},
			"junk": {"metadata": "junk"},
		}},
		"apps/v1": {"Deployment": {
			"written": {"spec": {"template": {"metadata": {"annotations": {
				"dapr.io/enabled": "true", "dapr.io/app-id": "orders",
			}}}}},
			"generated": {"spec": {"template": {"metadata": {"annotations": {"dapr.io/enabled": "true"}}}}},
			"plain": {"spec": {"template": {"metadata": {}}}},
		}},
	}},
	"cluster": {"apps/v1": {"StatefulSet": {"nowhere": {"spec": {"template": {"metadata": {"annotations": {
		"dapr.io/enabled": "true", "dapr.io/app-id": "floating",
	}}}}}}}},
}

test_app_ids if {
	dapr.app_ids("shop") == {"named", "orders"} with data.inventory as _inventory
	dapr.app_ids("") == {"floating"} with data.inventory as _inventory
	dapr.app_ids("other") == set() with data.inventory as _inventory
}

test_control_plane if {
	review := {"namespace": "dapr-system", "object": {"metadata": {"name": "daprsystem", "namespace": "dapr-system"}}}
	dapr.is_control_plane(["dapr-system"]) with input.review as review
	not dapr.is_control_plane([]) with input.review as review
	not dapr.is_control_plane(["shop"]) with input.review as review
}

test_objects if {
	dapr.objects([{"a": 1}, "x", null]) == [[0, {"a": 1}], [1, {}], [2, {}]]
	every junk in [null, {}, {"a": {}}, "x", 7, true] {
		dapr.objects(junk) == []
	}
}
