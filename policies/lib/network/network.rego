# METADATA
# title: Network policies
# description: |
#   What a NetworkPolicy means once the API server has filled in its defaults: the directions that it isolates, the
#   rules that have an effect, and how much of the address space and of the ports they open.
package lib.network

import data.lib.selectors

fields := {
	"Ingress": {"rules": "ingress", "peers": "from", "denies": "ingressDeny", "blocks": ["fromCIDR", "fromCIDRSet"]},
	"Egress": {"rules": "egress", "peers": "to", "denies": "egressDeny", "blocks": ["toCIDR", "toCIDRSet"]},
}

# METADATA
# description: |
#   The directions that a policy isolates, as a set. Left out or empty, policyTypes means Ingress, and Egress too
#   where there are egress rules: `egress: []` alone isolates no egress.
policy_types(spec) := {type | some type in spec.policyTypes} if {
	is_array(spec.policyTypes)
	count(spec.policyTypes) > 0
} else := {"Ingress"} | {"Egress" | count(array_of(spec, "egress")) > 0} if {
	policy_types_omitted(spec)
}

policy_types_omitted(spec) if value(spec, "policyTypes") in [null, []]

# METADATA
# description: The pods that a policy is for; all of the namespace where it does not say.
pod_selector(spec) := {} if value(spec, "podSelector") == null

else := spec.podSelector

# METADATA
# description: The rules of a direction that have an effect, as {"path", "rule"}.
rules(spec, direction) := [{"path": path, "rule": rule} |
	field := fields[direction].rules
	count(array_of(spec, field)) > 0
	direction in policy_types(spec)
	some i, rule in spec[field]
	path := $"spec.{field}[{i}]"
]

# METADATA
# description: The peers of a rule; an empty list stands for everyone. What is no list counts as one peer without sense.
peers(rule, direction) := _list_of(rule, fields[direction].peers)

# METADATA
# description: The ports of a rule; an empty list stands for all of them.
ports(rule) := _list_of(rule, "ports")

# METADATA
# description: Whether a rule lets everyone through on all ports.
allows_everything(rule, direction) if {
	allows_all_ports(rule)
	allows_everyone(rule, direction)
}

# METADATA
# description: Whether a rule's peers, taken together, are everyone or everyone in the cluster.
allows_everyone(rule, direction) if peers(rule, direction) == []

allows_everyone(rule, direction) if {
	blocks := [peer.ipBlock | some peer in peers(rule, direction)]
	count(blocks) > 0
	wide(blocks)
}

allows_everyone(rule, direction) if {
	some peer in peers(rule, direction)
	all_namespaces(peer)
}

# METADATA
# description: Whether a peer is every pod of a set of namespaces that has no bounds.
all_namespaces(peer) if {
	namespaces := value(peer, "namespaceSelector")
	namespaces != null
	not selectors.selective(namespaces)
	not selectors.selective(value(peer, "podSelector"))
}

# METADATA
# description: Whether a rule's ports are half of a protocol's ports or more.
allows_all_ports(rule) if ports(rule) == []

allows_all_ports(rule) if {
	some port in ports(rule)
	value(port, "port") == null
}

allows_all_ports(rule) if {
	ranges := [port | some port in ports(rule); is_number(port.endPort); is_number(port.port)]
	count(ranges) > 0
	some protocol in ["TCP", "UDP", "SCTP"]
	sum([size |
		some port in ranges
		protocol_of(port) == protocol
		size := (port.endPort - port.port) + 1
	]) >= 32768
}

# METADATA
# description: Whether a rule lets a protocol and port through to or from its peers.
allows_port(rule, _, _) if ports(rule) == []

allows_port(rule, protocol, number) if {
	some port in ports(rule)
	protocol_of(port) == protocol
	_covers(port, number)
}

# METADATA
# description: The protocol of an entry of `ports`; TCP if it names none.
protocol_of(port) := protocol if {
	protocol := value(port, "protocol")
	protocol != null
} else := "TCP"

_covers(port, _) if value(port, "port") == null

_covers(port, number) if port.port == number

_covers(port, number) if {
	is_number(port.port)
	is_number(port.endPort)
	port.port <= number
	port.endPort >= number
}

# METADATA
# description: |
#   Whether ipBlocks, taken together and less what they except, are half of the IPv4 addresses or more, or half of
#   IPv6's public ones. An exception counts only where no other block brings it back.
wide(blocks) if {
	valid := [block | some block in blocks; valid_cidr(block.cidr)]
	count(valid) > 0
	all := [block.cidr | some block in valid]
	excepted := [except |
		some i, block in valid
		some except in array_of(block, "except")
		valid_cidr(except)
		net.cidr_contains(block.cidr, except)
		not _brought_back(valid, i, except)
	]
	some family in ["IPv4", "IPv6"]
	_size(family, all) - _size(family, excepted) >= _half[family]
}

valid_cidr(cidr) if net.cidr_is_valid(cidr)

# METADATA
# description: Whether a network holds an address or another network; not where one of them is neither.
holds(cidr, other) if {
	valid_cidr(cidr)
	_is_network(other)
	net.cidr_contains(cidr, other)
}

_is_network(other) if valid_cidr(other)

# With a mask, an address is a network.
_is_network(other) if valid_cidr($"{other}/32")

_brought_back(blocks, i, except) if {
	some j, block in blocks
	j != i
	net.cidr_intersects(block.cidr, except)
}

_half := {"IPv4": bits.lsh(1, 31), "IPv6": bits.lsh(1, 124)}

_size("IPv4", cidrs) := sum([bits.lsh(1, 32 - to_number(split(cidr, "/")[1])) |
	some cidr in merged(cidrs).IPv4
])

_size("IPv6", cidrs) := sum([bits.lsh(1, 128 - to_number(split(cidr, "/")[1])) |
	some cidr in merged(cidrs).IPv6
	net.cidr_intersects("2000::/3", cidr)
])

# METADATA
# description: |
#   The networks of a list of CIDRs without overlaps, by family; IPv4 written as IPv6 (::ffff:0:0/96) is IPv4.
merged(cidrs) := {"IPv4": net.cidr_merge(v4), "IPv6": net.cidr_merge(v6)} if {
	canonical := [network | some cidr in cidrs; some network in net.cidr_merge([cidr])]
	v4 := [cidr | some cidr in canonical; not contains(cidr, ":")]
	v6 := [cidr | some cidr in canonical; contains(cidr, ":")]
}

# METADATA
# description: A field's value; null where it is absent or the thing is no object.
value(thing, field) := object.get(thing, field, null) if is_object(thing)

else := null

# METADATA
# description: A field's list; [] where it is absent or no list.
array_of(thing, field) := thing[field] if is_array(thing[field])

else := []

_list_of(thing, field) := thing[field] if is_array(thing[field])

else := [] if value(thing, field) == null

else := [thing[field]]
