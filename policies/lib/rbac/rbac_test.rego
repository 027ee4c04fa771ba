package lib.rbac_test

import data.lib.rbac
import data.lib.rbac.builtin
import data.lib.rbac.grants

_rule(rule) := rbac.rules({"rules": [rule]})[0]

_on(groups, resources, verbs) := _rule({"apiGroups": groups, "resources": resources, "verbs": verbs})

# The decisions of the API server's RBAC authorizer (RuleAllows), request by request.
_covered := [
	[_on([""], ["pods"], ["get"]), ["", "pods", "", "get"], true],
	[_on([""], ["pods"], ["get"]), ["", "pods", "", "list"], false],
	[_on([""], ["pods"], ["get"]), ["", "pods", "log", "get"], false],
	[_on([""], ["pods"], ["get"]), ["apps", "pods", "", "get"], false],
	[_on([""], ["pods/log"], ["get"]), ["", "pods", "log", "get"], true],
	[_on([""], ["pods/log"], ["get"]), ["", "pods", "", "get"], false],
	[_on([""], ["*"], ["get"]), ["", "pods", "", "get"], true],
	[_on([""], ["*"], ["get"]), ["", "pods", "log", "get"], true],
	[_on([""], ["*"], ["get"]), ["apps", "deployments", "", "get"], false],
	[_on(["*"], ["*"], ["*"]), ["apps", "deployments", "scale", "anything"], true],
	[_on(["apps"], ["*/scale"], ["update"]), ["apps", "deployments", "scale", "update"], true],
	[_on(["apps"], ["*/scale"], ["update"]), ["apps", "deployments", "", "update"], false],
	[_on(["apps"], ["*/scale"], ["update"]), ["apps", "deployments", "status", "update"], false],
	[_on([""], ["pods/*"], ["get"]), ["", "pods", "log", "get"], false],
	[_on([""], ["pods/*"], ["get"]), ["", "pods", "", "get"], false],
	[_on([""], ["*/*"], ["get"]), ["", "pods", "log", "get"], false],
	[_on([""], ["*/*"], ["get"]), ["", "pods", "", "get"], false],
	[_on([""], ["Pods"], ["get"]), ["", "pods", "", "get"], false],
	[_on([""], ["pods"], ["GET"]), ["", "pods", "", "get"], false],
	[_on([""], ["pods"], ["get*"]), ["", "pods", "", "get"], false],
	[_on(["*.example.com"], ["tasks"], ["get"]), ["a.example.com", "tasks", "", "get"], false],
	[_on([], ["pods"], ["get"]), ["", "pods", "", "get"], false],
	[_on([""], [], ["get"]), ["", "pods", "", "get"], false],
	[_on([""], ["pods"], []), ["", "pods", "", "get"], false],
	[_on("", "pods", "get"), ["", "pods", "", "get"], true],
	[_on(null, 7, {"get": true}), ["", "pods", "", "get"], false],
]

test_covers_what_the_authorizer_allows if {
	every line in _covered {
		[rule, [group, resource, subresource, verb], expected] := line
		_covers(rule, group, resource, subresource, verb) == expected
	}
}

default _covers(_, _, _, _, _) := false

_covers(rule, group, resource, subresource, verb) if rbac.covers(rule, group, resource, subresource, verb)

