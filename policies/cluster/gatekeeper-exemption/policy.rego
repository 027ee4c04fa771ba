# METADATA
# title: No namespace may leave Gatekeeper's reach
# description: |
#   Gatekeeper's webhook skips every object of a namespace that carries the label admission.gatekeeper.sh/ignore,
#   whatever its value. Whoever can label a namespace could switch all guardrails off there; only listed namespaces may
#   have it.
# scope: package
# related_resources:
#   - ref: https://open-policy-agent.github.io/gatekeeper/website/docs/exempt-namespaces/
#     description: Exempting namespaces from Gatekeeper
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         namespaces:
#           type: array
#           items: {type: string}
#           default: [gatekeeper-system]
#           description: Names of the namespaces that may carry the label.
# custom:
#   id: gatekeeper-exemption
#   severity: critical
#   profiles: {baseline: deny, restricted: deny}
#   match:
#     - {groups: [""], kinds: [Namespace]}
#   controls:
#     soc2: [CC6.1, CC8.1]
#     hipaa: ["164.312(a)(1)", "164.308(a)(4)"]
#     nsa: [pod-security]
#   remediation: |
#     Remove the label admission.gatekeeper.sh/ignore. To exempt single objects, write a waiver with a reason and an
#     expiry date.
package rampart.cluster.gatekeeper_exemption

import data.lib.finding
import data.lib.k8s
import data.lib.selectors

_label := "admission.gatekeeper.sh/ignore"

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	labels := selectors.labels(k8s.labelled_resource("admission.gatekeeper.sh/").metadata)
	_label in object.keys(labels)
	not k8s.name in input.parameters.namespaces
	path := $"metadata.labels[\"{_label}\"]"
	msg := concat("", [
		$"Namespace {k8s.name} must not carry the label {_label}, ",
		"which switches every guardrail off for its objects: remove it.",
	])
}
