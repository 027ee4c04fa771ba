# METADATA
# title: Gateways serve over TLS 1.2 or newer
# description: |
#   What a plain HTTP listener serves can be read and changed on its way; it may only send callers to https, and answer
#   the challenges of certificate authorities. Whether it does stands in the routes that attach to it: an HTTP listener
#   passes where the routes are known and one of them redirects. A TLS listener that ends the connection needs a
#   certificate, and no version of TLS below 1.2.
# scope: package
# related_resources:
#   - ref: https://gateway-api.sigs.k8s.io/reference/spec/#listener
#     description: Listeners, their protocols and TLS settings
#   - ref: https://gateway-api.sigs.k8s.io/guides/http-redirect-rewrite/
#     description: Redirects from HTTP to HTTPS
#   - ref: https://gateway.envoyproxy.io/docs/api/extension_types/#clienttlssettings
#     description: Versions of TLS in Envoy Gateway
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         certificateOptions:
#           type: array
#           default: [networking.gke.io/pre-shared-certs]
#           description: Options of a listener's tls that name certificates, in the place of certificateRefs.
#           items: {type: string}
# custom:
#   id: gateway-tls
#   severity: high
#   profiles: {restricted: deny}
#   match:
#     - {groups: [gateway.networking.k8s.io], kinds: [Gateway, ListenerSet, HTTPRoute, GRPCRoute]}
#     - {groups: [gateway.networking.x-k8s.io], kinds: [XListenerSet]}
#     - {groups: [gateway.envoyproxy.io], kinds: [ClientTrafficPolicy]}
#   sync:
#     - {group: gateway.networking.k8s.io, version: v1, kind: Gateway}
#     - {group: gateway.networking.k8s.io, version: v1, kind: HTTPRoute}
#     - {group: gateway.networking.k8s.io, version: v1, kind: GRPCRoute}
#   controls:
#     soc2: [CC6.1, CC6.6, CC6.7]
#     hipaa: ["164.312(e)(1)", "164.312(a)(2)(iv)"]
#     nsa: [network-separation]
#   remediation: |
#     Attach routes to HTTPS listeners with certificateRefs, by sectionName, and to the HTTP listener only an HTTPRoute
#     with the filter RequestRedirect and the scheme https; apply it before the Gateway.
package rampart.cluster.gateway_tls

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.network

