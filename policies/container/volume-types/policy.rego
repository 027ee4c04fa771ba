# METADATA
# title: Volumes come from the cluster's own objects
# description: |
#   Inline network volumes, plugins and paths of the node reach beyond what the cluster's storage classes and RBAC
#   decide. Allowed are configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected
#   and secret.
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
#   id: volume-types
#   severity: high
#   profiles: {restricted: deny}
#   match: [pods]
#   mentions: [volumes]
#   pss: {check: restrictedVolumes, level: restricted}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.11"]
#     nsa: [pod-security]
#   remediation: Use a persistentVolumeClaim or another of the allowed sources.
package rampart.container.volume_types

import data.lib.finding
import data.lib.k8s
import data.lib.pss.restricted_volumes

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in restricted_volumes.in_pod(pod)
}
