# METADATA
# title: The user is not 0
# description: |
#   runAsUser 0 is root, whatever the image says. Judged for the pod, even where every container overrides it, and
#   for each container. From v1.35 pods in a user namespace of their own (hostUsers: false) pass.
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
#             the check exists from v1.23, user namespaces are excepted from v1.35.
# custom:
#   id: run-as-user
#   severity: high
#   profiles: {restricted: deny}
#   match: [pods]
#   pss: {check: runAsUser, level: restricted}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.7"]
#     nsa: [pod-security]
#   remediation: Remove runAsUser or write the number of another user.
package rampart.container.run_as_user

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.run_as_user

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in run_as_user.in_pod(pod, _minor)
}

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in run_as_user.in_container(entry, _minor)
}