test_names_limit_requests_that_name_an_object if {
	rule := _rule({"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["a"], "verbs": ["*"]})
	every verb in ["get", "update", "patch", "delete", "bind"] {
		rbac.limited(rule, "", verb)
	}
	every verb in ["create", "list", "watch", "deletecollection"] {
		not rbac.limited(rule, "", verb)
	}
	rbac.limited(rule, "token", "create")
	rbac.covers_any_object(rule, "", "secrets", "", "list")
	not rbac.covers_any_object(rule, "", "secrets", "", "get")
}

test_names_that_limit_nothing if {
	every names in [null, [], "a", 7, [""], ["*"], ["a", ""], [null], [7]] {
		rule := _rule({"apiGroups": [""], "resources": ["secrets"], "resourceNames": names, "verbs": ["get"]})
		not rbac.named(rule)
	}
}

test_rules_of_anything if {
	every rules in [null, 7, "junk", [], [null, 7, "junk"]] {
		rbac.rules({"rules": rules}) == []
	}
	rbac.rules({}) == []
	[rbac.path(rule) | some rule in rbac.rules({"rules": [null, {}]})] == ["rules[1]"]
}

_plain := {"apiGroups": ["", "apps"], "resources": ["pods"], "resourceNames": ["a"], "verbs": ["get"]}

test_texts if {
	rbac.texts({"rules": [_plain, {"nonResourceURLs": ["/x"], "verbs": ["get"]}]}) == {"", "apps", "pods", "a", "get", "/x"}
	every rules in [
		null, 7, "get", {}, {"a": _plain}, [], [{}], [_plain, null], [_plain, "get"], [_plain, 7], [_plain, ["get"]],
		[_plain, {"verbs": "list"}], [_plain, {"verbs": null}], [_plain, {"verbs": {"a": "list"}}],
		[_plain, {"verbs": [["list"]]}], [_plain, {"verbs": [null]}], [_plain, {"verbs": [{}]}], [_plain, {"verbs": [7]}],
	] {
		not rbac.texts({"rules": rules})
	}
}

test_rules_with if {
	other := {"nonResourceURLs": ["/x"], "verbs": ["get"]}
	[rule] := rbac.rules_with({"rules": [other, _plain]}, {"pods", "secrets"})
	rbac.path(rule) == "rules[1]"
	rbac.rules_with({"rules": [other, _plain]}, {"secrets"}) == []
	count(rbac.rules_with({"rules": [other, _plain, {"verbs": "get"}]}, {"secrets"})) == 3
}

# What is read at a glance is read as what is not.
test_rules_of_any_form if {
	[first, _] := rbac.rules({"rules": [_plain, {"verbs": "get"}]})
	[first] == rbac.rules({"rules": [_plain]})
}

test_identities if {
	subjects := rbac.subjects(
		{"subjects": [
			{"kind": "ServiceAccount", "name": "a", "namespace": "n"},
			{"kind": "ServiceAccount", "name": "a"},
			{"kind": "ServiceAccount", "name": "a", "namespace": ""},
			{"kind": "User", "name": "system:serviceaccount:n:a"},
			{"kind": "Group", "name": "system:serviceaccounts:n"},
			{"kind": "User", "name": "jane", "namespace": "n"},
			"junk",
			null,
		]},
		"own",
	)
	[subject.identity | some subject in subjects] == [
		"ServiceAccount/n/a", "ServiceAccount/own/a", "ServiceAccount/own/a", "ServiceAccount/n/a", "Group/system:serviceaccounts:n",
		"User/jane", "an unnamed subject", "an unnamed subject",
	]
}

test_role_ref if {
	rbac.role_ref({"roleRef": {"kind": "Role", "name": "a"}}) == {"kind": "Role", "name": "a"}
	rbac.role_ref({"roleRef": {"kind": "role", "name": "a"}}) == {"kind": "ClusterRole", "name": "a"}
	rbac.role_ref({}) == {"kind": "ClusterRole", "name": ""}
}

test_references_need_the_namespace if {
	inventory := {
		"namespace": {"n": {"rbac.authorization.k8s.io/v1": {"Role": {"a": {"rules": []}}}}},
		"cluster": {"rbac.authorization.k8s.io/v1": {
			"ClusterRole": {"a": {"rules": [{}]}},
			"Role": {"unplaced": {"rules": []}},
		}},
	}
	rbac.referenced("Role", "a", "n") == {{"rules": []}} with data.inventory as inventory
	rbac.referenced("Role", "a", "m") == set() with data.inventory as inventory
	rbac.referenced("Role", "unplaced", "m") == {{"rules": []}} with data.inventory as inventory
	rbac.referenced("ClusterRole", "a", "m") == {{"rules": [{}]}} with data.inventory as inventory
	rbac.referenced("ClusterRole", "b", "n") == set() with data.inventory as inventory
}

test_selectors if {
	labels := {"a": "1"}
	every selector in [
		null, {}, "junk", {"matchLabels": {"a": "1"}}, {"matchExpressions": []},
		{"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]},
		{"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["2"]}]},
		{"matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["2"]}]},
		{"matchExpressions": [{"key": "a", "operator": "Exists"}]},
		{"matchExpressions": [{"key": "b", "operator": "DoesNotExist"}]},
		{"matchExpressions": [{"operator": "DoesNotExist"}]},
		{"matchExpressions": [{"key": "a", "operator": "junk"}]},
		{"matchExpressions": [7]},
	] {
		rbac.selects(selector, labels)
	}
	every selector in [
		{"matchLabels": {"a": "2"}}, {"matchLabels": {"a": "1", "b": "1"}},
		{"matchExpressions": [{"key": "a", "operator": "In", "values": ["2"]}]},
		{"matchExpressions": [{"key": "b", "operator": "In", "values": ["2"]}]},
		{"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]},
		{"matchExpressions": [{"key": "b", "operator": "Exists"}]},
		{"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]},
	] {
		not rbac.selects(selector, labels)
	}
}

_labelled(name, labels, rules) := {"metadata": {"name": name, "labels": labels}, "rules": rules}

_aggregating(selectors) := {"aggregationRule": {"clusterRoleSelectors": selectors}, "rules": [_plain]}

_everything := {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}

_roles := {"cluster": {"rbac.authorization.k8s.io/v1": {"ClusterRole": {
	"one": _labelled("one", {"a": "1"}, [_plain]),
	"two": _labelled("two", {"a": "1", "b": "2"}, [_everything]),
	"three": _labelled("three", "junk", [_plain]),
	"four": {"metadata": {"name": "four"}, "rules": [_plain]},
}}}}

# What a role collects by labels, by anything else, and by several selectors, but each role once.
test_sources if {
	every line in [
		[[{"matchLabels": {"a": "1"}}], {"one", "two"}],
		[[{"matchLabels": {"a": "1", "b": "2"}}], {"two"}],
		[[{"matchLabels": {"a": "2"}}], set()],
		[[{"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "b", "operator": "DoesNotExist"}]}], {"one"}],
		[[{"matchExpressions": [{"key": "b", "operator": "Exists"}]}, {"matchLabels": {"a": "1"}}], {"one", "two"}],
		[[{}], {"one", "two", "three", "four"}],
		[[{"matchLabels": {}}], {"one", "two", "three", "four"}],
		[{"matchLabels": {"b": "2"}}, {"two"}],
		[["junk"], {"one", "two", "three", "four"}],
		[[{"matchLabels": "junk"}], {"one", "two", "three", "four"}],
		[[{"matchLabels": ["a"]}], {"one", "two", "three", "four"}],
		[null, set()],
	] {
		[selectors, names] := line
		role := _aggregating(selectors)
		found := rbac.sources(role) with data.inventory as _roles
		found[0] == role
		[name | some source in found; name := source.metadata.name] == [name |
			some other in {other | some other in _roles.cluster["rbac.authorization.k8s.io/v1"].ClusterRole}
			name := other.metadata.name
			name in names
		]
	}
}

test_covers_everything if {
	rbac.covers_everything({"rules": [_everything]})
	not rbac.covers_everything({"rules": [_plain]})
	rbac.covers_everything(_aggregating([{"matchLabels": {"b": "2"}}])) with data.inventory as _roles
	not rbac.covers_everything(_aggregating([{"matchLabels": {"b": "1"}}])) with data.inventory as _roles
}

test_everything if {
	rbac.everything([_on(["*"], ["*"], ["*"])])
	rbac.everything([_on(["*"], ["*"], ["get", "create"]), _on(["*"], ["*"], ["update", "delete"])])
	not rbac.everything([])
	not rbac.everything([_on(["*"], ["*"], ["get", "create", "update"])])
	not rbac.everything([_on(["", "apps"], ["*"], ["*"])])
	not rbac.everything([_on(["*"], ["pods"], ["*"])])
}

# Every grant is reached by what covers everything, and by nothing that only reads.
test_grants if {
	everything := _on(["*"], ["*"], ["*"])
	reading := _on(["*"], ["*"], ["list", "watch"])
	every grant in grants.all {
		grants.granted(everything, grant)
		not grants.granted(reading, grant)
	}
}

_every_grant := object.union(grants.all, {"workloads": grants.workloads})

# The cheap looks hide nothing: they let through each way to spell each grant.
test_candidates if {
	every name, grant in _every_grant {
		every target in grant.targets {
			every verb in target.verbs {
				every resource in target.spellings {
					_is_candidate(name, [target.group], [resource], [verb])
					_is_candidate(name, ["*"], [resource], ["*"])
				}
			}
		}
	}
	_is_candidate("impersonate", ["authentication.k8s.io"], ["userextras/scopes"], ["impersonate"])
	_is_candidate("impersonate", ["*"], ["*/scopes"], ["*"])
	_is_candidate("gatekeeper", ["constraints.gatekeeper.sh"], ["anyconstraint"], ["delete"])
	_is_candidate("gatekeeper", ["mutations.gatekeeper.sh"], ["assign"], ["*"])
	_is_candidate("exec", [""], ["pods/exec"], ["get"])
}

_is_candidate(name, groups, resources, verbs) if {
	role := {"rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}]}
	[rule] := grants.suspects(role)
	name in grants.candidates(rule)
}

# And they do look away from most.
test_no_candidates if {
	every line in [
		[[""], ["*"], ["list", "watch"]], [[""], ["pods"], ["get"]], [[""], ["events", "services"], ["create", "patch"]],
		[["example.com"], ["anything"], ["*"]], [["apps"], ["roles", "nodes"], ["*"]],
	] {
		role := {"rules": [{"apiGroups": line[0], "resources": line[1], "verbs": line[2]}]}
		[rule] := rbac.rules(role)
		grants.candidates(rule) - {"workloads"} == set()
	}
	every line in [
		[[""], ["pods"], ["get"]], [[""], ["nodes"], ["list", "watch"]], [["example.com"], ["anything"], ["create"]],
	] {
		grants.suspects({"rules": [{"apiGroups": line[0], "resources": line[1], "verbs": line[2]}]}) == []
	}
}

test_builtin if {
	"system:controller:job-controller" in builtin.cluster_roles
	builtin.account({"namespace": "kube-system", "name": "job-controller"})
	not builtin.account({"namespace": "default", "name": "job-controller"})
}

test_cluster_scoped if {
	every pair in [
		["", "nodes"], ["", "nodes/proxy"], ["rbac.authorization.k8s.io", "clusterroles"], ["node.k8s.io", "*"],
	] {
		builtin.cluster_scoped(pair[0], pair[1])
	}
	every pair in [
		["", "*"], ["", "namespaces"], ["", "pods"], ["apps", "nodes"], ["rbac.authorization.k8s.io", "roles"], ["*", "*"],
	] {
		not builtin.cluster_scoped(pair[0], pair[1])
	}
}
