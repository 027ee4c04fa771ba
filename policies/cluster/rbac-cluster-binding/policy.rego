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
#   remediation: Keep the ClusterRole and bind it with one RoleBinding in each namespace that the account works in.
package rampart.cluster.rbac_cluster_binding

import data.lib.finding
import data.lib.k8s
import data.lib.rbac

violation contains finding.at(rego.metadata.chain(), "roleRef.name", msg) if {
	binding := k8s.resource
	ref := rbac.role_ref(binding)
	accounts := concat(", ", sort({subject.identity |
		some subject in rbac.subjects(binding, "")
		_is_account(subject)
		not _allowed(subject)
		not _controller(ref, subject.account)
	}))
	accounts != ""
	grants := _grants(ref)
	msg := concat("", [
		$"ClusterRoleBinding {k8s.name} lets {accounts} {grants} in every namespace ({ref.kind} {ref.name}): ",
		"bind the role with a RoleBinding in each namespace that needs it, or list the account in allowedSubjects.",
	])
}

_is_account(subject) if subject.account != null

_is_account(subject) if subject.name == "system:serviceaccounts"

_is_account(subject) if startswith(subject.name, "system:serviceaccounts:")

_allowed(subject) if subject.identity in input.parameters.allowedSubjects

_controller(ref, {"namespace": "kube-system", "name": name}) if {
	name in input.parameters.allowedControllers
	ref.name == $"system:controller:{name}"
}

# What the role grants beyond reading, in words; undefined where the inventory lacks the role and its name says nothing.
_grants(ref) := $"{verbs} {resources}" if {
	hits := [hit |
		some role in rbac.referenced(ref, "")
		some rule in rbac.effective_rules(role)
		hit := _beyond_reading(rule)
	]
	[verbs, resources] := hits[0]
} else := "change nearly everything" if {
	ref.name in {"cluster-admin", "admin", "edit"}
	count(rbac.referenced(ref, "")) == 0
}

_beyond_reading(rule) := [concat(", ", sort(verbs)), concat(", ", sort(resources))] if {
	verbs := rule.verbs - rbac.read_verbs
	count(verbs) > 0
	resources := {_shown(api_group, resource) |
		some api_group in rule.groups
		some resource in rule.resources
		not _ignored(api_group, resource)
	}
	count(resources) > 0
} else := [concat(", ", verbs), "secrets"] if {
	verbs := rbac.secret_reads(rule)
	count(verbs) > 0
} else := [concat(", ", sort(verbs)), concat(", ", sort(rule.urls))] if {
	count(rule.urls) > 0
	verbs := rule.verbs - {"get", "head", "options"}
	count(verbs) > 0
}

_ignored(api_group, resource) if $"{api_group}/{resource}" in input.parameters.ignoredResources

_shown("", resource) := resource

_shown(api_group, resource) := $"{resource}.{api_group}" if api_group != ""
