# METADATA
# title: Bindings refer to what exists
# description: |
#   A binding whose role or account doesn't exist grants nothing today, and tomorrow whatever somebody makes under that
#   name. Judged is whether the inventory has the role that roleRef names and the ServiceAccounts among the subjects,
#   also those spelled as Users. The roles that Kubernetes itself makes exist everywhere. This only warns: a role that
#   was applied a moment ago may not have reached the inventory yet.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding
#     description: RoleBinding and ClusterRoleBinding
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         knownRoles:
#           type: array
#           items: {type: string}
#           default: []
#           description: Roles that exist elsewhere, as ClusterRole/NAME or Role/NAMESPACE/NAME.
#         knownServiceAccounts:
#           type: array
#           items: {type: string}
#           default: []
#           description: ServiceAccounts that exist elsewhere, as NAMESPACE/NAME.
# custom:
#   id: rbac-dangling-references
#   severity: low
#   profiles: {baseline: warn, restricted: warn}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [RoleBinding, ClusterRoleBinding]}]
#   sync:
#     - {group: rbac.authorization.k8s.io, version: v1, kind: Role}
#     - {group: rbac.authorization.k8s.io, version: v1, kind: ClusterRole}
#     - {group: "", version: v1, kind: ServiceAccount}
#   controls:
#     soc2: [CC6.1, CC6.2]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.1"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Name a role and ServiceAccounts that exist, and apply them before the bindings; remove the bindings of what is
#     gone.
package rampart.cluster.rbac_dangling_references

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.rbac
import data.lib.rbac.builtin

violation contains finding.at(rego.metadata.chain(), "roleRef.name", msg) if {
	{"kind": kind, "name": name} := rbac.reviewed_role
	name != ""
	not _exists(kind, name, k8s.namespace)
	k8s.resource.roleRef.kind in _role_kinds[input.review.kind.kind]
	msg := concat("", [
		$"{_subject} refers to the {kind} {name}, which is not there: whoever makes it decides what the ",
		"subjects may do. Apply the role first, or name one that exists.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some subject in rbac.reviewed_subjects
	{"namespace": namespace, "name": name} := subject.account
	namespace != ""
	name != ""
	not _account_exists(namespace, name)
	path := $"{subject.path}.name"
	msg := concat("", [
		$"{_subject} names the {subject.identity}, which is not there: whoever makes it gets these rights. ",
		"Apply the account first, or name one that exists.",
	])
}

_subject := $"{input.review.kind.kind} {k8s.name}"

_role_kinds := {
	"RoleBinding": ["Role", "ClusterRole"],
	"ClusterRoleBinding": ["ClusterRole"],
}

# Of scalars, so that all bindings of a role share the answer.
_exists(kind, name, namespace) if count(rbac.referenced(kind, name, namespace)) > 0

_exists("ClusterRole", name, _) if name in builtin.cluster_roles

_exists("Role", name, namespace) if $"{namespace}/{name}" in builtin.roles

_exists("ClusterRole", name, _) if $"ClusterRole/{name}" in input.parameters.knownRoles

_exists("Role", name, namespace) if $"Role/{namespace}/{name}" in input.parameters.knownRoles

# Of scalars, so that all bindings of an account share the answer. Every namespace has its default account.
_account_exists(_, "default")

_account_exists(namespace, name) if {
	count(inventory.namespaced_named(namespace, "", "ServiceAccount", name)) > 0
}

# In files, an account can be one that names no namespace and gets its own from the run.
_account_exists(_, name) if count(inventory.cluster_named("", "ServiceAccount", name)) > 0

_account_exists(namespace, name) if builtin.account({"namespace": namespace, "name": name})

_account_exists(namespace, name) if $"{namespace}/{name}" in input.parameters.knownServiceAccounts
