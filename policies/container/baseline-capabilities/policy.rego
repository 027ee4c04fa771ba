# METADATA
# title: No capabilities beyond the default set
# description: |
#   Capabilities such as SYS_ADMIN or NET_RAW open ways out of the container. Only those of the runtime's default
#   set may be added; names count as written.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-standards/
#     description: Pod Security Standards
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         level:
#           type: string
#           default: baseline
#           enum: [baseline, restricted]
#           description: |
#             The level of the Pod Security Standards that is asked for. At restricted another check takes this one's
#             place from v1.22: restricted-capabilities.
#         version:
#           type: string
#           default: latest
#           pattern: ^(latest|v1\.(0|[1-9][0-9]{0,4}))$
#           description: |
#             Version of the Pod Security Standards, v1.0 to latest;
#             it makes no difference to this check.
# custom:
#   id: baseline-capabilities
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [capabilities]
#   pss: {check: capabilities_baseline, level: baseline}
#   replaced_by: restricted-capabilities
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.8", "5.2.9"]
#     nsa: [pod-security]
#   remediation: Remove the capability from securityContext.capabilities.add.
package rampart.container.baseline_capabilities

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.baseline_capabilities

default _level := "baseline"

_level := input.parameters.level

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in baseline_capabilities.in_container(entry)
	not pss.replaced("capabilities_baseline", _level, _minor)
}
