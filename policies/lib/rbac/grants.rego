# METADATA
# title: Grants that lead to more rights
# description: |
#   Each entry is a right with which its holder can get rights that nobody gave it. `targets` are what a rule must
#   cover: the spellings of a resource (or prefixes of such, or `any` resource of the group), with the verbs that
#   count; `subresource` where all of them are subresources. `names` tells what resourceNames do: `limit` the grant as
#   the authorizer would, `never` limit it, or limit it unless they are among `strong_names` or begin with one of
#   `strong_prefixes`. `at` is the list to point at.
package lib.rbac.grants

import data.lib.rbac

all := {
	"escalate": {
		"targets": [{"group": rbac.group, "spellings": {"*", "roles", "clusterroles"}, "verbs": {"escalate"}}],
		"names": "never",
		"at": "verbs",
		"why": "whoever may escalate can write any right into a role, also one that it holds itself",
		"instead": "Remove the verb: Kubernetes lets everyone write the rights into a role that they have",
	},
	"bind": {
		"targets": [{"group": rbac.group, "spellings": {"*", "roles", "clusterroles"}, "verbs": {"bind"}}],
		"names": "strong",
		"strong_names": {"cluster-admin", "admin", "edit"},
		"strong_prefixes": {"system:"},
		"at": "verbs",
		"why": "whoever may bind can give itself any of these roles",
		"instead": "Remove the verb, or list harmless roles in resourceNames",
	},
	"impersonate": {
		"targets": [
			{"group": "", "spellings": {"*", "users", "groups", "serviceaccounts"}, "verbs": _impersonating},
			{
				"group": "authentication.k8s.io",
				"spellings": {"*", "users", "groups", "serviceaccounts", "uids", "userextras", "nodes"},
				"prefixes": {"userextras/", "*/"},
				"verbs": _impersonating,
			},
		],
		"names": "strong",
		"strong_names": set(),
		"strong_prefixes": {"system:"},
		"at": "verbs",
		"why": "whoever may impersonate acts with the rights of that user, group or account",
		"instead": "Remove the verb, or list the identities in resourceNames, none of the system's among them",
	},
	"service-account-tokens": {
		"targets": [{
			"group": "", "subresource": true, "spellings": {"*", "*/token", "serviceaccounts/token"},
			"verbs": {"create"},
		}],
		"names": "limit",
		"at": "resources",
		"why": "a token for an account carries all of its rights",
		"instead": "Remove it, or list the accounts in resourceNames",
	},
	"nodes-proxy": {
		"targets": [{
			"group": "", "subresource": true, "spellings": {"*", "*/proxy", "nodes/proxy"},
			"verbs": (writes | {"get"}),
		}],
		"names": "never",
		"at": "resources",
		"why": "the kubelet's API runs commands in every pod of the node, past audit and admission, for get as well",
		"instead": "Grant nodes/metrics, nodes/stats or nodes/log instead",
	},
	"exec": {
		"targets": [{
			"group": "", "subresource": true, "spellings": {"*", "*/exec", "pods/exec"},
			"verbs": {"create", "get"},
		}],
		"names": "limit",
		"at": "resources",
		"why": "a command in a running pod acts with the pod's secrets and ServiceAccount",
		"instead": "Remove it, or list the pods in resourceNames",
	},
	"attach": {
		"targets": [{
			"group": "", "subresource": true, "spellings": {"*", "*/attach", "pods/attach"},
			"verbs": {"create", "get"},
		}],
		"names": "limit",
		"at": "resources",
		"why": "the terminal of a running process acts with the pod's secrets and ServiceAccount",
		"instead": "Remove it, or list the pods in resourceNames",
	},
	"port-forward": {
		"targets": [{
			"group": "", "subresource": true, "spellings": {"*", "*/portforward", "pods/portforward"},
			"verbs": {"create", "get"},
		}],
		"names": "limit",
		"at": "resources",
		"why": "a forwarded port reaches a pod past every NetworkPolicy, ports that listen on localhost too",
		"instead": "Remove it, or list the pods in resourceNames",
	},
	"ephemeral-containers": {
		"targets": [{
			"group": "", "subresource": true, "spellings": {"*", "*/ephemeralcontainers", "pods/ephemeralcontainers"},
			"verbs": {"update", "patch"},
		}],
		"names": "limit",
		"at": "resources",
		"why": "a debug container runs in the pod with its volumes, namespaces and ServiceAccount",
		"instead": "Remove it, or list the pods in resourceNames",
	},
	"csr-approval": {
		"targets": [
			{
				"group": "certificates.k8s.io", "subresource": true,
				"spellings": {"*", "*/approval", "certificatesigningrequests/approval"}, "verbs": {"update", "patch"},
			},
			{"group": "certificates.k8s.io", "spellings": {"*", "signers"}, "verbs": {"approve", "sign"}},
		],
		"names": "strong",
		"strong_names": set(),
		"strong_prefixes": {"kubernetes.io/"},
		"at": "resources",
		"why": "an approved request can be a client certificate for any user, node or group",
		"instead": "Remove it, or list a signer of your own in resourceNames",
	},
	"webhooks": {
		"targets": [{
			"group": "admissionregistration.k8s.io",
			"spellings": {"*", "mutatingwebhookconfigurations", "validatingwebhookconfigurations"},
			"verbs": writes,
		}],
		"names": "limit",
		"at": "resources",
		"why": "a webhook reads and changes every object on its way in, Secrets too, and without one its checks are gone",
		"instead": "Name the configurations in resourceNames for update and patch, and leave create to the installer",
	},
	"admission-policies": {
		"targets": [{
			"group": "admissionregistration.k8s.io",
			"spellings": {
				"*", "validatingadmissionpolicies", "validatingadmissionpolicybindings",
				"mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
			},
			"verbs": writes,
		}],
		"names": "limit",
		"at": "resources",
		"why": "whoever writes admission policies can switch off the rules that bind it, or change objects on their way in",
		"instead": "Leave admission policies to the cluster's administrators",
	},
	"gatekeeper": {
		"targets": [
			{"group": "constraints.gatekeeper.sh", "any": true, "spellings": {"*"}, "verbs": writes},
			{"group": "mutations.gatekeeper.sh", "any": true, "spellings": {"*"}, "verbs": writes},
			{"group": "templates.gatekeeper.sh", "spellings": {"*", "constrainttemplates"}, "verbs": writes},
			{"group": "config.gatekeeper.sh", "spellings": {"*", "configs"}, "verbs": writes},
			{"group": "externaldata.gatekeeper.sh", "spellings": {"*", "providers"}, "verbs": writes},
			{"group": "expansion.gatekeeper.sh", "spellings": {"*", "expansiontemplate"}, "verbs": writes},
			{"group": "syncset.gatekeeper.sh", "spellings": {"*", "syncsets"}, "verbs": writes},
		],
		"names": "limit",
		"at": "resources",
		"why": "whoever writes Gatekeeper's objects can switch off the rules that bind it",
		"instead": "Leave Gatekeeper's objects to the cluster's administrators",
	},
	"roles": {
		"targets": [{"group": rbac.group, "spellings": {"*", "roles", "clusterroles"}, "verbs": writes}],
		"names": "limit",
		"at": "resources",
		"why": "who writes roles hands out rights, and changes those of everyone who is bound to them",
		"instead": "Keep roles in Git and let the deployment apply them, or name the roles in resourceNames",
	},
	"bindings": {
		"targets": [{"group": rbac.group, "spellings": {"*", "rolebindings", "clusterrolebindings"}, "verbs": writes}],
		"names": "limit",
		"at": "resources",
		"why": "who writes bindings hands out rights, to other accounts too",
		"instead": "Keep bindings in Git and let the deployment apply them, or name the bindings in resourceNames",
	},
	"persistent-volumes": {
		"targets": [{"group": "", "spellings": {"*", "persistentvolumes"}, "verbs": {"create"}}],
		"names": "limit",
		"at": "resources",
		"why": "a PersistentVolume of the type hostPath or local mounts any directory of a node",
		"instead": "Remove it: a StorageClass provisions volumes from PersistentVolumeClaims",
	},
	"namespaces": {
		"targets": [
			{"group": "", "spellings": {"*", "namespaces"}, "verbs": {"update", "patch"}},
			{
				"group": "", "subresource": true,
				"spellings": {"*", "*/status", "*/finalize", "namespaces/status", "namespaces/finalize"},
				"verbs": {"update", "patch"},
			},
		],
		"names": "limit",
		"at": "resources",
		"why": "the labels of a namespace decide its Pod Security level and which policies and network rules hold in it",
		"instead": "Remove these verbs, or list the namespaces in resourceNames",
	},
	"nodes": {
		"targets": [
			{"group": "", "spellings": {"*", "nodes"}, "verbs": {"update", "patch"}},
			{"group": "", "subresource": true, "spellings": {"*", "*/status", "nodes/status"}, "verbs": {"update", "patch"}},
		],
		"names": "limit",
		"at": "resources",
		"why": "labels and taints lead the pods of others, with their Secrets and tokens, to a node of one's choice",
		"instead": "Remove these verbs, or list the nodes in resourceNames",
	},
	"api-services": {
		"targets": [{"group": "apiregistration.k8s.io", "spellings": {"*", "apiservices"}, "verbs": writes}],
		"names": "limit",
		"at": "resources",
		"why": "an APIService answers for a whole API group, and gets every object that is sent to it",
		"instead": "Name the APIServices in resourceNames for update and patch, and leave create to the installer",
	},
	"custom-resource-definitions": {
		"targets": [{
			"group": "apiextensions.k8s.io", "spellings": {"*", "customresourcedefinitions"},
			"verbs": writes,
		}],
		"names": "limit",
		"at": "resources",
		"why": "its objects go with a definition, constraints of Gatekeeper too, and its conversion webhook changes them",
		"instead": "Name the definitions in resourceNames for update and patch, and leave create to the installer",
	},
	"endpoints": {
		"targets": [
			{"group": "", "spellings": {"*", "endpoints"}, "verbs": {"create", "update", "patch"}},
			{"group": "discovery.k8s.io", "spellings": {"*", "endpointslices"}, "verbs": {"create", "update", "patch"}},
		],
		"names": "limit",
		"at": "resources",
		"why": "hand-made endpoints lead a Service, or an ingress before it, to pods of another namespace",
		"instead": "Remove these verbs: a Service with a selector gets its endpoints by itself",
	},
}

