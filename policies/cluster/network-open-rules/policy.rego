# METADATA
# title: No network rule is open to everyone
# description: |
#   A rule without peers, a peer for all namespaces and an address block that spans the internet turn a NetworkPolicy
#   into one that allows everything, whatever it is called. Address blocks are added up over all rules of a direction,
#   so two halves are as open as 0.0.0.0/0, and an exception of a few addresses closes nothing. Only rules that have an
#   effect are judged.
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
#         directions:
#           type: array
#           items: {type: string, enum: [Ingress, Egress]}
#           default: [Ingress, Egress]
#           description: The directions whose rules are judged.
#         requirePorts:
#           type: boolean
#           default: false
#           description: Whether every rule must name its ports, and fewer than half of them.
#         allowed:
#           type: array
#           default: []
#           description: NetworkPolicies that may be open, by namespace and name.
#           items:
#             type: object
#             required: [namespace, name]
#             additionalProperties: false
#             properties:
#               namespace: {type: string}
#               name: {type: string}
# custom:
#   id: network-open-rules
#   severity: high
#   profiles: {restricted: deny}
#   match:
#     - {groups: [networking.k8s.io, extensions], kinds: [NetworkPolicy]}
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(e)(1)"]
#     cis: ["5.3.2"]
#     nsa: [network-separation]
#   remediation: |
#     Name the peers of every rule: namespaceSelector with kubernetes.io/metadata.name, podSelector, or an ipBlock of
#     the addresses that are needed.
package rampart.cluster.network_open_rules

import data.lib.finding
import data.lib.k8s
import data.lib.network

violation contains finding.at(rego.metadata.chain(), $"{entry.path}.{peers}", msg) if {
	some entry in _rules
	network.peers(entry.rule, entry.direction) == []
	peers := network.fields[entry.direction].peers
	msg := $"The rule allows {lower(entry.direction)} {peers} everyone: name its peers in {peers}."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some entry in _peers
	not is_object(entry.peer)
	path := entry.path
	msg := "A peer must be an object with podSelector, namespaceSelector or ipBlock."
}

violation contains finding.at(rego.metadata.chain(), entry.path, msg) if {
	some entry in _peers
	is_object(entry.peer)
	every field in ["podSelector", "namespaceSelector", "ipBlock"] {
		network.value(entry.peer, field) == null
	}
	msg := "The peer names nobody: write podSelector, namespaceSelector or ipBlock."
}

violation contains finding.at(rego.metadata.chain(), $"{entry.path}.namespaceSelector", msg) if {
	some entry in _peers
	network.all_namespaces(entry.peer)
	msg := concat("", [
		"The peer is every pod of all namespaces that the selector does not exclude: ",
		"select the namespace by kubernetes.io/metadata.name.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"{entry.path}.ipBlock.cidr", msg) if {
	some entry in _peers
	block := network.value(entry.peer, "ipBlock")
	block != null
	cidr := network.value(block, "cidr")
	not network.valid_cidr(cidr)
	msg := $"{finding.shown(cidr)} is no network in CIDR notation: write one such as 10.0.0.0/8."
}

violation contains finding.at(rego.metadata.chain(), $"{entry.path}.ipBlock.cidr", msg) if {
	some entry in _peers
	network.wide([entry.peer.ipBlock])
	msg := concat("", [
		$"The block {entry.peer.ipBlock.cidr} is open to the internet, also with its exceptions: ",
		"write the networks that are needed.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"spec.{rules}", msg) if {
	directions := input.parameters.directions
	some direction in directions
	blocks := [entry.peer.ipBlock | some entry in _peers; entry.direction == direction]
	not _one_is_wide(blocks)
	network.wide(blocks)
	rules := network.fields[direction].rules
	msg := $"The address blocks of {rules} add up to most of the internet: write the networks that are needed."
}

violation contains finding.at(rego.metadata.chain(), $"{entry.path}.ports", msg) if {
	input.parameters.requirePorts
	some entry in _rules
	network.allows_all_ports(entry.rule)
	msg := "The rule allows all ports: name those that are needed in ports."
}

_rules := [object.union(entry, {"direction": direction}) |
	spec := k8s.resource.spec
	not _allowed
	directions := input.parameters.directions
	some direction in directions
	some entry in network.rules(spec, direction)
]

_peers := [{"direction": entry.direction, "path": path, "peer": peer} |
	some entry in _rules
	some i, peer in network.peers(entry.rule, entry.direction)
	path := $"{entry.path}.{network.fields[entry.direction].peers}[{i}]"
]

_allowed if {
	list := input.parameters.allowed
	some allowed in list
	allowed.namespace == k8s.namespace
	allowed.name == k8s.name
}

_one_is_wide(blocks) if {
	some block in blocks
	network.wide([block])
}
