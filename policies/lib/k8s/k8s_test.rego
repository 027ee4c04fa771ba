package lib.k8s_test

import data.lib.k8s
import data.lib.workloads

_clean := {"name": "a", "image": "nginx"}

_bad := {"name": "b", "image": "nginx", "securityContext": {"privileged": true}}

_pod(containers, extra) := {
	"apiVersion": "v1",
	"kind": "Pod",
	"metadata": {"name": "x", "finalizers": ["example.com/f"]},
	"spec": object.union({"containers": containers}, extra),
}

_review(operation, object, old) := {"review": {
	"kind": {"group": "", "version": "v1", "kind": "Pod"},
	"operation": operation,
	"object": object,
	"oldObject": old,
}}

_paths(review) := [entry.path | some entry in k8s.containers with input as review]

test_create_judges_everything if {
	_paths(_review("CREATE", _pod([_clean, _bad], {}), null)) == ["spec.containers[0]", "spec.containers[1]"]
}

test_update_of_finalizers_judges_nothing if {
	old := _pod([_bad], {})
	new := json.patch(old, [{"op": "remove", "path": "/metadata/finalizers"}])
	_paths(_review("UPDATE", new, old)) == []
	pods := k8s.pods with input as _review("UPDATE", new, old)
	pods == []
	not k8s.resource with input as _review("UPDATE", new, old)
}

test_update_judges_the_added_container_only if {
	old := _pod([_bad], {})
	new := json.patch(old, [{"op": "add", "path": "/spec/ephemeralContainers", "value": [_bad]}])
	_paths(_review("UPDATE", new, old)) == ["spec.ephemeralContainers[0]"]
}

test_update_judges_the_changed_container if {
	old := _pod([_bad, _clean], {})
	new := json.patch(old, [{"op": "replace", "path": "/spec/containers/0/image", "value": "evil"}])
	_paths(_review("UPDATE", new, old)) == ["spec.containers[0]"]
}

test_update_at_pod_level_judges_every_container if {
	old := _pod([_bad, _clean], {})
	new := _pod([_bad, _clean], {"hostNetwork": true})
	count(_paths(_review("UPDATE", new, old))) == 2
}

test_update_without_an_old_object_judges_everything if {
	_paths(_review("UPDATE", _pod([_bad], {}), null)) == ["spec.containers[0]"]
}

test_delete_judges_nothing if {
	_paths(_review("DELETE", _pod([_bad], {}), _pod([_bad], {}))) == []
	not k8s.resource with input as _review("DELETE", _pod([_bad], {}), null)
}

_of_kind(object) := [pod.path | some pod in k8s.pods with input as {"review": {
	"kind": {"group": "example.com", "version": "v1", "kind": "Thing"},
	"operation": "CREATE",
	"object": object,
}}]

test_a_kind_of_the_site_has_its_pods if {
	object := {"spec": {"a": {"spec": {}}, "b": [{"spec": {}}, {"spec": {}}], "spec": {}}}
	at_a := _of_kind(object) with workloads.own as {"example.com/Thing": [["spec", "a"]]}
	at_a == ["spec.a.spec"]
	at_star := _of_kind(object) with workloads.own as {"example.com/Thing": [["spec", "b", "*"]]}
	at_star == ["spec.b[0].spec", "spec.b[1].spec"]
	at_root := _of_kind(object) with workloads.own as {"example.com/Thing": [[]]}
	at_root == ["spec"]
}

# What `_places` takes as given.
test_no_kind_has_two_forms if {
	object.keys(workloads.pod_templates) & object.keys(workloads.containers_in) == set()
}

_security(context) := [entry.security | some entry in k8s.containers with input as _review("CREATE", pod, null)] if {
	pod := _pod([object.union(_clean, context)], {})
}

test_security_is_an_object if {
	_security({"securityContext": {"privileged": null}}) == [{"privileged": null}]
	_security({"securityContext": {}}) == [{}]
	_security({"securityContext": null}) == [{}]
	_security({}) == [{}]
}

test_nothing_can_be_read_of_a_security_that_is_no_object if {
	every context in [false, "privileged", 0, []] {
		some security in _security({"securityContext": context})
		security.privileged == k8s.malformed
		security.windowsOptions == k8s.malformed
	}
	pods := k8s.pods with input as _review("CREATE", _pod([_clean], {"securityContext": "x"}), null)
	pods[0].security.runAsNonRoot == k8s.malformed
}

test_annotations_count_where_they_are_judged if {
	old := _pod([_clean], {})
	new := json.patch(old, [{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}])
	pods := k8s.pods with input as _review("UPDATE", new, old)
	pods == []
	annotated := k8s.annotated_pods with input as _review("UPDATE", new, old)
	count(annotated) == 1
	not k8s.resource with input as _review("UPDATE", new, old)
	k8s.annotated_resource with input as _review("UPDATE", new, old)
}
