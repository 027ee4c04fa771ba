# METADATA
# title: A NetworkPolicy says which directions it isolates
# description: |
#   Without policyTypes a NetworkPolicy isolates ingress, and egress only where it has egress rules: `egress: []` alone
#   denies nothing. Rules of a direction that policyTypes does not name have no effect at all. Either way the policy
#   does something other than it seems to say.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
#     description: NetworkPolicy
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
# custom:
#   id: network-policy-types
#   severity: medium
#   profiles: {restricted: warn}
#   match:
#     - {groups: [networking.k8s.io, extensions], kinds: [NetworkPolicy]}
#   controls:
#     soc2: [CC6.6]
#     hipaa: ["164.312(e)(1)"]
#     cis: ["5.3.2"]
#     nsa: [network-separation]
#   remediation: |
#     Write policyTypes with every direction that the policy is to isolate, [Ingress, Egress] in a default deny, and
#     only rules of these directions.
package rampart.cluster.network_policy_types

import data.lib.finding
import data.lib.k8s
import data.lib.network

violation contains finding.at(rego.metadata.chain(), "spec.policyTypes", msg) if {
	spec := network.value(k8s.resource, "spec")
	network.policy_types_omitted(spec)
	isolated := concat(" and ", sort(network.policy_types(spec)))
	msg := $"The NetworkPolicy does not say which directions it isolates, so it isolates {isolated}: write policyTypes."
}

violation contains finding.at(rego.metadata.chain(), "spec.policyTypes", msg) if {
	not is_array(_types)
	_types != null
	msg := "policyTypes must be a list of Ingress, Egress or both."
}

violation contains finding.at(rego.metadata.chain(), $"spec.policyTypes[{i}]", msg) if {
	some i, type in _types
	not type in ["Ingress", "Egress"]
	msg := $"There is no policy type {finding.shown(type)}: write Ingress or Egress."
}

violation contains finding.at(rego.metadata.chain(), $"spec.{field}", msg) if {
	is_array(_types)
	count(_types) > 0
	some direction in ["Ingress", "Egress"]
	not direction in _types
	field := network.fields[direction].rules
	network.value(k8s.resource.spec, field) != null
	msg := concat("", [
		$"{field} has no effect because policyTypes does not name {direction}: ",
		$"add {direction} to policyTypes or remove {field}.",
	])
}

_types := network.value(network.value(k8s.resource, "spec"), "policyTypes")
