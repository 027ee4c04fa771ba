# METADATA
# title: Roles grant no way to more rights
# description: |
#   Some rights let their holder get others that nobody gave it: to escalate, bind or impersonate, to make tokens, to
#   run commands in pods or through a node's kubelet, to approve certificates, to change admission control, roles,
#   bindings, namespaces, nodes, endpoints, APIServices or CustomResourceDefinitions, to make PersistentVolumes; and to
#   make workloads beside a ServiceAccount that administers the cluster. Each such grant has a name and can be allowed
#   by it. Judged is what a rule covers, however it is spelled; resourceNames count where they limit a request.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
#     description: Role Based Access Control Good Practices, privilege escalation risks
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedGrants:
#           type: array
#           items:
#             type: string
#             enum:
#               [escalate, bind, impersonate, service-account-tokens, nodes-proxy, exec, attach, port-forward,
#                ephemeral-containers, csr-approval, webhooks, admission-policies, gatekeeper, roles, bindings,
#                persistent-volumes, namespaces, nodes, endpoints, api-services, custom-resource-definitions, workloads]
#           default: []
#           description: Names of grants that are not judged.
#         systemNamespaces:
#           type: array
#           items: {type: string}
#           default: [kube-system]
#           description: |
#             Namespaces that are known to hold a ServiceAccount that administers the cluster; others are found in the
#             inventory. Whoever makes workloads there can act as that account.
#         exemptClusterRoles:
#           type: array
#           items: {type: string}
#           default: []
#           description: |
#             Exact names of ClusterRoles that are not judged. Those of Kubernetes itself need no entry: what it puts
#             into them is let through, and what anyone adds is judged. A Role of such a name is judged.
# custom:
#   id: rbac-privilege-escalation
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [Role, ClusterRole]}]
#   mentions: ["*", create, update, patch, delete, escalate, bind, impersonate, approve, sign, proxy, exec, attach, portforward]
#   sync:
#     - {group: rbac.authorization.k8s.io, version: v1, kind: ClusterRole}
#     - {group: rbac.authorization.k8s.io, version: v1, kind: ClusterRoleBinding}
#   controls:
#     soc2: [CC6.1, CC6.2, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.4", "5.1.8", "5.1.9", "5.1.10", "5.1.11", "5.1.12", "5.1.13"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Remove the right, or name in resourceNames the few objects that it is needed for; give it to people for a limited
#     time instead of to a role.
package rampart.cluster.rbac_privilege_escalation

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.rbac
import data.lib.rbac.bootstrap
import data.lib.rbac.grants

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some given in _given
	not _broad(given)
	some name, {"path": path, "verbs": verbs, "resources": resources} in given.hits
	{"why": why, "instead": instead} = object.filter(_grants[name], {"why", "instead"})
	subject := _subject
	msg := $"{subject} must not grant {verbs} on {resources} (grant {name}): {why}. {instead}."
}

# A rule on every resource is one mistake, however many grants it holds.
violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some given in _given
	_broad(given)
	path := rbac.entry_path(given.rule, "resources", {"*"})
	msg := concat("", [
		$"{_subject} must not grant {concat(", ", sort(given.rule.verbs))} on every resource: that includes the grants ",
		$"{concat(", ", sort(object.keys(given.hits)))}, which lead to more rights. ",
		"List the resources that are needed without them.",
	])
}

# The rules that give something, with what they give.
_given := [{"rule": rule, "hits": hits} |
	role := k8s.resource
	suspects := grants.suspects(role)
	suspects != []
	not _exempt
	some rule in bootstrap.judged(input.review.kind.kind, role, suspects)
	candidates := grants.candidates(rule)
	candidates != set()
	hits := {name: hit |
		some name in candidates
		hit := grants.granted(rule, _grants[name])
	}
	hits != {}
]

_exempt if {
	input.review.kind.kind == "ClusterRole"
	k8s.name in input.parameters.exemptClusterRoles
}

_subject := $"{input.review.kind.kind} {k8s.name}"

_broad(given) if {
	given.rule.resources["*"]
	count(given.hits) > 1
}

# The grants that are judged, and those alone.
_grants := object.remove(grants.all, _allowed) if not _judges_workloads

_grants := object.remove(object.union(grants.all, {"workloads": grants.workloads}), _allowed) if _judges_workloads

_allowed := {grant | some grant in input.parameters.allowedGrants}

_judges_workloads if {
	input.review.kind.kind == "Role"
	_strong_account_beside
}

_strong_account_beside if k8s.namespace in input.parameters.systemNamespaces

_strong_account_beside if {
	k8s.namespace != ""
	k8s.namespace in _namespaces_of_strong_accounts
}

_namespaces_of_strong_accounts contains subject.account.namespace if {
	some binding in inventory.cluster(rbac.group, "ClusterRoleBinding")
	ref := rbac.role_ref(binding)
	_administers(ref.kind, ref.name)
	some subject in rbac.subjects(binding, "")
}

_administers("ClusterRole", "cluster-admin")

_administers(kind, name) if rbac.gives_everything(kind, name, "")
