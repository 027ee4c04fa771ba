# METADATA
# title: Every Ingress host is served over TLS
# description: |
#   Hosts that `spec.tls` does not cover are served in clear text, and so is what a default backend or a rule without
#   host answers; these and wildcard hosts also take in traffic that is meant for others. Snippet annotations write into
#   the proxy's configuration, which holds the certificates and tokens of the whole cluster.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
#     description: TLS of an Ingress
#   - ref: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations-risk/
#     description: Risks of ingress-nginx annotations
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedWildcardHosts:
#           type: array
#           default: []
#           description: Wildcard hosts that may be served, such as *.apps.example.com.
#           items: {type: string}
#         allowDefaultCertificate:
#           type: boolean
#           default: false
#           description: Whether an entry of tls without secretName (the controller's own certificate) counts.
#         configurationAnnotations:
#           type: array
#           description: |
#             Annotations, by their name without prefix, that write into the proxy's configuration, beside all that end
#             in -snippet or -snippets.
#           default: [config-backend, config-backend-early, config-backend-late, config-defaults, config-frontend,
#             config-frontend-early, config-frontend-late, config-global, config-proxy, config-sections, config-tcp]
#           items: {type: string}
# custom:
#   id: ingress-tls
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [networking.k8s.io, extensions], kinds: [Ingress]}]
#   controls:
#     soc2: [CC6.1, CC6.6, CC6.7]
#     hipaa: ["164.312(e)(1)", "164.312(a)(2)(iv)"]
#     nsa: [network-separation]
#   remediation: |
#     Write a host into every rule and an entry in spec.tls that names it and the Secret with its certificate. Remove
#     snippet annotations and ssl-redirect "false".
package rampart.cluster.ingress_tls

import data.lib.finding
import data.lib.k8s
import data.lib.network

violation contains finding.at(rego.metadata.chain(), "spec.tls", msg) if {
	_tls == []
	msg := "Ingress is served in clear text: write spec.tls with its hosts and the Secret of their certificate."
}

violation contains finding.at(rego.metadata.chain(), $"spec.tls[{i}].{field}", msg) if {
	some i, entry in _tls
	some field in _missing(entry)
	msg := $"Entry of spec.tls has no {field}: name the hosts and the Secret that holds their certificate."
}

# A host that an incomplete entry may be meant for is not reported twice.
violation contains finding.at(rego.metadata.chain(), $"spec.rules[{i}].host", msg) if {
	_tls != []
	every entry in _tls {
		not "hosts" in _missing(entry)
	}
	some i, rule in _rules
	host := rule.host
	_is_specific(host)
	not _covered(lower(host))
	msg := $"Host {host} is not covered by spec.tls: add it to the hosts of an entry."
}

violation contains finding.at(rego.metadata.chain(), $"spec.rules[{i}].host", msg) if {
	some i, rule in _rules
	host := network.value(rule, "host")
	not _is_specific(host)
	msg := $"Rule takes in every host ({_shown(host)}): write the host that it is for."
}

violation contains finding.at(rego.metadata.chain(), $"spec.rules[{i}].host", msg) if {
	some i, rule in _rules
	host := rule.host
	_is_specific(host)
	startswith(host, "*")
	not host in _allowed_wildcards
	msg := $"Wildcard host {host} takes in traffic that is meant for others: write the host that the rule is for."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_rules == []
	path := _backend_path
	msg := "Ingress has no rules, so that its default backend answers for every host: write rules with hosts."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some key, value in k8s.annotated_resource.metadata.annotations
	is_string(key)
	_is_snippet(key)
	not value in {"", null}
	path := finding.below("metadata.annotations", key)
	msg := $"Annotation {key} writes into the proxy's configuration: remove it."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some key, value in k8s.annotated_resource.metadata.annotations
	is_string(key)
	_local_name(key) == "ssl-redirect"
	lower(trim_space($"{value}")) in {"false", "f", "0"}
	path := finding.below("metadata.annotations", key)
	msg := $"Annotation {key} serves clear text beside TLS: remove it, or write \"true\"."
}

default _allowed_wildcards := []

_allowed_wildcards := input.parameters.allowedWildcardHosts

_spec := object.get(k8s.annotated_resource, "spec", {})

_rules := network.array_of(_spec, "rules")

_tls := network.array_of(_spec, "tls")

_missing(entry) := {"hosts" | count(_hosts(entry)) == 0} | {"secretName" |
	not input.parameters.allowDefaultCertificate == true
	not _names_secret(entry)
}

_names_secret(entry) if {
	is_string(entry.secretName)
	entry.secretName != ""
}

_hosts(entry) := [lower(host) |
	some host in network.array_of(entry, "hosts")
	is_string(host)
	host != ""
]

# A wildcard in tls stands for one label.
_covered(host) if {
	some entry in _tls
	some secured in _hosts(entry)
	secured in {host, _parent_wildcard(host)}
}

_parent_wildcard(host) := concat(".", array.concat(["*"], array.slice(labels, 1, count(labels)))) if {
	labels := split(host, ".")
	count(labels) > 2
} else := host

# A host that is more than a wildcard over everything or over a top-level domain.
_is_specific(host) if {
	is_string(host)
	not regex.match(`^\s*$|^\*$|^\*\.[^.]*\.?$`, host)
}

_backend_path := $"spec.{field}" if {
	some field in ["defaultBackend", "backend"]
	_spec[field]
	not _earlier(field)
} else := "spec.rules"

_earlier("backend") if _spec.defaultBackend

_is_snippet(key) if regex.match(`-snippets?$`, key)

_is_snippet(key) if _local_name(key) in input.parameters.configurationAnnotations

_local_name(key) := regex.replace(key, `^.*/`, "")

_shown(host) := host if is_string(host)

_shown(host) := "no host" if not is_string(host)
