# METADATA
# title: The images that the inventory's workloads use
# description: |
#   For documents about images (reports, bills of materials, signatures), which are held against the manifests beside them.
#   No rule here reads the input, so that they are made once for all documents.
package lib.images.used

import data.lib.finding
import data.lib.images
import data.lib.inventory
import data.lib.k8s
import data.lib.workloads

# METADATA
# description: The images in use, as a list of {"image", "text", "workload"}; `image` is what lib.images makes of the text.
all := [{"image": image, "text": text, "workload": workload} |
	some [workload, text] in _texts
	image := images.parse(text)
	image.repository
]

# METADATA
# description: The digests of images in use.
digests := {use.image.digest | some use in all; use.image.digest != ""}

# METADATA
# description: The digests of images in use with their repositories, as a set of [digest, repository].
pinned := {[use.image.digest, use.image.repository] | some use in all; use.image.digest != ""}

_texts := {[workload, text] |
	some group_kind, paths in object.union(workloads.own, workloads.pod_templates)
	some object_ in _objects(group_kind)
	workload := _workload(group_kind, object_)
	some path in paths
	some [_, template] in k8s.templates_at(object_, path)
	some text in _of_pod(template.spec)
} | {[workload, text] |
	some group_kind, _ in workloads.containers_in
	some object_ in _objects(group_kind)
	workload := _workload(group_kind, object_)
	walk(object_.spec, [path, text])
	path[count(path) - 1] == "image"
}

_objects(group_kind) := array.concat(
	inventory.everywhere(group, kind),
	[object_ | some object_ in inventory.cluster(group, kind)],
) if {
	[group, kind] := split(group_kind, "/")
}

_of_pod(spec) := {container.image |
	some type in k8s.container_types
	some container in spec[type]
} | {volume.image.reference | some volume in spec.volumes}

# The workload as messages show it: "Deployment namespace/name".
_workload(group_kind, object_) := $"{split(group_kind, "/")[1]} {_namespace(object_)}{_name(object_)}"

_namespace(object_) := $"{namespace}/" if {
	namespace := object_.metadata.namespace
	is_string(namespace)
	namespace != ""
} else := ""

_name(object_) := finding.name(object_.metadata) if {
	_ = object_.metadata
} else := "without a name"
