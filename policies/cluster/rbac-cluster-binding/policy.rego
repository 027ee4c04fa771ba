# METADATA
# title: Accounts get their writes per namespace
# description: |
#   A ClusterRoleBinding of a role that writes lets the ServiceAccount write in every namespace, kube-system and those
#   to come among them: whoever takes over one of its pods takes over the cluster. Cluster-wide reading (get, list,
#   watch) of anything but Secrets passes. Judged are bindings to ServiceAccounts, however they are spelled, and to
#   their groups; what the role grants is read from the inventory, aggregated rules included.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
#     description: Role Based Access Control Good Practices
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedSubjects:
#           type: array
#           items: {type: string}
#           default: []
#           description: Accounts that may write in every namespace, exactly as ServiceAccount/NAMESPACE/NAME.
#         allowedControllers:
#           type: array
#           items: {type: string}
#           default:
#             - attachdetach-controller
#             - certificate-controller
#             - clusterrole-aggregation-controller
#             - cronjob-controller
#             - daemon-set-controller
#             - deployment-controller
#             - device-taint-eviction-controller
#             - disruption-controller
#             - endpoint-controller
#             - endpointslice-controller
#             - endpointslicemirroring-controller
#             - ephemeral-volume-controller
#             - expand-controller
#             - generic-garbage-collector
#             - horizontal-pod-autoscaler
#             - job-controller
#             - legacy-service-account-token-cleaner
#             - namespace-controller
#             - node-controller
#             - persistent-volume-binder
#             - pod-garbage-collector
#             - pv-protection-controller
#             - pvc-protection-controller
#             - replicaset-controller
#             - replication-controller
#             - resource-claim-controller
#             - resourcequota-controller
#             - root-ca-cert-publisher
#             - route-controller
#             - selinux-warning-controller
#             - service-account-controller
#             - service-cidrs-controller
#             - service-controller
#             - statefulset-controller
#             - ttl-after-finished-controller
#             - ttl-controller
#             - validatingadmissionpolicy-status-controller
#             - volumeattributesclass-protection-controller
#           description: |
#             Controllers of Kubernetes itself: each name stands for the ServiceAccount of that name in kube-system,
#             bound to the ClusterRole system:controller:NAME and no other.
#         ignoredResources:
#           type: array
#           items: {type: string}
#           default:
#             - authentication.k8s.io/tokenreviews
#             - authentication.k8s.io/selfsubjectreviews
#             - authorization.k8s.io/subjectaccessreviews
#             - authorization.k8s.io/localsubjectaccessreviews
#             - authorization.k8s.io/selfsubjectaccessreviews
#             - authorization.k8s.io/selfsubjectrulesreviews
#           description: |
#             Resources as GROUP/RESOURCE whose writes don't count (a core resource as /RESOURCE): by default the
#             reviews, which ask a question and store nothing.
# custom:
#   id: rbac-cluster-binding
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [ClusterRoleBinding]}]
#   sync:
#     - {group: rbac.authorization.k8s.io, version: v1, kind: ClusterRole}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.1", "5.1.3"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Keep the ClusterRole and bind it with one RoleBinding in each namespace that the account works in. Where it is for
#     what belongs to no namespace, narrow the role, or list the account in allowedSubjects.
package rampart.cluster.rbac_cluster_binding

import data.lib.finding
import data.lib.k8s
import data.lib.rbac
import data.lib.rbac.builtin

violation contains finding.at(rego.metadata.chain(), "roleRef.name", msg) if {
	{"kind": kind, "name": name} := rbac.reviewed_role
	accounts := {identity |
		some subject in rbac.subjects(k8s.resource, "")
		_is_account(subject)
		identity := subject.identity
		not identity in input.parameters.allowedSubjects
		not _controller(subject.account, name)
	}
	accounts != set()
	{"what": what, "instead": instead} = _grants(kind, name)
	shown := concat(", ", sort(accounts))
	msg := concat("", [
		$"ClusterRoleBinding {k8s.name} lets {shown} {what} ({kind} {name}){instead}, ",
		"or list the account in allowedSubjects.",
	])
}

_is_account(subject) if subject.account.name

_is_account(subject) if subject.name == "system:serviceaccounts"

_is_account(subject) if startswith(subject.name, "system:serviceaccounts:")

_controller({"namespace": "kube-system", "name": name}, role) if {
	role == $"system:controller:{name}"
	name in input.parameters.allowedControllers
}

