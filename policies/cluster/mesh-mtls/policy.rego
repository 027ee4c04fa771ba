# METADATA
# title: The service mesh takes mutual TLS only
# description: |
#   Where a PeerAuthentication says DISABLE or PERMISSIVE, Istio's sidecars take clear text from callers that nobody knows,
#   so that rules about who may call say nothing. UNSET and nothing mean what the namespace or the mesh says; for the mesh
#   as a whole that is PERMISSIVE. A DestinationRule with tls but no mode sends clear text, as with DISABLE.
# scope: package
# related_resources:
#   - ref: https://istio.io/latest/docs/reference/config/security/peer_authentication/
#     description: PeerAuthentication
#   - ref: https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
#     description: TLS settings of a DestinationRule
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         rootNamespaces:
#           type: array
#           default: [istio-system]
#           description: Namespaces whose PeerAuthentications without selector are for the whole mesh.
#           items: {type: string}
#         plaintextPorts:
#           type: array
#           default: []
#           description: Ports of workloads that may take clear text, such as "9090" for metrics.
#           items: {type: string}
#         plaintextHosts:
#           type: array
#           default: []
#           description: Hosts of DestinationRules that may be called in clear text, as they are written there.
#           items: {type: string}
# custom:
#   id: mesh-mtls
#   severity: high
#   profiles: {restricted: deny}
#   match:
#     - {groups: [security.istio.io], kinds: [PeerAuthentication]}
#     - {groups: [networking.istio.io], kinds: [DestinationRule]}
#   controls:
#     soc2: [CC6.1, CC6.6, CC6.7]
#     hipaa: ["164.312(e)(1)", "164.312(d)"]
#     nsa: [network-separation]
#   remediation: |
#     Set the modes of a PeerAuthentication to STRICT, and those of a DestinationRule to ISTIO_MUTUAL, or leave tls out
#     there, so that Istio chooses it.
package rampart.cluster.mesh_mtls

import data.lib.finding
import data.lib.k8s
import data.lib.network

violation contains finding.at(rego.metadata.chain(), "spec.mtls.mode", msg) if {
	input.review.kind.kind == "PeerAuthentication"
	mode := _mode(object.get(k8s.resource, ["spec", "mtls"], null))
	not mode in _accepted
	msg := $"PeerAuthentication {k8s.name} lets workloads take clear text: set spec.mtls.mode to STRICT."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.review.kind.kind == "PeerAuthentication"
	some port, settings in k8s.resource.spec.portLevelMtls
	not _mode(settings) in {"STRICT", "UNSET", null}
	not port in input.parameters.plaintextPorts
	path := $"{finding.below("spec.portLevelMtls", port)}.mode"
	msg := $"PeerAuthentication {k8s.name} lets port {port} take clear text: set {path} to STRICT."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some [at, tls] in _client_settings
	not _encrypts(tls)
	path := $"{at}.mode"
	msg := $"DestinationRule {k8s.name} calls in clear text: set {path} to ISTIO_MUTUAL, or remove tls."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some [at, tls] in _client_settings
	not network.value(tls, "insecureSkipVerify") in {false, null}
	path := $"{at}.insecureSkipVerify"
	msg := $"DestinationRule {k8s.name} does not verify whom it calls: remove {path}."
}

_accepted := {"STRICT"} if _for_the_mesh

_accepted := {"STRICT", "UNSET", null} if not _for_the_mesh

_for_the_mesh if {
	k8s.namespace in input.parameters.rootNamespaces
	not _selects
}

_selects if some _ in k8s.resource.spec.selector.matchLabels

_mode(settings) := network.value(settings, "mode") if {
	not _is_other(settings)
} else := "unreadable"

_is_other(settings) if {
	settings != null
	not is_object(settings)
}

# The TLS settings that a DestinationRule writes, as [path, settings].
_client_settings contains [path, tls] if {
	input.review.kind.kind == "DestinationRule"
	not object.get(k8s.resource, ["spec", "host"], null) in input.parameters.plaintextHosts
	some [at, policy] in _traffic_policies
	tls := network.value(policy, "tls")
	tls != null
	path := $"{at}.tls"
}

_traffic_policies contains [at, policy] if {
	some [at, policy] in _outer_policies
}

_traffic_policies contains [path, port] if {
	some [at, policy] in _outer_policies
	some i, port in network.array_of(policy, "portLevelSettings")
	path := $"{at}.portLevelSettings[{i}]"
}

_outer_policies contains ["spec.trafficPolicy", k8s.resource.spec.trafficPolicy]

_outer_policies contains [path, subset.trafficPolicy] if {
	some i, subset in k8s.resource.spec.subsets
	path := $"spec.subsets[{i}].trafficPolicy"
}

_encrypts(tls) if tls.mode in {"SIMPLE", "MUTUAL", "ISTIO_MUTUAL"}
