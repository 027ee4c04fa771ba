# METADATA
# title: Pods don't mount an API token that they don't need
# description: |
#   Kubernetes mounts a token of the pod's ServiceAccount into every container unless told not to, and whoever breaks
#   into the container has it. automountServiceAccountToken must be false in the pod, or in its ServiceAccount if the pod
#   says nothing; the pod's word wins. Projected serviceAccountToken volumes must be for another audience than the API
#   server and expire within the hour. The pods that do call the API are those whose ServiceAccount a binding gives rights to:
#   `allowBound` lets them have a token.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
#     description: Configure service accounts for Pods
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowBound:
#           type: boolean
#           default: false
#           description: |
#             Whether a ServiceAccount that a RoleBinding or ClusterRoleBinding of the inventory names may have API
#             tokens.
#         apiAudiences:
#           type: array
#           items: {type: string}
#           default:
#             - https://kubernetes.default.svc.cluster.local
#             - https://kubernetes.default.svc
#             - https://kubernetes.default
#             - kubernetes.default.svc
#             - k3s
#             - rke2
#           description: The audiences that the API server accepts (its flag --api-audiences).
#         maxExpirationSeconds:
#           type: integer
#           default: 3600
#           minimum: 600
#           description: The longest life of a projected token.
# custom:
#   id: service-account-token
#   severity: medium
#   profiles: {baseline: warn, restricted: deny}
#   match: [pods]
#   sync:
#     - {group: "", version: v1, kind: ServiceAccount}
#     - {group: rbac.authorization.k8s.io, version: v1, kind: RoleBinding}
#     - {group: rbac.authorization.k8s.io, version: v1, kind: ClusterRoleBinding}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)", "164.312(d)"]
#     cis: ["5.1.6"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Set automountServiceAccountToken to false in the pod. For other services than the API server, project a token with
#     their audience and an expirationSeconds of at most 3600.
package rampart.container.service_account_token

import data.lib.finding
import data.lib.k8s
import data.lib.serviceaccounts

violation contains finding.at(rego.metadata.chain(), $"{path}.automountServiceAccountToken", msg) if {
	some {"path": path, "spec": spec, "account": account} in serviceaccounts.pods
	mounts := object.get(spec, "automountServiceAccountToken", null)
	mounts != false
	msg := _mounting(k8s.namespace, account, mounts)
}

# Of scalars, so that the pods of an account share the answer.
_mounting(namespace, account, mounts) := concat("", [
	$"The pod mounts an API token of ServiceAccount {finding.shown(account)}: ",
	$"set automountServiceAccountToken to false{or_allow}.",
]) if {
	or_allow := _or_allow(namespace, account, mounts)
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some pod in serviceaccounts.pods
	some i, j
	token := pod.spec.volumes[i].projected.sources[j].serviceAccountToken
	token != null
	volume := pod.spec.volumes[i]
	some field, msg in _faults(pod, volume, token)
	not _injected(pod, volume, token)
	path := $"{pod.path}.volumes[{i}].projected.sources[{j}].serviceAccountToken.{field}"
}

# What is at fault with a projected token, by its field.
_faults(pod, volume, token) := object.union(
	{"audience": msg |
		not _for_another_audience(token)
		or_allow := _or_allow(k8s.namespace, pod.account, true)
		msg := concat("", [
			$"Volume {finding.name(volume)} holds a token for the API server: set audience to the service that it is for",
			$"{or_allow}.",
		])
	},
	{"expirationSeconds": msg |
		seconds := token.expirationSeconds
		seconds != null
		not _short_lived(seconds)
		highest := input.parameters.maxExpirationSeconds
		shown := finding.shown(seconds)
		msg := $"Volume {finding.name(volume)} holds a token with expirationSeconds {shown}: write a number up to {highest}."
	},
)

# What to do else than to go without a token; undefined for pods that may have one or don't mount one. Workloads that
# call the API, such as operators, are known by the rights of their account.
_or_allow(namespace, account, mounts) := _advice(serviceaccounts.bound(namespace, account)) if {
	not _unmounted(namespace, account, mounts)
}

_advice(false) := ""

_advice(true) := ", or the parameter allowBound to true if the pod uses the rights that bindings give its account" if {
	not input.parameters.allowBound == true
}

_unmounted(_, _, false)

_unmounted(namespace, account, null) if serviceaccounts.unmounting(namespace, account) == true

_for_another_audience(token) if {
	is_string(token.audience)
	token.audience != ""
	not token.audience in input.parameters.apiAudiences
}

_short_lived(seconds) if {
	is_number(seconds)
	seconds <= input.parameters.maxExpirationSeconds
}

# What the API server adds to a pod that does not turn it off. The pod itself is what has to change then.
_injected(pod, volume, token) if {
	is_string(volume.name)
	startswith(volume.name, "kube-api-access-")
	token.expirationSeconds == 3607
	not _unmounted(k8s.namespace, pod.account, object.get(pod.spec, "automountServiceAccountToken", null))
}

# What Dapr's injector adds for its sidecar: a token for sentry alone, whose life nobody can set.
_injected(_, volume, token) if {
	volume.name == "dapr-identity-token"
	token.expirationSeconds == 7200
	_for_another_audience(token)
	startswith(token.audience, "spiffe://")
}
