# METADATA
# title: Role-based access control
# description: |
#   What a rule of a Role or ClusterRole covers and whom a binding names, as the API server's RBAC authorizer reads it:
#   `*` as verb, group or resource stands for all of them (a resource `*` for every subresource too), `*/scale` for
#   that subresource of every resource. `pods/*` is no pattern to the authorizer and covers nothing. Everything is
#   case-sensitive. A list that is written as a single string is read as a list of one.
package lib.rbac

import data.lib.inventory
import data.lib.k8s

group := "rbac.authorization.k8s.io"

# METADATA
# description: |
#   All texts in the rules of a role, in whichever list of whichever rule: one look tells that a role has nothing of what
#   a guardrail asks for. Undefined where there are no rules, or where they don't have the form that the API server
#   takes, a list of objects of lists of texts.
texts(role) := found if {
	all := role.rules
	is_array(all)

	# Values are ordered by type first, and objects come last: what has the same type at both ends has no other.
	is_object(min(all))
	lists := {values | some values in all[_]}
	is_array(min(lists))
	is_array(max(lists))
	found := {text | some text in lists[_]}
	is_string(sort(found)[0]) # The min of older versions of OPA passes over null.
	is_string(max(found))
}

# METADATA
# description: |
#   The rules of a role as {"index", "raw", "verbs", "groups", "resources"}, the last three of them sets. What else is
#   asked of few rules have functions of their own: `path`, `urls`, `names`, `named`.
rules(role) := [rule(i, raw) | some i, raw in role.rules] if {
	texts(role)
} else := [object.union({"raw": raw}, object.remove(rule(i, _lists_of(raw)), ["raw"])) |
	some i, raw in list(object.get(role, "rules", null))
	is_object(raw)
]

# METADATA
# description: One rule of a role that can be read at a glance, in the form of `rules`.
rule(i, raw) := {
	"index": i,
	"raw": raw,
	"verbs": {verb | some verb in raw.verbs},
	"groups": {api_group | some api_group in raw.apiGroups},
	"resources": {resource | some resource in raw.resources},
}

# METADATA
# description: Where a rule stands in its role.
path(rule) := $"rules[{rule.index}]"

# METADATA
# description: The non-resource URLs of a rule, as a set.
urls(rule) := {url |
	some url in list(object.get(rule.raw, "nonResourceURLs", null))
	is_string(url)
}

# METADATA
# description: The resourceNames of a rule, an empty list where it has no list of them.
names(rule) := _array(object.get(rule.raw, "resourceNames", null))

# METADATA
# description: Whether resourceNames limit the rule at all.
named(rule) if _limiting(rule.raw.resourceNames)

# METADATA
# description: |
#   The rules of a role that have one of the words, whichever list it stands in, and perhaps others: all rules of a role
#   that can't be read at a glance.
rules_with(role, words) := [] if {
	texts(role) & words == set()
} else := [rule(i, role.rules[i]) |
	some i in {i | some word in (texts(role) & words); some i; role.rules[i][_][_] == word}
] if {
	texts(role)
} else := rules(role)

# METADATA
# description: Like `rules_with`, for words that stand among the resources of a rule.
rules_on(role, resources) := [] if {
	texts(role) & resources == set()
} else := [rule(i, role.rules[i]) | some i in indexes(role, "resources", texts(role) & resources)] if {
	texts(role)
} else := rules(role)

# METADATA
# description: |
#   The indexes of the rules that have one of the words in a list. A ref that leads through the lists of all rules takes a
#   fraction of the time of a look at each.
indexes(role, field, words) := {i |
	some word in words
	some i
	role.rules[i][field][_] == word
}

# The lists of a rule of any form: what is no text is left out.
_lists_of(raw) := {field: strings |
	some field in ["verbs", "apiGroups", "resources"]
	strings := [x | some x in list(object.get(raw, field, null)); is_string(x)]
}

rule_fields := ["verbs", "apiGroups", "resources", "nonResourceURLs"]

# An empty name stands for requests without one (list, create), `*` is no pattern: neither limits anything.
_limiting(texts) if {
	is_array(texts)
	texts != []
	every text in texts {
		is_string(text)
		not text in {"", "*"}
	}
}

# METADATA
# description: The value as a list; a single string or object is a list of one, anything else an empty list.
list(x) := x if is_array(x)

else := [x] if is_string(x)

else := [x] if is_object(x)

else := []

_array(x) := x if is_array(x)

else := []

