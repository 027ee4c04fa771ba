# METADATA
# title: Denied egress leaves DNS open, and nothing else under its name
# description: |
#   Where egress is denied and nothing allows DNS, applications fail in ways that tempt people to remove the policy; DNS
#   needs UDP and TCP, since answers that do not fit into UDP are fetched again over TCP. An allowance for DNS that is
#   wider than the cluster's resolver is a way out for data: port 53 of any address is a tunnel.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
#     description: DNS for Services and Pods
#   - ref: https://www.rfc-editor.org/rfc/rfc7766
#     description: DNS Transport over TCP
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         namespaces:
#           type: array
#           items: {type: string}
#           default: [kube-system]
#           description: Names of the namespaces in which the cluster's resolver runs.
#         ports:
#           type: array
#           items: {type: integer}
#           default: [53]
#           description: The resolver's ports.
#         resolvers:
#           type: array
#           items: {type: string}
#           default: [169.254.20.10/32]
#           description: Networks in CIDR notation of resolvers outside of these namespaces, such as NodeLocal DNSCache.
# custom:
#   id: network-dns
#   severity: medium
#   profiles: {restricted: warn}
#   match:
#     - {groups: [networking.k8s.io, extensions], kinds: [NetworkPolicy]}
#     - {groups: [""], kinds: [Namespace]}
#   sync:
#     - {group: "", version: v1, kind: Namespace}
#     - {group: networking.k8s.io, version: v1, kind: NetworkPolicy}
#     - {group: cilium.io, version: v2, kind: CiliumNetworkPolicy}
#     - {group: cilium.io, version: v2, kind: CiliumClusterwideNetworkPolicy}
#   controls:
#     soc2: [CC6.6, A1.1]
#     hipaa: ["164.312(e)(1)"]
#     cis: ["5.3.2"]
#     nsa: [network-separation]
#   remediation: |
#     Add an egress rule to the namespace kube-system (kubernetes.io/metadata.name) on port 53, UDP and TCP, and nothing
#     else.
package rampart.cluster.network_dns

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.network
import data.lib.selectors

# An allowance for DNS that is too wide.

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some entry in _allowances
	some path, msg in _faults(entry)
}

_faults(entry) := object.union_n([
	{$"{entry.path}.to": msg |
		network.peers(entry.rule, "Egress") == []
		msg := $"The rule allows DNS to everyone: name namespace {_resolver_namespaces} in to."
	},
	{$"{entry.path}.to[{i}]": msg |
		some i, peer in network.peers(entry.rule, "Egress")
		not _is_resolver(peer)
		msg := concat("", [
			"The rule allows DNS to others than the cluster's resolver: ",
			$"select namespace {_resolver_namespaces} by kubernetes.io/metadata.name.",
		])
	},
	{$"{entry.path}.ports": msg |
		network.ports(entry.rule) == []
		msg := "The rule for DNS allows all ports: name the resolver's in ports, UDP and TCP."
	},
	{$"{entry.path}.ports[{i}]": msg |
		entry.to_resolver
		some i, port in network.ports(entry.rule)
		not _is_dns_port(port)
		msg := "The rule for DNS allows other ports too: keep the resolver's only, UDP and TCP."
	},
])

# Egress that is denied without DNS.

violation contains finding.at(rego.metadata.chain(), "spec.egress", msg) if {
	"Egress" in network.policy_types(_policy.spec)
	_own_protocols == set()
	not _namespace_is_judged
	not _cilium_allows_dns(_namespace)
	not _another_allows("TCP")
	not _another_allows("UDP")
	msg := concat("", [
		"The policy denies egress and nothing allows DNS: ",
		$"allow port 53 of namespace {_resolver_namespaces}, UDP and TCP.",
	])
}

violation contains finding.at(rego.metadata.chain(), "spec.egress", msg) if {
	some present in _own_protocols
	some missing in ({"TCP", "UDP"} - _own_protocols)
	not _cilium_allows_dns(_namespace)
	not _another_allows(missing)
	msg := $"DNS is allowed over {present} only: allow port 53 over {missing} too."
}

violation contains finding.at(rego.metadata.chain(), "metadata.name", msg) if {
	input.review.kind.kind == "Namespace"
	input.review.kind.group == ""
	k8s.resource
	network.selected("Egress", network.namespace_subject(k8s.name, {}))
	_allowing(k8s.name) == []
	not _cilium_allows_dns(k8s.name)
	msg := concat("", [
		$"Namespace {k8s.name} denies egress and nothing allows DNS: ",
		$"allow port 53 of namespace {_resolver_namespaces}, UDP and TCP.",
	])
}

_policy := k8s.resource if input.review.kind.kind == "NetworkPolicy"

_namespace := "default" if k8s.namespace == ""

else := k8s.namespace

_resolver_namespaces := concat(" or ", input.parameters.namespaces)

