# METADATA
# title: The entry point of conftest
# description: |
#   data.main.deny and data.main.warn: the findings of data.rampart.check by action, as {"msg"} with the finding's fields
#   beside it, and with the file as "_loc" where conftest gives it. conftest reads the bundle's folder as both, --policy and
#   --data.
#
#   Guardrails that read other objects see those that conftest gives together: the items of a list, and with --combine the
#   documents of all files; besides, what the operator provides as data.inventory. A combined input is an array of
#   {"path", "contents"} and nothing else, which no Kubernetes object can pose as. An empty document has no findings.
package main

import data.lib.documents
import data.rampart
import data.rampart.check

deny contains _shown(finding) if {
	some finding in _findings
	finding.action == "deny"
}

warn contains _shown(finding) if {
	some finding in _findings
	finding.action == "warn"
}

_findings contains finding if {
	not _combined
	not _empty
	found := check with data.inventory as _inventory
	some finding in found
}

_findings contains finding if {
	_combined
	some document in input
	document.contents != null
	found := check with input as document.contents with data.inventory as _inventory
	some plain in found
	finding := object.union(plain, {"_loc": {"file": document.path}})
}

deny contains {"msg": "[input] The files hold no object: there is nothing to judge."} if {
	_combined
	every document in input {
		document.contents == null
	}
}

_combined if {
	is_array(input)
	every document in input {
		object.keys(document) == {"path", "contents"}
		is_string(document.path)
	}
}

_empty if input == null

_shown(finding) := object.union(object.remove(finding, ["message"]), {"msg": $"{_file(finding)}[{finding.guardrail}] {finding.message}"})

_file(finding) := $"{finding._loc.file}: " if {
	finding._loc
} else := ""

# The inventory: what the operator provides, with the judged objects in place of older ones of the same name.

_inventory := object.union_n(array.concat(
	[json.remove(_provided, [entry.at | some entry in _entries])],
	[_nested(entry.at, entry.object) | some entry in _entries; entry.position == max(_positions[json.marshal(entry.at)])],
))

default _provided := {}

_provided := data.inventory if is_object(data.inventory)

# Of two objects of one name the later one stays. The key is a text: OPA 1.13 takes any other for one too, and compiles no rule
# that looks up an array.
_positions[json.marshal(entry.at)] contains entry.position if some entry in _entries

_entries contains entry if {
	not _combined
	some judged in rampart.judged
	some entry in _entry(judged, 0)
}

_entries contains entry if {
	_combined
	some i, document in input
	all := rampart.judged with input as document.contents
	some judged in all
	some entry in _entry(judged, i)
}

_entry(judged, document) := [{"at": at, "position": [document, judged.item], "object": judged.review.object} |
	is_object(judged.review.object)
	name := _key(judged, document)
	name != ""
	at := array.concat(_scope(judged.review), [rampart.api_version(judged.review.kind), judged.review.kind.kind, name])
]

# The names of documents that are no Kubernetes objects are not unique.
_key(judged, document) := $"#{document}{judged.prefix}" if {
	judged.review.kind.group == documents.group
} else := judged.review.name

_scope(review) := ["namespace", review.namespace]

_scope(review) := ["cluster"] if not review.namespace

_nested([scope, namespace, version, kind, name], object_) := {scope: {namespace: {version: {kind: {name: object_}}}}}

_nested([scope, version, kind, name], object_) := {scope: {version: {kind: {name: object_}}}}
