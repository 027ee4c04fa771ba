# METADATA
# title: Roles name what they grant
# description: |
#   A wildcard grants what nobody has thought of: resources and verbs of later versions and of every
#   CustomResourceDefinition to come. Judged are the verbs, resources, API groups and non-resource URLs of every rule
#   of Roles and ClusterRoles, wildcards for subresources (`*/scale`, `pods/*`), and rules that spell out every verb
#   there is. A rule that can't be read is not taken for harmless.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/
#     description: Role Based Access Control Good Practices
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedNonResourceURLs:
#           type: array
#           items: {type: string}
#           default: [/healthz/*, /livez/*, /readyz/*]
#           description: Non-resource URLs with a wildcard that are allowed, written exactly as in the rule.
#         allowSpelledOutVerbs:
#           type: boolean
#           default: false
#           description: Whether rules may spell out all verbs, deletecollection included.
#         exemptClusterRoles:
#           type: array
#           items: {type: string}
#           default: []
#           description: |
#             Exact names of ClusterRoles that are not judged. Those of Kubernetes itself need no entry: what it puts
#             into them is let through, and what anyone adds is judged. A Role of such a name is judged.
# custom:
#   id: rbac-wildcards
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [Role, ClusterRole]}]
#   mentions: ["*", deletecollection]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.3"]
#     nsa: [authentication-authorization]
#   remediation: List the verbs, resources and API groups that are needed, one by one.
package rampart.cluster.rbac_wildcards

import data.lib.finding
import data.lib.k8s
import data.lib.rbac
import data.lib.rbac.bootstrap

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some rule in _with_wildcards
	some [path, text] in (_wildcards(rule) | _url_wildcards(rule))
	subject := _subject
	msg := $"{subject} must not grant {text}."
}

violation contains finding.at(rego.metadata.chain(), $"{rbac.path(rule)}.verbs", msg) if {
	some rule in _spelled_out
	msg := concat("", [
		$"{_subject} must not grant every verb on {_resources(rule)}, which is what * means: leave out the verbs that are ",
		"not needed, deletecollection to begin with.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	role := _odd
	some [path, want] in _unreadable(role)
	not _exempt
	msg := $"{_subject} can't be read here, so what it grants is unknown: write {want}."
}

# The rules that have a wildcard anywhere, and perhaps others: all rules of a role that can't be read at a glance.
_with_wildcards := _judged(rbac.rules_with(role, {text | some text in texts; contains(text, "*")})) if {
	texts := _texts
	contains(concat(" ", texts), "*")
	role := k8s.resource
} else := _judged(rbac.rules(_odd))

# The rules that complete a list of every verb there is.
_spelled_out := [rule |
	some rule in _rules
	rule.verbs.deletecollection
	not rule.verbs["*"]
	not input.parameters.allowSpelledOutVerbs == true
	_completes_verbs(rule)
]

# All rules of a role, where they may add up to every verb or can't be read at a glance.
_rules := _judged(rbac.rules(k8s.resource)) if {
	_texts.deletecollection
	_all_verbs - _texts == set()
} else := _judged(rbac.rules(_odd))

_judged(rules) := bootstrap.judged(input.review.kind.kind, k8s.resource, rules) if not _exempt

# What a rule must not grant, as [path, text].

_wildcards(rule) := {[path, text] |
	some field in ["verbs", "apiGroups", "resources"]
	is_array(rule.raw[field])
	some i, entry in rule.raw[field]
	is_string(entry)
	contains(entry, "*")
	path := $"{rbac.path(rule)}.{field}[{i}]"
	text := _meaning(field, entry)
}

_url_wildcards(rule) := {[path, text] |
	is_array(rule.raw.nonResourceURLs)
	some i, url in rule.raw.nonResourceURLs
	is_string(url)
	contains(url, "*")
	not _allowed_url(url)
	path := $"{rbac.path(rule)}.nonResourceURLs[{i}]"
	text := $"the non-resource URLs {url}: list the URLs that are needed"
}

_exempt if {
	input.review.kind.kind == "ClusterRole"
	k8s.name in input.parameters.exemptClusterRoles
}

_allowed_url(url) if url in input.parameters.allowedNonResourceURLs

_subject := $"{input.review.kind.kind} {k8s.name}"

_meaning(field, "*") := _whole[field]

_meaning(field, entry) := _subresource_of_all(entry) if {
	_covers_subresources(field, entry)
}

_meaning(field, entry) := _no_pattern(entry) if {
	entry != "*"
	not _covers_subresources(field, entry)
}

_whole := {
	"verbs": "the verb *, every verb there is and will be: list the verbs that are needed",
	"apiGroups": "the API group *, every group there is and will be: list the groups that are needed",
	"resources": "the resource *, every resource and subresource, later ones too: list the resources that are needed",
}

_covers_subresources("resources", entry) if regex.match(`^\*/[^*]+$`, entry)

_subresource_of_all(entry) := concat("", [
	$"{entry}, this subresource of every resource: list the resources that it is needed for, ",
	"such as deployments/scale",
])

_no_pattern(entry) := concat("", [
	$"{entry}, which Kubernetes takes for a name and not for a pattern, so that it grants nothing: ",
	"list what is needed",
])

# Rules of one role add up, as far as they hold for the same objects.
_completes_verbs(rule) if {
	_all_verbs - rule.verbs == set()
	rule.groups != set()
	rule.resources != set()
} else if {
	some api_group in rule.groups
	some resource in rule.resources
	_every_verb(api_group, resource)
}

_every_verb(api_group, resource) if {
	some names in _names
	verbs := {verb |
		some rule in _rules
		rule.groups[api_group]
		rule.resources[resource]
		rbac.names(rule) == names
		some verb in rule.verbs
	}
	_all_verbs - verbs == set()
}

_names := {rbac.names(rule) | some rule in _rules}

_all_verbs := {"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}

_resources(rule) := concat(", ", sort(rule.resources))

_texts := rbac.texts(k8s.resource)

# The role, where it can't be read at a glance.
_odd := k8s.resource if not _texts

# What can't be read, as [path, what to write].
_unreadable(role) := union({
	{["rules", "a list of rules"] | not _list_or_null(object.get(role, "rules", null))},
	{[path, "a rule with apiGroups, resources and verbs"] |
		is_array(role.rules)
		some i, rule in role.rules
		rule != null
		not is_object(rule)
		path := $"rules[{i}]"
	},
	{[path, "a list of texts"] |
		some rule in rbac.rules(role)
		some field in rbac.rule_fields
		value := rule.raw[field]
		not _is_texts(value)
		path := $"{rbac.path(rule)}.{field}"
	},
})

_list_or_null(x) if is_array(x)

_list_or_null(null)

_is_texts(xs) if {
	is_array(xs)
	every x in xs {
		is_string(x)
	}
}

_is_texts(null)
