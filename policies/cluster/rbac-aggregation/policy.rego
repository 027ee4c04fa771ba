# METADATA
# title: Aggregated roles stay what they are
# description: |
#   The label rbac.authorization.k8s.io/aggregate-to-view, -edit or -admin adds a ClusterRole's rules to that role, and
#   so to what everyone bound to it may do: view must go on reading and never read Secrets, and nothing that leads to
#   more rights belongs in edit or admin. An aggregationRule that selects every ClusterRole, or those that Kubernetes
#   ships, takes in the rules of cluster-admin too.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
#     description: Aggregated ClusterRoles
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
#                persistent-volumes, namespaces, nodes, endpoints, api-services, custom-resource-definitions]
#           default: []
#           description: Grants of rbac-privilege-escalation that may be aggregated to roles other than view.
#         exemptClusterRoles:
#           type: array
#           items: {type: string}
#           default: []
#           description: |
#             Exact names of ClusterRoles whose labels are not judged. Those of Kubernetes itself need no entry: what it
#             puts into them is let through.
# custom:
#   id: rbac-aggregation
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [ClusterRole]}]
#   mentions: [aggregate-to-, aggregationRule]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.1", "5.1.3"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Put the dangerous rules into a ClusterRole without the label; select ClusterRoles by a label of your own with a
#     value.
package rampart.cluster.rbac_aggregation

import data.lib.finding
import data.lib.k8s
import data.lib.rbac
import data.lib.rbac.bootstrap
import data.lib.rbac.grants

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	role := k8s.annotated_resource
	some label, value in role.metadata.labels
	value in {"true", true}
	is_string(label)
	startswith(label, _prefix)
	not _exempt
	target := substring(label, count(_prefix), -1)
	dangers := _dangers(target, role)
	count(dangers) > 0
	path := $"metadata.labels[\"{label}\"]"
	msg := concat("", [
		$"ClusterRole {k8s.name} adds to everyone's role {target}: {concat("; ", dangers)}. ",
		"Put this into a ClusterRole without the label.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some i, selector in rbac.list(_selectors)
	some labels in [{}, _builtin_labels]
	rbac.selects(selector, labels)
	path := $"aggregationRule.clusterRoleSelectors[{i}]"
	msg := concat("", [
		$"ClusterRole {k8s.name} collects the rules of roles that it doesn't know, cluster-admin among them: ",
		"select by a label of your own, with matchLabels.",
	])
}

violation contains finding.at(rego.metadata.chain(), "aggregationRule.clusterRoleSelectors", msg) if {
	rbac.list(_selectors) == []
	msg := $"ClusterRole {k8s.name} has an aggregationRule that selects nothing: write selectors or remove it."
}

_exempt if k8s.name in input.parameters.exemptClusterRoles

_allowed(grant) if grant in input.parameters.allowedGrants

_prefix := "rbac.authorization.k8s.io/aggregate-to-"

_builtin_labels := {"kubernetes.io/bootstrapping": "rbac-defaults"}

_selectors := object.get(rule, "clusterRoleSelectors", null) if {
	rule := k8s.resource.aggregationRule
	is_object(rule)
}

_selectors := [] if {
	rule := k8s.resource.aggregationRule
	not is_object(rule)
	rule != null
}

_dangers("view", role) := sort({danger |
	some rule in rbac.rules(role)
	danger := _more_than_reading(rule)
})

_dangers(target, role) := sort({danger |
	some rule in bootstrap.judged("ClusterRole", role, grants.suspects(role))
	some name in grants.candidates(rule)
	not _allowed(name)
	grant := grants.all[name]
	hit := grants.granted(rule, grant)
	danger := $"{hit.verbs} on {hit.resources}, where {grant.why}"
}) if target != "view"

_more_than_reading(rule) := $"{concat(", ", sort(verbs))} on {concat(", ", sort(rule.resources))}" if {
	count(rule.resources) > 0
	verbs := rule.verbs - rbac.read_verbs
	count(verbs) > 0
} else := $"{concat(", ", verbs)} on secrets" if {
	verbs := rbac.secret_reads(rule)
	count(verbs) > 0
} else := $"{hits[0].verbs} on {hits[0].resources}" if {
	hits := [hit |
		some name in sort(grants.candidates(rule))
		hit := grants.granted(rule, grants.all[name])
	]
	count(hits) > 0
}
