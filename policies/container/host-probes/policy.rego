# METADATA
# title: Probes and lifecycle hooks name no host
# description: |
#   The kubelet calls probes and lifecycle hooks from the node. A host written there makes it call any address for
#   the pod, such as the cloud's metadata service or a port of the node itself.
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
#             the check exists from v1.34.
# custom:
#   id: host-probes
#   severity: medium
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [host]
#   pss: {check: hostProbesAndHostLifecycle, level: baseline}
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: Remove host from httpGet and tcpSocket of probes and lifecycle hooks.
package rampart.container.host_probes

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.host_probes

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in host_probes.in_container(entry, _minor)
}
