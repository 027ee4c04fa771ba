# METADATA
# title: All capabilities are dropped
# description: |
#   A container needs none of the runtime's default capabilities, except perhaps for a port below 1024. Names count
#   as written: all and CAP_ALL drop nothing. Windows pods (exactly os.name: windows) pass from v1.25.
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
#         version:
#           type: string
#           default: latest
#           pattern: ^(latest|v1\.(0|[1-9][0-9]{0,4}))$
#           description: |
#             Version of the Pod Security Standards, v1.0 to latest;
#             the check exists from v1.22, Windows is excepted from v1.25.
# custom:
#   id: restricted-capabilities
#   severity: high
#   profiles: {restricted: deny}
#   match: [pods]
#   pss: {check: capabilities_restricted, level: restricted}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.8", "5.2.9"]
#     nsa: [pod-security]
#   remediation: 'Set securityContext.capabilities.drop to ["ALL"] and add nothing but NET_BIND_SERVICE.'
package rampart.container.restricted_capabilities

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.restricted_capabilities

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in restricted_capabilities.in_container(entry, _minor)
}