# METADATA
# description: Creating or changing workloads; a grant only where a strong ServiceAccount can be put into them.
workloads := {
	"targets": [
		{"group": "", "spellings": {"*", "pods", "replicationcontrollers"}, "verbs": _creating},
		{
			"group": "apps",
			"spellings": {"*", "deployments", "statefulsets", "daemonsets", "replicasets"},
			"verbs": _creating,
		},
		{"group": "batch", "spellings": {"*", "jobs", "cronjobs"}, "verbs": _creating},
	],
	"names": "limit",
	"at": "resources",
	"why": "a pod of this namespace can run as any of its ServiceAccounts, a cluster administrator among them",
	"instead": "Move the workloads or the strong account to another namespace",
}

writes := {"create", "update", "patch", "delete", "deletecollection"}

_creating := {"create", "update", "patch"}

_impersonating := {
	"impersonate", "impersonate:user-info", "impersonate:serviceaccount", "impersonate:arbitrary-node",
}

# METADATA
# description: |
#   The rules of a role that can give something of a grant or of `workloads` by the words that they have, and perhaps
#   others. Most rules spell nothing that any grant is about, or only read it.
suspects(role) := [rbac.rule(i, role.rules[i]) |
	texts := rbac.texts(role)
	verbs := texts & _verbs_and_readable
	verbs != set()
	spelled := texts & _spellings_and_open_groups
	spelled != set()
	changing := rbac.indexes(role, "verbs", verbs) | rbac.indexes(role, "resources", texts & _readable)
	spelling := rbac.indexes(role, "resources", spelled) | rbac.indexes(role, "apiGroups", texts & _open_groups)
	some i in (changing & spelling)
] if {
	rbac.texts(role)
} else := rbac.rules(role)

