# METADATA
# title: Dapr sidecars ask for a token
# description: |
#   The API of a Dapr sidecar reads secrets, state and messages for whoever reaches it, every container of the pod
#   included, unless dapr.io/api-token-secret names a Secret with a token. The Secret must be in the namespace of the
#   application and have the key `token`: one in dapr-system is not found, an empty token switches the check off. Whether
#   it exists is judged where the inventory has Secrets, or ExternalSecrets and SealedSecrets that make them, at all.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/security/api-token/
#     description: Enable API token authentication in Dapr
#   - ref: https://docs.dapr.io/reference/arguments-annotations-overview/
#     description: Dapr's annotations
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         knownSecrets:
#           type: array
#           items: {type: string}
#           default: []
#           description: Secrets with a token that exist elsewhere, as NAMESPACE/NAME.
# custom:
#   id: dapr-api-token
#   severity: high
#   profiles: {restricted: deny}
#   match: [pods]
#   mentions: [dapr.io/]
#   sync:
#     - {group: "", version: v1, kind: Secret}
#     - {group: external-secrets.io, version: v1, kind: ExternalSecret}
#     - {group: bitnami.com, version: v1alpha1, kind: SealedSecret}
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(a)(1)", "164.312(d)"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Make a Secret with a random value under the key token in the application's namespace, by an ExternalSecret or a
#     SealedSecret, and name it in the annotation dapr.io/api-token-secret of the pod template.
package rampart.cluster.dapr_api_token

import data.lib.dapr
import data.lib.finding
import data.lib.inventory
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some sidecar in dapr.sidecars
	path := dapr.path(sidecar, "api-token-secret")
	msg := _problem(dapr.setting(sidecar, "api-token-secret"))
}

_problem("") := concat("", [
	"The API of the Dapr sidecar asks for no token: name a Secret with the key token in the annotation ",
	"dapr.io/api-token-secret.",
])

_problem(name) := concat("", [
	$"Secret {name} is in namespace {min(_namespaces_with(name))}, where the Dapr sidecar does not look: ",
	$"make it in {_namespace}, the application's own.",
]) if {
	_missing(name)
	count(_namespaces_with(name)) > 0
}

_problem(name) := concat("", [
	$"There is no Secret {name} in {_namespace} for the annotation dapr.io/api-token-secret: make it, ",
	"or an ExternalSecret or SealedSecret that makes it.",
]) if {
	_missing(name)
	count(_namespaces_with(name)) == 0
}

_problem(name) := concat("", [
	$"Secret {name} holds no token for the Dapr sidecar: put a random value under the key token.",
]) if {
	not _known(name)
	count(_makers(k8s.namespace, name)) > 0
	every maker in _makers(k8s.namespace, name) {
		not _has_token(maker)
	}
}

_namespace := "its namespace" if k8s.namespace == ""

else := $"namespace {k8s.namespace}"

_missing(name) if {
	name != ""
	not _known(name)
	_is_inventory_of_secrets
	count(_makers(k8s.namespace, name)) == 0
}

_known(name) if $"{k8s.namespace}/{name}" in input.parameters.knownSecrets

# Every cluster has Secrets: where none is known, nobody told the inventory about them.
_is_inventory_of_secrets if {
	some [group, kind] in _kinds
	some _ in array.concat(inventory.everywhere(group, kind), [obj | some obj in inventory.cluster(group, kind)])
}

_kinds := [["", "Secret"], ["external-secrets.io", "ExternalSecret"], ["bitnami.com", "SealedSecret"]]

_namespaces_with(name) := {namespace |
	some [group, kind] in _kinds
	some obj in inventory.everywhere(group, kind)
	_secret_name(kind, obj) == name
	namespace := obj.metadata.namespace
}

# What is, or makes, the Secret of the name. In files, an object can be one that gets its namespace from the run.
_makers(namespace, name) := {{"kind": kind, "object": obj} |
	some [group, kind] in _kinds
	some obj in (inventory.namespaced(namespace, group, kind) | inventory.cluster(group, kind))
	_secret_name(kind, obj) == name
}

_secret_name("ExternalSecret", obj) := obj.spec.target.name if {
	not obj.spec.target.name in {"", null}
} else := obj.metadata.name

_secret_name(kind, obj) := obj.metadata.name if kind != "ExternalSecret"

_has_token({"kind": "Secret", "object": secret}) if _is_filled(secret.stringData.token)

_has_token({"kind": "Secret", "object": secret}) if {
	not "token" in object.keys(_object(object.get(secret, "stringData", {})))
	_is_filled(secret.data.token)
}

_has_token({"kind": "SealedSecret", "object": sealed}) if _is_filled(sealed.spec.encryptedData.token)

_has_token({"kind": "ExternalSecret", "object": external}) if {
	not _is_templated(external)
	_brings_token(external)
}

_has_token({"kind": "ExternalSecret", "object": external}) if {
	external.spec.target.template.mergePolicy == "Merge"
	_brings_token(external)
}

_has_token({"kind": "ExternalSecret", "object": external}) if _is_filled(external.spec.target.template.data.token)

# What templateFrom and dataFrom bring shows when it is there.
_has_token({"kind": "ExternalSecret", "object": external}) if _is_filled_list(external.spec.target.template.templateFrom)

_brings_token(external) if {
	some entry in external.spec.data
	entry.secretKey == "token"
}

_brings_token(external) if _is_filled_list(external.spec.dataFrom)

# A template with data stands for all that the store has; one with labels and the like doesn't.
_is_templated(external) if _is_filled_list(external.spec.target.template.data)

_is_filled(value) if {
	is_string(value)
	value != ""
}

_is_filled_list(value) if {
	type_name(value) in {"array", "object"}
	count(value) > 0
}

_object(x) := x if is_object(x)

else := {}
