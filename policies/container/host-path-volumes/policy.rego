# METADATA
# title: No volume is a path of the node
# description: |
#   A hostPath volume opens the node's file system to the pod: its runtime socket, its kubelet's credentials, the
#   files of other pods. At level restricted the allow-list of volume-types stands for this check, as in Kubernetes'
#   own admission.
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
#             place at every version: volume-types.
#         version:
#           type: string
#           default: latest
#           pattern: ^(latest|v1\.(0|[1-9][0-9]{0,4}))$
#           description: |
#             Version of the Pod Security Standards, v1.0 to latest;
#             it makes no difference to this check.
# custom:
#   id: host-path-volumes
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [hostPath]
#   pss: {check: hostPathVolumes, level: baseline}
#   replaced_by: volume-types
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.11"]
#     nsa: [pod-security]
#   remediation: Use an emptyDir, a persistentVolumeClaim or another volume source instead of hostPath.
package rampart.container.host_path_volumes

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.host_path_volumes

default _level := "baseline"

_level := input.parameters.level

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in host_path_volumes.in_pod(pod)
	not pss.replaced("hostPathVolumes", _level, _minor)
}
