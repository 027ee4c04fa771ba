# METADATA
# title: What Kubernetes' own roles grant
# description: |
#   A name is no reason to trust a role: whoever may write the ClusterRole system:node can put anything into it. So the
#   ClusterRoles that an API server makes at its start are let through rule by rule, as far as they are no wider than
#   what Kubernetes puts there. Listed are the rules that a guardrail would deny, from
#   plugin/pkg/auth/authorizer/rbac/bootstrappolicy of Kubernetes v1.36.
package lib.rbac.bootstrap

import data.lib.rbac
import data.lib.rbac.grants

# METADATA
# description: |
#   Those of the rules of a role, in the form of `rbac.rules`, but what Kubernetes itself puts into the ClusterRole of
#   that name. The rules of admin and edit are collected by a controller: the roles that they come from are judged.
judged(kind, role, rules) := [rule |
	some rule in rules
	not _within_any(rule, known)
] if {
	kind == "ClusterRole"
	known := _rules[_name(role)]
} else := [] if {
	kind == "ClusterRole"
	_name(role) in {"admin", "edit"}
	count(rbac.list(object.get(role, ["aggregationRule", "clusterRoleSelectors"], null))) > 0
} else := rules

# METADATA
# description: Whether the ClusterRole of that name, as Kubernetes ships it, holds a right that leads to more rights.
leads_to_more(name) if {
	some rule in _shipped(name)
	some grant in grants.candidates(rule)
	grants.granted(rule, grants.all[grant])
}

_name(role) := rbac.text(object.get(role, "metadata", {}), "name")

_shipped(name) := rbac.rules({"rules": [rule |
	some known in _rules[name]
	rule := {
		"apiGroups": [api_group | some api_group in known.groups],
		"resources": [resource | some resource in known.resources],
		"verbs": [verb | some verb in known.verbs],
		"resourceNames": [resource_name | some resource_name in object.get(known, "names", set())],
	}
]})

_within_any(rule, known) if {
	some wide in known
	every field in ["groups", "resources", "verbs"] {
		_within(rule[field], object.get(wide, field, set()))
	}
	_within(rbac.urls(rule), object.get(wide, "urls", set()))
	_named_within(rule, object.get(wide, "names", set()))
}

_within(_, wide) if "*" in wide

_within(values, wide) if values - wide == set()

_named_within(_, names) if count(names) == 0

_named_within(rule, names) if {
	rbac.named(rule)
	every resource_name in rbac.names(rule) {
		resource_name in names
	}
}

_reads := {"get", "list", "watch"}

_changes := {"create", "delete", "deletecollection", "patch", "update"}

_everything := {"*"}

_on_nodes := {"groups": {""}, "resources": {"nodes"}, "verbs": {"delete", "get", "list", "patch", "update", "watch"}}

_on_node_status := {"groups": {""}, "resources": {"nodes/status"}, "verbs": {"patch", "update"}}

_on_secrets := {
	"groups": {""}, "verbs": _reads,
	"resources": {"configmaps", "namespaces", "secrets", "serviceaccounts"},
}

_on_tokens := {"groups": {""}, "resources": {"serviceaccounts/token"}, "verbs": {"create"}}

_on_volumes := {
	"groups": {""}, "resources": {"persistentvolumes"},
	"verbs": {"create", "delete", "get", "list", "update", "watch"},
}

_on_slices := {
	"groups": {"discovery.k8s.io"}, "resources": {"endpointslices"},
	"verbs": {"create", "delete", "get", "list", "update", "watch"},
}

_on_signers(verb, names) := {
	"groups": {"certificates.k8s.io"}, "resources": {"signers"}, "verbs": {verb},
	"names": {$"kubernetes.io/{name}" | some name in names},
}

_rules["cluster-admin"] := [
	{"groups": _everything, "resources": _everything, "verbs": _everything},
	{"urls": _everything, "verbs": _everything},
]

_rules["system:aggregate-to-admin"] := [{
	"groups": {rbac.group}, "resources": {"rolebindings", "roles"},
	"verbs": (_reads | _changes),
}]

_rules["system:aggregate-to-edit"] := [
	{
		"groups": {""}, "verbs": _reads,
		"resources": {"pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"},
	},
	{
		"groups": {""}, "verbs": _changes,
		"resources": {
			"configmaps", "persistentvolumeclaims", "pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy",
			"replicationcontrollers", "replicationcontrollers/scale", "secrets", "serviceaccounts", "services",
			"services/proxy",
		},
	},
	{"groups": {""}, "resources": {"serviceaccounts"}, "verbs": {"impersonate"}},
	{"groups": {"coordination.k8s.io"}, "resources": {"leases"}, "verbs": (_reads | _changes)},
	_on_tokens,
]

