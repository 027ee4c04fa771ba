# METADATA
# title: The certificates of Dapr's sentry are valid and stay so
# description: |
#   Sentry signs the identity of every Dapr sidecar with the issuer in the Secret dapr-trust-bundle. Once that has expired,
#   or isn't signed by a root in ca.crt, no sidecar gets a certificate and no call goes through. Where a key of the Secret
#   is missing, or the ConfigMap beside it holds other roots, sentry makes a root of its own for a year. Judged are the
#   validity of issuer and root today and for some days, that one is signed by the other, that nothing is missing, and by
#   a parameter that the root is the site's own. Whether the key belongs to the issuer is not judged.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/security/mtls/
#     description: Setup & configure mTLS certificates
#   - ref: https://github.com/dapr/dapr/blob/master/pkg/sentry/server/ca/validate.go
#     description: What sentry asks of them
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         minimumDays:
#           type: integer
#           minimum: 0
#           default: 30
#           description: The days that issuer and root must still be valid for.
#         customRoot:
#           type: boolean
#           default: false
#           description: Whether the root must be the site's own and not one that sentry has made.
# custom:
#   id: dapr-sentry-ca
#   severity: high
#   profiles: {restricted: warn}
#   match: [{groups: [""], kinds: [Secret]}]
#   sync: [{group: "", version: v1, kind: ConfigMap}]
#   controls:
#     soc2: [CC6.1, CC6.7, A1.2]
#     hipaa: ["164.312(e)(1)", "164.312(d)"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Renew the issuer, and the root where it ends too, with dapr mtls renew-certificate or your own CA, and restart
#     Dapr's control plane.
package rampart.cluster.dapr_sentry_ca

import data.lib.clock
import data.lib.finding
import data.lib.inventory
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "data", msg) if {
	_is_trust_bundle
	input.parameters.customRoot
	count(_pem) == 0
	msg := $"{_secret} holds no certificates, so that sentry makes a root of its own: put yours into ca.crt."
}

violation contains finding.at(rego.metadata.chain(), "data", msg) if {
	_is_trust_bundle
	count(_pem) > 0
	missing := [key | some key in _keys; not _pem[key]]
	count(missing) > 0
	msg := concat("", [
		$"{_secret} has no {concat(" and ", missing)}, so that sentry makes a root of its own over what is there: ",
		"put in all three.",
	])
}

violation contains finding.at(rego.metadata.chain(), _path("issuer.crt"), msg) if {
	_is_complete
	not _is_valid_today(_issuer)
	msg := concat("", [
		$"The issuer in {_secret} is not valid today: it has expired, or is no certificate that can be read. ",
		"Renew issuer.crt.",
	])
}

violation contains finding.at(rego.metadata.chain(), _path("issuer.crt"), msg) if {
	_is_complete
	_is_valid_today(_issuer)
	count(_valid_roots) > 0
	count(_signed_chains) == 0
	msg := $"The issuer in {_secret} is not signed by a root in ca.crt: put in the root that it is signed by."
}

violation contains finding.at(rego.metadata.chain(), _path("ca.crt"), msg) if {
	_is_complete
	count(_valid_roots) == 0
	msg := concat("", [
		$"No root in {_secret} is valid today: each has expired, or is no certificate that can be read. ",
		"Renew ca.crt.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_is_complete
	every chain in _signed_chains {
		count(_ending(chain)) > 0
	}
	[key, what, date] := min([end | some chain in _signed_chains; some end in _ending(chain)])
	path := _path(key)
	msg := concat("", [
		$"The {what} in {_secret} ends on {date}, within {input.parameters.minimumDays} days: renew {key} before the ",
		"sidecars lose their identity.",
	])
}

violation contains finding.at(rego.metadata.chain(), _path("ca.crt"), msg) if {
	_is_complete
	input.parameters.customRoot
	some root in _valid_roots
	_is_made_by_sentry(root.certificate)
	msg := $"A root in {_secret} is one that sentry has made: put in one of your own CA."
}

violation contains finding.at(rego.metadata.chain(), _path("ca.crt"), msg) if {
	_is_complete
	some map in inventory.namespaced_named(k8s.namespace, "", "ConfigMap", _name)
	object.get(map, ["data", "ca.crt"], "") != _pem["ca.crt"]
	msg := concat("", [
		$"The ConfigMap {_name} holds other roots than {_secret}, so that sentry makes a root of its own: ",
		"write the same ca.crt into both.",
	])
}

_name := "dapr-trust-bundle"

_secret := $"Secret {_name}"

_keys := ["ca.crt", "issuer.crt", "issuer.key"]

_path(key) := $"{_field(key)}[\"{key}\"]"

_is_trust_bundle if {
	k8s.name == _name
	k8s.resource
}

_is_complete if {
	_is_trust_bundle
	every key in _keys {
		_pem[key]
	}
}

# The texts of the three keys, of those that are there.
_pem := {key: text |
	some key in _keys
	text := _text(key, _field(key))
}

# stringData is written over data.
_field(key) := "stringData" if {
	is_string(k8s.resource.stringData[key])
} else := "data"

_text(key, "stringData") := k8s.resource.stringData[key]

_text(key, "data") := base64.decode(encoded) if {
	encoded := k8s.resource.data[key]
	base64.is_valid(encoded)
}

_certificates(text) := regex.find_n(`-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----`, text, -1)

default _issuer := ""

_issuer := _certificates(_pem["issuer.crt"])[0]

# What stands behind the issuer leads to the root.
_intermediates := array.slice(_certificates(_pem["issuer.crt"]), 1, 16)

# The roots of ca.crt that are valid today.
_valid_roots := [root |
	some pem in _certificates(_pem["ca.crt"])
	[_, [certificate]] := _verified([pem, pem])
	root := {"pem": pem, "certificate": certificate}
]

# A certificate is a root for itself: what is left to verify are its form and its time.
_is_valid_today(pem) if _verified([pem, pem])[0]

# The ways from the issuer to a root that hold today, the issuer first.
_signed_chains := [chain |
	some root in _valid_roots
	[ok, chain] := _verified(array.concat([root.pem], array.concat(_intermediates, [_issuer])))
	ok
]

# The first is the root, the last is verified. Texts that are no certificates are not verified either.
_verified(pems) := crypto.x509.parse_and_verify_certificates_with_options(
	concat("\n", pems),
	{"CurrentTime": clock.now_ns},
)

# The certificates of a chain that end too soon, as [key, what it is, date].
_ending(chain) := [[key, what, date] |
	some i, certificate in chain
	_ends_by(certificate.NotAfter, clock.now_ns + (((input.parameters.minimumDays * 24) * 3600) * 1000000000))
	[key, what] := _place(i, count(chain))
	date := substring(certificate.NotAfter, 0, 10)
]

_place(i, length) := ["ca.crt", "root"] if i == length - 1

_place(0, length) := ["issuer.crt", "issuer"] if length > 1

_place(i, length) := ["issuer.crt", "intermediate issuer"] if {
	i > 0
	i < length - 1
}

# Years from 2260 on, which OPA cannot count in nanoseconds, are far away.
_ends_by(date, limit) if {
	regex.match(`^(?:1|20|21|22[0-5])`, date)
	time.parse_rfc3339_ns(date) < limit
}

# Sentry's own roots have the trust domain as their organization, and nothing else.
_is_made_by_sentry(certificate) if {
	certificate.Subject.CommonName == ""
	[_] = certificate.Subject.Organization
	not certificate.Subject.OrganizationalUnit[0]
}