# METADATA
# description: |
#   The names of the grants, "workloads" among them, that the rule can give something of by its groups and resources.
candidates(rule) := _by_spelling(rule) | _unspelled(rule) if {
	rule.verbs & _verbs != set()
} else := _by_spelling(rule) if {
	rule.verbs & _reads != set()
	rule.resources & _readable != set()
} else := set()

_by_spelling(rule) := {name |
	some resource in (rule.resources & _spellings)
	some api_group in rule.groups
	some name in _giving(api_group, resource)
}

# A ref that leads through all grants at once is a fraction of a loop over them. Every grant has the resource `*`.
_giving("*", resource) := {name |
	some name, i
	_every[name].targets[i].spellings[resource]
}

_giving(api_group, "*") := {name |
	some name, i
	_every[name].targets[i].group == api_group
} if {
	api_group != "*"
}

_giving(api_group, resource) := {name |
	some name, i
	_every[name].targets[i].spellings[resource]
	_every[name].targets[i].group == api_group
} if {
	api_group != "*"
	resource != "*"
}

# What no list of spellings names.
_unspelled(rule) := {name | some name, i; _every[name].targets[i].any == true} | {name |
	some name, i
	prefixes := _every[name].targets[i].prefixes
	strings.any_prefix_match(rule.resources, prefixes)
} if {
	rule.groups & _open_groups != set()
} else := set()

