# METADATA
# title: The entry point of OPA
# description: |
#   data.rampart.check is the set of findings on the input, which is
#
#   - an AdmissionReview as the API server sends it: kind AdmissionReview, apiVersion admission.k8s.io/*;
#   - any other Kubernetes object, as in a file; of a list, the items are judged too; or
#   - a document without apiVersion and kind that lib.documents recognises, such as a workflow or the report of a scanner.
#
#   Where there is an apiVersion or a kind, nothing else decides which of them it is. A finding is {"guardrail", "severity",
#   "action", "message", "path", "object": {"apiVersion", "kind", "namespace", "name"}} and, on a container, "container" and
#   "image". What cannot be judged is a finding of the guardrail "input", never a pass.
#
#   data.rampart.catalog describes the guardrails by id: title, severity, action (deny, warn or dryrun), kinds, exempt
#   namespaces and waivers. data.rampart.parameters holds their parameters, data.rampart.namespace the namespace of objects
#   in files that name none, data.rampart.clusterScoped the kinds ("group/Kind") that are in no namespace. Guardrails that
#   read other objects find them in data.inventory, which is the operator's: namespace[namespace][apiVersion][kind][name]
#   and cluster[apiVersion][kind][name].
package rampart

import data.lib.documents
import data.lib.waivers
import data.rampart.dispatch

# METADATA
# title: Findings on the input
# entrypoint: true
check contains finding if {
	some candidate in judged
	review := candidate.review

	# Once for all guardrails: what they share is computed once.
	violations := dispatch.violations with input as {"review": review, "groups": _groups(candidate)}
	some group in violations
	some id, found in group
	some violation in found
	guardrail := data.rampart.catalog[id]
	not waivers.cover(guardrail.waivers, review, violation)
	details := object.get(violation, "details", {})
	path := object.get(details, "path", "")
	finding := object.union(_container(details), {
		"guardrail": id,
		"severity": guardrail.severity,
		"action": guardrail.action,
		"message": _message(violation),
		"path": $"{candidate.prefix}{path}",
		"object": _object(review),
	})
}

check contains finding if {
	some problem in _problems
	finding := {
		"guardrail": "input",
		"severity": "critical",
		"action": "deny",
		"message": problem.message,
		"path": problem.path,
		"object": {"apiVersion": "", "kind": "", "namespace": "", "name": ""},
	}
}

_message(violation) := violation.msg if {
	is_string(violation.msg)
} else := "The guardrail gave a finding without a message."

_container(details) := {field: details[field] |
	some field in ["container", "image"]
	is_string(details[field])
}

_object(review) := {
	"apiVersion": api_version(review.kind),
	"kind": review.kind.kind,
	"namespace": object.get(review, "namespace", ""),
	"name": _name(review),
}

# METADATA
# description: The apiVersion of a review's kind.
api_version(kind) := concat("/", [part | some part in [kind.group, kind.version]; part != ""])

# METADATA
# title: What is judged
# description: |
#   {"review", "prefix" of its paths, "item" in a list, -1 for the input itself, "admission"}. As for kubectl, whatever has
#   objects for items is a list too.
judged contains {"review": review, "prefix": "", "item": -1, "admission": true} if {
	_admission
	count(_problems) == 0
	review := object.remove(input.request, _surplus)
}

judged contains {"review": _review_of(input), "prefix": "", "item": -1, "admission": false} if {
	not _admission
	_typed(input)
}

judged contains {"review": _review_of(item), "prefix": prefix, "item": i, "admission": false} if {
	not _admission
	some i, item in _items
	_typed(item)
	prefix := $"items[{i}]."
}

judged contains {"review": review, "prefix": prefix, "item": -1, "admission": false} if {
	some document in _documents
	review := documents.review(document.kind, document.name, object.get({"root": input}, array.concat(["root"], document.path), null))
	prefix := concat("", [at | some i in document.path; at := $"[{i}]."])
}

_documents := documents.found(input) if not _names_a_type

_names_a_type if {
	some key, _ in input
	key in {"apiVersion", "kind"}
}

_admission if {
	input.kind == "AdmissionReview"
	startswith(input.apiVersion, "admission.k8s.io/")
}

# The API server gives a Namespace itself as its namespace.
default _surplus := []

_surplus := ["namespace"] if {
	input.request.kind.kind == "Namespace"
	input.request.kind.group == ""
}

_items := input.items if _is_list(input)

_is_list(object_) if {
	is_array(object_.items)
	endswith(object_.kind, "List")
}

_is_list(object_) if {
	is_array(object_.items)
	count(object_.items) > 0
	every item in object_.items {
		_typed(item)
	}
}

_review_of(object_) := object.union(
	{
		"kind": {"group": _group(object_.apiVersion), "version": _version(object_.apiVersion), "kind": object_.kind},
		"name": _text(object_, "name"),
		"operation": "",
		"userInfo": {},
		"object": object_,
		"oldObject": null,
	},
	{"namespace": namespace | namespace := _namespace_of(object_); namespace != ""},
)