# METADATA
# description: |
#   Whether the rule covers a verb on a resource, for at least one object: the authorizer's own decision. The
#   subresource is "" for the resource itself.
covers(rule, api_group, resource, subresource, verb) if {
	meet(rule.verbs, {"*", verb})
	meet(rule.groups, {"*", api_group})
	meet(rule.resources, spellings(resource, subresource))
}

# METADATA
# description: Like `covers`, for any object. Rules that resourceNames limit for the verb don't count.
covers_any_object(rule, api_group, resource, subresource, verb) if {
	covers(rule, api_group, resource, subresource, verb)
	not limited(rule, subresource, verb)
}

# METADATA
# description: |
#   Whether resourceNames limit the rule for the verb. They can't limit requests that name no object: create, list,
#   watch and deletecollection. Requests on a subresource always name its object.
limited(rule, subresource, verb) if {
	named(rule)
	names_object(subresource, verb)
}

# METADATA
# description: Whether requests with the verb name the object, so that resourceNames can limit them.
names_object("", verb) if not verb in {"create", "list", "watch", "deletecollection"}

names_object(subresource, _) if subresource != ""

# METADATA
# description: How a rule can spell a resource, or a subresource of it, so that it covers it.
spellings(resource, "") := {"*", resource}

spellings(resource, subresource) := {"*", $"{resource}/{subresource}", $"*/{subresource}"} if subresource != ""

# METADATA
# description: Whether two sets have an element in common.
meet(a, b) if count(a & b) > 0

read_verbs := {"get", "list", "watch"}

# METADATA
# description: The verbs with which the rule reads any Secret, sorted.
secret_reads(rule) := sort([verb |
	some verb in verbs_among(rule.verbs, read_verbs)
	not limited(rule, "", verb)
]) if {
	rule.resources & {"*", "secrets"} != set()
	rule.groups & {"*", ""} != set()
} else := []

# METADATA
# description: Those of the verbs that are wanted; all of these for `*`.
verbs_among(verbs, wanted) := wanted if verbs["*"]

else := verbs & wanted

# METADATA
# description: |
#   Whether one of the roles that a binding in the namespace refers to covers everything, with what it collects from the
#   inventory: cluster-admin by whatever name, true or false. Of scalars, so that all bindings of a role share the answer.
default gives_everything(_, _, _) := false

gives_everything(kind, name, namespace) if {
	some role in referenced(kind, name, namespace)
	covers_everything(role)
}

# METADATA
# description: Whether a role, with what it collects from the inventory, covers everything.
covers_everything(role) if {
	wide := [found |
		some source in sources(role)
		contains(json.marshal(source.rules), `"*"`) # Hardly any role does, and this costs less than reading its rules.
		some found in rules_on(source, {"*"})
		found.resources["*"]
	]
	wide != []
	everything(wide)
}

# METADATA
# description: Whether the rules together cover everything.
everything(rules_of_role) if {
	every api_group in ["", "apps", "rbac.authorization.k8s.io"] {
		every verb in ["get", "create", "update", "delete"] {
			some rule in rules_of_role
			covers_any_object(rule, api_group, "anything", "", verb)
		}
	}
}

# METADATA
# description: The path of the first entry of a rule's list that is one of the values; the list's own path if none is.
entry_path(rule, field, values) := $"rules[{rule.index}].{field}[{first}]" if {
	first := min({i |
		some i, value in list(object.get(rule.raw, field, null))
		values[value]
	})
} else := $"rules[{rule.index}].{field}"

# METADATA
# description: The subjects of the binding under review, in the form of `subjects`.
reviewed_subjects := subjects(k8s.resource, k8s.namespace)

# METADATA
# description: The role that the binding under review refers to, in the form of `role_ref`.
reviewed_role := role_ref(k8s.resource)

# METADATA
# description: |
#   The subjects of a binding as {"path", "kind", "name", "identity", "account"}. The identity is User/NAME, Group/NAME
#   or ServiceAccount/NAMESPACE/NAME, whichever way the account is spelled (a User system:serviceaccount:ns:name is
#   that account); `account` is {"namespace", "name"}, or null. An account without a namespace is one of the binding's.
subjects(binding, namespace) := [_subject(i, raw, namespace) |
	some i, raw in list(object.get(binding, "subjects", null))
]

# Most subjects have one of the first two forms.
_subject(i, raw, binding_namespace) := _service_account(i, name, namespace) if {
	{"kind": "ServiceAccount", "name": name, "namespace": namespace} = raw
	is_string(name)
	is_string(namespace)
	namespace != ""
} else := _service_account(i, name, binding_namespace) if {
	{"kind": "ServiceAccount", "name": name} = raw
	is_string(name)
} else := {
	"path": $"subjects[{i}]",
	"kind": kind,
	"name": name,
	"account": account,
	"identity": _identity(kind, name, account),
} if {
	kind := text(raw, "kind")
	name := text(raw, "name")
	account := _account(kind, name, text(raw, "namespace"), binding_namespace)
}

