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
	some rule in _rules
	some [path, text] in union({_wildcards(rule), _url_wildcards(rule), _spelled_out(rule)})
	msg := $"{_subject} must not grant {text}."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	role := _odd
	some [path, want] in _unreadable(role)
	not _exempt
	msg := $"{_subject} can't be read here, so what it grants is unknown: write {want}."
}

# What a rule must not grant, as [path, text].

_wildcards(rule) := {[path, text] |
	contains(concat(" ", ((rule.verbs | rule.groups) | rule.resources)), "*")
	some field in ["verbs", "apiGroups", "resources"]
	is_array(rule.raw[field])
	some i, entry in rule.raw[field]
	is_string(entry)
	contains(entry, "*")
	path := $"{rule.path}.{field}[{i}]"
	text := _meaning(field, entry)
}

_url_wildcards(rule) := {[path, text] |
	rule.urls != set()
	is_array(rule.raw.nonResourceURLs)
	some i, url in rule.raw.nonResourceURLs
	is_string(url)
	contains(url, "*")
	not _allowed_url(url)
	path := $"{rule.path}.nonResourceURLs[{i}]"
	text := $"the non-resource URLs {url}: list the URLs that are needed"
}

_spelled_out(rule) := {[path, text] |
	"deletecollection" in rule.verbs
	not input.parameters.allowSpelledOutVerbs == true
	not "*" in rule.verbs
	_completes_verbs(rule)
	path := $"{rule.path}.verbs"
	text := concat("", [
		$"every verb on {_resources(rule)}, which is what * means: leave out the verbs that are not needed, ",
		"deletecollection to begin with",
	])
}

_rules := [rule |
	role := k8s.resource
	not _names_all(role)
	not _exempt
	some rule in bootstrap.judged(input.review.kind.kind, role, rbac.rules(role))
]

# Whether no rule has anything that is judged here.
_names_all(role) if {
	texts := rbac.texts(role)
	not contains(concat(" ", texts), "*")
	_all_verbs - texts != set()
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
	some names in {rule.names | some rule in _rules}
	verbs := {verb |
		some rule in _rules
		rule.names == names
		api_group in rule.groups
		resource in rule.resources
		some verb in rule.verbs
	}
	_all_verbs - verbs == set()
}

_all_verbs := {"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"}

_resources(rule) := concat(", ", sort(rule.resources))

# The role, where it can't be read at a glance.
_odd := k8s.resource if not rbac.texts(k8s.resource)

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
		not _texts(value)
		path := $"{rule.path}.{field}"
	},
})

_list_or_null(x) if is_array(x)

_list_or_null(null)

_texts(xs) if {
	is_array(xs)
	every x in xs {
		is_string(x)
	}
}

_texts(null)
