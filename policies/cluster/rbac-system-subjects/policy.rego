# METADATA
# title: Groups of everybody hold no rights
# description: |
#   system:anonymous and system:unauthenticated are everyone who reaches the API server, system:authenticated everyone
#   who has any credentials, system:serviceaccounts every pod of the cluster or of a namespace, and system:masters
#   passes every check. No role may be bound to them but those with which Kubernetes lets clients discover its API.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
#     description: API discovery roles
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         subjects:
#           type: array
#           items: {type: string}
#           default:
#             - system:anonymous
#             - system:unauthenticated
#             - system:authenticated
#             - system:masters
#             - system:serviceaccounts
#           description: |
#             Users and groups that stand for everybody, by exact name, whatever kind the subject is said to be. The
#             groups of a namespace's accounts, system:serviceaccounts:NAMESPACE, are always judged.
#         allowedBindings:
#           type: array
#           items:
#             type: object
#             additionalProperties: false
#             properties:
#               subject: {type: string, description: Name of the user or group}
#               kind: {type: string, enum: [ClusterRole, Role], description: Kind of the role}
#               role: {type: string, description: Name of the role}
#               namespace: {type: string, description: Namespace of the binding; for a Role}
#               binding: {type: string, description: Name of the binding; any if not given}
#           default:
#             - {subject: system:authenticated, kind: ClusterRole, role: system:basic-user}
#             - {subject: system:authenticated, kind: ClusterRole, role: system:discovery}
#             - {subject: system:authenticated, kind: ClusterRole, role: system:public-info-viewer}
#             - {subject: system:unauthenticated, kind: ClusterRole, role: system:public-info-viewer}
#             - {subject: system:serviceaccounts, kind: ClusterRole, role: system:service-account-issuer-discovery}
#             - {subject: system:masters, kind: ClusterRole, role: cluster-admin, binding: cluster-admin}
#             - subject: system:anonymous
#               kind: Role
#               role: kubeadm:bootstrap-signer-clusterinfo
#               namespace: kube-public
#           description: Roles that such a subject may have; by default what Kubernetes and kubeadm bind themselves.
# custom:
#   id: rbac-system-subjects
#   severity: critical
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [RoleBinding, ClusterRoleBinding]}]
#   controls:
#     soc2: [CC6.1, CC6.2, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)", "164.312(d)"]
#     cis: ["5.1.1", "5.1.7"]
#     nsa: [authentication-authorization]
#   remediation: Bind the role to the group, user or ServiceAccount that needs it.
package rampart.cluster.rbac_system_subjects

import data.lib.finding
import data.lib.k8s
import data.lib.rbac

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some subject in rbac.reviewed_subjects
	who := _everybody(subject.name)
	ref := rbac.reviewed_role
	not _allowed(subject.name, ref)
	path := $"{subject.path}.name"
	msg := concat("", [
		$"{input.review.kind.kind} {k8s.name} gives the {ref.kind} {ref.name} to {subject.name}, {who}: ",
		"bind it to the group, user or ServiceAccount that needs it.",
	])
}

_everybody(name) := object.get(_meanings, name, "which stands for everybody") if {
	name in input.parameters.subjects
} else := $"every pod of the namespace {substring(name, 23, -1)}" if {
	startswith(name, "system:serviceaccounts:")
}

_meanings := {
	"system:anonymous": "everyone who reaches the API server",
	"system:unauthenticated": "everyone who reaches the API server",
	"system:authenticated": "everyone with any credentials, every pod too",
	"system:masters": "which no rule of RBAC can hold back",
	"system:serviceaccounts": "every pod of the cluster",
}

_allowed(name, ref) if {
	some allowed in input.parameters.allowedBindings
	allowed.subject == name
	allowed.role == ref.name
	object.get(allowed, "kind", "ClusterRole") == ref.kind
	_in_namespace(allowed, ref.kind)
	object.get(allowed, "binding", k8s.name) == k8s.name
}

_in_namespace(_, "ClusterRole")

_in_namespace(allowed, "Role") if allowed.namespace == k8s.namespace
