# METADATA
# title: Dapr
# description: |
#   What Dapr's sidecar injector makes of the annotations of a pod, read as its source does (pkg/injector/patcher): a
#   value of "y", "yes", "true", "t", "on" or "1" in any case is true, an empty one counts as none. The injector looks at
#   Pods alone, so that only the annotations of a pod template have an effect.
package lib.dapr

import data.lib.k8s
import data.lib.workloads.known

# METADATA
# description: |
#   The pods that get a sidecar and have something new outside of their containers, as {"pod", "annotations", "path"}:
#   `path` is where the annotations stand.
sidecars := [sidecar |
	some pod in k8s.annotated_pods
	annotations := pod.metadata.annotations
	annotations["dapr.io/enabled"]
	_enabled(annotations)
	sidecar := {"pod": pod, "annotations": annotations, "path": $"{pod.metadata_path}.annotations"}
]

# METADATA
# description: A setting of a sidecar, the text of the annotation dapr.io/name; "" where it is not set.
setting(sidecar, name) := _text(sidecar.annotations, name)

# METADATA
# description: Whether the annotation of a setting is there, if only with an empty value.
has(sidecar, name) if $"dapr.io/{name}" in object.keys(sidecar.annotations)

# METADATA
# description: Whether a setting is switched on.
on(sidecar, name) if truthy(setting(sidecar, name))

# METADATA
# description: The path of the annotation of a setting.
path(sidecar, name) := $"{sidecar.path}[\"dapr.io/{name}\"]"

# METADATA
# description: Whether Dapr takes the text of an annotation for true.
truthy(text) if lower(trim_space(text)) in {"y", "yes", "true", "t", "on", "1"}

# METADATA
# description: |
#   The application IDs that the workloads of a namespace have, of those in the inventory. An ID that is not written out
#   is the name of the Pod, which only a Pod itself tells.
app_ids(namespace) := {id |
	some metadata in known.pod_metadata(namespace)
	annotations := _annotations(metadata)
	_enabled(annotations)
	id := _app_id(_text(annotations, "app-id"), object.get(metadata, "name", ""))
	is_string(id)
	id != ""
}

# METADATA
# description: |
#   The control plane's own Configuration, which no application uses: "daprsystem" in one of the control plane's
#   namespaces. In any other namespace the name means nothing.
is_control_plane(namespaces) if {
	k8s.name == "daprsystem"
	k8s.namespace in namespaces
}

# METADATA
# description: The elements of a list as [index, object], an empty object for what is none; none of what is no list.
objects(list) := [[i, _object(item)] | some i, item in list] if is_array(list)

else := []

_enabled(annotations) if truthy(_text(annotations, "enabled"))

_app_id("", name) := name

_app_id(id, _) := id if id != ""

_annotations(metadata) := _object(object.get(metadata, "annotations", {}))

# The API server takes texts only, and null for "".
_text(annotations, name) := value if {
	value := annotations[$"dapr.io/{name}"]
	is_string(value)
} else := $"{value}" if {
	value := annotations[$"dapr.io/{name}"]
	type_name(value) in {"boolean", "number"}
} else := ""

_object(x) := x if is_object(x)

else := {}
