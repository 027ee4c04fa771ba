# METADATA
# title: No container uses a port of the node
# description: |
#   A host port is reachable at the node's address, past Services and most network policies. Where a pod uses
#   hostNetwork each of its container ports is one.
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
#   id: host-ports
#   severity: medium
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [hostPort, hostNetwork]
#   pss: {check: hostPorts, level: baseline}
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.12"]
#     nsa: [pod-security]
#   remediation: Remove hostPort and reach the container through a Service; remove hostNetwork.
package rampart.container.host_ports

import data.lib.finding
import data.lib.k8s
import data.lib.pss.host_ports

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in host_ports.in_container(entry)
}
