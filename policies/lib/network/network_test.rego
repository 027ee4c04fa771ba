package lib.network_test

import data.lib.network

test_policy_types_are_defaulted_as_the_api_server_does if {
	network.policy_types({}) == {"Ingress"}
	network.policy_types({"policyTypes": null, "egress": []}) == {"Ingress"}
	network.policy_types({"policyTypes": [], "egress": [{}]}) == {"Ingress", "Egress"}
	network.policy_types({"policyTypes": ["Egress"], "ingress": [{}]}) == {"Egress"}
	not network.policy_types({"policyTypes": "Ingress"})
}

test_rules_without_their_type_have_no_effect if {
	network.rules({"policyTypes": ["Egress"], "ingress": [{}]}, "Ingress") == []
	network.rules({"egress": [{}]}, "Egress") == [{"path": "spec.egress[0]", "rule": {}}]
	network.rules({"egress": "x"}, "Egress") == []
}

test_wide if {
	network.wide([{"cidr": "0.0.0.0/0"}, {"cidr": "x"}, {"cidr": 7}])
	network.wide([{"cidr": "0.0.0.0/1", "except": ["128.0.0.0/1"]}])
	network.wide([{"cidr": "0.0.0.0/0", "except": ["x", null, 7]}])
	network.wide([{"cidr": "0.0.0.0/0"}])
	network.wide([{"cidr": "::/0"}])
	network.wide([{"cidr": "2000::/3"}])
	network.wide([{"cidr": "::ffff:0:0/96"}])
	network.wide([{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}])
	network.wide([{"cidr": "0.0.0.0/2"}, {"cidr": "64.0.0.0/2"}])
	network.wide([{"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}])
	network.wide([{"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]}])
	network.wide([{"cidr": "0.0.0.0/0", "except": ["0.0.0.0/1", "128.0.0.0/1"]}, {"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}])
	network.wide([{"cidr": "10.0.0.0/8", "except": ["0.0.0.0/0"]}, {"cidr": "0.0.0.0/0"}])
}

test_not_wide if {
	not network.wide([{"cidr": "f000::/4"}])
	not network.wide([{"cidr": "0.0.0.0/0", "except": ["0.0.0.0/1", "128.0.0.0/1"]}, {"cidr": "fc00::/7"}])
	not network.wide([])
	not network.wide([{"cidr": "10.0.0.0/8"}, {"cidr": "172.16.0.0/12"}, {"cidr": "fc00::/7"}])
	not network.wide([{"cidr": "0.0.0.0/0", "except": ["0.0.0.0/1", "128.0.0.0/1"]}])
	not network.wide([{"cidr": "x"}, {"cidr": null}, null, "x", {}])
	not network.wide([{"cidr": "10.0.0.0/8"}, {"cidr": "10.0.0.0/8"}])
}

test_ports if {
	network.allows_all_ports({})
	network.allows_all_ports({"ports": []})
	network.allows_all_ports({"ports": [{}]})
	network.allows_all_ports({"ports": [{"protocol": "TCP"}]})
	network.allows_all_ports({"ports": [{"port": 1, "endPort": 65535}]})
	network.allows_all_ports({"ports": [{"port": 1, "endPort": 32767}, {"port": 32768, "endPort": 65535}]})
	not network.allows_all_ports({"ports": [{"port": 443}]})
	not network.allows_all_ports({"ports": [{"port": 1024, "endPort": 9999}]})
	not network.allows_all_ports({"ports": [
		{"protocol": "UDP", "port": 1, "endPort": 20000},
		{"protocol": "TCP", "port": 1, "endPort": 20000},
	]})
	network.allows_port({}, "UDP", 53)
	network.allows_port({"ports": [{"protocol": "UDP", "port": 53}]}, "UDP", 53)
	network.allows_port({"ports": [{"port": 50, "endPort": 60}]}, "TCP", 53)
	network.allows_port({"ports": [{"protocol": "UDP"}]}, "UDP", 53)
	not network.allows_port({"ports": [{"port": 53}]}, "UDP", 53)
	not network.allows_port({"ports": [{"port": 54}]}, "TCP", 53)
	not network.allows_port({"ports": [{"port": 1, "endPort": 52}]}, "TCP", 53)
	not network.allows_port({"ports": [{"port": 54, "endPort": 60}]}, "TCP", 53)
	not network.allows_port({"ports": [{"port": false, "endPort": 60}]}, "TCP", 53)
	not network.allows_port({"ports": [{"port": 1, "endPort": "x"}]}, "TCP", 53)
	not network.allows_all_ports({"ports": [{"port": 1, "endPort": "x"}, {"port": "x", "endPort": 65535}]})
}

test_everything if {
	network.allows_everything({}, "Ingress")
	not network.allows_everything({"ports": [{"port": 443}]}, "Ingress")
	not network.allows_everything({"from": [{"podSelector": {}}]}, "Ingress")
}

test_junk_is_one_peer if network.peers({"from": "x"}, "Ingress") == ["x"]

test_everyone if {
	network.allows_everyone({"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}, "Ingress")
	not network.allows_everyone({"from": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}]}, "Ingress")
	network.allows_everyone({}, "Ingress")
	network.allows_everyone(null, "Ingress")
	network.allows_everyone({"from": null}, "Ingress")
	network.allows_everyone({"from": []}, "Ingress")
	network.allows_everyone({"from": [{"namespaceSelector": {}}]}, "Ingress")
	network.allows_everyone({"to": [{"namespaceSelector": {}, "podSelector": {}}]}, "Egress")
	not network.allows_everyone({"from": [{"podSelector": {}}]}, "Ingress")
	not network.allows_everyone({"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"a": "b"}}}]}, "Ingress")
	not network.allows_everyone({"from": "x"}, "Ingress")
}

_isolated(inventory, subject) := {direction |
	some direction in ["Ingress", "Egress"]
	network.isolated(direction, subject) with data.inventory as inventory
}

_whole := network.namespace_subject("a", {"team": "x"})

_pod(labels) := {
	"namespace": "a", "namespace_labels": {"kubernetes.io/metadata.name": "a"},
	"whole_namespace": false, "labels": labels,
}

_cluster(kind, name, spec) := {"cluster": {"policy.networking.k8s.io/v1alpha2": {kind: {name: {
	"metadata": {"name": name}, "spec": spec,
}}}}}

_policy(spec) := {"namespace": {"a": {"networking.k8s.io/v1": {"NetworkPolicy": {"p": {
	"metadata": {"name": "p"}, "spec": spec,
}}}}}}

_deny_in := {"action": "Deny", "from": [{"namespaces": {}}]}

_deny_out := {"action": "Deny", "to": [{"networks": ["0.0.0.0/0", "::/0"]}]}

_both := {"Ingress", "Egress"}

test_admin_policies if {
	everyone := {"namespaces": {}}
	_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": everyone, "ingress": [_deny_in], "egress": [_deny_out]}), _whole) == _both
	_isolated(_cluster("BaselineAdminNetworkPolicy", "x", {"subject": everyone, "egress": [_deny_out]}), _whole) == {"Egress"}
	_isolated(_cluster("ClusterNetworkPolicy", "x", {"tier": "Baseline", "subject": everyone, "ingress": [_deny_in]}), _pod({})) == {"Ingress"}
	_isolated(_cluster("ClusterNetworkPolicy", "x", {"tier": "Admin", "subject": {"namespaces": {"matchLabels": {"team": "x"}}}, "ingress": [_deny_in]}), _whole) == {"Ingress"}
	_isolated(_cluster("ClusterNetworkPolicy", "x", {"tier": "Admin", "subject": {"namespaces": {"matchLabels": {"team": "x"}}}, "ingress": [_deny_in]}), _pod({})) == set()
	_isolated(_cluster("ClusterNetworkPolicy", "x", {"subject": everyone, "ingress": [_deny_in]}), _whole) == set()
	every weak in [
		object.union(_deny_in, {"action": "Pass"}),
		object.union(_deny_in, {"ports": [{"portNumber": {"port": 80}}]}),
		object.union(_deny_in, {"protocols": [{"tcp": {}}]}),
		{"action": "Deny", "from": [{"namespaces": {"matchLabels": {"a": "b"}}}]},
		{"action": "deny", "from": [{"namespaces": {}}]},
	] {
		_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": everyone, "ingress": [weak]}), _whole) == set()
	}
}

test_the_first_rule_decides if {
	everyone := {"namespaces": {}}
	every action in ["Allow", "Accept", "Pass"] {
		first := object.union(_deny_in, {"action": action})
		_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": everyone, "ingress": [first, _deny_in]}), _whole) == set()
		_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": everyone, "ingress": [_deny_in, first]}), _whole) == {"Ingress"}
	}
	_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": everyone, "egress": [{"action": "Pass", "to": [{"networks": ["0.0.0.0/0"]}]}, _deny_out]}), _whole) == set()
}

test_pods_of_all_namespaces_as_peers if {
	rule := {"action": "Deny", "from": [{"pods": {"namespaceSelector": {}, "podSelector": {}}}]}
	_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": {"pods": {"namespaceSelector": {}, "podSelector": {}}}, "ingress": [rule]}), _whole) == {"Ingress"}
	_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": {"pods": {"namespaceSelector": {}, "podSelector": {"matchLabels": {"a": "b"}}}}, "ingress": [rule]}), _whole) == set()
	_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": {"pods": {"namespaceSelector": {}, "podSelector": {"matchLabels": {"a": "b"}}}}, "ingress": [rule]}), _pod({"a": "b"})) == {"Ingress"}
}

test_half_of_the_addresses_is_no_deny if {
	every network in ["0.0.0.0/0", "::/0"] {
		rule := {"action": "Deny", "to": [{"networks": [network]}]}
		_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": {"namespaces": {}}, "egress": [rule]}), _whole) == set()
	}
}

test_some_addresses_are_not_all if {
	pass := {"action": "Pass", "to": [{"networks": ["10.0.0.0/8"]}]}
	_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": {"namespaces": {}}, "egress": [pass, _deny_out]}), _whole) == {"Egress"}
	allow := {"action": "Allow", "to": [{"networks": ["x", "0.0.0.0/0"]}]}
	_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": {"namespaces": {}}, "egress": [allow, _deny_out]}), _whole) == set()
}

test_the_admin_tier_allows_what_others_deny if {
	deny := _policy({"podSelector": {}, "policyTypes": ["Ingress"]})
	allow := {"subject": {"namespaces": {}}, "ingress": [{"action": "Allow", "from": [{"namespaces": {}}]}]}
	baseline := {"subject": {"namespaces": {}}, "ingress": [_deny_in]}
	_isolated(deny, _whole) == {"Ingress"}
	_isolated(object.union(deny, _cluster("AdminNetworkPolicy", "x", allow)), _whole) == set()
	both := object.union(
		_cluster("AdminNetworkPolicy", "x", allow),
		_cluster("BaselineAdminNetworkPolicy", "x", baseline),
	)
	_isolated(both, _whole) == set()
}

test_some_peers_are_not_everyone if {
	some_labels := {"matchLabels": {"a": "b"}}
	every pods in [
		{"namespaceSelector": some_labels, "podSelector": {}},
		{"namespaceSelector": {}, "podSelector": some_labels},
	] {
		rule := {"action": "Deny", "from": [{"pods": pods}]}
		_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": {"namespaces": {}}, "ingress": [rule]}), _whole) == set()
	}
	elsewhere := {"pods": {"namespaceSelector": some_labels, "podSelector": {}}}
	_isolated(_cluster("AdminNetworkPolicy", "x", {"subject": elsewhere, "ingress": [_deny_in]}), _whole) == set()
}

test_policies_for_some_pods if {
	some_pods := {"matchLabels": {"a": "b"}}
	_isolated(_policy({"podSelector": some_pods, "policyTypes": ["Ingress"]}), _whole) == set()
	_isolated(_policy({"podSelector": some_pods, "policyTypes": ["Ingress"]}), _pod({"a": "b"})) == {"Ingress"}
	_isolated(_policy({"podSelector": some_pods, "policyTypes": ["Ingress"]}), _pod({})) == set()
	others := {"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}
	_isolated(_policy({"podSelector": others, "policyTypes": ["Ingress"]}), _whole) == set()
	_isolated(_policy({"podSelector": others, "policyTypes": ["Ingress"]}), _pod({})) == {"Ingress"}
	_isolated(_policy({"podSelector": {}, "ingress": [{"from": [{"podSelector": {}}]}]}), _whole) == {"Ingress"}
	open := {"namespace": {"a": {"networking.k8s.io/v1": {"NetworkPolicy": {
		"deny": {"metadata": {"name": "deny"}, "spec": {"policyTypes": ["Ingress"]}},
		"open": {"metadata": {"name": "open"}, "spec": {"podSelector": some_pods, "ingress": [{}]}},
	}}}}}
	_isolated(open, _whole) == {"Ingress"}
	_isolated(open, _pod({"a": "b"})) == set()
	_isolated(open, _pod({})) == {"Ingress"}
}

test_cilium_for_some_pods if {
	_isolated(_cilium({"endpointSelector": {"matchLabels": {"a": "b"}}, "ingress": [{}]}), _pod({})) == set()
	others := {"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}
	_isolated(_cilium({"endpointSelector": others, "ingress": [{}]}), _whole) == set()
	_isolated(_cilium({"endpointSelector": others, "ingress": [{}]}), _pod({})) == {"Ingress"}
	open := {"namespace": {"a": {"cilium.io/v2": {"CiliumNetworkPolicy": {
		"deny": {"metadata": {"name": "deny"}, "spec": {"endpointSelector": {}, "ingress": [{}]}},
		"open": {"metadata": {"name": "open"}, "spec": {
			"endpointSelector": {"matchLabels": {"a": "b"}},
			"ingress": [{"fromEntities": ["all"]}],
		}},
	}}}}}
	_isolated(open, _whole) == {"Ingress"}
	_isolated(open, _pod({"a": "b"})) == set()
}

test_priorities if {
	policies := {action: {"metadata": {"name": action}, "spec": {
		"priority": priority,
		"subject": {"namespaces": {}},
		"ingress": [{"action": action, "from": [{"namespaces": {}}]}],
	}} |
		some action, priority in {"Allow": 10, "Deny": 9}
	}
	_isolated({"cluster": {"policy.networking.k8s.io/v1alpha1": {"AdminNetworkPolicy": policies}}}, _whole) == {"Ingress"}
	tied := {name: object.union(policy, {"spec": {"priority": 9}}) | some name, policy in policies}
	_isolated({"cluster": {"policy.networking.k8s.io/v1alpha1": {"AdminNetworkPolicy": tied}}}, _whole) == set()
}

test_an_allow_all_network_policy_hides_the_baseline_but_not_the_admin_tier if {
	open := _policy({"podSelector": {}, "ingress": [{}]})
	deny := {"subject": {"namespaces": {}}, "ingress": [_deny_in]}
	_isolated(object.union(open, _cluster("BaselineAdminNetworkPolicy", "x", deny)), _whole) == set()
	_isolated(object.union(open, _cluster("AdminNetworkPolicy", "x", deny)), _whole) == {"Ingress"}
}

_cilium(spec) := {"namespace": {"a": {"cilium.io/v2": {"CiliumNetworkPolicy": {"c": {
	"metadata": {"name": "c"}, "spec": spec,
}}}}}}

_clusterwide(spec) := {"cluster": {"cilium.io/v2": {"CiliumClusterwideNetworkPolicy": {"c": {
	"metadata": {"name": "c"}, "specs": [spec],
}}}}}

test_cilium if {
	_isolated(_cilium({"endpointSelector": {}, "ingress": [{}], "egress": [{}]}), _whole) == _both
	_isolated(_cilium({"endpointSelector": {}, "ingressDeny": [{"fromEntities": ["world"]}]}), _whole) == {"Ingress"}
	_isolated(_cilium({"endpointSelector": {}, "enableDefaultDeny": {"ingress": true}}), _whole) == {"Ingress"}
	_isolated(_cilium({"endpointSelector": {}, "ingress": [], "egress": []}), _whole) == set()
	_isolated(_cilium({"endpointSelector": {}, "ingress": [{}], "enableDefaultDeny": {"ingress": false}}), _whole) == set()
	_isolated(_cilium({"endpointSelector": {"matchLabels": {"a": "b"}}, "ingress": [{}]}), _whole) == set()
	_isolated(_cilium({"endpointSelector": {"matchLabels": {"k8s:a": "b"}}, "ingress": [{}]}), _pod({"a": "b"})) == {"Ingress"}
	_isolated(_cilium({"endpointSelector": null, "ingress": [{}]}), _whole) == set()
	_isolated(_cilium({"nodeSelector": {}, "ingress": [{}]}), _whole) == set()
}

test_cilium_allow_all if {
	_isolated(_cilium({"endpointSelector": {}, "ingress": [{"fromEntities": ["all"]}]}), _whole) == set()
	_isolated(_cilium({"endpointSelector": {}, "ingress": [{"fromEntities": ["world", "cluster"]}]}), _whole) == set()
	_isolated(_cilium({"endpointSelector": {}, "egress": [{"toCIDR": ["0.0.0.0/0"]}]}), _whole) == set()
	_isolated(_cilium({"endpointSelector": {}, "egress": [{"toCIDRSet": [{"cidr": "0.0.0.0/0"}]}]}), _whole) == set()
	_isolated(_cilium({"endpointSelector": {}, "ingress": [{"fromEntities": ["cluster"]}]}), _whole) == {"Ingress"}
	_isolated(_cilium({"endpointSelector": {}, "ingress": [{"fromEntities": ["all"], "toPorts": [{"ports": []}]}]}), _whole) == {"Ingress"}
}

test_cilium_clusterwide if {
	_isolated(_clusterwide({"endpointSelector": {}, "egress": [{}]}), _whole) == {"Egress"}
	_isolated(
		_clusterwide({
			"endpointSelector": {"matchExpressions": [{
				"key": "io.kubernetes.pod.namespace", "operator": "NotIn", "values": ["kube-system"],
			}]},
			"egress": [{}],
		}),
		_whole,
	) == {"Egress"}
	_isolated(_clusterwide({"endpointSelector": {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "b"}}, "egress": [{}]}), _whole) == set()
	_isolated(_clusterwide({"endpointSelector": {"matchLabels": {"io.cilium.k8s.namespace.labels.team": "x"}}, "egress": [{}]}), _whole) == {"Egress"}
}

_as_a_whole(inventory) := {
	"isolated": {direction |
		some direction in ["Ingress", "Egress"]
		network.as_a_whole(direction, "a") == "isolated" with data.inventory as inventory
	},
	"exposed": {direction |
		some direction in ["Ingress", "Egress"]
		network.as_a_whole(direction, "a") == "exposed" with data.inventory as inventory
	},
}

test_quick_looks if {
	deny := _policy({"podSelector": {}, "policyTypes": ["Ingress"]})
	_as_a_whole({}) == {"isolated": set(), "exposed": _both}
	_as_a_whole(deny) == {"isolated": {"Ingress"}, "exposed": {"Egress"}}
	some_pods := _policy({"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"]})
	_as_a_whole(some_pods) == {"isolated": set(), "exposed": {"Egress"}}
	_as_a_whole(_policy({"podSelector": {}, "ingress": [{}]})) == {"isolated": set(), "exposed": {"Egress"}}
	open := _cilium({"endpointSelector": {}, "ingress": [{"fromEntities": ["all"]}]})
	_as_a_whole({"namespace": {"a": object.union(deny.namespace.a, open.namespace.a)}}) == {"isolated": set(), "exposed": set()}
	allow := {"subject": {"namespaces": {}}, "ingress": [{"action": "Allow", "from": [{"namespaces": {}}]}]}
	admin := _as_a_whole(object.union(deny, _cluster("AdminNetworkPolicy", "x", allow)))
	admin == {"isolated": set(), "exposed": {"Egress"}}
	baseline := _as_a_whole(_cluster("BaselineAdminNetworkPolicy", "x", allow))
	baseline == {"isolated": set(), "exposed": {"Egress"}}
}

test_who_passes_leaves_it_to_the_next if {
	deny := _policy({"podSelector": {}, "policyTypes": ["Ingress"]})
	pass := {"subject": {"namespaces": {}}, "ingress": [{"action": "Pass", "from": [{"namespaces": {}}]}]}
	_isolated(object.union(deny, _cluster("AdminNetworkPolicy", "x", pass)), _whole) == {"Ingress"}
}

test_holds if {
	network.holds("10.0.0.0/8", "10.1.2.3")
	network.holds("10.0.0.0/8", "10.1.0.0/16")
	network.holds("fd00::/8", "fd00::1")
	not network.holds("10.0.0.0/8", "11.0.0.0/16")
	every junk in [null, 7, "", "junk", "10.1.2.300", "10.1.2.3/33", "fe80::1%eth0", [], {}] {
		not network.holds("10.0.0.0/8", junk)
		not network.holds(junk, "10.1.2.3")
	}
}
