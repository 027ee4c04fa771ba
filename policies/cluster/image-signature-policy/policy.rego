# METADATA
# title: Policies on image signatures enforce, and trust named signers only
# description: |
#   A policy that only warns, that has no authority, or that takes anybody's signature verifies nothing: everyone can sign
#   with Sigstore. An identity names its issuer and its subject; a regular expression that is not anchored at both ends
#   matches what others can register around it. Judged are policy-controller's ClusterImagePolicy and the verifyImages
#   rules of Kyverno.
# scope: package
# related_resources:
#   - ref: https://docs.sigstore.dev/policy-controller/overview/
#     description: policy-controller, ClusterImagePolicy
#   - ref: https://kyverno.io/docs/policy-types/cluster-policy/verify-images/sigstore/
#     description: Kyverno, verifyImages
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         skippedImages:
#           type: array
#           items: {type: string}
#           default: []
#           description: Patterns that skipImageReferences of Kyverno may have.
# custom:
#   id: image-signature-policy
#   severity: high
#   profiles: {restricted: deny}
#   match:
#     - {groups: [policy.sigstore.dev], kinds: [ClusterImagePolicy]}
#     - {groups: [kyverno.io], kinds: [ClusterPolicy, Policy]}
#   controls:
#     soc2: [CC6.8, CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)", "164.312(d)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: Enforce the policy, and name the issuer and the subject, or the key, of those who sign.
package rampart.cluster.image_signature_policy

import data.lib.finding
import data.lib.identities
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	input.review.kind.kind == "ClusterImagePolicy"
	some found in _sigstore
}

violation contains finding.at(rego.metadata.chain(), found.path, found.msg) if {
	input.review.kind.group == "kyverno.io"
	some found in _kyverno
}

_spec := _object(k8s.resource, "spec")

# policy-controller

_sigstore contains {"path": "spec.mode", "msg": msg} if {
	mode := _get(_spec, "mode")
	not mode in {null, "", "enforce"}
	msg := "The ClusterImagePolicy does not refuse unsigned images: remove spec.mode or write enforce."
}

_sigstore contains {"path": "spec.images", "msg": msg} if {
	count(_array(_spec, "images")) == 0
	msg := "The ClusterImagePolicy is about no image: list globs under spec.images, such as registry.example.com/team/**."
}

_sigstore contains {"path": path, "msg": msg} if {
	some i, image in _array(_spec, "images")
	_skips_images(_get(image, "glob"))
	path := $"spec.images[{i}].glob"
	msg := $"The glob {image.glob} skips images, for * stands for one part of a name: write **."
}

_sigstore contains {"path": path, "msg": msg} if {
	some i, image in _array(_spec, "images")
	_get(image, "glob") in {null, ""}
	path := $"spec.images[{i}].glob"
	msg := "The entry names no image: write a glob, such as registry.example.com/team/**."
}

_sigstore contains {"path": "spec.authorities", "msg": msg} if {
	count(_array(_spec, "authorities")) == 0
	msg := "The ClusterImagePolicy has no authority, so that any signature will do: name who signs under spec.authorities."
}

_sigstore contains {"path": path, "msg": msg} if {
	some authority in _authorities
	authority.value.static.action == "pass"
	path := $"{authority.path}.static.action"
	msg := "The authority passes every image without a signature: remove it, or write fail."
}

_sigstore contains {"path": authority.path, "msg": msg} if {
	some authority in _authorities
	every way in ["key", "keyless", "static"] {
		_get(authority.value, way) in {null, {}}
	}
	msg := "The authority names neither a key nor identities: set key or keyless."
}

_sigstore contains {"path": path, "msg": msg} if {
	some authority in _authorities
	keyless := _object(authority.value, "keyless")
	keyless != {}
	count(_array(keyless, "identities")) == 0
	path := $"{authority.path}.keyless.identities"
	msg := "The authority takes everybody's signature: list identities with issuer and subject."
}

_sigstore contains {"path": path, "msg": msg} if {
	some authority in _authorities
	some i, identity in _array(_object(authority.value, "keyless"), "identities")
	some part in ["issuer", "subject"]
	fault := _identity_fault(identity, part)
	path := $"{authority.path}.keyless.identities[{i}]"
	msg := $"The identity {fault}: name one {part} in full, or by an expression that is anchored at both ends."
}

_sigstore contains {"path": path, "msg": msg} if {
	some authority in _authorities
	_object(authority.value, "keyless").insecureIgnoreSCT == true
	path := $"{authority.path}.keyless.insecureIgnoreSCT"
	msg := "The authority takes certificates that are in no transparency log: remove insecureIgnoreSCT."
}

