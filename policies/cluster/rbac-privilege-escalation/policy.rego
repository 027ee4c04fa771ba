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

violation contains finding.at(rego.metadata.chain(), hit.path, msg) if {
	some rule in _rules
	hits := _hits(rule)
	not _broad(rule, hits)
	some name, hit in hits
	msg := concat("", [
		$"{_subject} must not grant {hit.verbs} on {hit.resources} (grant {name}): {hit.why}. {hit.instead}.",
	])
}

# A rule on every resource is one mistake, however many grants it holds.
violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some rule in _rules
	hits := _hits(rule)
	_broad(rule, hits)
	path := rbac.entry_path(rule, "resources", {"*"})
	msg := concat("", [
		$"{_subject} must not grant {concat(", ", sort(rule.verbs))} on every resource: that includes the grants ",
		$"{concat(", ", sort(object.keys(hits)))}, which lead to more rights. ",
		"List the resources that are needed without them.",
	])
}

_rules := [rule |
	not _exempt
	some rule in bootstrap.judged_rules(input.review.kind.kind, k8s.resource)
	grants.suspicious(rule)
]

_exempt if {
	input.review.kind.kind == "ClusterRole"
	k8s.name in input.parameters.exemptClusterRoles
}

_subject := $"{input.review.kind.kind} {k8s.name}"

_hits(rule) := {name: hit |
	some name, grant in _grants
	granted := grants.granted(rule, grant)
	hit := object.union(granted, {"why": grant.why, "instead": grant.instead})
}

_broad(rule, hits) if {
	"*" in rule.resources
	count(hits) > 1
}

_grants[name] := grant if {
	some name, grant in grants.all
	not _allowed(name)
}

_grants["workloads"] := grants.workloads if {
	not _allowed("workloads")
	input.review.kind.kind == "Role"
	_strong_account_beside
}

_allowed(grant) if grant in input.parameters.allowedGrants

_strong_account_beside if k8s.namespace in input.parameters.systemNamespaces

_strong_account_beside if {
	k8s.namespace != ""
	k8s.namespace in _namespaces_of_strong_accounts
}

_namespaces_of_strong_accounts contains subject.account.namespace if {
	some binding in inventory.cluster(rbac.group, "ClusterRoleBinding")
	_administers(rbac.role_ref(binding))
	some subject in rbac.subjects(binding, "")
}

_administers({"kind": "ClusterRole", "name": "cluster-admin"})

_administers(ref) if {
	some role in rbac.referenced(ref, "")
	rbac.everything(rbac.effective_rules(role))
}
