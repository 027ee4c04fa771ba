# METADATA
# title: The inventory
# description: |
#   Other objects of the cluster, or of the files given together, in Gatekeeper's shape:
#   data.inventory.namespace[namespace][groupVersion][kind][name] and data.inventory.cluster[groupVersion][kind][name].
#   Every version of a group counts. The reviewed object can be among them, in an older state.
package lib.inventory

# METADATA
# description: The objects of a group and kind in a namespace, as a set.
namespaced(namespace, group, kind) := {obj |
	some group_version, kinds in data.inventory.namespace[namespace]
	_group(group_version) == group
	some obj in kinds[kind]
}

# METADATA
# description: The cluster-scoped objects of a group and kind, as a set.
cluster(group, kind) := {obj |
	some group_version, kinds in data.inventory.cluster
	_group(group_version) == group
	some obj in kinds[kind]
}

_group(group_version) := split(group_version, "/")[0] if contains(group_version, "/")

_group(group_version) := "" if not contains(group_version, "/")
