# METADATA
# title: Dapr components take credentials from a secret store
# description: |
#   What stands in `value` of a Component's metadata, of an HTTPEndpoint's or a trace exporter's header, or of a client key
#   is readable to everyone who may read the object, its file and its backups. Judged are the names that Dapr's
#   components declare as sensitive, and everything that has the form of a credential: tokens, keys, connection strings
#   with passwords. A secretKeyRef is read from the store that auth.secretStore names, from Kubernetes' own if it names
#   none; a site can say which stores these may be.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/components/component-secrets/
#     description: Reference secrets in components
#   - ref: https://github.com/dapr/components-contrib
#     description: The metadata.yaml of each component marks what is sensitive
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedNames:
#           type: array
#           items: {type: string}
#           default: []
#           description: Names of metadata and headers whose literal values are known to be harmless.
#         allowedStores:
#           type: array
#           items: {type: string}
#           default: []
#           description: |
#             Names of the secret stores that credentials may come from, [] for any. Without "kubernetes" every object
#             with a secretKeyRef must name its store.
# custom:
#   id: dapr-component-secrets
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [dapr.io], kinds: [Component, Configuration, HTTPEndpoint]}]
#   controls:
#     soc2: [CC6.1, CC6.7]
#     hipaa: ["164.312(a)(1)", "164.312(a)(2)(iv)"]
#     cis: ["5.4.1"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Put the credential into a Secret or another store and refer to it with secretKeyRef and auth.secretStore. Replace
#     the credential, as it has been exposed.
package rampart.cluster.dapr_component_secrets

import data.lib.dapr
import data.lib.finding
import data.lib.k8s
import data.lib.secrets

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some item in _items
	kinds := _kinds_in(item.name, secrets.text_of(object.get(item.entry, "value", null)))
	count(kinds) > 0
	path := $"{item.path}.value"
	msg := $"{item.name} of {_object} holds {secrets.list(kinds)}: refer to a secret store with secretKeyRef instead."
}

violation contains finding.at(rego.metadata.chain(), "auth.secretStore", msg) if {
	input.review.kind.kind != "Configuration" # its references are to Kubernetes' Secrets
	stores := input.parameters.allowedStores
	count(stores) > 0
	some item in _items
	_refers(item.entry)
	store := _store(object.get(k8s.resource, ["auth", "secretStore"], null))
	not store in stores
	msg := concat("", [
		$"{_object} takes credentials from the store {store}, which is not allowed: set auth.secretStore to ",
		$"{concat(" or ", stores)}.",
	])
}

_object := $"{input.review.kind.kind} {k8s.name}"

# All that has a name and a value or a reference, as {"path", "name", "entry"}.
_items := array.concat(
	[item |
		field := _lists[input.review.kind.kind]
		some [i, entry] in dapr.objects(object.get(k8s.resource, field, []))
		item := {"path": $"{concat(".", field)}[{i}]", "name": _text(object.get(entry, "name", "")), "entry": entry}
	],
	[item |
		some field, entry in k8s.resource.spec.clientTLS
		item := {"path": $"spec.clientTLS.{field}", "name": $"clientTLS.{field}", "entry": _object_or_empty(entry)}
	],
)

_lists := {
	"Component": ["spec", "metadata"],
	"Configuration": ["spec", "tracing", "otel", "headers"],
	"HTTPEndpoint": ["spec", "headers"],
}

_kinds_in(name, value) := ["a credential"] if {
	not name in input.parameters.allowedNames
	_is_credential(name, value)
} else := secrets.of(judged.name, judged.value) if {
	not name in input.parameters.allowedNames
	judged := secrets.header(name, value)
}

_is_credential(name, value) if {
	input.review.kind.kind == "Component"
	lower(name) in _sensitive
	secrets.credential("password", value)
}

# The data source name of Go's MySQL driver: user:password@tcp(host:port)/database
_is_credential(name, value) if {
	lower(name) in {"connectionstring", "url"}
	[[_, password]] := regex.find_all_string_submatch_n(`^[^:@/\s]+:([^\s]+)@(?:tcp|unix)\(`, value, 1)
	secrets.credential("password", password)
}

# What the components of Dapr mark as sensitive, in lower case as names count in any case; without names that also hold
# hosts, URLs, certificates or connection strings, whose form tells.
_sensitive := {
	"accesskeysecret", "accountkey", "apikey", "authkey", "authtoken", "azurecertificatepassword", "azureclientsecret",
	"cfapitoken", "clientkey", "clientsecret", "key", "masterkey", "oauth2clientsecret", "oidcclientassertionkey",
	"oidcclientsecret", "password", "private-key", "privatekey", "privatekeypassphrase", "querytoken", "redispassword",
	"saslpassword", "secretkey", "securitytoken", "sentinelpassword", "sessiontoken", "token", "vaulttoken",
}

_refers(entry) if not object.get(entry, ["secretKeyRef", "name"], "") in {"", null}

_store(name) := "kubernetes" if name in {"", null}

else := name

_text(value) := value if is_string(value)

else := ""

_object_or_empty(x) := x if is_object(x)

else := {}
