# METADATA
# title: Nobody but listed administrators gets every right
# description: |
#   A ClusterRoleBinding to cluster-admin makes its subjects administrators of the cluster, a RoleBinding makes them
#   administrators of its namespace. The same holds for a role that covers everything under another name, and nearly so
#   for admin and edit where they are bound in every namespace or in one that the cluster itself runs in. A role of
#   another name is judged by the rules that the inventory has for it, aggregated ones included.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
#     description: User-facing roles
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedSubjects:
#           type: array
#           items: {type: string}
#           default: [Group/system:masters, "Group/kubeadm:cluster-admins"]
#           description: |
#             Subjects that may be administrators, exactly as User/NAME, Group/NAME or ServiceAccount/NAMESPACE/NAME.
#             The defaults are the groups that every cluster makes administrators of itself.
#         namespaceAdminRoles:
#           type: array
#           items: {type: string}
#           default: [admin, edit]
#           description: ClusterRoles that may be bound in namespaces, but not cluster-wide or in a system namespace.
#         systemNamespaces:
#           type: array
#           items: {type: string}
#           default: [kube-system]
#           description: Namespaces in which rights on everything are rights on the cluster.
# custom:
#   id: rbac-cluster-admin
#   severity: critical
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [RoleBinding, ClusterRoleBinding]}]
#   sync:
#     - {group: rbac.authorization.k8s.io, version: v1, kind: Role}
#     - {group: rbac.authorization.k8s.io, version: v1, kind: ClusterRole}
#   controls:
#     soc2: [CC6.1, CC6.2, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.1"]
#     nsa: [authentication-authorization]
#   remediation: Bind a role that lists the rights that the subject needs, in the namespaces that it needs them in.
package rampart.cluster.rbac_cluster_admin

import data.lib.finding
import data.lib.k8s
import data.lib.rbac

violation contains finding.at(rego.metadata.chain(), "roleRef.name", msg) if {
	{"kind": kind, "name": name} := rbac.reviewed_role
	reason := _reason(kind, name)
	subjects := concat(", ", sort({subject.identity |
		some subject in rbac.reviewed_subjects
		not _allowed(subject)
	}))
	subjects != ""
	msg := concat("", [
		$"{input.review.kind.kind} {k8s.name} gives {subjects} the {kind} {name}, {reason}: ",
		"bind a role that lists the rights that are needed.",
	])
}

_allowed(subject) if subject.identity in input.parameters.allowedSubjects

_reason(kind, name) := "every right there is" if {
	kind == "ClusterRole"
	name == "cluster-admin"
} else := $"nearly every right, {_scope}" if {
	kind == "ClusterRole"
	name in input.parameters.namespaceAdminRoles
	_scope
} else := "a role that covers everything" if {
	rbac.gives_everything(kind, name, _place(kind))
}

_place("ClusterRole") := ""

_place("Role") := k8s.namespace

_scope := "in every namespace" if input.review.kind.kind == "ClusterRoleBinding"

_scope := "in a namespace that the cluster itself runs in" if {
	input.review.kind.kind == "RoleBinding"
	k8s.namespace in input.parameters.systemNamespaces
}
