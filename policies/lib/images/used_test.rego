package lib.images.used_test

import data.lib.images.used

_pod(namespace, image) := {
	"metadata": {"name": "a", "namespace": namespace},
	"spec": {"containers": [{"name": "c", "image": image}]},
}

_workflow := {
	"metadata": {"name": "w"},
	"spec": {"templates": [{"container": {"image": "ghcr.io/x/y:1", "args": ["ghcr.io/x/z:1"]}}]},
}

_all(inventory) := uses if {
	uses := {[use.workload, use.text] | some use in used.all} with data.inventory as inventory
}

test_names_of_workloads if {
	_all({"namespace": {"shop": {"v1": {"Pod": {"a": _pod("shop", "nginx")}}}}}) == {["Pod shop/a", "nginx"]}
	every namespace in ["", null, 7] {
		_all({"cluster": {"v1": {"Pod": {"a": _pod(namespace, "nginx")}}}}) == {["Pod a", "nginx"]}
	}
	_all({"cluster": {"v1": {"Pod": {"a": {"spec": {"containers": [{"image": "nginx"}]}}}}}}) == {["Pod without a name", "nginx"]}
}

test_workflows_use_what_stands_at_image if {
	_all({"cluster": {"argoproj.io/v1alpha1": {"Workflow": {"w": _workflow}}}}) == {["Workflow w", "ghcr.io/x/y:1"]}
}

test_what_no_runtime_takes_is_not_in_use if {
	every image in ["GHCR/X", "", null, 7, {}] {
		_all({"cluster": {"v1": {"Pod": {"a": _pod("shop", image)}}}}) == set()
	}
}

_digest := concat("", ["sha256:", "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"])

_pinned(name) := $"{name}@{_digest}"

test_everywhere if {
	pod := {"spec": {
		"containers": [{"image": _pinned("ghcr.io/a/app")}, {"image": "nginx"}, {"image": "@"}, {"image": 7}, {}, null],
		"initContainers": [{"image": _pinned("ghcr.io/a/init")}],
		"ephemeralContainers": [{"image": _pinned("ghcr.io/a/debug")}],
		"volumes": [{"image": {"reference": _pinned("ghcr.io/a/volume")}}, {"image": null}, {"emptyDir": {}}],
	}}
	inventory := {
		"namespace": {"a": {
			"v1": {"Pod": {"a": pod, "b": {"spec": {"containers": "x"}}, "c": {"spec": null}}},
			"apps/v1": {"Deployment": {"a": {"spec": {"template": {"spec": {"containers": [{"image": _pinned("ghcr.io/a/deployed")}]}}}}}},
			"tekton.dev/v1": {"Task": {"a": {"spec": {"steps": [{"name": "busybox", "image": _pinned("ghcr.io/a/step")}]}}}},
		}},
		"cluster": {"v1": {"Pod": {"a": {"spec": {"containers": [{"image": _pinned("ghcr.io/a/nowhere")}]}}}}},
	}
	names := {"app", "init", "debug", "volume", "deployed", "step", "nowhere"}
	used.pinned == {[_digest, image] | some name in names; image := $"ghcr.io/a/{name}"} with data.inventory as inventory
	count({use.image | some use in used.all}) == count(names) + 1 with data.inventory as inventory
}

test_nothing if {
	used.all == [] with data.inventory as {}
	used.pinned == set() with data.inventory as {}
}
