# METADATA
# title: The audit log records who did what, and no secrets
# description: |
#   For each request the first rule that matches decides; without one nothing is logged. Judged is what happens to the
#   requests that matter, whoever makes them: none of them may be left out by a rule with the level None before the one
#   that records it, not even for one user or namespace, unless a system component's. Requests that carry secrets or
#   tokens must not be logged above Metadata, or the log holds them in clear text. Verbs have no wildcard here.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
#     description: Auditing
#   - ref: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Policy
#     description: Policy
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         recorded:
#           type: array
#           description: Requests that must be recorded.
#           default:
#             - group: ""
#               resources: [secrets]
#               verbs: [get, list, watch, create, update, patch, delete, deletecollection]
#             - group: ""
#               resources: [pods/exec, pods/attach, pods/portforward, pods/proxy, services/proxy, nodes/proxy]
#               verbs: [get, create]
#             - {group: "", resources: [pods/ephemeralcontainers], verbs: [update, patch]}
#             - {group: "", resources: [serviceaccounts/token], verbs: [create]}
#             - group: rbac.authorization.k8s.io
#               resources: [roles, clusterroles, rolebindings, clusterrolebindings]
#               verbs: [create, update, patch, delete, deletecollection]
#             - {group: "", resources: [pods], verbs: [create, update, patch, delete, deletecollection]}
#             - group: apps
#               resources: [deployments, statefulsets, daemonsets]
#               verbs: [create, update, patch, delete, deletecollection]
#           items:
#             type: object
#             required: [group, resources, verbs]
#             additionalProperties: false
#             properties:
#               group: {type: string}
#               resources: {type: array, items: {type: string}}
#               verbs: {type: array, items: {type: string}}
#         sensitive:
#           type: array
#           description: Resources whose contents must not be in the log.
#           default:
#             - {group: "", resources: [secrets, serviceaccounts/token]}
#             - {group: authentication.k8s.io, resources: [tokenreviews]}
#           items:
#             type: object
#             required: [group, resources]
#             additionalProperties: false
#             properties:
#               group: {type: string}
#               resources: {type: array, items: {type: string}}
#         exemptUsers:
#           type: array
#           items: {type: string}
#           description: Users and groups, components of the control plane at first, whose requests may be left out.
#           default: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy",
#             "system:nodes"]
# custom:
#   id: audit-policy
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [audit.k8s.io], kinds: [Policy]}]
#   files_only: true
#   controls:
#     soc2: [CC7.1, CC7.2]
#     hipaa: ["164.312(b)"]
#     cis: ["3.2.1", "3.2.2"]
#     nsa: [audit-logging]
#   remediation: |
#     Begin with level Metadata for secrets, serviceaccounts/token and tokenreviews, leave out only what single
#     components read all the time, and end with level Metadata for everything.
package rampart.cloud.audit_policy

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "rules", msg) if {
	k8s.resource
	count(_rules) == 0
	msg := "The audit policy has no rules, so that the API server refuses it: end it with level Metadata for everything."
}

