# METADATA
# title: AppArmor stays on
# description: |
#   An Unconfined profile takes AppArmor's limits away. Judged in the fields of the pod and its containers, and in
#   every annotation of the kind, even for a container that does not exist.
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
#   id: apparmor-profile
#   severity: medium
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [appArmorProfile, container.apparmor.security.beta.kubernetes.io/]
#   pss: {check: appArmorProfile, level: baseline}
#   controls:
#     soc2: [CC6.1, CC6.8]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: Remove appArmorProfile and its annotations, or write RuntimeDefault or Localhost.
package rampart.container.apparmor_profile

import data.lib.finding
import data.lib.k8s
import data.lib.pss.apparmor

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in apparmor.in_pod(pod)
}

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.annotated_pods
	some found in apparmor.in_annotations(pod)
}

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in apparmor.in_container(entry)
}
