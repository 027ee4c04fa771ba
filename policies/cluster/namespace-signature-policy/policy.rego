# METADATA
# title: Images of every namespace are verified
# description: |
#   Sigstore's policy-controller verifies the images of namespaces that carry the label policy.sigstore.dev/include with
#   the value "true", and lets everything run in all others. This guardrail holds where the site uses policy-controller:
#   where a ClusterImagePolicy is known, or the parameter required says so.
# scope: package
# related_resources:
#   - ref: https://docs.sigstore.dev/policy-controller/overview/#configure-policy-controller-admission-controller-for-namespaces
#     description: Namespaces that policy-controller looks at
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         required:
#           type: boolean
#           default: false
#           description: Whether the site uses policy-controller, where no ClusterImagePolicy is known.
#         optOut:
#           type: boolean
#           default: false
#           description: |
#             Whether the site's policy-controller looks at all namespaces without the label policy.sigstore.dev/exclude.
#         exemptNamespaces:
#           type: array
#           default: [cosign-system, gatekeeper-system, kube-node-lease, kube-public, kube-system]
#           description: Namespaces whose images need not be verified.
#           items: {type: string}
# custom:
#   id: namespace-signature-policy
#   severity: medium
#   profiles: {restricted: warn}
#   match: [{groups: [""], kinds: [Namespace]}]
#   sync: [{group: policy.sigstore.dev, version: v1beta1, kind: ClusterImagePolicy}]
#   controls:
#     soc2: [CC6.8, CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)", "164.308(a)(5)"]
#     nsa: [supply-chain]
#   remediation: |
#     Give the namespace the label policy.sigstore.dev/include with the value "true".
package rampart.cluster.namespace_signature_policy

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.selectors

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	labels := _labels
	_policy_controller_is_used
	not k8s.name in input.parameters.exemptNamespaces
	some label, instead in _wrong(labels)
	path := $"metadata.labels[\"{label}\"]"
	msg := $"Images of namespace {k8s.name} are not verified: {instead} the label {label}."
}

_labels := selectors.labels(object.get(k8s.labelled_resource("policy.sigstore.dev/"), "metadata", {}))

_policy_controller_is_used if input.parameters.required

_policy_controller_is_used if some _ in inventory.cluster("policy.sigstore.dev", "ClusterImagePolicy")

_wrong(labels) := {"policy.sigstore.dev/include": "write \"true\" into"} if {
	not input.parameters.optOut
	object.get(labels, "policy.sigstore.dev/include", null) != "true"
} else := {"policy.sigstore.dev/exclude": "remove"} if {
	input.parameters.optOut
	"policy.sigstore.dev/exclude" in object.keys(labels)
} else := {}
