package lib.network

import data.lib.finding
import data.lib.inventory
import data.lib.selectors

# Whether something in the cluster denies a direction by default. A subject is {"namespace", "namespace_labels",
# "whole_namespace", "labels"}: one pod with its labels, or every pod that the namespace may ever hold. Who decides, in
# this order: AdminNetworkPolicy and ClusterNetworkPolicy of tier Admin; NetworkPolicy and Cilium's policies, taken
# together; BaselineAdminNetworkPolicy and ClusterNetworkPolicy of tier Baseline.
#
# What the policies of a namespace come to is read from all of them once (functions of names), and filed by the labels
# that they select, so that many pods beside many policies take no step for each pair.

# METADATA
# description: Every pod of a namespace; the labels are those of the Namespace.
namespace_subject(namespace, labels) := {
	"namespace": namespace,
	"namespace_labels": object.union({selectors.namespace_name_label: namespace}, labels),
	"whole_namespace": true,
	"labels": {},
}

# METADATA
# description: The pod of an entry of lib.k8s, in a namespace.
pod_subject(namespace, pod) := {
	"namespace": namespace,
	"namespace_labels": namespace_labels(namespace),
	"whole_namespace": false,
	"labels": selectors.labels(pod.metadata),
}

# METADATA
# description: The labels of a namespace as far as they are known, its name at least.
namespace_labels(namespace) := object.union_n(array.concat(
	[selectors.labels(obj.metadata) | some obj in inventory.cluster_named("", "Namespace", namespace)],
	[{selectors.namespace_name_label: namespace}],
))

# METADATA
# description: The NetworkPolicies of a namespace, of every version.
policies(namespace) := [policy |
	some group in ["networking.k8s.io", "extensions"]
	some policy in inventory.namespaced(namespace, group, "NetworkPolicy")
]

# METADATA
# description: |
#   A quick look that needs no pod: "isolated" where NetworkPolicies alone deny a direction to every pod of the namespace,
#   whatever its labels, "exposed" where nothing at all denies it to any pod. Policies that let everything through isolate
#   too, so there are none either. Where it is "open", `isolated` tells.
as_a_whole(direction, namespace) := "exposed" if {
	_nothing_rules(namespace)
} else := "isolated" if {
	_isolating(direction, namespace).others[[]]
	_open(direction, namespace) == _none
	_cilium_rules(namespace) == []
	_ranked("Admin", direction) == []
} else := "exposed" if {
	_isolating(direction, namespace) == _none
	_cilium_rules(namespace) == []
	_ranked("Admin", direction) == []
	_ranked("Baseline", direction) == []
} else := "open"

# Whether there is no policy at all, for either direction.
_nothing_rules(namespace) if {
	_read(namespace) == []
	_cilium_rules(namespace) == []
	_tier("Admin") == []
	_tier("Baseline") == []
}

# METADATA
# description: Whether a direction is denied by default for the subject.
isolated(direction, subject) := verdict == "Deny" if {
	count(_ranked("Admin", direction)) > 0
	verdict := _verdict("Admin", direction, subject)
	verdict in {"Allow", "Deny"}
} else := allow_all(direction, subject) == set() if {
	selected(direction, subject)
} else if {
	count(_ranked("Baseline", direction)) > 0
	_verdict("Baseline", direction, subject) == "Deny"
}

# METADATA
# description: Whether a NetworkPolicy or a policy of Cilium's isolates the subject in a direction.
selected(direction, subject) if _isolating(direction, subject.namespace).others[[]]

selected(direction, subject) if {
	not subject.whole_namespace
	some group in selectors.among(_isolating(direction, subject.namespace), subject.labels)
	some requirements, _ in group
	selectors.all_hold(requirements, subject.labels)
}

selected(direction, subject) if {
	count(_cilium_rules(subject.namespace)) > 0
	some group in _cilium_among(_cilium_isolating(direction, subject.namespace), subject)
	some requirements, _ in group
	_cilium_holds(requirements, subject)
}

