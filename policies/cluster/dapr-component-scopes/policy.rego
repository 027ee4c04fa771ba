# METADATA
# title: Dapr components are scoped to the applications that use them
# description: |
#   A Component or HTTPEndpoint without scopes is loaded by the sidecar of every application in its namespace, which then
#   has its credentials and reaches what is behind it. An empty list counts as none, as in Dapr.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/components/component-scopes/
#     description: Scope components to one or more applications
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
#           description: Components that every application of their namespace may use, as NAMESPACE/NAME.
# custom:
#   id: dapr-component-scopes
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [dapr.io], kinds: [Component, HTTPEndpoint]}]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)", "164.308(a)(4)"]
#     nsa: [authentication-authorization]
#   remediation: List the app-ids of the applications that use it under scopes, beside spec.
package rampart.cluster.dapr_component_scopes

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "scopes", msg) if {
	not _is_scoped(object.get(k8s.resource, "scopes", null))
	not $"{k8s.namespace}/{k8s.name}" in input.parameters.shared
	msg := concat("", [
		$"{input.review.kind.kind} {k8s.name} is for every application of its namespace: list the app-ids that use it ",
		"under scopes.",
	])
}

_is_scoped(scopes) if {
	is_array(scopes)
	count(scopes) > 0
}
