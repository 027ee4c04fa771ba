# METADATA
# title: No Windows HostProcess containers
# description: |
#   A HostProcess container runs on the Windows node itself, with its file system and network.
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
#   id: host-process
#   severity: critical
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [hostProcess]
#   pss: {check: windowsHostProcess, level: baseline}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.10"]
#     nsa: [pod-security]
#   remediation: Remove securityContext.windowsOptions.hostProcess or set it to false.
package rampart.container.host_process

import data.lib.finding
import data.lib.k8s
import data.lib.pss.host_process

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in host_process.in_pod(pod)
}

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in host_process.in_container(entry)
}
