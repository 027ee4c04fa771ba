# METADATA
# title: Privileged containers are forbidden
# description: |
#   A privileged container holds every capability of the host and sees its devices: whoever runs code in it owns the
#   node. Judged for containers, init containers, sidecars and ephemeral containers.
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
#             it makes no difference to this check.
# custom:
#   id: privileged-containers
#   severity: critical
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [privileged]
#   pss: {check: privileged, level: baseline}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.2"]
#     nsa: [pod-security]
#   remediation: Remove securityContext.privileged or set it to false.
package rampart.container.privileged_containers

import data.lib.finding
import data.lib.k8s
import data.lib.pss.privileged

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in privileged.in_container(entry)
}