# METADATA
# description: The policies that let everything through to or from the subject, by their names as messages show them.
allow_all(direction, subject) := set() if {
	_open(direction, subject.namespace) == _none
	count(_cilium_rules(subject.namespace)) == 0
} else := {name |
	some group in selectors.among(_open(direction, subject.namespace), subject.labels)
	some requirements, names in group
	_selects(requirements, subject)
	some name, _ in names
} | {name |
	some group in _cilium_among(_cilium_open(direction, subject.namespace), subject)
	some requirements, names in group
	_cilium_holds(requirements, subject)
	some name, _ in names
}

# What selects every pod selects what is not there yet.
_selects([], _)

_selects(requirements, subject) if {
	not subject.whole_namespace
	selectors.all_hold(requirements, subject.labels)
}

# The NetworkPolicies of a namespace, filed: those that isolate a direction, and those that let everything through.

_none := {"by_label": {}, "others": {}}

_isolating(direction, namespace) := selectors.filed([[policy.requirements, policy.name] |
	some policy in _read(namespace)
	direction in policy.types
])

_open(direction, namespace) := selectors.filed([[policy.requirements, policy.name] |
	some policy in _read(namespace)
	direction in policy.types
	some rule in array_of(policy.spec, fields[direction].rules)
	allows_everything(rule, direction)
])

_read(namespace) := [read |
	some policy in policies(namespace)
	read := {
		"spec": policy.spec,
		"types": policy_types(policy.spec),
		"requirements": selectors.requirements(pod_selector(policy.spec)),
		"name": finding.name(object.get(policy, "metadata", {})),
	}
]

# Cilium: a rule isolates a direction where it has rules for it, even one that allows nothing ({}), unless
# enableDefaultDeny says otherwise.

_cilium_rules(namespace) := [{"rule": rule, "requirements": requirements, "name": finding.name(policy.metadata)} |
	some policies in [
		inventory.namespaced(namespace, "cilium.io", "CiliumNetworkPolicy"),
		inventory.cluster("cilium.io", "CiliumClusterwideNetworkPolicy"),
	]
	some policy in policies
	some rule in array.concat([value(policy, "spec")], array_of(policy, "specs"))
	requirements := [object.union(requirement, {"key": _cilium_key(requirement.key)}) |
		some requirement in selectors.requirements(rule.endpointSelector)
	]
	count(requirements) == count(selectors.requirements(rule.endpointSelector))
]

_cilium_isolating(direction, namespace) := selectors.filed([[entry.requirements, entry.name] |
	some entry in _cilium_rules(namespace)
	_cilium_isolates(entry.rule, direction)
])

_cilium_open(direction, namespace) := selectors.filed([[entry.requirements, entry.name] |
	some entry in _cilium_rules(namespace)
	some rule in array_of(entry.rule, fields[direction].rules)
	_cilium_allows_everything(rule, direction)
])

_cilium_isolates(rule, direction) if _cilium_default_deny(rule, direction) == true

_cilium_isolates(rule, direction) if {
	_cilium_default_deny(rule, direction) == null
	some field in ["rules", "denies"]
	count(array_of(rule, fields[direction][field])) > 0
}

_cilium_default_deny(rule, direction) := value(value(rule, "enableDefaultDeny"), fields[direction].rules)

# A label of the pod can stand in the place of one that Cilium makes: both are tried.
_cilium_among(filed, subject) := array.concat(
	selectors.among(filed, _cilium_labels(subject)),
	selectors.among(filed, subject.labels),
)

_cilium_holds(list, subject) if {
	not subject.whole_namespace
	selectors.all_hold(list, object.union(_cilium_labels(subject), subject.labels))
}

_cilium_holds(list, subject) if selectors.all_certain(list, _cilium_labels(subject))

_cilium_labels(subject) := object.union(
	{"io.kubernetes.pod.namespace": subject.namespace},
	{$"io.cilium.k8s.namespace.labels.{key}": label | some key, label in subject.namespace_labels},
)

