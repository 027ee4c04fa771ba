# METADATA
# title: The object under review
# description: |
#   What a guardrail judges. An UPDATE that leaves the judged part as it was (finalizers, labels, status) is not judged
#   again; what it adds or changes is judged in full, whatever the subresource. A DELETE changes nothing that could be
#   judged. Guardrails read these rules and never `input.review.object`, so that the rule holds everywhere.
package lib.k8s

import data.lib.finding
import data.lib.workloads

group_kind := $"{input.review.kind.group}/{input.review.kind.kind}"

# METADATA
# description: The object, where anything but its metadata and status is new.
resource := input.review.object if {
	is_object(input.review.object)
	not _deleting
	not _same_body
}

# METADATA
# description: The object, where its labels, annotations or anything else but its status is new.
annotated_resource := input.review.object if {
	is_object(input.review.object)
	not _deleting
	not _same_body_and_metadata
}

# METADATA
# description: |
#   The object, where labels with the prefix or anything else but its metadata and status is new: others write labels
#   and annotations of their own to Namespaces all the time.
labelled_resource(prefix) := input.review.object if {
	is_object(input.review.object)
	not _deleting
	not _same_body_and_labels(prefix)
}

# METADATA
# description: |
#   The object, where the value at the path, a list of keys, is new: controllers write to the spec of PersistentVolumes.
resource_with_new(path) := input.review.object if {
	is_object(input.review.object)
	not _deleting
	not _same_at(path)
}

# METADATA
# description: The object's namespace; "" for cluster-scoped objects and where none is named.
default namespace := ""

namespace := input.review.namespace if {
	is_string(input.review.namespace)
	input.review.namespace != ""
} else := input.review.object.metadata.namespace if {
	is_string(input.review.object.metadata.namespace)
}

# METADATA
# description: The object's name; "" where the API server is to generate one.
default name := ""

name := input.review.object.metadata.name if {
	is_string(input.review.object.metadata.name)
} else := input.review.name if is_string(input.review.name)

_deleting if input.review.operation == "DELETE"

# Without the object as it was, everything is new.
_updating if {
	input.review.operation == "UPDATE"
	is_object(input.review.oldObject)
}

_same_body if {
	_updating
	_body(input.review.object) == _body(input.review.oldObject)
}

_same_body_and_metadata if {
	_same_body
	every key in ["labels", "annotations"] {
		object.get(input.review.object, ["metadata", key], {}) == object.get(input.review.oldObject, ["metadata", key], {})
	}
}

_same_body_and_labels(prefix) if {
	_same_body
	_labels(input.review.object, prefix) == _labels(input.review.oldObject, prefix)
}

_same_at(path) if {
	_updating
	object.get(input.review.object, path, null) == object.get(input.review.oldObject, path, null)
}

_labels(obj, prefix) := {key: value |
	some key, value in obj.metadata.labels
	is_string(key)
	startswith(key, prefix)
}

_body(obj) := object.remove(obj, ["metadata", "status"])

# METADATA
# description: |
#   The pods that the object makes, as {"path", "spec", "metadata", "metadata_path"}: `path` is where `spec` stands.
#   Only pods with something new outside of their containers.
pods := _pods if not _updating

else := [pod |
	some pod in _pods
	not _same_pod(pod)
] if {
	_updating
}

# METADATA
# description: Like `pods`, for guardrails that judge the pod's annotations too.
annotated_pods := _pods if not _updating

else := [pod |
	some pod in _pods
	not _same_annotated_pod(pod)
] if {
	_updating
}

# METADATA
# description: Like `pods`, for guardrails that judge the pod's labels too.
labelled_pods := _pods if not _updating

else := [pod |
	some pod in _pods
	not _same_labelled_pod(pod)
] if {
	_updating
}

# METADATA
# description: Every pod that the object makes, changed or not; for rules that relate a change elsewhere to the pod.
all_pods := _pods

# METADATA
# description: |
#   The containers of all pods, of every type, as {"path", "container", "type", "pod"}; `type` is the name of the list
#   (initContainers, containers or ephemeralContainers). Only those that are new, or stand in a pod that is.
containers := [entry |
	some pod in _pods
	some entry in _containers(pod)
] if not _updating

else := [entry |
	some pod in _pods
	same_pod := _same_pod_or_false(pod)
	some entry in _containers(pod)
	not _same_container(entry, same_pod)
] if {
	_updating
}

# METADATA
# description: The containers of one pod, changed or not, in the form of `containers`.
containers_of(pod) := _containers(pod)

container_types := ["initContainers", "containers", "ephemeralContainers"]

_pods := _pods_of(input.review.object) if not _deleting

_pods_of(obj) := array.concat(_templated_pods(obj), _custom_pods(obj)) if is_object(obj)

else := []

_template_paths := object.get(workloads.pod_templates, group_kind, object.get(workloads.own, group_kind, []))

_templated_pods(obj) := [pod |
	some path in _template_paths
	some [at, template] in templates_at(obj, path)
	pod := {
		"path": trim_prefix(concat(".", [at, "spec"]), "."),
		"spec": _object(object.get(template, "spec", {})),
		"metadata": _object(object.get(template, "metadata", {})),
		"metadata_path": trim_prefix(concat(".", [at, "metadata"]), "."),
	}
]

# METADATA
# description: |
#   The pod templates at a path of lib.workloads, as a list of [path, template]; a `*` in the path stands for every
#   entry of a list or a map.
templates_at(obj, path) := [[concat(".", path), template] |
	template := _at(obj, path)
	is_object(template)
] if {
	not "*" in path
} else := [[finding.path(steps), template] |
	star := [i | some i, "*" in path][0]
	rest := array.slice(path, star + 1, count(path))
	some key, entry in _at(obj, array.slice(path, 0, star))
	is_object(entry)
	template := _at(entry, rest)
	is_object(template)
	steps := array.concat(array.concat(array.slice(path, 0, star), [key]), rest)
]

_at(obj, []) := obj

_at(obj, segments) := object.get(obj, segments, null) if count(segments) > 0

_object(x) := x if is_object(x)

else := {}

_array(x) := x if is_array(x)

else := []

_containers(pod) := pod.containers if pod.containers

else := [{"path": path, "container": container, "type": type, "pod": pod} |
	some type in container_types
	list := pod.spec[type]
	is_array(list)
	some i, item in list
	container := _object(item)
	path := $"{pod.path}.{type}[{i}]"
]

_old_pods := {pod.path: pod | some pod in _pods_of(input.review.oldObject)}

_same_pod(pod) if {
	_updating
	_outside_containers(pod.spec) == _outside_containers(_old_pods[pod.path].spec)
}

_same_pod_or_false(pod) if _same_pod(pod)

else := false

_same_annotated_pod(pod) if {
	_same_pod(pod)
	object.get(pod.metadata, "annotations", {}) == object.get(_old_pods[pod.path].metadata, "annotations", {})
}

_same_labelled_pod(pod) if {
	_same_pod(pod)
	object.get(pod.metadata, "labels", {}) == object.get(_old_pods[pod.path].metadata, "labels", {})
}

_same_container(entry, true) if {
	some old in _containers(_old_pods[entry.pod.path])
	old.container == entry.container
	old.type == entry.type
}

_outside_containers(spec) := object.remove(spec, container_types)