violation contains finding.at(rego.metadata.chain(), "rules", msg) if {
	count(_rules) > 0
	missed := {probe | some probe in _recorded; count(_deciding(probe)) == 0}
	count(missed) > 0
	msg := concat("", [
		$"No audit rule matches all requests for {_names(missed)}: ",
		"end the policy with level Metadata for everything.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"rules[{i}].level", msg) if {
	some i, probes in _left_out
	msg := concat("", [
		$"This rule keeps requests for {_names(probes)} out of the audit log: ",
		"narrow it, or put a rule that records them before it.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"rules[{i}].level", msg) if {
	some i, rule in _rules
	rule.level == "None"
	_matches_everything(rule)
	i < count(_rules) - 1
	not i in {number | some number, _ in _left_out}
	msg := "This rule matches every request and records none, so that the rules after it are never used: put it last."
}

violation contains finding.at(rego.metadata.chain(), $"rules[{i}].level", msg) if {
	some i, probes in _exposing
	msg := concat("", [
		$"The audit log would hold the contents of {_names(probes)}: ",
		"put a rule with level Metadata for them before this one.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"rules[{i}].level", msg) if {
	some i, rule in _rules
	not _level(rule) in _levels
	msg := "This rule has no level that the API server knows: write None, Metadata, Request or RequestResponse."
}

violation contains finding.at(rego.metadata.chain(), $"rules[{i}].{field}", msg) if {
	some i, rule in _rules
	some field in _lists
	junk := rule[field]
	junk != null
	not is_array(junk)
	msg := $"{field} of this rule is no list, so that the API server refuses the policy: write a list."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some path, stages in _omitted
	"ResponseComplete" in stages
	msg := "The stage ResponseComplete, which tells how a request ended, is left out: omit RequestReceived only."
}

_rules := [rule | some rule in k8s.resource.rules]

_levels := {"None", "Metadata", "Request", "RequestResponse"}

_lists := ["users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages"]

_level(rule) := rule.level if is_string(rule.level)

else := ""

_omitted.omitStages := k8s.resource.omitStages

_omitted[path] := rule.omitStages if {
	some i, rule in _rules
	rule.level != "None"
	path := $"rules[{i}].omitStages"
}

# Requests of one verb for one resource each.
_recorded := {probe |
	some entry in input.parameters.recorded
	some resource in entry.resources
	some verb in entry.verbs
	probe := {"group": entry.group, "resource": resource, "verb": verb}
}

# What the log holds of a request that carries a secret: its body from Request on, the answer's from RequestResponse.
_exposed.Request := {probe | some probe in _exposed.RequestResponse; probe.verb in {"create", "update", "patch"}}

_exposed.RequestResponse := {probe |
	some entry in input.parameters.sensitive
	some resource in entry.resources
	some verb in ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
	probe := {"group": entry.group, "resource": resource, "verb": verb}
}

_exposing[i] contains probe if {
	some level, probes in _exposed
	some probe in probes
	some i in _deciding_or_all(probe)
	_rules[i].level == level
}

_left_out[i] contains probe if {
	some probe in _recorded
	some i in _deciding_or_all(probe)
	_rules[i].level == "None"
	not _exempt(_rules[i])
}

_exempt(rule) if {
	some field in ["users", "userGroups"]
	_restricts(rule, field)
	every name in rule[field] {
		name in input.parameters.exemptUsers
	}
}

# The rules that decide for somebody's request: those that can match, up to the first that always does. None if none
# always does.
_deciding(probe) := {i |
	some i in _matching(probe)
	i <= _last(probe)
}

_deciding_or_all(probe) := _deciding(probe) if count(_deciding(probe)) > 0

else := _matching(probe)

_last(probe) := min({i |
	some i in _matching(probe)
	_matches_everyone(_rules[i], probe)
})

_matching(probe) := {i |
	some i, rule in _rules
	_level(rule) in _levels
	_matches_verb(rule, probe.verb)
	_matches_resource(rule, probe, true)
	not _restricts(rule, "nonResourceURLs")
}

_matches_everyone(rule, probe) if {
	every field in ["users", "userGroups", "namespaces"] {
		not _restricts(rule, field)
	}
	_matches_resource(rule, probe, false)
}

_matches_everything(rule) if {
	every field in ["users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs"] {
		not _restricts(rule, field)
	}
}

_restricts(rule, field) if {
	is_array(rule[field])
	count(rule[field]) > 0
}

_matches_verb(rule, _) if not _restricts(rule, "verbs")

_matches_verb(rule, verb) if verb in rule.verbs

_matches_resource(rule, _, _) if not _restricts(rule, "resources")

# With `named`, a rule for single objects matches too.
_matches_resource(rule, probe, named) if {
	some entry in rule.resources
	is_object(entry)
	_group(entry) in {probe.group, "*"}
	_matches_name(entry, probe.resource)
	true in {named, _all_names(entry)}
}

_group(entry) := group if {
	group := object.get(entry, "group", "")
	group != null
} else := ""

_all_names(entry) := count([name | some name in object.get(entry, "resourceNames", [])]) == 0

_matches_name(entry, _) if count([name | some name in object.get(entry, "resources", [])]) == 0

_matches_name(entry, resource) if {
	some name in entry.resources
	name in _spellings(resource)
}

_spellings(resource) := {"*", resource, $"*/{parts[1]}", $"{parts[0]}/*"} if {
	parts := split(resource, "/")
} else := {"*", resource, $"{resource}/*"}

_names(probes) := concat(", ", sort({probe.resource | some probe in probes}))
