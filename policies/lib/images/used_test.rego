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
