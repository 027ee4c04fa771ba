# METADATA
# title: What cosign verified is what runs, signed by those who may
# description: |
#   The output of cosign verify says that someone's signature on a digest is good. It is worth something if that is the digest
#   of an image that runs, in the repository that the signature is for, and if the signer is one of those who may sign. Judged is
#   what cosign verify --output json prints, of cosign 1, 2 and 3, held against the workloads given beside it. And where such
#   output is given, images pinned by a digest that none of it proves are found as well, on the workload.
#
#   With identities empty, any signer with an issuer will do: list who may sign. Subject and issuer count only where cosign
#   itself writes them, in signatures of the old form. Of a bundle, the form of cosign 3, cosign prints no identity but notes of
#   the signer's own, and of a signature with a key there is none; keys accepts both, and cosign verify has then to be asked
#   for the identity or the key, as ci-image-signing wants it. The holder of a key can note any identity, so that where cosign
#   verifies with a key it is the key that says who signed. Attestations that cosign 3 prints beside a signature are passed over.
#   What cosign verify-attestation prints is no verification, for cosign download attestation prints the same and verifies nothing.
# scope: package
# related_resources:
#   - ref: https://docs.sigstore.dev/cosign/verifying/verify/
#     description: Verifying signatures with cosign
#   - ref: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
#     description: The payload of cosign's signatures
#   - ref: https://github.com/sigstore/fulcio/blob/main/docs/oidc.md
#     description: The subjects that Fulcio certifies for each issuer
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         identities:
#           type: array
#           default: []
#           description: |
#             Who may sign: entries with issuer or issuerRegExp and with subject or subjectRegExp, which must match the whole text.
#           items:
#             type: object
#             additionalProperties: false
#             properties:
#               issuer: {type: string}
#               issuerRegExp: {type: string}
#               subject: {type: string}
#               subjectRegExp: {type: string}
#         keys:
#           type: boolean
#           default: false
#           description: Whether verifications without an identity count, of signatures with a key and of cosign 3's bundles.
#         attestations:
#           type: array
#           default: []
#           description: Types of attestations that count as signatures, such as https://slsa.dev/provenance/v1.
#           items: {type: string}
#         anyRepository:
#           type: boolean
#           default: false
#           description: Whether signatures count that were made for another repository, from which images are copied.
#         unsigned:
#           type: array
#           default: []
#           description: Registries and repositories whose images need no verification.
#           items: {type: string}
# custom:
#   id: cosign-verification
#   severity: high
#   profiles: {restricted: deny}
#   files_only: true
#   match:
#     - {groups: [documents.rampart], kinds: [CosignVerification]}
#     - pods
#   sync:
#     - {group: documents.rampart, version: v1, kind: CosignVerification}
#     - {group: "", version: v1, kind: Pod}
#     - {group: "", version: v1, kind: ReplicationController}
#     - {group: apps, version: v1, kind: DaemonSet}
#     - {group: apps, version: v1, kind: Deployment}
#     - {group: apps, version: v1, kind: ReplicaSet}
#     - {group: apps, version: v1, kind: StatefulSet}
#     - {group: batch, version: v1, kind: CronJob}
#     - {group: batch, version: v1, kind: Job}
#   controls:
#     soc2: [CC6.8, CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)", "164.312(d)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: |
#     Run cosign verify --output json on name@sha256:… as the manifests have it, with --certificate-identity and
#     --certificate-oidc-issuer, and keep what it prints.
package rampart.code.cosign_verification

import data.lib.finding
import data.lib.identities
import data.lib.images
import data.lib.images.used
import data.lib.inventory
import data.lib.k8s

# The document by itself

violation contains finding.at(rego.metadata.chain(), fault.path, fault.msg) if {
	k8s.group_kind == "documents.rampart/CosignVerification"
	some fault in _faults(k8s.resource)
	not _is_beside_a_signature(fault)
}

# cosign 3 prints attestations beside signatures, where an image has both.
_is_beside_a_signature(fault) if {
	fault.path == "critical.type"
	_digest(k8s.resource) in _signed
}

_signed := {_digest(document) |
	some document in _documents
	_counts(document)
}

# The document and the workloads

violation contains finding.at(rego.metadata.chain(), _digest_path, msg) if {
	k8s.group_kind == "documents.rampart/CosignVerification"
	digest := _digest(k8s.resource)
	count(used.all) > 0
	not digest in used.digests
	msg := $"cosign verified {digest}, which no workload runs: verify the image that the manifests name, by its digest."
}

violation contains finding.at(rego.metadata.chain(), _reference_path, msg) if {
	k8s.group_kind == "documents.rampart/CosignVerification"
	not input.parameters.anyRepository
	repository := _repository(k8s.resource)
	repository != ""
	others := {name | some [digest, name] in used.pinned; digest == _digest(k8s.resource)}
	count(others) > 0
	not repository in others
	named := concat(" and ", sort(others))
	msg := $"The signature is for {repository}, and workloads run that digest from {named}: sign it there too."
}

