# METADATA
# title: Secret stores are reached over TLS, without static credentials, from the namespaces that may
# description: |
#   A store that is reached over plain http, or by a credential that lies in the cluster for good, gives its secrets to
#   whoever sees either; the providers take short-lived ServiceAccount tokens and cloud identities instead. A private
#   endpoint needs its own CA. A ClusterSecretStore without conditions serves every namespace.
# scope: package
# related_resources:
#   - ref: https://external-secrets.io/latest/api/secretstore/
#     description: SecretStore
#   - ref: https://external-secrets.io/latest/api/clustersecretstore/
#     description: ClusterSecretStore and its conditions
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         privateDomains:
#           type: array
#           items: {type: string}
#           default: [svc, local, internal]
#           description: Last labels of host names whose certificates no public CA signs.
# custom:
#   id: secret-store-auth
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [external-secrets.io], kinds: [ClusterSecretStore, SecretStore]}]
#   controls:
#     soc2: [CC6.1, CC6.2, CC6.7]
#     hipaa: ["164.312(a)(1)", "164.312(d)", "164.312(e)(1)"]
#     cis: ["5.4.2"]
#     nsa: [authentication-authorization, network-separation]
#   remediation: Reach the store over https, authenticate by a ServiceAccount or workload identity, and list namespaces.
package rampart.cluster.secret_store_auth

import data.lib.finding
import data.lib.k8s

_provider := provider if {
	provider := k8s.resource.spec.provider
	is_object(provider)
} else := {}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	walk(_provider, [steps, value])
	is_string(value)
	startswith(lower(trim_space(value)), "http://")
	path := concat(".", ["spec.provider", finding.path(steps)])
	msg := $"The secret store must not be reached over plain http: write https in {path}."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some steps, instead in _static
	object.get(_provider, steps, null) != null
	path := concat(".", array.concat(["spec.provider"], steps))
	msg := $"The secret store must not be opened by the static credential in {path}: {instead}."
}

violation contains finding.at(rego.metadata.chain(), "spec.provider.fake", msg) if {
	object.get(_provider, "fake", null) != null
	msg := "The provider fake holds its secrets in this manifest: use a secret store."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some steps in _endpoints
	url := object.get(_provider, steps, null)
	is_string(url)
	_private(url)
	owner := object.get(_provider, array.slice(steps, 0, count(steps) - 1), {})
	is_object(owner)
	object.get(owner, "caBundle", null) in {null, ""}
	object.get(owner, "caProvider", null) in {null, {}}
	path := concat(".", array.concat(["spec.provider"], steps))
	msg := $"No public CA signs for {url}: set caProvider or caBundle beside {path}."
}

violation contains finding.at(rego.metadata.chain(), "spec.conditions", msg) if {
	input.review.kind.kind == "ClusterSecretStore"
	is_object(k8s.resource)
	not _conditioned
	msg := "The ClusterSecretStore serves every namespace: list those that may use it under spec.conditions."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.review.kind.kind == "ClusterSecretStore"
	some i, condition in _conditions
	_anywhere(condition)
	path := $"spec.conditions[{i}]"
	msg := $"{path} of the ClusterSecretStore holds in every namespace: select those that may use it."
}

_conditions := conditions if {
	conditions := k8s.resource.spec.conditions
	is_array(conditions)
} else := []

_conditioned if count(_conditions) > 0

# A condition that names nothing, selects all, or matches any name.
_anywhere(condition) if not is_object(condition)

_anywhere(condition) if {
	is_object(condition)
	every field in ["namespaces", "namespaceRegexes", "namespaceSelector"] {
		object.get(condition, field, null) in {null, []}
	}
}

_anywhere(condition) if {
	selector := condition.namespaceSelector
	is_object(selector)
	object.get(selector, "matchLabels", {}) in {null, {}}
	object.get(selector, "matchExpressions", []) in {null, []}
}

_anywhere(condition) if {
	some pattern in condition.namespaceRegexes
	pattern in {"", ".*", ".+", "^.*$", "^.+$", "^.*", ".*$"}
}

# Where a provider takes a credential that does not end, and what it takes instead.
_static := {
	["vault", "auth", "tokenSecretRef"]: "use auth.kubernetes with a serviceAccountRef",
	["vault", "auth", "userPass"]: "use auth.kubernetes with a serviceAccountRef",
	["vault", "auth", "appRole", "secretRef"]: "use auth.kubernetes with a serviceAccountRef",
	["vault", "auth", "kubernetes", "secretRef"]: "use serviceAccountRef",
	["vault", "auth", "jwt", "secretRef"]: "use kubernetesServiceAccountToken",
	["vault", "auth", "iam", "secretRef"]: "use jwt with a serviceAccountRef",
	["aws", "auth", "secretRef"]: "use auth.jwt with a serviceAccountRef",
	["gcpsm", "auth", "secretRef"]: "use auth.workloadIdentity",
	["azurekv", "authSecretRef"]: "use authType WorkloadIdentity with a serviceAccountRef",
	["kubernetes", "auth", "token"]: "use auth.serviceAccount",
}

# The addresses of providers that take a CA beside them.
_endpoints := {
	["vault", "server"], ["webhook", "url"], ["kubernetes", "server", "url"], ["conjur", "url"], ["gitlab", "url"],
}

_private(url) if {
	private := input.parameters.privateDomains
	some domain in private
	endswith(trim_suffix(_host(url), "."), $".{domain}")
}

_private(url) if endswith(_host(url), ".svc.cluster.local")

# Not qualified: a name of the cluster.
_private(url) if not contains(_host(url), ".")

_private(url) if regex.match(`^(10\.|127\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)`, _host(url))

_host(url) := lower(regex.replace(url, `^(?i:[a-z]+://)?(?:[^/@]*@)?([^/:?#]*).*$`, "$1"))
