# METADATA
# title: A seccomp profile is set
# description: |
#   Without a profile a container may call everything that the kernel offers. The pod or each container must choose
#   RuntimeDefault or Localhost. Windows pods (exactly os.name: windows) pass from v1.25.
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
#             the check exists from v1.19, Windows is excepted from v1.25.
# custom:
#   id: restricted-seccomp
#   severity: high
#   profiles: {restricted: deny}
#   match: [pods]
#   pss: {check: seccompProfile_restricted, level: restricted}
#   controls:
#     soc2: [CC6.1, CC6.8]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.6.2"]
#     nsa: [pod-security]
#   remediation: Set securityContext.seccompProfile.type to RuntimeDefault on the pod.
package rampart.container.restricted_seccomp

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.restricted_seccomp

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in restricted_seccomp.in_pod(pod, _minor)
}

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in restricted_seccomp.in_container(entry, _minor)
}
