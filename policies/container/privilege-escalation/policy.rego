# METADATA
# title: No container gains privileges
# description: |
#   Unless allowPrivilegeEscalation is false, a set-user-ID program in the image can become root. Windows pods
#   (exactly os.name: windows) have no such field and pass from v1.25.
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
#             the check exists from v1.8, Windows is excepted from v1.25.
# custom:
#   id: privilege-escalation
#   severity: high
#   profiles: {restricted: deny}
#   match: [pods]
#   pss: {check: allowPrivilegeEscalation, level: restricted}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.6"]
#     nsa: [pod-security]
#   remediation: Set securityContext.allowPrivilegeEscalation to false on each container.
package rampart.container.privilege_escalation

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.privilege_escalation

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in privilege_escalation.in_container(entry, _minor)
}
