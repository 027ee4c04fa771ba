# METADATA
# title: Every namespace denies traffic by default
# description: |
#   A pod that no NetworkPolicy selects takes connections from everyone and reaches everything. Every namespace needs a
#   policy that selects all its pods and denies ingress, and one that denies egress; a policy beside it that allows
#   everything undoes it. The policies of Cilium and of the Network Policy API count too. When a workload is created or
#   changed, its own pods are judged: the policies of its namespace, taken together, must isolate them. In audits and in
#   files the Namespace is judged, and a workload only where its Namespace is not among the objects. Pods in the host
#   network are out of any policy's reach.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#     description: Network Policies
#   - ref: https://network-policy-api.sigs.k8s.io/
#     description: AdminNetworkPolicy and ClusterNetworkPolicy
#   - ref: https://docs.cilium.io/en/stable/security/policy/
#     description: Cilium's network policies
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         directions:
#           type: array
#           items: {type: string, enum: [Ingress, Egress]}
#           default: [Ingress, Egress]
#           description: The directions that must be denied by default.
#         exemptNamespaces:
#           type: array
#           items: {type: string}
#           default: [kube-system, kube-public, kube-node-lease]
#           description: Names of the namespaces that need no default deny.
# custom:
#   id: network-default-deny
#   severity: high
#   profiles: {baseline: warn, restricted: deny}
#   match:
#     - pods
#     - {groups: [""], kinds: [Namespace]}
#   sync:
#     - {group: "", version: v1, kind: Namespace}
#     - {group: networking.k8s.io, version: v1, kind: NetworkPolicy}
#     - {group: cilium.io, version: v2, kind: CiliumNetworkPolicy}
#     - {group: cilium.io, version: v2, kind: CiliumClusterwideNetworkPolicy}
#     - {group: policy.networking.k8s.io, version: v1alpha1, kind: AdminNetworkPolicy}
#     - {group: policy.networking.k8s.io, version: v1alpha1, kind: BaselineAdminNetworkPolicy}
#     - {group: policy.networking.k8s.io, version: v1alpha2, kind: ClusterNetworkPolicy}
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(a)(1)", "164.312(e)(1)"]
#     cis: ["5.3.2"]
#     nsa: [network-separation]
#   remediation: |
#     Add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress] and no rules to the namespace, then one
#     policy for each connection that is needed.
package rampart.cluster.network_default_deny

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.network
import data.lib.selectors
import data.lib.workloads

violation contains finding.at(rego.metadata.chain(), "metadata.name", msg) if {
	input.review.kind.kind == "Namespace"
	input.review.kind.group == ""
	not _admission
	not k8s.name in input.parameters.exemptNamespaces
	directions := input.parameters.directions
	some direction in directions
	subject := network.namespace_subject(k8s.name, selectors.labels(k8s.resource.metadata))
	not network.isolated(direction, subject)
	msg := concat("", [
		$"Namespace {k8s.name} does not deny {lower(direction)} by default: ",
		_cause(direction, subject, "all its pods"),
	])
}

violation contains finding.at(rego.metadata.chain(), "metadata.namespace", msg) if {
	some msg in _whatever_its_pods(_judged_namespace)
}

violation contains finding.at(rego.metadata.chain(), "metadata.namespace", msg) if {
	some direction in _decided_by_labels(_judged_namespace)
	some pod in _pods
	_in_its_network(pod)
	subject := network.pod_subject(_namespace, pod)
	not network.isolated(direction, subject)
	msg := _message(_namespace, direction, _cause(direction, subject, "them"))
}

violation contains finding.at(rego.metadata.chain(), $"{pod.path}.hostNetwork", msg) if {
	some pod in _pods
	not pod.spec.hostNetwork in {false, null}
	msg := "No NetworkPolicy reaches a pod in the host network: remove hostNetwork."
}

_admission if input.review.operation in {"CREATE", "UPDATE"}

_judges_workloads if _admission

_judges_workloads if inventory.cluster_named("", "Namespace", _namespace) == set()

default _pods := []

_pods := k8s.labelled_pods if not _exempt(k8s.group_kind, _namespace)

# Always a value, for those are kept.
_exempt(group_kind, namespace) if group_kind in workloads.cluster_scoped

else if namespace in input.parameters.exemptNamespaces

else := false

_in_its_network(pod) if object.get(pod.spec, "hostNetwork", false) in {false, null}

# The namespace of the pods, where they are judged and there are any that policies reach.
_judged_namespace := _namespace if {
	_judges_workloads
	some pod in _pods
	_in_its_network(pod)
}

_namespace := "default" if k8s.namespace == ""

else := k8s.namespace

# The messages on a namespace in which nothing denies a direction to anything, the same for every pod.
_whatever_its_pods(namespace) := [_message(namespace, direction, _missing(direction, "them")) |
	directions := input.parameters.directions
	some direction in directions
	network.as_a_whole(direction, namespace) == "exposed"
]

_decided_by_labels(namespace) := [direction |
	directions := input.parameters.directions
	some direction in directions
	network.as_a_whole(direction, namespace) == "open"
]

_message(namespace, direction, cause) := concat("", [
	$"Namespace {namespace} does not deny {lower(direction)} of these pods by default: ",
	cause,
])

_cause(direction, subject, whom) := $"remove {open}, which allows everything." if {
	policies := network.allow_all(direction, subject)
	count(policies) > 0
	open := concat(" and ", sort(policies))
} else := _missing(direction, whom)

_missing(direction, whom) := $"add a NetworkPolicy that selects {whom} and names {direction} in policyTypes."
