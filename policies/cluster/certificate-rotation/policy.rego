# METADATA
# title: Certificates are short-lived and get new keys
# description: |
#   Whoever steals a key can use it until its certificate ends, and longer if the next certificate is for the same key.
#   cert-manager makes a new key with each certificate where rotationPolicy says so; where it says nothing only since
#   version 1.18. Where no duration is written it asks for 90 days.
# scope: package
# related_resources:
#   - ref: https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateSpec
#     description: CertificateSpec
#   - ref: https://cert-manager.io/docs/releases/release-notes/release-notes-1.18/
#     description: The default of rotationPolicy since version 1.18
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         maxDuration:
#           type: string
#           default: 2160h
#           pattern: ^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$
#           description: The longest life of a certificate.
#         maxCADuration:
#           type: string
#           default: 43800h
#           pattern: ^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$
#           description: The longest life of a certificate that signs others (isCA).
#         requireRenewBefore:
#           type: boolean
#           default: true
#           description: Whether the time of renewal must be written; cert-manager renews after two thirds otherwise.
#         defaultRotationPolicy:
#           type: string
#           default: Never
#           enum: [Never, Always]
#           description: What the cluster's cert-manager does where nothing is written; Always since version 1.18.
# custom:
#   id: certificate-rotation
#   severity: medium
#   profiles: {restricted: warn}
#   match: [{groups: [cert-manager.io, certmanager.k8s.io], kinds: [Certificate]}]
#   controls:
#     soc2: [CC6.1, CC6.7]
#     hipaa: ["164.312(e)(1)", "164.312(d)"]
#     nsa: [network-separation]
#   remediation: |
#     Set spec.duration to 2160h or less, spec.renewBefore to about a third of it, and spec.privateKey.rotationPolicy to
#     Always.
package rampart.cluster.certificate_rotation

import data.lib.durations
import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "spec.duration", msg) if {
	duration := _duration
	not durations.at_most(duration, _longest)
	msg := $"Certificate {k8s.name} lives too long: set spec.duration to at most {_longest}."
}

violation contains finding.at(rego.metadata.chain(), "spec.renewBefore", msg) if {
	before := object.get(k8s.resource, ["spec", "renewBefore"], null)
	percentage := object.get(k8s.resource, ["spec", "renewBeforePercentage"], null)
	not _is_renewed(before, percentage)
	msg := concat("", [
		$"Certificate {k8s.name} does not say when it is renewed: set spec.renewBefore to a duration of 5m or more that ",
		"is below spec.duration.",
	])
}

violation contains finding.at(rego.metadata.chain(), "spec.privateKey.rotationPolicy", msg) if {
	policy := object.get(k8s.resource, ["spec", "privateKey", "rotationPolicy"], null)
	not _rotates(policy)
	msg := $"Certificate {k8s.name} can keep its private key: set spec.privateKey.rotationPolicy to Always."
}

_duration := _written(object.get(k8s.resource, ["spec", "duration"], null))

_written(null) := "2160h"

_written(value) := value if value != null

_longest := input.parameters.maxCADuration if {
	k8s.resource.spec.isCA == true
} else := input.parameters.maxDuration

_is_renewed(null, null) if not input.parameters.requireRenewBefore

_is_renewed(null, percentage) if {
	is_number(percentage)
	percentage > 0
	percentage < 100
}

_is_renewed(before, _) if {
	durations.at_most("5m", before)
	not durations.at_most(_duration, before)
}

_rotates("Always")

_rotates(null) if input.parameters.defaultRotationPolicy == "Always"