# What the role grants beyond reading and what to do about it, in words; undefined where the inventory lacks the role
# and its name says nothing. What a RoleBinding could grant instead goes before what it can't. Of scalars, so that the
# bindings of a role share the answer.
_grants(kind, name) := {"what": _in_namespaces(first), "instead": _bind} if {
	first := _rules(kind, name)[0] # Mostly that one is bindable, and tells all that is shown.
	_is_bindable(first)
} else := {"what": _in_namespaces(bindable[0]), "instead": _bind} if {
	bindable := [rule | some rule in _rules(kind, name); _is_bindable(rule)]
	bindable != []
} else := {"what": _elsewhere(others[0]), "instead": _narrow} if {
	others := [rule | some rule in _rules(kind, name); _elsewhere(rule)]
	others != []
} else := {"what": "change nearly everything in every namespace", "instead": _bind} if {
	name in {"cluster-admin", "admin", "edit"}
	count(rbac.referenced(kind, name, "")) == 0
}

_bind := ": bind such rights with a RoleBinding in each namespace that needs them"

_narrow := ", which no RoleBinding can grant: narrow the role to what the account needs"

_rules(kind, name) := [rule |
	some role in rbac.referenced(kind, name, "")
	some source in rbac.sources(role)
	some rule in _more_than_reading(source)
]

# The rules of a role that do more than read, and perhaps others.
_more_than_reading(role) := [rbac.rule(i, role.rules[i]) | some i in (_writing(role) | _on_secrets(role))] if {
	rbac.texts(role)
} else := rbac.rules(role)

_writing(role) := rbac.indexes(role, "verbs", {verb | verb := role.rules[_].verbs[_]} - rbac.read_verbs)

_on_secrets(role) := rbac.indexes(role, "resources", {"secrets", "*"})

_is_bindable(rule) if {
	verbs := rule.verbs
	some pair in _written(rule)
	not _has_no_namespace(pair, verbs)
}

_is_bindable(rule) if rbac.secret_reads(rule) != []

_in_namespaces(rule) := $"{_verbs(rule.verbs - rbac.read_verbs)} {_resources(pairs)} in every namespace" if {
	pairs := {pair | some pair in _written(rule); not _has_no_namespace(pair, rule.verbs)}
	count(pairs) > 0
} else := $"{concat(", ", rbac.secret_reads(rule))} secrets in every namespace"

_elsewhere(rule) := $"{_verbs(rule.verbs - rbac.read_verbs)} {_resources(pairs)}" if {
	pairs := _written(rule)
	count(pairs) > 0
} else := $"{_requests(verbs)} to {_urls(urls)}" if {
	urls := rbac.urls(rule)
	urls != set()
	verbs := rule.verbs - {"get", "head", "options"}
	count(verbs) > 0
}

# The groups and resources of a rule that it writes to, as far as that counts.
_written(rule) := pairs - _ignored if {
	rule.verbs - rbac.read_verbs != set()
	pairs := {[api_group, resource] | some api_group in rule.groups; some resource in rule.resources}
} else := set()

_ignored := {[api_group, resource] |
	some name in input.parameters.ignoredResources
	api_group := split(name, "/")[0]
	resource := trim_prefix(name, $"{api_group}/")
}

_has_no_namespace([api_group, resource], _) if builtin.cluster_scoped(api_group, resource)

_has_no_namespace(["", "namespaces"], verbs) if (verbs - rbac.read_verbs) - {"create", "deletecollection"} == set()

_verbs(verbs) := "do anything to" if verbs["*"]

else := concat(", ", sort(verbs))

_requests(verbs) := "send any request" if verbs["*"]

else := $"send {concat(", ", sort(verbs))} requests"

_urls(urls) := "every URL" if urls["*"]

else := concat(", ", sort(urls))

# What another entry stands for too is left out.
_resources(pairs) := concat(", ", sort({_shown(api_group, resource) |
	some [api_group, resource] in pairs
	not _is_part(api_group, resource, pairs)
}))

_is_part(api_group, resource, pairs) if {
	api_group != "*"
	["*", resource] in pairs
}

_is_part(api_group, resource, pairs) if {
	resource != "*"
	[api_group, "*"] in pairs
}

_shown(api_group, "*") := $"every resource{_of_group(api_group)}"

_shown(api_group, resource) := $"{substring(resource, 2, -1)} of every resource{_of_group(api_group)}" if {
	startswith(resource, "*/")
} else := $"{resource} of every API group" if {
	api_group == "*"
	resource != "*"
} else := $"{resource}.{api_group}" if {
	not api_group in {"", "*"}
	resource != "*"
} else := resource if {
	resource != "*"
}

_of_group("*") := ""

_of_group("") := " of the core API group"

_of_group(api_group) := $" of the API group {api_group}" if not api_group in {"", "*"}
