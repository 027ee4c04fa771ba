# METADATA
# title: No namespace may leave Gatekeeper's reach
# description: |
#   Gatekeeper's webhook skips every object of a namespace that carries the label admission.gatekeeper.sh/ignore,
#   whatever its value. Whoever can label a namespace could switch all guardrails off there; only listed namespaces may
#   have it. Gatekeeper's own Config can leave namespaces out too, by name or by the beginning or end of one: of the
#   webhook, of the audit, or of what the guardrails on several objects read. The webhook skips Gatekeeper's own
#   namespace, so that files and the audit show a Config.
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
#           description: Names of the namespaces that may carry the label, or be left out by a Config.
# custom:
#   id: gatekeeper-exemption
#   severity: critical
#   profiles: {baseline: deny, restricted: deny}
#   match:
#     - {groups: [""], kinds: [Namespace]}
#     - {groups: [config.gatekeeper.sh], kinds: [Config]}
#   mentions: [admission.gatekeeper.sh/ignore]
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
	input.review.kind.kind == "Namespace"
	labels := selectors.labels(k8s.labelled_resource("admission.gatekeeper.sh/").metadata)
	_label in object.keys(labels)
	not k8s.name in input.parameters.namespaces
	path := $"metadata.labels[\"{_label}\"]"
	msg := concat("", [
		$"Namespace {k8s.name} must not carry the label {_label}, ",
		"which switches every guardrail off for its objects: remove it.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.review.kind.kind == "Config"
	some i, entry in k8s.resource.spec.match
	is_object(entry)
	_guards(object.get(entry, "processes", null))
	some j, namespace in entry.excludedNamespaces
	not namespace in input.parameters.namespaces
	path := $"spec.match[{i}].excludedNamespaces[{j}]"
	msg := concat("", [
		$"The Config of Gatekeeper must not leave out the namespaces {finding.shown(namespace)}, where no guardrail holds then: ",
		"exempt namespaces in the constraints of single guardrails.",
	])
}

# Only mutation can do without: all other processes, also unknown ones, are what the guardrails need.
_guards(processes) if {
	some process in processes
	process != "mutation-webhook"
}

_guards(processes) if not is_array(processes)
