# METADATA
# title: Pods have a ServiceAccount of their own and not the default one
# description: |
#   Every pod of a namespace that names no ServiceAccount runs as `default`, so that what is ever granted to it is
#   granted to all of them. serviceAccountName must be set to another account; the deprecated field serviceAccount
#   counts where serviceAccountName is empty, as in the API server.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/service-accounts/
#     description: Service accounts
# custom:
#   id: default-service-account
#   severity: medium
#   profiles: {baseline: warn, restricted: deny}
#   match: [pods]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     cis: ["5.1.5"]
#     nsa: [authentication-authorization]
#   remediation: Make a ServiceAccount for the workload and name it in serviceAccountName.
package rampart.container.default_service_account

import data.lib.finding
import data.lib.serviceaccounts

violation contains finding.at(rego.metadata.chain(), $"{path}.{field}", msg) if {
	some {"path": path, "spec": spec, "account": account} in serviceaccounts.pods
	_is_shared(account)
	field := serviceaccounts.field(spec)
	msg := $"The pod has no ServiceAccount of its own: set {field} to one made for this workload."
}

_is_shared("default")

# The API server takes texts alone.
_is_shared(account) if not is_string(account)
