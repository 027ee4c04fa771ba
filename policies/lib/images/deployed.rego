# METADATA
# title: The images of the workloads that are known
# description: |
#   Every image that a workload of the inventory runs, so that a document about an image can be held against the manifests
#   given beside it.
package lib.images.deployed

import data.lib.images
import data.lib.inventory
import data.lib.k8s
import data.lib.workloads

# METADATA
# description: |
#   The images with what lib.images makes of their references, as a set: those of all containers and the volumes that are
#   images. What is no reference is left out.
parsed := {image |
	some reference in _references
	image := images.parse(reference)
	not image.problem
}

# METADATA
# description: The digests of the images with their repositories, as a set of [digest, repository].
pinned := {[image.digest, image.repository] |
	some image in parsed
	image.digest != ""
}

_references contains reference if {
	some spec in _pod_specs
	some type in k8s.container_types
	some container in spec[type]
	reference := container.image
}

_references contains reference if {
	some spec in _pod_specs
	some volume in spec.volumes
	reference := volume.image.reference
}

# Kinds that spell their containers in fields of their own: whatever is called an image there.
_references contains reference if {
	some group_kind, source in workloads.containers_in
	some obj in _objects(group_kind)
	walk(object.get(obj, source.path, null), [path, reference])
	path[count(path) - 1] == "image"
}

_pod_specs := [template.spec |
	some group_kind, paths in object.union(workloads.own, workloads.pod_templates)
	some obj in _objects(group_kind)
	some path in paths
	some [_, template] in k8s.templates_at(obj, path)
]

# In files, workloads without a namespace stand among what has none.
_objects(group_kind) := array.concat(inventory.everywhere(group, kind), [obj | some obj in inventory.cluster(group, kind)]) if {
	[group, kind] := split(group_kind, "/")
}