_every := object.union(all, {"workloads": workloads})

_spellings := union({spellings | spellings := _every[_].targets[_].spellings})

_open_groups := union({
	{"*"},
	{_every[name].targets[i].group | some name, i; _every[name].targets[i].any == true},
	{_every[name].targets[i].group | some name, i; _every[name].targets[i].prefixes},
})

_spellings_and_open_groups := _spellings | _open_groups

_all_verbs := union({verbs | verbs := _every[_].targets[_].verbs})

_verbs := {"*"} | (_all_verbs - rbac.read_verbs)

_reads := _all_verbs & rbac.read_verbs

# Where reading is enough.
_readable := union({target.spellings |
	target := _every[_].targets[_]
	count(target.verbs & rbac.read_verbs) > 0
})

_verbs_and_readable := _verbs | _readable

# METADATA
# description: |
#   What a rule gives of a grant, as {"verbs", "resources", "group", "path"}, for the first target that it covers;
#   undefined if it gives nothing.
granted(rule, grant) := [hit |
	groups := rule.groups
	some target in grant.targets
	groups & {"*", target.group} != set()
	resources := _spelled(rule, target)
	resources != set()
	verbs := _unlimited(rule, grant, target, rbac.verbs_among(rule.verbs, target.verbs))
	verbs != set()
	hit := {
		"verbs": concat(", ", sort(_as_written(rule, verbs))),
		"resources": concat(", ", sort(resources)),
		"path": _path_at(rule, grant.at, resources, verbs),
	}
][0]

_spelled(rule, target) := (rule.resources & target.spellings) | {resource |
	some resource in rule.resources
	strings.any_prefix_match(resource, target.prefixes)
} if {
	target.prefixes
} else := {resource | some resource in rule.resources; not contains(resource, "/")} if {
	# Where the group's kinds are made at run time, every resource of the group counts.
	target.any
	target.group in rule.groups
} else := rule.resources & target.spellings

_as_written(rule, verbs) := {"*"} if {
	rule.verbs["*"]
} else := verbs

_unlimited(rule, grant, target, verbs) := verbs if {
	not rbac.named(rule)
} else := {verb |
	some verb in verbs
	not _limited_for(rule, grant, target, verb)
}

_limited_for(_, grant, target, verb) if {
	grant.names == "limit"
	rbac.names_object(_subresource(target), verb)
}

_limited_for(rule, grant, _, _) if {
	grant.names == "strong"
	every name in rbac.names(rule) {
		not name in grant.strong_names
		not _begins_with_any(name, grant.strong_prefixes)
	}
}

_begins_with_any(name, prefixes) if {
	some prefix in prefixes
	startswith(name, prefix)
}

_subresource(target) := "any" if target.subresource

else := ""

_path_at(rule, "verbs", _, verbs) := rbac.entry_path(rule, "verbs", verbs | {"*"})

_path_at(rule, "resources", resources, _) := rbac.entry_path(rule, "resources", resources)
