# METADATA
# title: Egress does not reach the cloud's metadata service
# description: |
#   The metadata service hands the node's own credentials to whoever asks over plain HTTP, so that one forged request in
#   an application becomes access to the cloud account. Every egress rule is judged: rules without `to`, and address
#   blocks that cover a metadata address without excepting it, on the ports that the service answers on.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#     description: Network Policies
#   - ref: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
#     description: EC2 instance metadata
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         addresses:
#           type: array
#           default: [169.254.169.254, 169.254.170.2, 100.100.100.200, "fd00:ec2::254", "fd20:ce::254"]
#           description: Addresses of metadata services (AWS, Google Cloud, Azure; ECS tasks; Alibaba Cloud).
#           items: {type: string}
#         ports:
#           type: array
#           default: [80]
#           description: TCP ports that the service answers on.
#           items: {type: integer}
# custom:
#   id: metadata-egress
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [networking.k8s.io, extensions], kinds: [NetworkPolicy]}]
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(a)(1)", "164.312(e)(1)"]
#     cis: ["5.3.2"]
#     nsa: [network-separation]
#   remediation: |
#     Name the destinations. Where a wide block is needed, except 169.254.0.0/16 (and fd00:ec2::254/128 for IPv6) in its
#     ipBlock.
package rampart.cloud.metadata_egress

import data.lib.finding
import data.lib.k8s
import data.lib.network

violation contains finding.at(rego.metadata.chain(), rule.path, msg) if {
	some rule in _open_rules
	network.peers(rule.rule, "Egress") == []
	msg := "Egress rule without destinations reaches the cloud's metadata service: name the destinations in `to`."
}

violation contains finding.at(rego.metadata.chain(), $"{rule.path}.to[{i}].ipBlock.cidr", msg) if {
	some rule in _open_rules
	some i, peer in network.peers(rule.rule, "Egress")
	block := network.value(peer, "ipBlock")
	reached := [address | some address in _addresses; _reaches(block, address)]
	count(reached) > 0
	msg := $"Egress to {_shown(block)} reaches the cloud's metadata service ({concat(", ", reached)}): except it."
}

violation contains finding.at(rego.metadata.chain(), $"{rule.path}.to[{i}].ipBlock.cidr", msg) if {
	some rule in _open_rules
	some i, peer in network.peers(rule.rule, "Egress")
	block := network.value(peer, "ipBlock")
	block != null
	not network.valid_cidr(network.value(block, "cidr"))
	msg := $"Egress to {_shown(block)} cannot be judged, as it is no CIDR: write a network such as 10.1.0.0/16."
}

_addresses := input.parameters.addresses

_ports := input.parameters.ports

_open_rules := [rule |
	some rule in network.rules(k8s.resource.spec, "Egress")
	_on_port(rule.rule)
]

_on_port(rule) if {
	some port in _ports
	network.allows_port(rule, "TCP", port)
}

# What is no number is no port of an address; what looks like one is not proven to be none.
_on_port(rule) if {
	some entry in network.ports(rule)
	some port in _ports
	network.value(entry, "port") == $"{port}"
}

_reaches(block, address) if {
	_covers(block.cidr, address)
	not _excepted(block, address)
}

_excepted(block, address) if {
	some except in network.array_of(block, "except")
	_covers(except, address)
}

_covers(cidr, address) if {
	network.valid_cidr(cidr)
	some networks in network.merged([cidr])
	some one in networks
	network.holds(one, address)
}

_shown(block) := block.cidr if is_string(block.cidr)

else := "an ipBlock without cidr"
