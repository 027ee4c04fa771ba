# METADATA
# title: ConfigMaps hold no credentials
# description: |
#   A ConfigMap is read by everyone who may view the namespace, is not encrypted at rest, and stands in backups and in
#   Git. Judged are the values of data and binaryData, line by line where they are files, and the labels and
#   annotations: private keys, tokens of known formats, registry logins, passwords in URLs and literal values under the
#   name of a credential, also as base64. Messages name the key and what was found, never the value.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/configmap/
#     description: ConfigMaps are for non-confidential data
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedKeys:
#           type: array
#           default: []
#           description: Keys of data and binaryData whose values are known to be harmless.
#           items: {type: string}
# custom:
#   id: secrets-in-configmaps
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [""], kinds: [ConfigMap]}]
#   controls:
#     soc2: [CC6.1, CC6.7]
#     hipaa: ["164.312(a)(1)", "164.312(a)(2)(iv)"]
#     cis: ["5.4.1"]
#     nsa: [pod-security]
#   remediation: |
#     Keep the credential in an external secret store, bring it in as a Secret (ExternalSecret, SealedSecret) and mount
#     that as a file. Replace the credential, as it has been exposed.
package rampart.cluster.secrets_in_configmaps

import data.lib.finding
import data.lib.k8s
import data.lib.secrets

violation contains finding.at(rego.metadata.chain(), found.path, msg) if {
	some found in array.concat(_in_data, _in_metadata)
	msg := $"{found.what} holds {secrets.list(found.kinds)}: move it to a Secret and mount that as a file."
}

# What kubectl apply remembers repeats the object: it counts where the object itself is clean.
violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_in_data == []
	applied := k8s.annotated_resource.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]
	kinds := _in_applied(applied)
	count(kinds) > 0
	path := finding.below("metadata.annotations", _applied)
	msg := $"Annotation {_applied} still holds {secrets.list(sort(kinds))}: delete the ConfigMap and create it anew."
}

default _allowed := []

_allowed := input.parameters.allowedKeys

_applied := "kubectl.kubernetes.io/last-applied-configuration"

_in_data := [{"path": finding.below(field, key), "what": what, "kinds": kinds} |
	some field in ["data", "binaryData"]
	some key, value in k8s.resource[field]
	kinds := _found(field, key, value)
	what := $"Key {key} of the ConfigMap"
]

_in_applied(text) := {kind |
	some field, values in json.unmarshal(text)
	some name, value in values
	some kind in _found(field, name, value)
} if {
	json.is_valid(text)
} else := {kind | some kind in secrets.found("", text)}

_found("data", key, value) := kinds if {
	kinds := secrets.found(key, value)
	not key in _allowed
}

_found("binaryData", key, value) := kinds if {
	kinds := secrets.of_binary(key, value)
	count(kinds) > 0
	not key in _allowed
}

_in_metadata := [{"path": finding.below(parent, key), "what": what, "kinds": kinds} |
	some field, word in {"labels": "Label", "annotations": "Annotation"}
	some key, value in k8s.annotated_resource.metadata[field]
	key != "kubectl.kubernetes.io/last-applied-configuration"
	kinds := secrets.found_in_metadata(key, value)
	parent := $"metadata.{field}"
	what := $"{word} {key}"
]
