# METADATA
# title: The object under review
# description: |
#   What a guardrail judges. An UPDATE that leaves the judged part as it was (finalizers, labels, status) is not judged
#   again; what it adds or changes is judged in full, whatever the subresource. A DELETE changes nothing that could be
#   judged. Guardrails read these rules and never `input.review.object`, so that the rule holds everywhere.
package lib.k8s

import data.lib.finding
import data.lib.workloads

group_kind := concat("/", [input.review.kind.group, input.review.kind.kind])

# METADATA
# description: The object, where anything but its metadata and status is new.
resource := obj if {
	obj := input.review.object
	is_object(obj)
	not _same_body
}

# METADATA
# description: The object, where its labels, annotations or anything else but its status is new.
annotated_resource := obj if {
	obj := input.review.object
	is_object(obj)
	not _same_body_and_metadata
}

# METADATA
# description: |
#   The object, where labels with the prefix or anything else but its metadata and status is new: others write labels
#   and annotations of their own to Namespaces all the time.
labelled_resource(prefix) := obj if {
	obj := input.review.object
	is_object(obj)
	not _same_body_and_labels(prefix)
}

# METADATA
# description: |
#   The object, where the value at the path, a list of keys, is new: controllers write to the spec of PersistentVolumes.
resource_with_new(path) := obj if {
	obj := input.review.object
	is_object(obj)
	not _same_at(path)
}

# METADATA
# description: The object's namespace; "" for cluster-scoped objects and where none is named.
default namespace := ""

namespace := text if {
	text := input.review.namespace
	is_string(text)
	text != ""
} else := text if {
	text := input.review.object.metadata.namespace
	is_string(text)
}

# METADATA
# description: The object's name; "" where the API server is to generate one.
default name := ""

name := text if {
	text := input.review.object.metadata.name
	is_string(text)
} else := text if {
	text := input.review.name
	is_string(text)
}

_deleting if input.review.operation == "DELETE"

_all_is_new if not _updating

# Without the object as it was, everything is new.
_updating if {
	input.review.operation == "UPDATE"
	is_object(input.review.oldObject)
}

# What is as it was. A DELETE leaves all of it so. The operation stands in each rule, so that OPA evaluates none of them
# for any other.

_same_body if input.review.operation == "DELETE"

_same_body if {
	input.review.operation == "UPDATE"
	_updating
	_body(input.review.object) == _body(input.review.oldObject)
}

_same_body_and_metadata if input.review.operation == "DELETE"

_same_body_and_metadata if {
	input.review.operation == "UPDATE"
	_same_body
	every key in ["labels", "annotations"] {
		object.get(input.review.object, ["metadata", key], {}) == object.get(input.review.oldObject, ["metadata", key], {})
	}
}

_same_body_and_labels(_) if input.review.operation == "DELETE"

_same_body_and_labels(prefix) if {
	input.review.operation == "UPDATE"
	_same_body
	_labels(input.review.object, prefix) == _labels(input.review.oldObject, prefix)
}

_same_at(_) if input.review.operation == "DELETE"

_same_at(path) if {
	input.review.operation == "UPDATE"
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
#   The pods that the object makes, as {"path", "spec", "metadata", "metadata_path", "security"}: `path` is where `spec`
#   stands, `security` its securityContext as an object. Only pods with something new outside of their containers.
pods := _pods if _all_is_new

else := [pod |
	some pod in _pods
	not _same_pod(pod)
] if {
	_updating
}

# METADATA
# description: Like `pods`, for guardrails that judge the pod's annotations too.
annotated_pods := _pods if _all_is_new

else := [pod |
	some pod in _pods
	not _same_annotated_pod(pod)
] if {
	_updating
}

# METADATA
# description: Like `pods`, for guardrails that judge the pod's labels too.
labelled_pods := _pods if _all_is_new

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
#   The containers of all pods, of every type, as {"path", "container", "type", "pod", "security"}; `type` is the name of
#   the list (initContainers, containers or ephemeralContainers), `security` the container's securityContext as an object.
#   Only those that are new, or stand in a pod that is.
containers := [entry |
	some pod in _pods
	some entry in _containers(pod)
] if _all_is_new

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

_pods_of(obj) := [_pod(place, object.get(obj, place.path, null)) |
	some place in places
] if {
	is_object(obj)
	places := _places(group_kind)
} else := array.concat(_templated_pods(obj), _custom_pods(obj)) if {
	is_object(obj)
} else := []

# Where the pods of most kinds stand: of the kind alone, so that all objects of a kind share it. Undefined for kinds with
# pods in lists and maps, for a site's own, and for those with a form of their own.
_places(kind) := places if {
	paths := workloads.pod_templates[kind]
	places := [_place(path, concat(".", path)) |
		some path in paths
		not "*" in path
	]
	count(places) == count(paths)
}

_place([], _) := {"path": [], "spec": "spec", "metadata": "metadata"}

_place(path, at) := {"path": path, "spec": $"{at}.spec", "metadata": $"{at}.metadata"} if path != []

_templated_pods(obj) := [_pod(_place(path, at), template) |
	some path in object.get(workloads.pod_templates, group_kind, object.get(workloads.own, group_kind, []))
	some [at, template] in templates_at(obj, path)
]

_pod(place, template) := {
	"path": place.spec,
	"spec": spec,
	"metadata": _object(object.get(template, "metadata", {})),
	"metadata_path": place.metadata,
	"security": _security(spec),
} if {
	is_object(template)
	spec := _object(object.get(template, "spec", {}))
}

# The securityContext of a container or a pod's spec. Of one that is no object nothing can be read, and no check allows that.
_security(owner) := security if {
	security := owner.securityContext
	is_object(security)
} else := _unreadable if {
	owner.securityContext != null
} else := {}

_unreadable := {field: malformed |
	some field in {
		"allowPrivilegeEscalation", "appArmorProfile", "capabilities", "privileged", "procMount", "runAsNonRoot",
		"runAsUser", "seLinuxOptions", "seccompProfile", "sysctls", "windowsOptions",
	}
}

# METADATA
# description: Stands for what cannot be read since something on the way is no object; nothing allows it.
malformed := "<malformed>"

# METADATA
# description: |
#   The pod templates at a path of lib.workloads, as a list of [path, template]; a `*` in the path stands for every
#   entry of a list or a map.
templates_at(obj, path) := [[concat(".", path), template] |
	template := object.get(obj, path, null)
	is_object(template)
] if {
	not "*" in path
} else := [[finding.path(steps), template] |
	star := [i | some i, "*" in path][0]
	rest := array.slice(path, star + 1, count(path))
	some key, entry in object.get(obj, array.slice(path, 0, star), null)
	is_object(entry)
	template := object.get(entry, rest, null)
	is_object(template)
	steps := array.concat(array.concat(array.slice(path, 0, star), [key]), rest)
]

_object(x) := x if is_object(x)

else := {}

_array(x) := x if is_array(x)

else := []

_containers(pod) := pod.containers if pod.containers

else := [entry |
	parent := pod.path
	some type in container_types
	list := pod.spec[type]
	is_array(list)
	some i, item in list
	container := _object(item)
	entry := {
		"path": $"{parent}.{type}[{i}]",
		"container": container,
		"type": type,
		"pod": pod,
		"security": _security(container),
	}
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