# The workload and the documents

violation contains finding.in_container(rego.metadata.chain(), entry, "image", msg) if {
	_given
	some entry in k8s.containers
	_is_unproven(entry.container.image)
	msg := $"Container {finding.name(entry.container)} runs {entry.container.image}, {_unproven}"
}

violation contains finding.at(rego.metadata.chain(), volume.path, msg) if {
	_given
	some volume in images.volumes
	_is_unproven(volume.reference)
	msg := $"Volume {finding.name(volume)} is {volume.reference}, {_unproven}"
}

_unproven := "which none of the verifications given proves: run cosign verify on it, and give its output too."

_given if count(_documents) > 0

_documents := inventory.cluster("documents.rampart", "CosignVerification")

_is_unproven(reference) if {
	image := images.parse(reference)
	image.digest != ""
	not _is_proven(image)
	not images.listed(image, input.parameters.unsigned)
}

_is_proven(image) if [image.digest, image.repository] in _proven

_is_proven(image) if {
	input.parameters.anyRepository
	image.digest in {digest | some [digest, _] in _proven}
}

# What the documents prove that have no faults.
_proven := {[_digest(document), _repository(document)] |
	some document in _documents
	count(_faults(document)) == 0
}

# What is wrong with a document, whatever else there is.

_digest_path := "critical.image.docker-manifest-digest"

_reference_path := "critical.identity.docker-reference"

_faults(document) := {fault |
	some field in ["digest", "reference", "type", "identity"]
	fault := _fault(field, document)
}

_fault("digest", document) := {"path": _digest_path, "msg": msg} if {
	not _digest(document)
	msg := "The verification names no digest: give what cosign verify --output json prints, as it is."
}

_fault("reference", document) := {"path": _reference_path, "msg": msg} if {
	not input.parameters.anyRepository
	_repository(document) == ""
	msg := "The verification does not say for which repository the signature is: sign and verify with cosign 1.0 or later."
}

_fault("type", document) := {"path": "critical.type", "msg": msg} if {
	not _counts(document)
	shown := finding.shown(object.get(document, ["critical", "type"], null))
	msg := $"What was verified is of type {shown} and no signature: run cosign verify, or list the type in attestations."
}

_fault("identity", document) := {"path": "optional", "msg": msg} if {
	_counts(document)
	not input.parameters.keys
	_identity(document) == {"issuer": "", "subject": ""}
	msg := concat("", [
		"The verification names nobody who signed: sign and verify without a key, in the form that says it ",
		"(--new-bundle-format=false), or set keys where signatures with keys and bundles are accepted.",
	])
} else := {"path": "optional.Issuer", "msg": msg} if {
	_identity(document).subject != ""
	_identity(document).issuer == ""
	msg := "The verification names a signer of no issuer, who can be anybody: sign with an identity that an issuer vouches for."
} else := {"path": "optional.Subject", "msg": msg} if {
	_identity(document).issuer != ""
	_identity(document).subject == ""
	msg := "The verification names an issuer and nobody who signed: sign with an identity that an issuer vouches for."
} else := {"path": "optional.Subject", "msg": msg} if {
	identity := _identity(document)
	identity.subject != ""
	count(input.parameters.identities) > 0
	not _is_listed(identity)
	msg := $"{identity.subject}, by the issuer {identity.issuer}, is not one of those who may sign: sign with one that identities lists."
}

# What cosign calls a signature, by itself and as the content of a bundle.
_counts(document) if document.critical.type in {_simple_type, "https://sigstore.dev/cosign/sign/v1"}

_counts(document) if document.critical.type in input.parameters.attestations

_simple_type := "cosign container image signature"

_digest(document) := digest if {
	digest := document.critical.image["docker-manifest-digest"]
	is_string(digest)
	regex.match(`^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$`, digest)
}

# The repository without a tag or digest, "" where there is none.
_repository(document) := repository if {
	repository := images.parse(document.critical.identity["docker-reference"]).repository
} else := ""

# Who signed. Of a bundle, all that cosign prints under optional was written by the signer.
_identity(document) := {"issuer": _note(document, "Issuer"), "subject": _note(document, "Subject")} if {
	document.critical.type == _simple_type
} else := {"issuer": "", "subject": ""}

_note(document, name) := document.optional[name] if {
	is_string(document.optional[name])
} else := ""

_is_listed(identity) if {
	some entry in input.parameters.identities
	_is(entry, "issuer", identity.issuer)
	_is(entry, "subject", identity.subject)
}

_is(entry, part, text) if entry[part] == text

_is(entry, part, text) if identities.matches(entry[$"{part}RegExp"], text)
