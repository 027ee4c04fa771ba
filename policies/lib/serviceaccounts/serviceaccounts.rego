# METADATA
# title: ServiceAccounts of pods
# description: |
#   Which ServiceAccount a pod runs as. Pods whose account is decided elsewhere (the tasks that a Tekton run starts, the
#   containers that a SidecarSet adds to other pods) are left out.
package lib.serviceaccounts

import data.lib.inventory
import data.lib.k8s

# METADATA
# description: The pods of lib.k8s whose account the object decides.
pods := [pod |
	not k8s.group_kind in _decided_elsewhere
	some pod in k8s.pods
]

_decided_elsewhere := {
	"apps.kruise.io/SidecarSet", "tekton.dev/ClusterTask", "tekton.dev/Pipeline", "tekton.dev/StepAction",
	"tekton.dev/Task",
}

# METADATA
# description: |
#   The field of a PodSpec that names its account: serviceAccountName, or the deprecated serviceAccount where only that
#   one is set, as the API server has it.
field(spec) := "serviceAccount" if {
	not _is_set(spec, "serviceAccountName")
	_is_set(spec, "serviceAccount")
} else := "serviceAccountName"

# METADATA
# description: The account's name, "default" where none is set.
name(spec) := value if {
	value := spec[field(spec)]
	not value in {"", null}
} else := "default"

_is_set(spec, key) if not object.get(spec, key, null) in {"", null}

# METADATA
# description: Whether a binding of the inventory has the account as a subject, by its name or by its user name.
bound(namespace, account) if $"system:serviceaccount:{namespace}:{account}" in _bound

# The user names of all that bindings bind: one look at the bindings for any number of pods.
_bound contains $"system:serviceaccount:{subject.namespace}:{subject.name}" if {
	some subject in _subjects
	subject.kind == "ServiceAccount"
}

_bound contains subject.name if {
	some subject in _subjects
	subject.kind == "User"
}

_subjects := [subject |
	some binding in array.concat(
		inventory.everywhere("rbac.authorization.k8s.io", "RoleBinding"),
		[binding | some binding in inventory.cluster("rbac.authorization.k8s.io", "ClusterRoleBinding")],
	)
	some subject in binding.subjects
]
