# METADATA
# title: Seccomp is not switched off
# description: |
#   An Unconfined container may call everything that the kernel offers. Judged for the pod, even where every
#   container overrides it, and for each container; up to v1.18 in the annotations that came before the fields.
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
#             place from v1.19: restricted-seccomp.
#         version:
#           type: string
#           default: latest
#           pattern: ^(latest|v1\.(0|[1-9][0-9]{0,4}))$
#           description: |
#             Version of the Pod Security Standards, v1.0 to latest;
#             up to v1.18 annotations are judged instead of fields.
# custom:
#   id: baseline-seccomp
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   mentions: [seccompProfile, seccomp.security.alpha.kubernetes.io/]
#   pss: {check: seccompProfile_baseline, level: baseline}
#   replaced_by: restricted-seccomp
#   controls:
#     soc2: [CC6.1, CC6.8]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.6.2"]
#     nsa: [pod-security]
#   remediation: Remove seccompProfile or set its type to RuntimeDefault or Localhost.
package rampart.container.baseline_seccomp

import data.lib.finding
import data.lib.k8s
import data.lib.pss
import data.lib.pss.baseline_seccomp

default _level := "baseline"

_level := input.parameters.level

# As pss.latest.
default _minor := 1000000

_minor := pss.minor(input.parameters.version)

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	some pod in k8s.pods
	some found in baseline_seccomp.in_pod(pod, _minor)
	_active
}

violation contains finding.in_container(rego.metadata.chain(), entry, found.field, found.msg) if {
	some entry in k8s.containers
	some found in baseline_seccomp.in_container(entry, _minor)
	_active
}

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	_minor < baseline_seccomp.fields_since
	some pod in k8s.annotated_pods
	some found in baseline_seccomp.in_annotations(pod, _minor)
}

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	_minor < baseline_seccomp.fields_since
	some entry in k8s.containers
	some found in baseline_seccomp.in_container_annotation(entry, _minor)
}

_active if not pss.replaced("seccompProfile_baseline", _level, _minor)
