# METADATA
# title: Secrets are not readable cluster-wide
# description: |
#   Whoever may get, list or watch Secrets in every namespace holds every credential of the cluster, the tokens of its
#   strongest accounts among them. Denied are ClusterRoles that read Secrets, unless the inventory shows them to be
#   bound in namespaces only; and the ClusterRoleBinding that would change that. Naming Secrets in resourceNames limits
#   get, but not list and watch. A Role reads the Secrets of its own namespace, which is judged if a parameter says so.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets
#     description: Role Based Access Control Good Practices, Listing secrets
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowUnbound:
#           type: boolean
#           default: false
#           description: |
#             Whether a ClusterRole that nothing binds yet may read Secrets. Bindings are then judged alone.
#         judgeRoles:
#           type: boolean
#           default: false
#           description: Whether Roles may not read all Secrets of their namespace either.
#         exemptClusterRoles:
#           type: array
#           items: {type: string}
#           default: []
#           description: |
#             Exact names of ClusterRoles that are not judged. Those of Kubernetes itself need no entry: what it puts
#             into them is let through, and what anyone adds is judged. A Role of such a name is judged.
# custom:
#   id: rbac-secrets-access
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [Role, ClusterRole, ClusterRoleBinding]}]
#   mentions: ["*", secrets, ClusterRoleBinding]
#   sync:
#     - {group: rbac.authorization.k8s.io, version: v1, kind: RoleBinding}
#     - {group: rbac.authorization.k8s.io, version: v1, kind: ClusterRole}
#     - {group: rbac.authorization.k8s.io, version: v1, kind: ClusterRoleBinding}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.2"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Read Secrets with a Role in the namespace, best with get alone and the Secrets' names in resourceNames.
package rampart.cluster.rbac_secrets_access

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.rbac
import data.lib.rbac.bootstrap

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.review.kind.kind == "ClusterRole"
	role := k8s.resource
	rules := rbac.rules_on(role, {"secrets", "*"})
	rules != []
	not _exempt(k8s.name)
	some rule in bootstrap.judged("ClusterRole", role, rules)
	verbs := rbac.secret_reads(rule)
	count(verbs) > 0
	why := _cluster_wide
	path := rbac.entry_path(rule, "resources", {"secrets", "*"})
	msg := concat("", [
		$"ClusterRole {k8s.name} grants {concat(", ", verbs)} on secrets and {why}: ",
		"use a Role in the namespace, and get with the names in resourceNames.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.review.kind.kind == "Role"
	input.parameters.judgeRoles == true
	role := k8s.resource
	some rule in rbac.rules_on(role, {"secrets", "*"})
	verbs := rbac.secret_reads(rule)
	count(verbs) > 0
	path := rbac.entry_path(rule, "resources", {"secrets", "*"})
	msg := concat("", [
		$"Role {k8s.name} grants {concat(", ", verbs)} on all secrets of its namespace: ",
		"grant get alone, with the names in resourceNames.",
	])
}

violation contains finding.at(rego.metadata.chain(), "roleRef.name", msg) if {
	input.review.kind.kind == "ClusterRoleBinding"
	ref := rbac.reviewed_role
	_role_may_pass(ref.name)
	not _exempt(ref.name)
	_reads_secrets(ref)
	msg := concat("", [
		$"ClusterRoleBinding {k8s.name} lets its subjects read the secrets of every namespace (ClusterRole {ref.name}): ",
		"bind the role with a RoleBinding in each namespace that needs it.",
	])
}

_exempt(name) if name in input.parameters.exemptClusterRoles

_cluster_wide := "is bound cluster-wide" if {
	_bound_cluster_wide
} else := "may be bound cluster-wide" if {
	not input.parameters.allowUnbound == true
	not _bound_in_namespaces(k8s.name)
}

_bound_cluster_wide if k8s.name in _roles_bound_cluster_wide

_roles_bound_cluster_wide contains rbac.role_ref(binding).name if {
	some binding in inventory.cluster(rbac.group, "ClusterRoleBinding")
}

_bound_in_namespaces(name) if name in _roles_bound_in_namespaces

_roles_bound_in_namespaces contains ref.name if {
	some binding in inventory.everywhere(rbac.group, "RoleBinding")
	ref := rbac.role_ref(binding)
	ref.kind == "ClusterRole"
}

_reads_secrets(ref) if {
	some role in rbac.referenced(ref.kind, ref.name, "")
	some rule in bootstrap.judged("ClusterRole", role, rbac.rules_on(role, {"secrets", "*"}))
	count(rbac.secret_reads(rule)) > 0
}

# Where the ClusterRole is refused already, its bindings are not reported too.
_role_may_pass(name) if _bound_in_namespaces(name)

_role_may_pass(_) if input.parameters.allowUnbound == true