_cilium_key(key) := trim_prefix(trim_prefix(key, "any:"), "k8s:")

_cilium_allows_everything(rule, direction) if {
	every field in ["toPorts", "icmps"] {
		array_of(rule, field) == []
	}
	_cilium_everyone(rule, direction)
}

_cilium_everyone(rule, direction) if {
	entities := {entity | some entity in array_of(rule, $"{fields[direction].peers}Entities")}
	some whole in [{"all"}, {"world", "cluster"}]
	count(whole - entities) == 0
}

_cilium_everyone(rule, direction) if wide([_cilium_block(block) |
	some field in fields[direction].blocks
	some block in array_of(rule, field)
])

_cilium_block(block) := {"cidr": block} if is_string(block)

_cilium_block(block) := {"cidr": block.cidr, "except": array_of(block, "except")} if is_object(block)

# The policies of the network policy API: the first rule that matches all traffic decides.

_verdict(tier, direction, subject) := min([[policy.priority, _caution[policy.action], policy.action] |
	some policy in _ranked(tier, direction)
	_is_subject(policy.subject, subject)
])[2]

# Which of two policies of one priority comes first is not defined: the weaker one is expected to.
_caution := {"Allow": 0, "Pass": 1, "Deny": 2}

_actions := {"Accept": "Allow", "Allow": "Allow", "Deny": "Deny", "Pass": "Pass"}

_ranked(tier, direction) := [ranked |
	some policy in _tier(tier)
	ranked := {
		"subject": policy.spec.subject,
		"priority": object.get(policy.spec, "priority", 0),
		"action": _first_action(policy.spec, direction),
	}
]

_tier(tier) := [policy |
	some kind in [_unnamed_tier[tier], "ClusterNetworkPolicy"]
	some policy in inventory.cluster("policy.networking.k8s.io", kind)
	_is_of_tier(policy, kind, tier)
]

_is_of_tier(policy, "ClusterNetworkPolicy", tier) if policy.spec.tier == tier

_is_of_tier(_, kind, tier) if kind == _unnamed_tier[tier]

_unnamed_tier := {"Admin": "AdminNetworkPolicy", "Baseline": "BaselineAdminNetworkPolicy"}

_is_subject(chosen, subject) if _knows_namespace(chosen.namespaces, subject)

_is_subject(chosen, subject) if {
	_knows_namespace(chosen.pods.namespaceSelector, subject)
	_selects(selectors.requirements(chosen.pods.podSelector), subject)
}

# Not every label of a namespace may be known, so a selector has to ask for what is.
_knows_namespace(selector, subject) if selectors.certain(selector, subject.namespace_labels)

_first_action(spec, direction) := [action |
	some rule in array_of(spec, fields[direction].rules)
	action := _actions[rule.action]
	_matches_all_traffic(rule, direction, action)
][0]

_matches_all_traffic(rule, direction, action) if {
	every field in ["ports", "protocols"] {
		value(rule, field) in [null, []]
	}
	_matches_everyone(array_of(rule, fields[direction].peers), direction, action)
}

_matches_everyone(list, "Ingress", _) if {
	some peer in list
	selectors.certain(peer.namespaces, {})
}

_matches_everyone(list, "Ingress", _) if {
	some peer in list
	selectors.certain(peer.pods.namespaceSelector, {})
	selectors.certain(peer.pods.podSelector, {})
}

_matches_everyone(list, "Egress", "Deny") if {
	networks := _networks(list)
	networks.IPv4 == {"0.0.0.0/0"}
	networks.IPv6 == {"::/0"}
}

_matches_everyone(list, "Egress", action) if {
	action != "Deny"
	some networks in _networks(list)
	some network in networks
	endswith(network, "/0")
}

_networks(list) := merged([network |
	some peer in list
	some network in array_of(peer, "networks")
	valid_cidr(network)
])
