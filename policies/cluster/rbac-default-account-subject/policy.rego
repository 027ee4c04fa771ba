# METADATA
# title: Default accounts hold no rights
# description: |
#   Every pod that names no ServiceAccount runs as its namespace's `default` one: rights that are bound to it are rights
#   of every such pod, today's and later ones. The account is found however it is spelled, also as the User
#   system:serviceaccount:NAMESPACE:default.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
#     description: Configure Service Accounts for Pods
# custom:
#   id: rbac-default-account-subject
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [rbac.authorization.k8s.io], kinds: [RoleBinding, ClusterRoleBinding]}]
#   mentions: [default]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.5"]
#     nsa: [authentication-authorization]
#   remediation: Give the workload a ServiceAccount of its own and bind the role to that.
package rampart.cluster.rbac_default_account_subject

import data.lib.finding
import data.lib.k8s
import data.lib.rbac

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some subject in rbac.reviewed_subjects
	subject.account.name == "default"
	path := $"{subject.path}.name"
	msg := concat("", [
		$"{input.review.kind.kind} {k8s.name} gives rights to {subject.identity}, the account of every pod that names ",
		"none: make a ServiceAccount for the workload and bind the role to that.",
	])
}