_resolvers := input.parameters.resolvers

_ports := input.parameters.ports

_egress := network.rules(_policy.spec, "Egress")

# The rules of the policy that are meant for DNS: all they name is a resolver, or they name its port.
_allowances := [object.union(entry, {"to_resolver": to_resolver}) |
	some entry in _egress
	to_resolver := _only_resolvers(network.peers(entry.rule, "Egress"))
	_meant_for_dns(entry.rule, to_resolver)
]

_meant_for_dns(rule, true) if count(_protocols(rule)) > 0

_meant_for_dns(rule, false) if {
	some port in network.ports(rule)
	_is_dns_port(port)
}

_only_resolvers(peers) if {
	count(peers) > 0
	every peer in peers {
		_is_resolver(peer)
	}
} else := false

_is_resolver(peer) if {
	network.value(peer, "ipBlock") == null
	demanded := selectors.demanded(network.value(peer, "namespaceSelector"), selectors.namespace_name_label)
	every name in demanded {
		name in input.parameters.namespaces
	}
}

_is_resolver(peer) if {
	some resolver in _resolvers
	network.holds(resolver, peer.ipBlock.cidr)
}

_is_dns_port(port) if {
	port.port in _ports
	network.protocol_of(port) in {"TCP", "UDP"}
	object.get(port, "endPort", port.port) in [port.port, null]
}

# The protocols over which a rule allows DNS, as a set.
_protocols(rule) := {protocol |
	some protocol in ["TCP", "UDP"]
	some number in _ports
	network.allows_port(rule, protocol, number)
} if {
	_reaches_resolver(rule)
} else := set()

_reaches_resolver(rule) if network.peers(rule, "Egress") == []

_reaches_resolver(rule) if {
	some peer in network.peers(rule, "Egress")
	_may_be_resolver(peer)
}

_may_be_resolver(peer) if _is_resolver(peer)

_may_be_resolver(peer) if {
	namespaces := input.parameters.namespaces
	some name in namespaces
	selectors.matches(network.value(peer, "namespaceSelector"), network.namespace_labels(name))
}

_may_be_resolver(peer) if network.wide([peer.ipBlock])

# A deny for the whole namespace is reported once, at the Namespace where that is known.
_namespace_is_judged if {
	_selects_all
	count(inventory.cluster_named("", "Namespace", _namespace)) > 0
}

_selector := network.pod_selector(_policy.spec)

_selects_all if selectors.requirements(_selector) == []

_own_protocols := {protocol | some entry in _egress; some protocol in _protocols(entry.rule)}

# Other policies that allow DNS to the pods of this one. Any of the namespace where this one is for all of it: which
# pods need DNS is not known.

_another_allows(protocol) if {
	_selects_all
	some policy in _allowing(_namespace)
	protocol in policy.protocols
	_is_another(policy.name)
}

_another_allows(protocol) if {
	some name, _ in _allowing_by_selector(_namespace)[_selector][protocol]
	_is_another(name)
}

_another_allows(protocol) if {
	labels := _labels_of_its_pods
	some group in selectors.among(_allowing_filed(_namespace, protocol), labels)
	some requirements, names in group
	selectors.all_certain(requirements, labels)
	some name, _ in names
	_is_another(name)
}

# The inventory may hold an older state of the policy.
_is_another([name]) if name != k8s.name

default _labels_of_its_pods := {}

_labels_of_its_pods := _selector.matchLabels if is_object(_selector.matchLabels)

# What the policies of a namespace allow, each with its name in a list: read from all of them once, and filed by selector,
# so that many policies take no step for each pair.

_allowing(namespace) := [{"protocols": protocols, "name": name, "selector": network.pod_selector(policy.spec)} |
	some policy in network.policies(namespace)
	protocols := {protocol |
		some entry in network.rules(policy.spec, "Egress")
		some protocol in _protocols(entry.rule)
	}
	count(protocols) > 0
	name := [name | name := policy.metadata.name]
]

_allowing_by_selector(namespace) := object.union_n([{policy.selector: {protocol: {policy.name: true}}} |
	some policy in _allowing(namespace)
	some protocol in policy.protocols
])

_allowing_filed(namespace, protocol) := selectors.filed([[selectors.requirements(policy.selector), policy.name] |
	some policy in _allowing(namespace)
	protocol in policy.protocols
])

_cilium_allows_dns(namespace) if {
	some policies in [
		inventory.namespaced(namespace, "cilium.io", "CiliumNetworkPolicy"),
		inventory.cluster("cilium.io", "CiliumClusterwideNetworkPolicy"),
	]
	some policy in policies
	some spec in array.concat([network.value(policy, "spec")], network.array_of(policy, "specs"))
	some rule in network.array_of(spec, "egress")
	some ports in network.array_of(rule, "toPorts")
	some port in network.array_of(ports, "ports")
	port.port in ["53", "dns"]
}