# An empty ctlog switches the log off; without a time stamp, nothing tells then when a short-lived certificate was used.
_sigstore contains {"path": path, "msg": msg} if {
	some authority in _authorities
	_object(authority.value, "keyless") != {}
	log := authority.value.ctlog
	is_object(log)
	every field in ["url", "trustRootRef"] {
		_get(log, field) in {null, ""}
	}
	_get(authority.value, "rfc3161timestamp") in {null, {}}
	path := $"{authority.path}.ctlog"
	msg := "An empty ctlog switches the transparency log off: set its url, or remove it."
}

_authorities := [{"path": path, "value": authority} |
	some i, authority in _array(_spec, "authorities")
	is_object(authority)
	path := $"spec.authorities[{i}]"
]

_skips_images(glob) if glob in {"*", "*/*"}

_skips_images(glob) if regex.match(`^[^*]*/\*$`, _text(glob))

# Why an issuer or a subject could be somebody else's. Where there are both, the expression decides.

_identity_fault(identity, part) := $"has an open expression for its {part}" if {
	identities.open(_expression(identity, part))
} else := $"has no {part}" if {
	_text(_get(identity, part)) == ""
	_expression(identity, part) == ""
} else := $"takes any {part}" if {
	_text(_get(identity, part)) == "*"
	_expression(identity, part) == ""
}

_expression(identity, part) := _text(_get(identity, $"{part}RegExp"))

# Kyverno

_kyverno contains {"path": path, "msg": msg} if {
	some rule in _verifications
	action := _failure_action(rule.value)
	action != "enforce"
	path := $"{rule.path}.failureAction"
	msg := "The rule does not refuse unsigned images: set failureAction to Enforce."
}

_kyverno contains {"path": path, "msg": msg} if {
	count(_verifications) > 0
	some i, override in _array(_spec, "validationFailureActionOverrides")
	lower(_text(_get(override, "action"))) != "enforce"
	path := $"spec.validationFailureActionOverrides[{i}].action"
	msg := "The override lets unsigned images in: write Enforce."
}

_kyverno contains {"path": path, "msg": msg} if {
	some rule in _verifications
	some field in ["required", "verifyDigest"]
	not _get(rule.value, field) in {null, true}
	path := $"{rule.path}.{field}"
	msg := $"The rule lets images in that were not verified: remove {field} or set it to true."
}

_kyverno contains {"path": path, "msg": msg} if {
	some rule in _verifications
	some i, pattern in _array(rule.value, "skipImageReferences")
	allowed := input.parameters.skippedImages
	not pattern in allowed
	path := $"{rule.path}.skipImageReferences[{i}]"
	msg := $"The rule skips the images {finding.shown(pattern)}: remove the entry."
}

_kyverno contains {"path": path, "msg": msg} if {
	some rule in _verifications
	count(_entries(rule)) == 0
	every field in ["key", "roots", "subject", "issuer"] {
		_text(_get(rule.value, field)) == ""
	}
	path := $"{rule.path}.attestors"
	msg := "The rule names nobody who signs: list attestors with keys, certificates or keyless."
}

_kyverno contains {"path": entry.path, "msg": msg} if {
	some rule in _verifications
	some entry in _entries(rule)
	keyless := _object(entry.value, "keyless")
	keyless != {}
	some part in ["issuer", "subject"]
	fault := _kyverno_fault(keyless, part)
	msg := $"The keyless attestor {fault}: name one {part} in full, or by an expression that is anchored at both ends."
}

# Of the rules' verifyImages, those about signatures and attestations with their paths.
_verifications := [{"path": path, "value": verification} |
	some i, rule in _array(_spec, "rules")
	some j, verification in _array(rule, "verifyImages")
	is_object(verification)
	path := $"spec.rules[{i}].verifyImages[{j}]"
]

_failure_action(verification) := lower(_text(verification.failureAction)) if {
	_get(verification, "failureAction") != null
} else := lower(_text(_spec.validationFailureAction)) if {
	_get(_spec, "validationFailureAction") != null
} else := "audit"

# The attestors of a rule, and those of its attestations.
_entries(rule) := array.concat(
	_entries_of(rule.path, rule.value),
	[entry |
		some k, attestation in _array(rule.value, "attestations")
		some entry in _entries_of($"{rule.path}.attestations[{k}]", attestation)
	],
)

_entries_of(path, owner) := [{"path": at, "value": entry} |
	some a, attestors in _array(owner, "attestors")
	some e, entry in _array(attestors, "entries")
	is_object(entry)
	at := $"{path}.attestors[{a}].entries[{e}]"
]

_kyverno_fault(keyless, part) := $"takes any {part}" if {
	regex.match(`^[*?]`, _text(_get(keyless, part)))
} else := _identity_fault(keyless, part)

default _text(_) := ""

_text(value) := value if is_string(value)

_object(value, field) := value[field] if {
	is_object(value)
	is_object(value[field])
} else := {}

_array(value, field) := value[field] if {
	is_object(value)
	is_array(value[field])
} else := []

# The value of a field, null where there is none.
_get(value, field) := value[field] if {
	is_object(value)
	field in object.keys(value)
} else := null
