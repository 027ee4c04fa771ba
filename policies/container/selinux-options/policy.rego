# METADATA
# title: SELinux keeps containers confined
# description: |
#   A type such as spc_t takes SELinux' confinement away; user and role choose another context. Judged for the pod
#   and its containers.
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
#             container_engine_t is allowed from v1.31.
# custom:
#   id: selinux-options
#   severity: medium
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [seLinuxOptions]
#   pss: {check: seLinuxOptions, level: baseline}
#   controls:
#     soc2: [CC6.1, CC6.8]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: Remove user and role from seLinuxOptions and write one of the container types, or none.
package rampart.container.selinux_options

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.selinux

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in selinux.in_pod(pod, _minor)
}

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in selinux.in_container(entry, _minor)
}
