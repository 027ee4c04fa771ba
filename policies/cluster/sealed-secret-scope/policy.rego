# METADATA
# title: Sealed secrets are sealed, and for one place
# description: |
#   A SealedSecret with cluster-wide scope is decrypted in any namespace: whoever may create one anywhere copies it and
#   reads the Secret. Values of the template are not encrypted: they may only refer to the encrypted ones, as in
#   {{ .password }}. The annotation of the template counts when the secret is sealed again.
# scope: package
# related_resources:
#   - ref: https://github.com/bitnami-labs/sealed-secrets#scopes
#     description: Scopes of SealedSecrets
#   - ref: https://github.com/bitnami-labs/sealed-secrets/blob/main/pkg/apis/sealedsecrets/v1alpha1/types.go
#     description: Fields of a SealedSecret
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowNamespaceWide:
#           type: boolean
#           default: true
#           description: Whether a SealedSecret may be decrypted under any name of its namespace.
#         allowedKeys:
#           type: array
#           default: []
#           description: Keys of the template whose values are no secret, such as url.
#           items: {type: string}
# custom:
#   id: sealed-secret-scope
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [bitnami.com], kinds: [SealedSecret]}]
#   controls:
#     soc2: [CC6.1, CC6.3, CC6.7]
#     hipaa: ["164.312(a)(1)", "164.312(a)(2)(iv)"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Seal the secret again with kubeseal --scope strict, all values in spec.encryptedData, and replace credentials that
#     stood in clear text.
package rampart.cluster.sealed_secret_scope

import data.lib.finding
import data.lib.k8s
import data.lib.network
import data.lib.secrets

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some at, annotation in _wide
	path := finding.below(at, annotation)
	msg := $"SealedSecret {k8s.name} can be decrypted elsewhere too: remove the annotation {annotation} and seal it again."
}

violation contains finding.at(rego.metadata.chain(), "spec.encryptedData", msg) if {
	sealed := object.get(k8s.annotated_resource, ["spec", "encryptedData"], null)
	not _has_values(sealed)
	msg := $"SealedSecret {k8s.name} holds nothing encrypted: write what kubeseal makes of the Secret."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some key, value in k8s.annotated_resource.spec.encryptedData
	not _is_sealed(value)
	path := finding.below("spec.encryptedData", key)
	msg := $"Value of {key} was not encrypted by kubeseal: replace the credential and seal it."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some field in ["data", "stringData"]
	values := network.value(_template, field)
	keys := _plain(values)
	count(keys) > 0
	path := $"spec.template.{field}"
	list := concat(", ", [text | some key in keys; text := $"{key}"])
	msg := concat("", [
		$"SealedSecret {k8s.name} holds clear text in {path} ({list}): seal these values, and refer to them as in ",
		"{{ .password }}.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	value := _template.metadata.annotations[_applied]
	not value in {"", null}
	path := finding.below("spec.template.metadata.annotations", _applied)
	msg := $"Annotation {_applied} of the template holds the Secret in clear text: remove it."
}

_applied := "kubectl.kubernetes.io/last-applied-configuration"

_template := network.value(object.get(k8s.annotated_resource, "spec", {}), "template")

# The annotation that widens the scope, by where it stands: of the object, or else of its template.
_wide := {"metadata.annotations": annotation} if {
	annotation := _widening(k8s.annotated_resource.metadata.annotations)
} else := {"spec.template.metadata.annotations": annotation} if {
	annotation := _widening(_template.metadata.annotations)
}

_widening(annotations) := "sealedsecrets.bitnami.com/cluster-wide" if {
	_says_true(annotations["sealedsecrets.bitnami.com/cluster-wide"])
} else := "sealedsecrets.bitnami.com/namespace-wide" if {
	not input.parameters.allowNamespaceWide
	_says_true(annotations["sealedsecrets.bitnami.com/namespace-wide"])
}

_says_true(value) if value in {"true", true}

_has_values(sealed) if {
	is_object(sealed)
	count(sealed) > 0
}

# base64 of at least an encrypted session key of 2048 bits and the tag of the encrypted value.
_is_sealed(value) if {
	is_string(value)
	text := regex.replace(value, `[\r\n]`, "")
	count(text) >= 368
	base64.is_valid(text)
}

_plain(values) := sort([key |
	some key, value in values
	not key in input.parameters.allowedKeys
	not value in {"", null}
	not _only_refers(key, value)
])

# Text without a reference is clear text; a credential can stand beside a reference too.
_only_refers(key, value) if {
	is_string(value)
	regex.match(`\{\{[^}]*\.`, regex.replace(value, "\"[^\"]*\"|`[^`]*`", ""))
	secrets.of(key, value) == []
}