default _text(_, _) := ""

_text(object_, field) := object_.metadata[field] if is_string(object_.metadata[field])

# The API server drops the namespace of what is in none, and files may leave it out where the site's configuration has one.
_namespace_of(object_) := "" if {
	_cluster_scoped(object_)
} else := data.rampart.namespace if {
	_text(object_, "namespace") == ""
} else := _text(object_, "namespace")

_cluster_scoped(object_) if $"{_group(object_.apiVersion)}/{object_.kind}" in data.rampart.clusterScoped

_group(api_version) := "" if not contains(api_version, "/")

_group(api_version) := split(api_version, "/")[0] if contains(api_version, "/")

_version(api_version) := regex.replace(api_version, "^.*/", "")

# As the API server wants them: a look-alike of a kind is matched by no guardrail.
_typed(object_) if {
	is_string(object_.kind)
	regex.match(`^[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$`, object_.kind)
	is_string(object_.apiVersion)
	regex.match(`^([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, object_.apiVersion)
}

# What keeps the input from being judged, and the path at fault.

_problems contains {"path": "", "message": $"This {_untyped}"} if {
	not _typed(input)
	not _recognised
}

_recognised if count(_documents) > 0

_problems contains {"path": "", "message": "There is no input."} if not _given

_problems contains {"path": "", "message": msg} if {
	not _data
	msg := "The data of the bundle is missing: load its data.json beside its policies, with conftest by --data."
}

_problems contains {"path": "items", "message": "The list has no items."} if {
	input.kind == "List"
	not _items
}

_problems contains {"path": path, "message": $"This item {_untyped}"} if {
	some i, item in _items
	not _typed(item)
	path := $"items[{i}]"
}

_problems contains {"path": path, "message": "A list within a list is not judged."} if {
	some i, item in _items
	_is_list(item)
	path := $"items[{i}].items"
}

_problems contains {"path": "request", "message": "The AdmissionReview has no request with operation and kind."} if {
	_admission
	not _request
}

_problems contains {"path": "request.object", "message": "The object of the AdmissionReview is not of the request's kind."} if {
	_admission
	_request
	input.request.operation in {"CREATE", "UPDATE"}
	not _same_kind
}

_untyped := "is no Kubernetes object: it must be a mapping with apiVersion, such as apps/v1, and kind, such as Pod."

# True for any input, false and null too.
_given if [input]

_data if {
	is_object(data.rampart.kinds)
	is_object(data.rampart.groups)
	is_string(data.rampart.namespace)
	is_array(data.rampart.clusterScoped)
	count(data.rampart.catalog) > 0
	is_object(data.rampart.parameters)
	object.keys(data.rampart.catalog) - object.keys(data.rampart.parameters) == set()
}

_request if {
	every field in ["group", "version", "kind"] {
		is_string(input.request.kind[field])
	}
	input.request.operation in {"CREATE", "UPDATE", "DELETE", "CONNECT"}
}

_same_kind if {
	input.request.object.kind == input.request.kind.kind
	_group(input.request.object.apiVersion) == input.request.kind.group
}

# The groups of guardrails that judge a review. Those on documents that no API server admits judge no AdmissionReview.
_groups(candidate) := {name: true |
	some name in data.rampart.kinds[keys[_]]
	group := data.rampart.groups[name]
	group.filesOnly in {false, not_admitted}
	not _exempt(group.exemptNamespaces, namespace)
} if {
	kind := candidate.review.kind
	keys := [$"{kind.group}/{kind.kind}", $"{kind.group}/*", $"*/{kind.kind}", "*/*"]
	not_admitted := candidate.admission == false
	namespace := _namespace(candidate.review)
}

# As Gatekeeper's excludedNamespaces: a * at either end stands for any text, and a Namespace is in itself. Many groups have
# the same patterns, so that the answer is always a value: those are kept.
_exempt(patterns, namespace) if {
	namespace != ""
	some pattern in patterns
	_covers(pattern, namespace)
} else := false

_namespace(review) := _name(review) if {
	review.kind.kind == "Namespace"
} else := object.get(review, "namespace", "")

_name(review) := review.object.metadata.name if {
	is_string(review.object.metadata.name)
} else := object.get(review, "name", "")

_covers(pattern, namespace) if pattern == namespace

_covers(pattern, namespace) if {
	startswith(pattern, "*")
	endswith(namespace, trim(pattern, "*"))
	not endswith(pattern, "*")
}

_covers(pattern, namespace) if {
	endswith(pattern, "*")
	startswith(namespace, trim(pattern, "*"))
	not startswith(pattern, "*")
}

_covers(pattern, namespace) if {
	startswith(pattern, "*")
	endswith(pattern, "*")
	contains(namespace, trim(pattern, "*"))
}
