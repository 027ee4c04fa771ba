# METADATA
# title: The API server encrypts Secrets in etcd
# description: |
#   Without encryption whoever reads etcd, its disks or its backups has every Secret. What counts for a resource is the
#   first entry that names it, else one for its group (*.), else one for everything (*.*), and of that entry the first
#   provider: it encrypts what is written, the others only read. The API server refuses to start where a wider entry
#   stands before a narrower one. A key in the file protects a stolen etcd and not a stolen control plane node; a key
#   management service does both.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/
#     description: Encrypting Confidential Data at Rest
#   - ref: https://kubernetes.io/docs/tasks/administer-cluster/kms-provider/
#     description: Using a KMS provider for data encryption
#   - ref: https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/#apiserver-config-k8s-io-v1-EncryptionConfiguration
#     description: EncryptionConfiguration
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         resources:
#           type: array
#           items: {type: string}
#           default: [secrets]
#           description: Resources that must be encrypted, such as secrets or tokens.example.com.
#         providers:
#           type: array
#           items: {type: string, enum: [kms, secretbox, aesgcm, aescbc]}
#           default: [kms, secretbox]
#           description: |
#             Providers that may encrypt. Kubernetes calls aescbc weak, and aesgcm only fit for keys that change often.
#         kmsVersions:
#           type: array
#           items: {type: string}
#           default: [v2]
#           description: Versions of the KMS API that may be used; where none is written it is v1, which is deprecated.
#         minStaticKeys:
#           type: integer
#           default: 2
#           description: |
#             How many keys a provider with keys in the file needs, so that there is one to change to. 1 allows a single
#             one.
# custom:
#   id: encryption-at-rest
#   severity: critical
#   profiles: {restricted: deny}
#   match:
#     - {groups: [apiserver.config.k8s.io], kinds: [EncryptionConfiguration]}
#     - {groups: [""], kinds: [EncryptionConfig]}
#   files_only: true
#   controls:
#     soc2: [CC6.1, CC6.7]
#     hipaa: ["164.312(a)(2)(iv)"]
#     cis: ["1.2.27", "1.2.28"]
#     nsa: [pod-security]
#   remediation: |
#     Put kms with apiVersion v2 first and identity last, restart the API servers, and rewrite what is stored:
#     kubectl get secrets -A -o json | kubectl replace -f -.
package rampart.cloud.encryption_at_rest

import data.lib.finding
import data.lib.k8s
import data.lib.secrets

violation contains finding.at(rego.metadata.chain(), "resources", msg) if {
	k8s.resource
	missing := [resource | some resource in input.parameters.resources; not _entry_for(resource)]
	count(missing) > 0
	msg := $"The EncryptionConfiguration does not encrypt {concat(", ", missing)}: add an entry with the provider kms."
}

violation contains finding.at(rego.metadata.chain(), problem.path, msg) if {
	some i, resources in _judged
	problem := _problem(i)
	msg := $"The EncryptionConfiguration {problem.fault} {concat(", ", resources)}{problem.rest}"
}