_service_account(i, name, namespace) := {
	"path": $"subjects[{i}]",
	"kind": "ServiceAccount",
	"name": name,
	"account": {"namespace": namespace, "name": name},
	"identity": $"ServiceAccount/{namespace}/{name}",
}

# METADATA
# description: The object's field where it is a string, "" where it is anything else.
text(obj, field) := obj[field] if {
	is_object(obj)
	is_string(obj[field])
} else := ""

default _account(_, _, _, _) := null

_account("ServiceAccount", name, own, binding) := {"namespace": _first([own, binding]), "name": name}

_account(kind, name, _, _) := {"namespace": parts[2], "name": parts[3]} if {
	kind != "ServiceAccount"
	startswith(name, "system:serviceaccount:")
	parts := split(name, ":")
	count(parts) == 4
}

_first([own, _]) := own if own != ""

_first(["", binding]) := binding

_identity(_, _, account) := $"ServiceAccount/{account.namespace}/{account.name}" if account != null

_identity(kind, name, null) := $"{kind}/{name}" if name != ""

_identity(_, "", null) := "an unnamed subject"

# METADATA
# description: The role that a binding refers to, {"kind", "name"}. What is not a Role is taken for a ClusterRole.
role_ref(binding) := {"kind": kind, "name": name} if {
	{"apiGroup": _, "kind": kind, "name": name} = binding.roleRef
	kind in {"ClusterRole", "Role"}
	is_string(name)
} else := {"kind": _role_kind(text(ref, "kind")), "name": text(ref, "name")} if {
	ref := object.get(binding, "roleRef", null)
}

_role_kind("Role") := "Role"

_role_kind(kind) := "ClusterRole" if kind != "Role"

# METADATA
# description: |
#   The roles of the inventory that a binding in the namespace refers to, as a set; empty if the inventory lacks it. In
#   files, a Role that names no namespace counts. Of scalars, so that all bindings of a role share the answer.
referenced("Role", name, namespace) := roles if {
	roles := inventory.namespaced_named(namespace, group, "Role", name) | inventory.cluster_named(group, "Role", name)
}

referenced("ClusterRole", name, _) := inventory.cluster_named(group, "ClusterRole", name)

# METADATA
# description: A role and the roles that its aggregationRule collects from the inventory.
sources(role) := [role] if {
	not role.aggregationRule
} else := array.concat([role], [_cluster_roles[i] | some i in selected]) if {
	selectors := list(object.get(role, ["aggregationRule", "clusterRoleSelectors"], null))
	selected := union({_selected_by(selector) | some selector in selectors})
}

_cluster_roles := [role | some role in inventory.cluster(group, "ClusterRole")]

# By labels alone, as is usual, a ref finds the roles without a loop.
_selected_by(selector) := intersection({indexes |
	some key, value in selector.matchLabels
	indexes := {i | some i; _cluster_roles[i].metadata.labels[key] == value}
}) if {
	is_object(selector)
	object.keys(selector) == {"matchLabels"}
	is_object(selector.matchLabels)
	count(selector.matchLabels) > 0
} else := {i |
	some i, other in _cluster_roles
	selects(selector, object.get(other, ["metadata", "labels"], {}))
}

# METADATA
# description: |
#   Whether a label selector selects an object with the labels. An empty selector, also null, selects everything; what
#   can't be read is taken to select.
selects(selector, labels) if {
	every key, value in _object(object.get(_object(selector), "matchLabels", {})) {
		labels[key] == value
	}
	every expression in list(object.get(_object(selector), "matchExpressions", [])) {
		_holds(_object(expression), labels)
	}
}

_object(x) := x if is_object(x)

else := {}

_holds(expression, labels) if {
	expression.operator == "In"
	labels[expression.key] in expression.values
}

_holds(expression, labels) if {
	expression.operator == "NotIn"
	not _is_in(labels, expression)
}

_holds(expression, labels) if {
	expression.operator == "Exists"
	_is_there(labels, expression)
}

_holds(expression, labels) if {
	expression.operator == "DoesNotExist"
	not _is_there(labels, expression)
}

_holds(expression, _) if not _known_operator(expression)

_is_in(labels, expression) if labels[expression.key] in expression.values

_is_there(labels, expression) if labels[expression.key]

_known_operator(expression) if expression.operator in {"In", "NotIn", "Exists", "DoesNotExist"}
