# METADATA
# title: What the Pod Security Standards' checks share
# description: |
#   Each official check is a package of its own below lib.pss, with functions that take a pod or container entry of
#   lib.k8s and give what is at fault: {"path", "msg"} for pods, {"field", "msg"} for containers. The verdict of a check
#   equals that of Kubernetes' own evaluator (k8s.io/pod-security-admission) on the object as the API server sees it,
#   for every version of the standards. What the API server could not decode is at fault.
package lib.pss

import data.lib.k8s

# METADATA
# description: Later than the minor version of any release.
latest := 1000000

# METADATA
# description: The minor version that a text such as v1.34 names; the latest for anything that is no version.
minor(version) := to_number(trim_prefix(version, "v1.")) if {
	is_string(version)
	regex.match(`^v1\.(0|[1-9][0-9]{0,4})$`, version)
} else := latest

# METADATA
# description: |
#   Whether a baseline check is left out at a level, because a restricted check of the same version stands for it. Not
#   always a stricter one: a volume with two sources, and capabilities of a Windows pod, pass where they would not have.
replaced(check, "restricted", minor_version) if minor_version >= replaced_since[check]

replaced_since := {
	"capabilities_baseline": 22,
	"hostPathVolumes": 0,
	"procMount": 35,
	"seccompProfile_baseline": 19,
}

# METADATA
# description: Whether the checks that ask for something of Linux pass over the pod, which says exactly that it runs on Windows.
windows(pod, minor_version) if {
	pod.spec.os.name == "windows"
	minor_version >= 25
}

# METADATA
# description: |
#   Whether the checks of users pass over the pod, since it runs in a user namespace of its own: its root is not the node's.
user_namespace(pod, minor_version) if {
	pod.spec.hostUsers == false
	minor_version >= 35
}

# METADATA
# description: Stands for what cannot be read since something on the way is no object; nothing allows it.
malformed := k8s.malformed

# METADATA
# description: The value of a key; null where it is missing, malformed where there can be no keys.
child(parent, key) := object.get(parent, key, null) if is_object(parent)

else := null if parent == null

else := malformed

# METADATA
# description: |
#   What can be gone through like a list. Null is an empty list; anything else that is no list is one malformed item, whose
#   key is no index.
items(list) := list if is_array(list)

else := [] if list == null

else := {"": malformed}

# METADATA
# description: The key of an item of `items` as paths write it.
at("") := ""

at(i) := $"[{i}]" if is_number(i)

# METADATA
# description: The path of an annotation of the pod; "" stands for all of them.
annotation_path(pod, "") := $"{pod.metadata_path}.annotations"

annotation_path(pod, key) := $"{pod.metadata_path}.annotations[{json.marshal(key)}]" if key != ""
