# METADATA
# title: Dapr uses mutual TLS with short-lived certificates
# description: |
#   Without mutual TLS anyone in the network reads and forges the calls between Dapr sidecars, and access control cannot
#   tell callers apart. A certificate that lives long, or is accepted long after its end, serves whoever steals it as
#   long. Where nothing is written Dapr is on, with 24 hours and 15 minutes; a duration that it can't read makes it fall
#   back to defaults for all that stands beside it.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/security/mtls/
#     description: Setup & configure mTLS certificates
#   - ref: https://docs.dapr.io/reference/resource-specs/configuration-schema/
#     description: Configuration spec
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         maxWorkloadCertTTL:
#           type: string
#           default: 24h
#           pattern: ^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$
#           description: The longest life of a workload's certificate.
#         maxAllowedClockSkew:
#           type: string
#           default: 15m
#           pattern: ^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$
#           description: The longest time that clocks may differ.
# custom:
#   id: dapr-mtls
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [dapr.io], kinds: [Configuration]}]
#   controls:
#     soc2: [CC6.1, CC6.7]
#     hipaa: ["164.312(e)(1)", "164.312(d)"]
#     nsa: [network-separation]
#   remediation: |
#     Set spec.mtls.enabled to true or leave it out, and keep workloadCertTTL and allowedClockSkew at 24h and 15m.
package rampart.cluster.dapr_mtls

import data.lib.durations
import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "spec.mtls.enabled", msg) if {
	not _is_on(object.get(k8s.resource, ["spec", "mtls"], null))
	msg := $"Configuration {k8s.name} does not switch mutual TLS on: set spec.mtls.enabled to true."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	mtls := k8s.resource.spec.mtls
	some field, highest in _highest
	value := mtls[field]
	value != null
	not durations.at_most(value, highest)
	path := $"spec.mtls.{field}"
	msg := $"Configuration {k8s.name} sets {path} to {finding.shown(value)}: write a duration of at most {highest}."
}

_is_on(null)

_is_on(mtls) if {
	is_object(mtls)
	object.get(mtls, "enabled", true) in {true, null}
}

_highest := {
	"workloadCertTTL": input.parameters.maxWorkloadCertTTL,
	"allowedClockSkew": input.parameters.maxAllowedClockSkew,
}
