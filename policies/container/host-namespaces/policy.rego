# METADATA
# title: Pods keep out of the node's namespaces
# description: |
#   With hostNetwork a pod listens on the node and passes by NetworkPolicy, with hostPID it sees and can signal the
#   node's processes, with hostIPC it reads their shared memory.
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
#   id: host-namespaces
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [hostNetwork, hostPID, hostIPC]
#   pss: {check: hostNamespaces, level: baseline}
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.3", "5.2.4", "5.2.5"]
#     nsa: [pod-security]
#   remediation: Remove hostNetwork, hostPID and hostIPC from the pod or set them to false.
package rampart.container.host_namespaces

import data.lib.finding
import data.lib.k8s
import data.lib.pss.host_namespaces

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in host_namespaces.in_pod(pod)
}
