# METADATA
# title: Ingress comes from the allowed sources only
# description: |
#   Where a site lists its gateways, every ingress rule may name nothing else: pods of the listed namespaces, listed
#   networks and, unless switched off, pods of the policy's own namespace. Without a list nothing is judged.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/
#     description: Network Policies
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         sources:
#           type: array
#           default: []
#           description: |
#             What ingress may come from. An entry with namespaceLabels stands for the pods of the namespaces with these
#             labels, narrowed by podLabels; one with podLabels alone for pods of the policy's own namespace; one with
#             cidr for a network.
#           items:
#             type: object
#             additionalProperties: false
#             properties:
#               namespaceLabels:
#                 type: object
#                 default: {}
#                 additionalProperties: {type: string}
#               podLabels:
#                 type: object
#                 default: {}
#                 additionalProperties: {type: string}
#               cidr: {type: string, default: ""}
#         allowOwnNamespace:
#           type: boolean
#           default: true
#           description: Whether pods of the policy's own namespace are allowed sources.
# custom:
#   id: network-ingress-sources
#   severity: medium
#   needs: [sources]
#   profiles: {restricted: deny}
#   match:
#     - {groups: [networking.k8s.io, extensions], kinds: [NetworkPolicy]}
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(e)(1)"]
#     cis: ["5.3.2"]
#     nsa: [network-separation]
#   remediation: Name one of the site's gateways in from, by the labels of its namespace and pods.
package rampart.cluster.network_ingress_sources

import data.lib.finding
import data.lib.k8s
import data.lib.network
import data.lib.selectors

violation contains finding.at(rego.metadata.chain(), $"{entry.path}.from", msg) if {
	some entry in _rules
	network.peers(entry.rule, "Ingress") == []
	msg := "The rule allows ingress from everyone: name one of the allowed sources in from."
}

violation contains finding.at(rego.metadata.chain(), $"{entry.path}.from[{i}]", msg) if {
	some entry in _rules
	some i, peer in network.peers(entry.rule, "Ingress")
	not _allowed(peer)
	msg := concat("", [
		"The source is not on the list of allowed sources: ",
		"name a listed gateway by the labels of its namespace and pods.",
	])
}

_sources := input.parameters.sources

_rules := network.rules(k8s.resource.spec, "Ingress") if count(_sources) > 0

_allowed(peer) if {
	input.parameters.allowOwnNamespace
	_of_own_namespace(peer)
}

_allowed(peer) if {
	_of_own_namespace(peer)
	some source in _sources
	source.namespaceLabels == {}
	source.podLabels != {}
	_demands(peer.podSelector, source.podLabels)
}

_allowed(peer) if {
	network.value(peer, "ipBlock") == null
	some source in _sources
	source.namespaceLabels != {}
	_demands(peer.namespaceSelector, source.namespaceLabels)
	_demands(_pod_selector(peer), source.podLabels)
}

_allowed(peer) if {
	network.value(peer, "namespaceSelector") == null
	network.value(peer, "podSelector") == null
	some source in _sources
	network.holds(source.cidr, peer.ipBlock.cidr)
}

_of_own_namespace(peer) if {
	is_object(peer.podSelector)
	network.value(peer, "namespaceSelector") == null
	network.value(peer, "ipBlock") == null
}

_pod_selector(peer) := {} if network.value(peer, "podSelector") == null

_pod_selector(peer) := peer.podSelector if network.value(peer, "podSelector") != null

# Whether a selector selects nothing but what has these labels.
_demands(selector, labels) if {
	selectors.requirements(selector)
	every key, label in labels {
		selectors.demanded(selector, key) == {label}
	}
}
