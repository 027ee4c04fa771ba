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
	missed := _recorded - union({requests | some requests in _matched_for_all})
	missed != set()
	msg := concat("", [
		$"No audit rule matches all requests for {_names(missed)}: ",
		"end the policy with level Metadata for everything.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"rules[{i}].level", msg) if {
	some i, requests in _left_out
	msg := concat("", [
		$"This rule keeps requests for {_names(requests)} out of the audit log: ",
		"narrow it, or put a rule that records them before it.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"rules[{i}].level", msg) if {
	some i, rule in _rules
	rule.level == "None"
	_matches_everything(rule)
	i < count(_rules) - 1
	not _left_out[i]
	msg := "This rule matches every request and records none, so that the rules after it are never used: put it last."
}

violation contains finding.at(rego.metadata.chain(), $"rules[{i}].level", msg) if {
	some i, rule in _rules
	requests := _decided[i] & _exposed[rule.level]
	requests != set()
	msg := concat("", [
		$"The audit log would hold the contents of {_names(requests)}: ",
		"put a rule with level Metadata for them before this one.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"rules[{i}].level", msg) if {
	some i, rule in _rules
	not _has_level(rule)
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

_has_level(rule) if rule.level in {"None", "Metadata", "Request", "RequestResponse"}

_lists := ["users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs", "omitStages"]

_omitted[path] := stages if {
	path := "omitStages"
	stages := k8s.resource.omitStages
}

_omitted[path] := rule.omitStages if {
	some i, rule in _rules
	rule.level != "None"
	path := $"rules[{i}].omitStages"
}

# Requests of one verb for one resource each, as [group, resource, verb].

_recorded := {[group, resource, verb] |
	some entry in input.parameters.recorded
	group := entry.group
	some resource in entry.resources
	some verb in entry.verbs
}

# What the log holds of a request that carries a secret: its body from Request on, the answer's from RequestResponse.
_exposed := {"RequestResponse": all, "Request": changing} if {
	all := {[group, resource, verb] |
		some entry in input.parameters.sensitive
		group := entry.group
		some resource in entry.resources
		some verb in ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"]
	}
	changing := {[group, resource, verb] |
		some verb in ["create", "update", "patch"]
		some group, resource
		all[[group, resource, verb]]
	}
}

_requests := _recorded | _exposed.RequestResponse

_left_out[i] := requests if {
	some i, rule in _rules
	rule.level == "None"
	not _exempt(rule)
	requests := _decided[i] & _recorded
	requests != set()
}

_exempt(rule) if {
	some field in ["users", "userGroups"]
	_restricts(rule, field)
	every name in rule[field] {
		name in input.parameters.exemptUsers
	}
}

# Sets of requests for each rule, so that the steps don't grow with the requests: what it can match, what it matches
# whoever makes the request, and what it decides for somebody, since no rule before it always does.

_matched := [_matched_by(rule, true) | some rule in _rules]

_matched_for_all := [_matched_for_everyone(rule) | some rule in _rules]

_decided := [requests |
	some i, matched in _matched
	requests := matched - union({before | some before in array.slice(_matched_for_all, 0, i)})
]

_matched_for_everyone(rule) := set() if {
	some field in ["users", "userGroups", "namespaces"]
	_restricts(rule, field)
} else := _matched_by(rule, false)

# With `named`, what a rule matches for single objects counts too.
_matched_by(rule, named) := _with_verb(rule) & _on_resource(rule, named) if {
	_has_level(rule)
	not _restricts(rule, "nonResourceURLs")
} else := set()

_with_verb(rule) := {[group, resource, verb] |
	some verb in rule.verbs
	some group, resource
	_requests[[group, resource, verb]]
} if {
	_restricts(rule, "verbs")
} else := _requests

_on_resource(rule, named) := {request |
	some entry in rule.resources
	is_object(entry)
	_counts(entry, named)
	some request in _in_entry(entry)
} if {
	_restricts(rule, "resources")
} else := _requests

_counts(_, true)

_counts(entry, false) if [name | some name in object.get(entry, "resourceNames", [])] == []

_in_entry(entry) := {request | some name in names; some request in _named(group, name)} if {
	group := _group(entry)
	names := [name | some name in object.get(entry, "resources", [])]
	names != []
} else := _named(_group(entry), "*")

_named(group, "*") := _of_group(group)

_named(group, name) := {[api_group, name, verb] |
	some api_group, verb
	_of_group(group)[[api_group, name, verb]]
} if {
	is_string(name)
	not contains(name, "*")
}

_named(group, name) := {request |
	some request in _of_group(group)
	name in _spellings(request[1])
} if {
	is_string(name)
	name != "*"
	contains(name, "*")
}

_of_group("*") := _requests

_of_group(group) := {[group, resource, verb] | some resource, verb; _requests[[group, resource, verb]]} if group != "*"

_spellings(resource) := {"*", resource, $"*/{parts[1]}", $"{parts[0]}/*"} if {
	parts := split(resource, "/")
} else := {"*", resource, $"{resource}/*"}

_matches_everything(rule) if {
	every field in ["users", "userGroups", "verbs", "resources", "namespaces", "nonResourceURLs"] {
		not _restricts(rule, field)
	}
}

_restricts(rule, field) if {
	is_array(rule[field])
	count(rule[field]) > 0
}

_group(entry) := group if {
	group := object.get(entry, "group", "")
	group != null
} else := ""

_names(requests) := concat(", ", sort({resource | some [_, resource, _] in requests}))
