# METADATA
# title: Dapr applications read no secrets but their own
# description: |
#   The secrets API of a sidecar gives the application every secret of every store that the sidecar has, unless the
#   Configuration scopes the store. Each sidecar has the store "kubernetes" whether anyone asked for it or not. Judged is
#   what Dapr makes of the scopes: a store is closed if its defaultAccess is deny, and also if allowedSecrets names the
#   secrets that may be read, as then no other may.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/configuration/secret-scope/
#     description: Limit the secrets that can be read from secret stores
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         stores:
#           type: array
#           items: {type: string}
#           default: [kubernetes]
#           description: |
#             Stores that every Configuration must scope. Without "kubernetes" where all pods have the annotation
#             dapr.io/disable-builtin-k8s-secret-store.
#         controlPlaneNamespaces:
#           type: array
#           items: {type: string}
#           default: [dapr-system]
#           description: Namespaces whose Configuration daprsystem is the control plane's and not an application's.
# custom:
#   id: dapr-secret-scopes
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [dapr.io], kinds: [Configuration]}]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)", "164.308(a)(4)"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Write a scope for each store into spec.secrets.scopes, with defaultAccess deny and the names of the secrets that
#     the application needs in allowedSecrets.
package rampart.cluster.dapr_secret_scopes

import data.lib.dapr
import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "spec.secrets.scopes", msg) if {
	k8s.resource
	not dapr.is_control_plane(input.parameters.controlPlaneNamespaces)
	stores := _unscoped
	msg := concat("", [
		$"Configuration {k8s.name} lets applications read every secret of {stores}: add a scope for each store with ",
		"defaultAccess deny to spec.secrets.scopes.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	not dapr.is_control_plane(input.parameters.controlPlaneNamespaces)
	some [i, scope] in _scopes
	not _is_closed(scope)
	path := $"spec.secrets.scopes[{i}].defaultAccess"
	store := finding.shown(object.get(scope, "storeName", "without a name"))
	msg := $"{path} lets applications read every secret of store {store}: set it to deny."
}

_unscoped := "every store" if count(_scopes) == 0

else := concat(" and ", missing) if {
	missing := [name |
		some store in input.parameters.stores
		not store in _scoped
		name := $"store {store}"
	]
	count(missing) > 0
}

_scopes := dapr.objects(object.get(k8s.resource, ["spec", "secrets", "scopes"], []))

_scoped := {scope.storeName | some [_, scope] in _scopes}

_is_closed(scope) if {
	is_string(scope.defaultAccess)
	lower(scope.defaultAccess) == "deny"
}

_is_closed(scope) if {
	is_array(scope.allowedSecrets)
	count(scope.allowedSecrets) > 0
}
