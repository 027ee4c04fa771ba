# METADATA
# title: Only safe sysctls are set
# description: |
#   Sysctls outside of the safe set change the kernel for every pod of the node. Names count as written, so a name
#   with slashes is not in the set.
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
#             the safe set grew with v1.27, v1.29, v1.32 and v1.37.
# custom:
#   id: sysctls
#   severity: medium
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [sysctls]
#   pss: {check: sysctls, level: baseline}
#   controls:
#     soc2: [CC6.1, CC6.8]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: Remove the sysctl from securityContext.sysctls.
package rampart.container.sysctls

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.sysctls

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in sysctls.in_pod(pod, _minor)
}
