# METADATA
# title: Roles of Kubernetes' own components are bound to those alone
# description: |
#   Every cluster has ClusterRoles for its controllers, kubelets and certificate approvers. Some of them may escalate,
#   read every Secret or make tokens for any account, and no manifest shows it: a binding needs their name alone. So a
#   role of a controller, and any other with a right that leads to more rights, is bound to the component that
#   Kubernetes binds it to and to nobody else. cluster-admin, admin and edit are for rbac-cluster-admin to judge.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles
#     description: Core component roles
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedBindings:
#           type: array
#           items:
#             type: object
#             additionalProperties: false
#             properties:
#               role: {type: string, description: Name of the ClusterRole}
#               subject:
#                 type: string
#                 description: Who may have it, exactly as User/NAME, Group/NAME or ServiceAccount/NAMESPACE/NAME
#           default:
#             - {role: system:kube-controller-manager, subject: User/system:kube-controller-manager}
#           description: |
#             Components that may have such a role; by default what Kubernetes binds itself. Its controllers, the
#             ServiceAccounts of kube-system, need no entry.
# custom:
#   id: rbac-system-roles
#   severity: critical
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [RoleBinding, ClusterRoleBinding]}]
#   mentions: ["system:"]
#   controls:
#     soc2: [CC6.1, CC6.2, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.1", "5.1.2", "5.1.8", "5.1.13"]
#     nsa: [authentication-authorization]
#   remediation: Bind a role of your own that lists the rights that the subject needs.
package rampart.cluster.rbac_system_roles

import data.lib.finding
import data.lib.k8s
import data.lib.rbac
import data.lib.rbac.bootstrap
import data.lib.rbac.builtin

violation contains finding.at(rego.metadata.chain(), "roleRef.name", msg) if {
	{"kind": "ClusterRole", "name": name} = rbac.reviewed_role
	startswith(name, "system:")
	_for_components(name)
	subjects := concat(", ", sort({subject.identity |
		some subject in rbac.reviewed_subjects
		not _allowed(name, subject)
	}))
	subjects != ""
	msg := concat("", [
		$"{input.review.kind.kind} {k8s.name} gives {subjects} the ClusterRole {name}, which only a component of ",
		"Kubernetes itself should have: bind a role of your own that lists the rights that are needed.",
	])
}

_for_components(name) if _is_controllers(name)

_for_components(name) if bootstrap.leads_to_more(name)

_is_controllers(name) if {
	startswith(name, _controller)
	substring(name, count(_controller), -1) in builtin.controllers
}

_controller := "system:controller:"

_allowed(role, subject) if {
	some allowed in input.parameters.allowedBindings
	allowed.role == role
	allowed.subject == subject.identity
}

_allowed(role, subject) if {
	_is_controllers(role)
	subject.account == {"namespace": "kube-system", "name": substring(role, count(_controller), -1)}
}
