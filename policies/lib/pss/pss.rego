# METADATA
# title: What the Pod Security Standards' checks share
# description: |
#   Each official check is a package of its own below lib.pss, with functions that take a pod or container entry of
#   lib.k8s and give what is at fault: {"path", "msg"} for pods, {"field", "msg"} for containers. The verdict of a check
#   equals that of Kubernetes' own evaluator (k8s.io/pod-security-admission) on the object as the API server sees it,
#   for every version of the standards. What the API server could not decode is at fault.
package lib.pss

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
# description: Whether the pod says exactly that it runs on Windows.
windows(pod) if pod.spec.os.name == "windows"

# METADATA
# description: Whether the pod runs in a user namespace of its own, so that its root is not the node's.
user_namespace(pod) if pod.spec.hostUsers == false

# METADATA
# description: Stands for what cannot be read since something on the way is no object; nothing allows it.
malformed := "<malformed>"

# METADATA
# description: The value of a key; null where it is missing, malformed where there can be no keys.
child(parent, key) := object.get(parent, key, null) if is_object(parent)

else := null if parent == null

else := malformed

# METADATA
# description: A field of the securityContext of a container or a pod's spec, read like `child`.
security(owner, field) := object.get(owner.securityContext, field, null) if is_object(owner.securityContext)

else := null if object.get(owner, "securityContext", null) == null

else := malformed

# METADATA
# description: |
#   The items of a list as {"at", "value"}, where `at` is the index as paths write it. Null is an empty list; anything
#   else that is no list is one malformed item without an index.
items(list) := [{"at": at, "value": value} |
	some i, value in list
	at := $"[{i}]"
] if {
	is_array(list)
}

else := [] if list == null

else := [{"at": "", "value": malformed}]

# METADATA
# description: The path of an annotation of the pod; "" stands for all of them.
annotation_path(pod, "") := $"{pod.metadata_path}.annotations"

annotation_path(pod, key) := $"{pod.metadata_path}.annotations[{json.marshal(key)}]" if key != ""
