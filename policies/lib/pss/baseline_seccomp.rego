# METADATA
# title: "Check seccompProfile_baseline"
# description: |
#   Up to v1.18 the seccomp annotations of the pod and of its containers may only name the runtime's profile or one on
#   the node; from v1.19 that holds for the fields and annotations are not read. At level restricted
#   seccompProfile_restricted takes its place from v1.19.
package lib.pss.baseline_seccomp

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.seccomp

_pod_annotation := "seccomp.security.alpha.kubernetes.io/pod"

_container_prefix := "container.seccomp.security.alpha.kubernetes.io/"

# METADATA
# description: The minor version from which on the fields are read, and not the annotations.
fields_since := 19

in_pod(pod, minor) := found if {
	found := seccomp.in_pod(pod)
	minor >= fields_since
}

in_container(entry, minor) := found if {
	found := seccomp.in_container(entry)
	minor >= fields_since
}

in_annotations(pod, minor) := [_fault(pod, key, value) |
	some key, value in pod.metadata.annotations
	_relevant(pod, key)
	not _allowed(value)
] if {
	minor < fields_since
	is_object(pod.metadata.annotations)
}

else := [{"path": pss.annotation_path(pod, ""), "msg": "The pod's annotations must be an object of texts."}] if {
	minor < fields_since
	object.get(pod.metadata, "annotations", null) != null
}

# METADATA
# description: The annotation for a container, for where a container is new and the annotations are not.
in_container_annotation(entry, minor) := [_fault(entry.pod, key, value)] if {
	minor < fields_since
	key := _container_annotation(entry.container)
	value := entry.pod.metadata.annotations[key]
	not _allowed(value)
}

_relevant(_, key) if key == _pod_annotation

_relevant(pod, key) if {
	some entry in k8s.containers_of(pod)
	key == _container_annotation(entry.container)
}

_container_annotation(container) := concat("", [_container_prefix, name]) if {
	name := _text(object.get(container, "name", ""))
}

_text(value) := value if is_string(value)

_text(null) := ""

_allowed(value) if value in {"runtime/default", "docker/default"}

_allowed(value) if {
	is_string(value)
	startswith(value, "localhost/")
}

_fault(pod, key, value) := {"path": pss.annotation_path(pod, key), "msg": msg} if {
	shown := finding.shown(value)
	msg := $"The annotation {key} must not be {shown}: remove it or write runtime/default or localhost/<profile>."
}
