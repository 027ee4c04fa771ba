# METADATA
# title: Containers are not in the root group
# description: |
#   Many files of images and volumes belong to group 0 and are writable to it, so that a member of the root group gets
#   around a user id above 0. Judged are runAsGroup of the pod and of containers of every type, fsGroup and
#   supplementalGroups. With `require`, runAsGroup and fsGroup must be set too (not on Windows, which has no group ids):
#   without them a container's primary group is what its image says, often 0.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#     description: Configure a security context for a Pod or container
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         require:
#           type: boolean
#           default: false
#           description: Whether runAsGroup (for the pod or for each container) and fsGroup must be set.
# custom:
#   id: root-group
#   severity: medium
#   profiles: {restricted: warn}
#   match: [pods]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.7"]
#     nsa: [pod-security]
#   remediation: Set runAsGroup, fsGroup and every entry of supplementalGroups to a group id above 0, such as 1000.
package rampart.container.root_group

import data.lib.finding
import data.lib.k8s

violation contains finding.in_container(rego.metadata.chain(), entry, "securityContext.runAsGroup", msg) if {
	some entry in k8s.containers
	group := entry.container.securityContext.runAsGroup
	group != null
	not _above_zero(group)
	name := finding.name(entry.container)
	msg := $"Container {name} runs with runAsGroup {finding.shown(group)}: write a group id above 0, such as 1000."
}

violation contains finding.in_container(rego.metadata.chain(), entry, "securityContext.runAsGroup", msg) if {
	input.parameters.require == true
	some entry in k8s.containers
	not _is_set(entry.container, "runAsGroup")
	not _is_set(entry.pod.spec, "runAsGroup")
	not entry.pod.spec.os.name == "windows"
	name := finding.name(entry.container)
	msg := $"Container {name} has no runAsGroup, nor has the pod: set securityContext.runAsGroup to a group id above 0."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some pod in k8s.pods
	security := pod.spec.securityContext
	some field in ["runAsGroup", "fsGroup"]
	group := security[field]
	group != null
	not _above_zero(group)
	path := $"{pod.path}.securityContext.{field}"
	msg := $"The pod's {field} is {finding.shown(group)}: write a group id above 0, such as 1000."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some pod in k8s.pods
	groups := pod.spec.securityContext.supplementalGroups
	groups != null
	some index, group in _refused(groups)
	path := $"{pod.path}.securityContext.supplementalGroups{index}"
	msg := $"The pod's supplementalGroups contain {finding.shown(group)}: leave it out or write a group id above 0."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.parameters.require == true
	some pod in k8s.pods
	not _is_set(pod.spec, "fsGroup")
	not pod.spec.os.name == "windows"
	path := $"{pod.path}.securityContext.fsGroup"
	msg := "The pod has no fsGroup: set securityContext.fsGroup to a group id above 0, such as 1000."
}

_above_zero(group) if {
	is_number(group)
	group > 0
}

_is_set(holder, field) if holder.securityContext[field] != null

# The groups at fault by the end of their path; what is no list is at fault as a whole.
_refused(groups) := {$"[{i}]": group | some i, group in groups; not _above_zero(group)} if is_array(groups)

_refused(groups) := {"": groups} if not is_array(groups)
