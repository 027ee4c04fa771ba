# METADATA
# title: The inventory
# description: |
#   Other objects of the cluster, or of the files given together, in Gatekeeper's shape:
#   data.inventory.namespace[namespace][groupVersion][kind][name] and data.inventory.cluster[groupVersion][kind][name].
#   Every version of a group counts. The reviewed object can be among them, in an older state. A ref that leads through
#   all versions at once takes one step, a loop over them some for each.
package lib.inventory

# METADATA
# description: The objects of a group and kind in a namespace, as a set.
namespaced(namespace, group, kind) := {obj |
	all := data.inventory.namespace[namespace]
	some group_version
	objects := all[group_version][kind]
	_group(group_version) == group
	some obj in objects
}

# METADATA
# description: The objects of a group, kind and name in a namespace, as a set.
namespaced_named(namespace, group, kind, name) := {obj |
	all := data.inventory.namespace[namespace]
	some group_version
	obj := all[group_version][kind][name]
	_group(group_version) == group
}

# METADATA
# description: The cluster-scoped objects of a group and kind, as a set.
cluster(group, kind) := {obj |
	all := data.inventory.cluster
	some group_version
	objects := all[group_version][kind]
	_group(group_version) == group
	some obj in objects
}

# METADATA
# description: The cluster-scoped objects of a group, kind and name, as a set.
cluster_named(group, kind, name) := {obj |
	all := data.inventory.cluster
	some group_version
	obj := all[group_version][kind][name]
	_group(group_version) == group
}

# METADATA
# description: Every object of a group and kind in all namespaces, as a list.
everywhere(group, kind) := [obj |
	all := data.inventory.namespace
	some namespace, group_version
	objects := all[namespace][group_version][kind]
	_group(group_version) == group
	some obj in objects
]

# METADATA
# description: The kinds of a namespace as a list of {"group_kind", "objects"}, with the objects by name.
kinds_in(namespace) := _kinds(data.inventory.namespace[namespace])

# METADATA
# description: The cluster-scoped kinds, in the form of `kinds_in`.
cluster_kinds := _kinds(data.inventory.cluster)

_kinds(versions) := [{"group_kind": group_kind, "objects": objects} |
	some group_version, kinds in versions
	group := _group(group_version)
	some kind, objects in kinds
	group_kind := $"{group}/{kind}"
]

# METADATA
# description: The group of an apiVersion, "" for the core group.
group_of(api_version) := _group(api_version) if is_string(api_version)

_group(group_version) := split(group_version, "/")[0] if contains(group_version, "/")

else := ""
