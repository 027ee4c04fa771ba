# METADATA
# title: Pods go where the scheduler puts them
# description: |
#   A pod that names its node is placed there past every taint; one that tolerates the taint of the control plane, or
#   every taint, may run beside the API server's keys; and one with a priority of the system's drives other pods from
#   their nodes and is never driven away itself. Only what belongs to the cluster needs this. The node that the
#   scheduler has written into a Pod of the cluster is none of its own.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
#     description: Taints and Tolerations
#   - ref: https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
#     description: Critical pods
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         reservedTaints:
#           type: array
#           items: {type: string}
#           default: [node-role.kubernetes.io/control-plane, node-role.kubernetes.io/master]
#           description: Keys of taints that no pod may tolerate.
#         reservedPriorityClasses:
#           type: array
#           items: {type: string}
#           default: [system-cluster-critical, system-node-critical]
#           description: Names of priority classes that no pod may have.
# custom:
#   id: pod-scheduling
#   severity: medium
#   profiles: {restricted: warn}
#   match: [pods]
#   mentions: [nodeName, tolerations, priorityClassName]
#   controls:
#     soc2: [CC6.1, A1.2]
#     hipaa: ["164.312(a)(1)", "164.308(a)(7)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: |
#     Use a nodeSelector or an affinity, tolerate the taints of the nodes that are meant for the workload by key, and
#     give it a PriorityClass of your own.
package rampart.container.pod_scheduling

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some pod in k8s.pods
	node := object.get(pod.spec, "nodeName", "")
	not node in {"", null}
	not _scheduled
	path := $"{pod.path}.nodeName"
	msg := "The pod must not name its node, which passes over every taint: use a nodeSelector or an affinity."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some pod in k8s.pods
	some i, toleration in pod.spec.tolerations
	is_object(toleration)
	what := _reserved(toleration)
	path := $"{pod.path}.tolerations[{i}]"
	msg := $"The pod must not tolerate {what}: tolerate by key the taints of the nodes that are meant for it."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some pod in k8s.pods
	class := pod.spec.priorityClassName
	class in input.parameters.reservedPriorityClasses
	path := $"{pod.path}.priorityClassName"
	msg := $"The pod must not have the priority class {class}, which drives other pods away: use one of your own."
}

# A Pod that the cluster has stored got its node from the scheduler.
_scheduled if {
	k8s.group_kind == "/Pod"
	input.review.operation != "CREATE"
	is_string(k8s.resource.metadata.uid)
}

_reserved(toleration) := $"the taint {toleration.key}" if {
	toleration.key in input.parameters.reservedTaints
} else := "every taint" if {
	object.get(toleration, "key", "") in {"", null}
	toleration.operator == "Exists"
	count(input.parameters.reservedTaints) > 0
}