_rules["system:certificates.k8s.io:kube-apiserver-client-approver"] := [_on_signers(
	"approve",
	["kube-apiserver-client"],
)]

_rules["system:certificates.k8s.io:kube-apiserver-client-kubelet-approver"] := [_on_signers(
	"approve",
	["kube-apiserver-client-kubelet"],
)]

_rules["system:certificates.k8s.io:kubelet-serving-approver"] := [_on_signers("approve", ["kubelet-serving"])]

_rules["system:certificates.k8s.io:legacy-unknown-approver"] := [_on_signers("approve", ["legacy-unknown"])]

_rules["system:controller:attachdetach-controller"] := [_on_node_status]

_rules["system:controller:certificate-controller"] := [
	{
		"groups": {"certificates.k8s.io"}, "verbs": {"update"},
		"resources": {"certificatesigningrequests/approval", "certificatesigningrequests/status"},
	},
	_on_signers("approve", ["kube-apiserver-client-kubelet"]),
	_on_signers(
		"sign",
		["kube-apiserver-client", "kube-apiserver-client-kubelet", "kubelet-serving", "legacy-unknown"],
	),
]

_rules["system:controller:clusterrole-aggregation-controller"] := [{
	"groups": {rbac.group}, "resources": {"clusterroles"},
	"verbs": {"escalate", "get", "list", "patch", "update", "watch"},
}]

_rules["system:controller:disruption-controller"] := [{"groups": {"*"}, "resources": {"*/scale"}, "verbs": {"get"}}]

_rules["system:controller:endpoint-controller"] := [{
	"groups": {""}, "resources": {"endpoints"},
	"verbs": {"create", "delete", "get", "list", "update", "watch"},
}]

_rules["system:controller:endpointslice-controller"] := [_on_slices]

_rules["system:controller:endpointslicemirroring-controller"] := [_on_slices]

_rules["system:controller:generic-garbage-collector"] := [{
	"groups": _everything, "resources": _everything,
	"verbs": {"delete", "get", "list", "patch", "update", "watch"},
}]

_rules["system:controller:horizontal-pod-autoscaler"] := [
	{"groups": {"*"}, "resources": {"*/scale"}, "verbs": {"get", "update"}},
	{"groups": {"custom.metrics.k8s.io", "external.metrics.k8s.io"}, "resources": _everything, "verbs": _reads},
]

_rules["system:controller:namespace-controller"] := [
	{"groups": {""}, "resources": {"namespaces/finalize", "namespaces/status"}, "verbs": {"update"}},
	{
		"groups": _everything, "resources": _everything,
		"verbs": {"delete", "deletecollection", "get", "list", "watch"},
	},
]

_rules["system:controller:node-controller"] := [_on_nodes, _on_node_status]

_rules["system:controller:persistent-volume-binder"] := [_on_volumes]

_rules["system:controller:resourcequota-controller"] := [{
	"groups": _everything, "resources": _everything,
	"verbs": {"list", "watch"},
}]

_rules["system:controller:route-controller"] := [_on_node_status]

_rules["system:controller:ttl-controller"] := [_on_nodes]

_rules["system:discovery"] := [{
	"urls": {
		"/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version",
		"/version/",
	},
	"verbs": {"get"},
}]

_rules["system:kube-controller-manager"] := [
	{"groups": _everything, "resources": _everything, "verbs": {"list", "watch"}},
	_on_secrets,
	_on_tokens,
]

_rules["system:kube-scheduler"] := [{
	"groups": {"coordination.k8s.io"}, "resources": {"leasecandidates"},
	"verbs": (_reads | _changes),
}]

_rules["system:kubelet-api-admin"] := [{
	"groups": {""}, "verbs": _everything,
	"resources": {
		"nodes/configz", "nodes/healthz", "nodes/log", "nodes/metrics", "nodes/pods", "nodes/proxy",
		"nodes/stats",
	},
}]

_rules["system:node"] := [_on_nodes, _on_node_status, _on_secrets, _on_tokens]

_rules["system:node-problem-detector"] := [_on_node_status]

_rules["system:persistent-volume-provisioner"] := [_on_volumes]
