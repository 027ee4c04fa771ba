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
	some of_kind in _kinds(namespace)
	some path in _pod_templates[of_kind.group_kind]
	some workload in of_kind.objects
	some [_, template] in k8s.templates_at(workload, path)
]

_pod_templates := object.union(workloads.own, workloads.pod_templates)

_kinds("") := inventory.cluster_kinds

_kinds(namespace) := inventory.kinds_in(namespace) if namespace != ""

_object(x) := x if is_object(x)

_object(x) := {} if not is_object(x)
