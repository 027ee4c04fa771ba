# METADATA
# title: ServiceAccounts of pods
# description: |
#   Which ServiceAccount a pod runs as. Pods whose account is decided elsewhere (the tasks that a Tekton run starts, the
#   containers that a SidecarSet adds to other pods) are left out.
package lib.serviceaccounts

import data.lib.inventory
import data.lib.k8s

# METADATA
# description: |
#   The pods of lib.k8s whose account the object decides, with the account's name, as {"path", "spec", "account"}.
pods := [] if {
	_decided_elsewhere[k8s.group_kind]
} else := [{"path": path, "spec": spec, "account": account} |
	some pod in k8s.pods
	path := pod.path
	spec := pod.spec
	account := name(spec)
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
	value := spec.serviceAccount
	not value in {"", null}
	object.get(spec, "serviceAccountName", null) in {"", null}
} else := "serviceAccountName"

# METADATA
# description: The account's name, "default" where none is set.
name(spec) := value if {
	value := spec.serviceAccountName
	not value in {"", null}
} else := value if {
	value := spec.serviceAccount
	not value in {"", null}
} else := "default"

# METADATA
# description: |
#   Whether a binding of the inventory has the account as a subject, by its name or by its user name: true or false.
bound(namespace, account) := $"system:serviceaccount:{namespace}:{account}" in _bound

# The user names of all that bindings bind: one look at the bindings for any number of pods.
_bound contains $"system:serviceaccount:{namespace}:{account}" if {
	some subject in _subjects
	subject.kind == "ServiceAccount"
	namespace := subject.namespace
	account := subject.name
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

# METADATA
# description: |
#   Whether the ServiceAccount is in the inventory and says that its pods get no token unless they ask. Of scalars, so
#   that the pods of an account share the answer.
unmounting(namespace, account) := false in {value |
	some found in inventory.namespaced_named(namespace, "", "ServiceAccount", account)
	value := found.automountServiceAccountToken
}
