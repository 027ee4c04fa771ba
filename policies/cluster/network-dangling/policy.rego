# METADATA
# title: A NetworkPolicy selects something that exists
# description: |
#   A misspelt label makes a NetworkPolicy that selects no pod or lets in nobody: it looks like protection and is none.
#   Judged against the other objects: the pod selector where workloads of the namespace are known, and the namespaces
#   named by kubernetes.io/metadata.name where kube-system is among the Namespaces, that is, in a cluster.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#     description: Network Policies
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         knownNamespaces:
#           type: array
#           items: {type: string}
#           default: []
#           description: Names of namespaces that may be named although they are not there yet.
# custom:
#   id: network-dangling
#   severity: low
#   profiles: {restricted: warn}
#   match:
#     - {groups: [networking.k8s.io, extensions], kinds: [NetworkPolicy]}
#   sync:
#     - {group: "", version: v1, kind: Namespace}
#     - {group: "", version: v1, kind: Pod}
#     - {group: "", version: v1, kind: ReplicationController}
#     - {group: apps, version: v1, kind: DaemonSet}
#     - {group: apps, version: v1, kind: Deployment}
#     - {group: apps, version: v1, kind: ReplicaSet}
#     - {group: apps, version: v1, kind: StatefulSet}
#     - {group: batch, version: v1, kind: CronJob}
#     - {group: batch, version: v1, kind: Job}
#     - {group: argoproj.io, version: v1alpha1, kind: Rollout}
#   controls:
#     soc2: [CC6.6, CC7.1]
#     hipaa: ["164.312(e)(1)"]
#     cis: ["5.3.2"]
#     nsa: [network-separation]
#   remediation: Write the labels that the pod templates and namespaces carry, or remove the policy.
package rampart.cluster.network_dangling

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.network
import data.lib.selectors
import data.lib.workloads.known

violation contains finding.at(rego.metadata.chain(), "spec.podSelector", msg) if {
	selector := network.pod_selector(k8s.resource.spec)
	count(_pods(_namespace)) > 0
	not _selects_a_pod(selector)
	msg := $"The pod selector selects none of the workloads of namespace {_namespace}: write labels that their pods carry."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	"kube-system" in _known
	spec := k8s.resource.spec
	some direction in ["Ingress", "Egress"]
	some entry in network.rules(spec, direction)
	some i, peer in network.peers(entry.rule, direction)
	some name in selectors.demanded(peer.namespaceSelector, selectors.namespace_name_label)
	not name in _known
	not name in input.parameters.knownNamespaces
	path := $"{entry.path}.{network.fields[direction].peers}[{i}].namespaceSelector"
	msg := $"There is no namespace {finding.shown(name)}: write the name of one that exists."
}

_known := {namespace.metadata.name | some namespace in inventory.cluster("", "Namespace")}

_namespace := "default" if k8s.namespace == ""

else := k8s.namespace

# The labels of the pods of every workload of a namespace that is known.
_pods(namespace) := {selectors.labels(metadata) | some metadata in known.pod_metadata(namespace)}

# The same, by each of the labels.
_pods_by_label(namespace) := object.union_n([{key: {value: {labels: true}}} |
	some labels in _pods(namespace)
	some key, value in labels
])

# Where the selector demands labels, only pods with the one that the fewest carry are looked at.
_selects_a_pod(selector) if {
	requirements := selectors.requirements(selector)
	carrying := _pods_by_label(_namespace)
	candidates := [[size, i, groups] |
		some i, requirement in requirements
		requirement.operator == "In"
		groups := [carrying[requirement.key][value] | some value in requirement.values]
		size := sum([count(group) | some group in groups])
	]
	some group in min(candidates)[2]
	some labels, _ in group
	selectors.all_hold(requirements, labels)
}

_selects_a_pod(selector) if {
	requirements := selectors.requirements(selector)
	not selectors.demand_a_label(requirements)
	some labels in _pods(_namespace)
	selectors.all_hold(requirements, labels)
}