violation contains finding.at(rego.metadata.chain(), key.path, msg) if {
	key := _writing_keys[_]
	msg := $"The key that encrypts {key.fault}: make 32 random bytes and write them in base64."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some i, _ in _judged
	not _problem(i)
	kind := _static_kind(i)
	count(_keys(i)) < input.parameters.minStaticKeys
	path := $"resources[{i}].providers[0].{kind}.keys"
	msg := concat("", [
		$"{kind} has a single static key, so that there is none to change to: ",
		$"use kms, which changes keys by itself, or write at least {input.parameters.minStaticKeys} keys.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"resources[{entry.i}].resources[{entry.j}]", msg) if {
	some entry in _named
	some wider in _named
	_hides(wider, entry)
	msg := $"{entry.text} is hidden by {wider.text}, so that the API server refuses the file: put the narrower entry first."
}

_entries := [entry | some entry in k8s.resource.resources]

# What the entries name, with the core group as "": secrets is "secrets.", all of the group is "*.".
_named := [{"i": i, "j": j, "text": text, "resource": parts[0], "group": parts[1]} |
	some i, entry in _entries
	some j, text in entry.resources
	is_string(text)
	text != "*" # The API server refuses it.
	parts := _parts(text)
]

_parts(text) := [text, ""] if not contains(text, ".")

_parts(text) := [substring(text, 0, indexof(text, ".")), substring(text, indexof(text, ".") + 1, -1)] if contains(text, ".")

# The index of the entry that decides for a resource.
_entry_for(text) := i if {
	i := min(_entries_naming(_parts(text)))
} else := i if {
	i := min(_entries_naming(["*", _parts(text)[1]]))
} else := min(_entries_naming(["*", "*"]))

_entries_naming(parts) := {named.i |
	some named in _named
	[named.resource, named.group] == parts
}

# The entries that decide for what must be encrypted, with that.
_judged[i] contains resource if {
	some resource in input.parameters.resources
	i := _entry_for(resource)
}

_providers := ["kms", "secretbox", "aesgcm", "aescbc", "identity"]

_first(i) := _entries[i].providers[0]

_kinds(i) := [kind | some kind in _providers; object.get(_object(_first(i)), kind, null) != null]

_problem(i) := {"path": $"resources[{i}].providers", "fault": "names no provider for", "rest": ": put kms first."} if {
	not _first(i)
} else := {
	"path": $"resources[{i}].providers[0]",
	"fault": "names no single provider first for",
	"rest": ": write kms alone, and others in entries of their own.",
} if {
	count(_kinds(i)) != 1
} else := {
	"path": $"resources[{i}].providers[0].identity",
	"fault": "writes",
	"rest": " in clear text, as identity comes first: put kms before it.",
} if {
	_kinds(i) == ["identity"]
} else := {
	"path": $"resources[{i}].providers[0].{_kinds(i)[0]}",
	"fault": "encrypts",
	"rest": $" with {_kinds(i)[0]}: use {concat(" or ", input.parameters.providers)}.",
} if {
	not _kinds(i)[0] in input.parameters.providers
} else := {
	"path": $"resources[{i}].providers[0].kms.apiVersion",
	"fault": "encrypts",
	"rest": $" by the KMS API {finding.shown(_kms_version(i))}: write {concat(" or ", input.parameters.kmsVersions)}.",
} if {
	_kinds(i) == ["kms"]
	not _kms_version(i) in input.parameters.kmsVersions
} else := {
	"path": $"resources[{i}].providers[0].{kind}.keys",
	"fault": "names no key for",
	"rest": ": use kms, or write keys.",
} if {
	kind := _static_kind(i)
	_keys(i) == []
}

_kms_version(i) := version if {
	version := object.get(_object(_first(i).kms), "apiVersion", "")
	not version in {"", null}
} else := "v1"

_static_kind(i) := kind if {
	[kind] := _kinds(i)
	kind in {"secretbox", "aesgcm", "aescbc"}
}

_keys(i) := [key |
	kind := _static_kind(i)
	some key in object.get(_object(_first(i)[kind]), "keys", [])
]

# The first key encrypts; the others only read what is older.
_writing_keys[i] := {"path": path, "fault": fault} if {
	some i, _ in _judged
	not _problem(i)
	secret := object.get(_object(_keys(i)[0]), "secret", null)
	fault := _weakness(secret)
	path := $"resources[{i}].providers[0].{_static_kind(i)}.keys[0].secret"
}

_weakness(secret) := fault if {
	not _stands_for_another(secret)
	fault := _weakness_of_bytes(_hex(secret))
}

_weakness_of_bytes(digits) := "is not 32 bytes in base64" if count(digits) != 64

_weakness_of_bytes(digits) := "is a readable text" if {
	count(digits) == 64
	_readable(digits)
}

_weakness_of_bytes(digits) := "repeats itself" if {
	count(digits) == 64
	not _readable(digits)
	count({substring(digits, 2 * i, 2) | some i in numbers.range(0, 31)}) < 16
}

_readable(digits) if regex.match(`^(?:0[9ad]|[2-6][0-9a-f]|7[0-9a-e])+$`, digits)

_stands_for_another(secret) if {
	is_string(secret)
	secrets.stands_for_another(secret)
}

_hex(secret) := hex.encode(base64.decode(secret)) if {
	is_string(secret)
	base64.is_valid(secret)
} else := ""

# A wider entry hides a narrower one of the same list, or of a later one.
_hides(wider, entry) if {
	wider.i == entry.i
	_wider(wider, entry)
}

_hides(wider, entry) if {
	wider.i < entry.i
	_wider(wider, entry)
}

_wider(wider, entry) if {
	[wider.resource, wider.group] == ["*", "*"]
	[entry.resource, entry.group] != ["*", "*"]
}

_wider(wider, entry) if {
	wider.resource == "*"
	wider.group == entry.group
	entry.resource != "*"
}

_object(value) := value if is_object(value)

else := {}
