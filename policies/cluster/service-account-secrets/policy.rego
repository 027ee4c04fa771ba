# METADATA
# title: No hand-made ServiceAccount tokens
# description: |
#   A Secret of the type kubernetes.io/service-account-token gets a token of its ServiceAccount that never expires, is
#   bound to no pod, and is readable by everyone who may read Secrets. Tokens that the kubelet projects into a pod or
#   that the TokenRequest API gives out expire and are bound to their holder.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/service-accounts/
#     description: Service Accounts
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedServiceAccounts:
#           type: array
#           items: {type: string}
#           default: []
#           description: |
#             Accounts as NAMESPACE/NAME whose tokens a system outside of the cluster needs and that may have such a
#             Secret.
# custom:
#   id: service-account-secrets
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [""], kinds: [Secret]}]
#   mentions: [kubernetes.io/service-account-token]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)", "164.312(d)"]
#     cis: ["5.1.6", "5.4.1"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Delete the Secret; mount a projected serviceAccountToken volume, or get a token with `kubectl create token`.
package rampart.cluster.service_account_secrets

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "type", msg) if {
	secret := k8s.annotated_resource
	secret.type == "kubernetes.io/service-account-token"
	account := object.get(secret, ["metadata", "annotations", "kubernetes.io/service-account.name"], "")
	not _allowed($"{k8s.namespace}/{account}")
	msg := concat("", [
		$"Secret {k8s.name} must not be a token for a ServiceAccount that never expires: ",
		"mount a projected serviceAccountToken volume, or request a token when it is needed.",
	])
}

_allowed(account) if account in input.parameters.allowedServiceAccounts
