# METADATA
# title: Workloads don't share a ServiceAccount
# description: |
#   Workloads that share a ServiceAccount have each other's rights, and the audit log can't tell them apart. Compared are
#   the workloads of one namespace. What a workload makes (its ReplicaSets, Jobs and Pods) and what has the same
#   controller as the workload is no other workload. Sharing `default` is for the guardrail
#   default-service-account to judge.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/service-accounts/
#     description: Service accounts
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         shared:
#           type: array
#           items: {type: string}
#           default: []
#           description: Names of ServiceAccounts that workloads may share.
# custom:
#   id: dedicated-service-account
#   severity: low
#   profiles: {restricted: warn}
#   match: [pods]
#   sync:
#     - {group: "", version: v1, kind: Pod}
#     - {group: "", version: v1, kind: ReplicationController}
#     - {group: apps, version: v1, kind: DaemonSet}
#     - {group: apps, version: v1, kind: Deployment}
#     - {group: apps, version: v1, kind: ReplicaSet}
#     - {group: apps, version: v1, kind: StatefulSet}
#     - {group: batch, version: v1, kind: CronJob}
#     - {group: batch, version: v1, kind: Job}
#     - {group: argoproj.io, version: v1alpha1, kind: Rollout}
#     - {group: argoproj.io, version: v1alpha1, kind: CronWorkflow}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.5"]
#     nsa: [authentication-authorization]
#   remediation: Make a ServiceAccount for each workload, with only the rights that this workload needs.
package rampart.container.dedicated_service_account

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.serviceaccounts
import data.lib.workloads

violation contains finding.at(rego.metadata.chain(), $"{path}.{serviceaccounts.field(spec)}", msg) if {
	some {"path": path, "spec": spec, "account": account} in serviceaccounts.pods
	account != "default"
	_is_for_one(account)
	others := _others(account)
	others != set()
	names := concat(", ", array.slice(sort(others), 0, 3))
	shown := finding.shown(account)
	msg := $"ServiceAccount {shown} is also used by {names}: give each workload a ServiceAccount of its own."
}

# Of a scalar, so that the pods of an account share the answer.
_is_for_one(account) if not account in input.parameters.shared

# Some other workloads of the namespace with the account, as "Kind name".
_others(account) := {shown |
	some [shown, key, nodes] in _first_roots(k8s.namespace, account)
	key != _own_root.key
	nodes != {_own.key: true}
}

# The first workloads of a namespace with an account, as [shown, key, the keys of what they control]. More than what a message
# names are not needed, and comparing each with each would take too long where thousands share an account.
_first_roots(namespace, account) := array.slice(sort([[root.shown, key, root.nodes] | some key, root in roots]), 0, 8) if {
	users := _users(namespace)
	roots := object.union_n([{root.key: {"shown": shown, "nodes": {node.key: true}}} |
		some node in users[account]
		root := _root(namespace, node)
		shown := $"{root.kind} {root.name}"
	])
}

# The workloads of a namespace by account.
_users(namespace) := object.union_n([{account: {node.key: node}} |
	some {"group_kind": group_kind, "objects": objects} in inventory.kinds_in(namespace)
	_makes_pods(group_kind)
	some name, obj in objects
	some spec in _specs(group_kind, obj)
	account := serviceaccounts.name(spec)
	node := _node(group_kind, name, obj)
])

_makes_pods(group_kind) if workloads.pod_templates[group_kind]

_makes_pods(group_kind) if workloads.containers_in[group_kind]

_own := _node(k8s.group_kind, k8s.name, k8s.resource)

_own_root := _root(k8s.namespace, _own)

# Where an object of a kind that makes pods names its accounts.
_specs(group_kind, obj) := [spec |
	some path in workloads.pod_templates[group_kind]
	some [_, template] in k8s.templates_at(obj, path)
	spec := object.get(template, "spec", null)
	is_object(spec)
] if {
	workloads.pod_templates[group_kind]
}

_specs(group_kind, obj) := [spec |
	spec := object.get(obj, workloads.containers_in[group_kind].path, null)
	is_object(spec)
] if {
	workloads.containers_in[group_kind]
}

# The controller of the controller and so on: a Knative Service is six steps from its pods.
_root(namespace, node) := _up(
	namespace,
	_up(namespace, _up(namespace, _up(namespace, _up(namespace, _up(namespace, node))))),
)

_up(namespace, node) := parent if {
	reference := [r | some r in node.object.metadata.ownerReferences; r.controller == true][0]
	is_string(reference.kind)
	is_string(reference.name)
	group := inventory.group_of(reference.apiVersion)
	parents := [obj | some obj in inventory.namespaced_named(namespace, group, reference.kind, reference.name)]
	not _replaced(parents, reference)
	parent := _node($"{group}/{reference.kind}", reference.name, _first(parents))
} else := node

_node(group_kind, name, obj) := {
	"key": [group_kind, name],
	"kind": split(group_kind, "/")[1],
	"name": name,
	"object": obj,
}

_first(list) := list[0]

_first([]) := {}

# The object of that name is another one than the reference means.
_replaced(parents, reference) if {
	some parent in parents
	parent.metadata.uid != reference.uid
}
