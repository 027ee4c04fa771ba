# METADATA
# title: /proc stays masked
# description: |
#   An Unmasked procMount shows the container the parts of /proc that reach into the kernel. From v1.35 that is
#   allowed to pods in a user namespace of their own (hostUsers: false) at level baseline, not at restricted.
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
#             place from v1.35 (procMount_restricted), which knows no exception for user namespaces.
#         version:
#           type: string
#           default: latest
#           pattern: ^(latest|v1\.(0|[1-9][0-9]{0,4}))$
#           description: |
#             Version of the Pod Security Standards, v1.0 to latest;
#             user namespaces are excepted from v1.35.
# custom:
#   id: proc-mount
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [procMount]
#   pss: {check: procMount, level: baseline}
#   controls:
#     soc2: [CC6.1, CC6.8]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: Remove securityContext.procMount or write Default.
package rampart.container.proc_mount

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.proc_mount

default _level := "baseline"

_level := input.parameters.level

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in proc_mount.in_container(entry, _level, _minor)
}
