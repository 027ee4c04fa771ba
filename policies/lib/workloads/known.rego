# METADATA
# title: The workloads of the inventory
# description: What the inventory tells about the pods of a namespace.
package lib.workloads.known

import data.lib.inventory
import data.lib.k8s
import data.lib.workloads

# METADATA
# description: |
#   The metadata of the pods of every workload in the namespace, as a list, {} for those without any. In files, "" is the
#   namespace of workloads that name none.
pod_metadata(namespace) := [_object(object.get(template, "metadata", {})) |
	some group_kind, paths in object.union(workloads.own, workloads.pod_templates)
	[group, kind] := split(group_kind, "/")
	some workload in _workloads(namespace, group, kind)
	some path in paths
	some [_, template] in k8s.templates_at(workload, path)
]

_workloads("", group, kind) := inventory.cluster(group, kind)

_workloads(namespace, group, kind) := inventory.namespaced(namespace, group, kind) if namespace != ""

_object(x) := x if is_object(x)

_object(x) := {} if not is_object(x)
