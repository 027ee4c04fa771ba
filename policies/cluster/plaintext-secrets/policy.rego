# METADATA
# title: Files hold no Secrets in clear text
# description: |
#   A Secret in a file that is meant for Git is only base64: whoever may read the repository, its history or a fork has
#   the credential. SealedSecrets and ExternalSecrets pass, and so do Secrets without data, with values that SOPS has
#   encrypted, and with values that are only references to be filled in, such as ${PASSWORD} or <path:...>.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/secrets-good-practices/
#     description: Good practices for Secrets
#   - ref: https://external-secrets.io/latest/
#     description: External Secrets Operator
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedKeys:
#           type: array
#           default: []
#           description: Keys whose values are no secret, such as ca.crt.
#           items: {type: string}
# custom:
#   id: plaintext-secrets
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [""], kinds: [Secret]}]
#   files_only: true
#   controls:
#     soc2: [CC6.1, CC6.7]
#     hipaa: ["164.312(a)(2)(iv)"]
#     cis: ["5.4.2"]
#     nsa: [pod-security]
#   remediation: |
#     Write an ExternalSecret or a SealedSecret instead, or encrypt the file with SOPS. Replace the credential if the
#     file has been shared.
package rampart.cluster.plaintext_secrets

import data.lib.finding
import data.lib.k8s
import data.lib.secrets

violation contains finding.at(rego.metadata.chain(), field, msg) if {
	some field in ["data", "stringData"]
	values := k8s.resource[field]
	is_object(values)
	keys := _plain(values)
	count(keys) > 0
	list := concat(", ", keys)
	msg := $"Secret holds clear text in {field} ({list}): write an ExternalSecret or a SealedSecret instead."
}

violation contains finding.at(rego.metadata.chain(), field, msg) if {
	some field in ["data", "stringData"]
	junk := k8s.resource[field]
	junk != null
	not is_object(junk)
	msg := $"{field} of the Secret is no map of keys and values, so that it cannot be told what it holds."
}

# What kubectl apply remembers repeats the Secret: it counts where the Secret itself is clean.
violation contains finding.at(rego.metadata.chain(), path, msg) if {
	text := k8s.annotated_resource.metadata.annotations[_applied]
	every field in ["data", "stringData"] {
		_plain(object.get(k8s.resource, field, {})) == []
	}
	json.is_valid(text)
	applied := json.unmarshal(text)
	some field in ["data", "stringData"]
	count(_plain(applied[field])) > 0
	path := finding.below("metadata.annotations", _applied)
	msg := $"Annotation {_applied} holds the Secret in clear text: remove the annotation from the file."
}

default _allowed := []

_allowed := input.parameters.allowedKeys

_applied := "kubectl.kubernetes.io/last-applied-configuration"

_plain(values) := sort([key |
	some key, value in values
	not key in _allowed
	not value in {"", null}
	not _is_harmless(value)
])

_is_harmless(value) if {
	is_string(value)
	secrets.stands_for_another(value)
}