# Listeners

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some i, listener in _listeners
	_takes_plain_http(listener)
	not _redirects_everything(listener)
	path := $"spec.listeners[{i}].protocol"
	msg := concat("", [
		$"{input.review.kind.kind} {k8s.name} serves plain HTTP: write HTTPS into {path}, ",
		"or attach to the listener only HTTPRoutes that redirect to https.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some i, listener in _listeners
	_protocol(listener) in {"HTTPS", "TLS"}
	tls := network.value(listener, "tls")
	network.value(tls, "mode") != "Passthrough"
	not _has_certificate(tls)
	path := $"spec.listeners[{i}].tls.certificateRefs"
	msg := $"{input.review.kind.kind} {k8s.name} has a TLS listener without certificate: name its Secret in {path}."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some i, listener in _listeners
	some option, value in listener.tls.options
	is_string(option)
	regex.match(`(?i)version|protocol`, option)
	regex.match(_old_versions, $"{value}")
	path := finding.below($"spec.listeners[{i}].tls.options", option)
	msg := $"{input.review.kind.kind} {k8s.name} accepts versions of TLS below 1.2: write 1.2 or newer into {option}."
}

# Routes

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	listeners := _plain_listeners
	count(listeners) > 0
	some i, rule in network.array_of(k8s.resource.spec, "rules")
	not _is_harmless(rule)
	not _downgrades(rule)
	path := $"spec.rules[{i}]"
	list := concat(", ", sort(listeners))
	msg := concat("", [
		$"{input.review.kind.kind} {k8s.name} serves over plain HTTP (listener {list}): redirect to https, ",
		"or attach it to the HTTPS listener alone by sectionName.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.review.kind.kind == "HTTPRoute"
	some i, rule in network.array_of(k8s.resource.spec, "rules")
	some j, filter in network.array_of(rule, "filters")
	_is_downgrade(filter)
	path := $"spec.rules[{i}].filters[{j}].requestRedirect.scheme"
	msg := $"HTTPRoute {k8s.name} sends callers to plain HTTP: set {path} to https."
}

# Envoy Gateway

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.review.kind.kind == "ClientTrafficPolicy"
	some field in ["minVersion", "maxVersion"]
	version := object.get(k8s.resource, ["spec", "tls", field], null)
	not version in {"1.2", "1.3", "Auto", null}
	path := $"spec.tls.{field}"
	msg := $"ClientTrafficPolicy {k8s.name} accepts versions of TLS below 1.2: write \"1.2\" or \"1.3\" into {path}."
}

_listeners := network.array_of(k8s.resource.spec, "listeners") if {
	input.review.kind.kind in {"Gateway", "ListenerSet", "XListenerSet"}
}

_protocol(listener) := upper(listener.protocol) if is_string(listener.protocol)

# Core protocols are read without regard to case; what is no text is none.
_takes_plain_http(listener) if not _names_other_protocol(listener)

_names_other_protocol(listener) if _protocol(listener) != "HTTP"

_has_certificate(tls) if {
	refs := network.array_of(tls, "certificateRefs")
	count(refs) > 0
	every ref in refs {
		_is_named(ref)
	}
}

_has_certificate(tls) if {
	some option in input.parameters.certificateOptions
	is_string(tls.options[option])
	tls.options[option] != ""
}

_is_named(ref) if {
	is_string(ref.name)
	ref.name != ""
}

# SSL, TLS 1.0 and 1.1, in the spellings of several gateways.
_old_versions := `(?i)(?:^|[^\w.])(?:SSL\s*v?[23](?:\.0)?|(?:TLS[\sv_]*)?1[._][01]|(?:Version)?TLSv?1[01]?)(?:$|[^\w.])`

# The routes of the inventory that attach to a listener of the reviewed object

_redirects_everything(listener) if {
	routes := [route | some route, _ in _routes_by_parent[k8s.name]; _attaches(route, _reviewed, listener)]
	some route in routes
	some rule in _rules(route)
	_redirects(rule)
	every route in routes {
		_is_harmless_route(route)
	}
}

_is_harmless_route(route) if {
	every rule in _rules(route) {
		_is_harmless(rule)
	}
}

# Routes and listeners are kept by the name that joins them, so that many routes beside many gateways take no step for
# each pair.
_routes_by_parent := object.union_n([{ref.name: {route: true}} |
	some kind in ["HTTPRoute", "GRPCRoute"]
	some route in inventory.everywhere("gateway.networking.k8s.io", kind)
	some ref in network.array_of(object.get(route, "spec", {}), "parentRefs")
])

_rules(route) := network.array_of(object.get(route, "spec", {}), "rules")

_reviewed := {
	"group": input.review.kind.group,
	"kind": input.review.kind.kind,
	"namespace": k8s.namespace,
	"name": k8s.name,
}

# The plain HTTP listeners of the inventory that the reviewed route attaches to

_plain_listeners contains name if {
	input.review.kind.kind in {"HTTPRoute", "GRPCRoute"}
	some ref in network.array_of(object.get(k8s.resource, "spec", {}), "parentRefs")
	some [gateway, listener], _ in _plain_by_gateway[ref.name]
	_attaches(k8s.resource, gateway, listener)
	name := $"{gateway.name}/{finding.name(listener)}"
}

_plain_by_gateway := object.union_n([{gateway.name: {[gateway, listener]: true}} |
	some kind in ["Gateway", "ListenerSet"]
	some obj in inventory.everywhere("gateway.networking.k8s.io", kind)
	gateway := {
		"group": "gateway.networking.k8s.io",
		"kind": kind,
		"namespace": object.get(obj, ["metadata", "namespace"], ""),
		"name": object.get(obj, ["metadata", "name"], ""),
	}
	some listener in network.array_of(object.get(obj, "spec", {}), "listeners")
	_takes_plain_http(listener)
])

_attaches(route, gateway, listener) if {
	some ref in network.array_of(object.get(route, "spec", {}), "parentRefs")
	_value_or(ref, "group", "gateway.networking.k8s.io") == gateway.group
	_value_or(ref, "kind", "Gateway") == gateway.kind
	_value_or(ref, "namespace", _namespace(route)) == gateway.namespace
	network.value(ref, "name") == gateway.name
	_fits(network.value(ref, "sectionName"), network.value(listener, "name"))
	_fits(network.value(ref, "port"), network.value(listener, "port"))
	_hosts_meet(network.array_of(route.spec, "hostnames"), network.value(listener, "hostname"))
}

# The reviewed route can be without the namespace that the review names.
_namespace(route) := object.get(route, ["metadata", "namespace"], k8s.namespace)

_value_or(ref, field, otherwise) := value if {
	value := network.value(ref, field)
	value != null
} else := otherwise

_fits(null, _)

_fits(same, same)

_hosts_meet([], _)

_hosts_meet(_, host) if host in {"", null}

_hosts_meet(names, host) if {
	some name in names
	_host_meets(name, host)
}

_host_meets(same, same)

_host_meets(wildcard, host) if _is_below(wildcard, host)

_host_meets(host, wildcard) if _is_below(wildcard, host)

_is_below(wildcard, host) if {
	is_string(wildcard)
	is_string(host)
	startswith(wildcard, "*.")
	endswith(host, trim_prefix(wildcard, "*"))
}

# What a plain HTTP listener may do

_is_harmless(rule) if _redirects(rule)

_is_harmless(rule) if {
	matches := network.array_of(rule, "matches")
	count(matches) > 0
	every match in matches {
		_is_challenge(match)
	}
}

_redirects(rule) if {
	some filter in network.array_of(rule, "filters")
	filter.type == "RequestRedirect"
	filter.requestRedirect.scheme == "https"
}

_is_challenge(match) if {
	_value_or(match.path, "type", "PathPrefix") in {"Exact", "PathPrefix"}
	is_string(match.path.value)
	startswith(match.path.value, "/.well-known/acme-challenge/")
}

_downgrades(rule) if {
	some filter in network.array_of(rule, "filters")
	_is_downgrade(filter)
}

_is_downgrade(filter) if {
	filter.type == "RequestRedirect"
	filter.requestRedirect.scheme == "http"
}
