# METADATA
# title: What is deployed from Git or a registry is signed
# description: |
#   Argo CD and Flux deploy whatever stands in the repository. Where they verify no signature, whoever can push there, or
#   takes over the Git server, decides what runs in the cluster. In Argo CD the keys stand in the AppProject, since
#   version 3.5 for each repository; in Flux verification stands in the source.
# scope: package
# related_resources:
#   - ref: https://argo-cd.readthedocs.io/en/latest/user-guide/source-integrity-git-gpg/
#     description: Verification of commits in Argo CD, by sourceIntegrity and by signatureKeys
#   - ref: https://fluxcd.io/flux/components/source/gitrepositories/#verification
#     description: Verification of a GitRepository in Flux
#   - ref: https://fluxcd.io/flux/components/source/ocirepositories/#verification
#     description: Verification of an OCIRepository in Flux
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         unsignedRepositories:
#           type: array
#           default: []
#           description: |
#             Repositories that need no signature, as spec.url or spec.sourceRepos writes them, such as registries of
#             charts, whose signatures Argo CD cannot verify.
#           items: {type: string}
# custom:
#   id: gitops-signed-commits
#   severity: high
#   profiles: {restricted: deny}
#   match:
#     - {groups: [argoproj.io], kinds: [AppProject]}
#     - {groups: [source.toolkit.fluxcd.io], kinds: [GitRepository, OCIRepository]}
#   controls:
#     soc2: [CC6.8, CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)", "164.312(d)"]
#     nsa: [supply-chain]
#   remediation: |
#     List the keys of those who may deploy: in spec.signatureKeys or spec.sourceIntegrity of an AppProject, or in a Secret
#     that spec.verify of the Flux source names. Anchor the identities of keyless signatures with ^ and $.
package rampart.cluster.gitops_signed_commits

import data.lib.finding
import data.lib.k8s
import data.lib.network

# Argo CD: keys for the whole project

violation contains finding.at(rego.metadata.chain(), "spec.signatureKeys", msg) if {
	_is_old_project
	not _has_entries(_spec, "signatureKeys")
	not _is_all_exempt
	msg := $"AppProject {k8s.name} deploys commits that nobody signed: list the keys of its committers in spec.signatureKeys."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_is_old_project
	some i, key in _spec.signatureKeys
	not _is_key(network.value(key, "keyID"))
	path := $"spec.signatureKeys[{i}].keyID"
	msg := $"Key {i} of AppProject {k8s.name} is no full key ID: write 16 or 40 hexadecimal digits."
}

# Argo CD 3.5: keys for each repository

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some i, policy in _policies
	not object.get(policy, ["gpg", "mode"], null) in {"head", "strict"}
	path := $"spec.sourceIntegrity.git.policies[{i}].gpg.mode"
	msg := $"AppProject {k8s.name} does not verify commits: set {path} to strict or head."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some i, policy in _policies
	not _has_keys(object.get(policy, ["gpg", "keys"], null))
	path := $"spec.sourceIntegrity.git.policies[{i}].gpg.keys"
	msg := $"AppProject {k8s.name} needs full key IDs in {path}: write 16 or 40 hexadecimal digits each."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.review.kind.kind == "AppProject"
	not _is_old_project
	some i, source in network.array_of(_spec, "sourceRepos")
	not _is_negation(source)
	not source in input.parameters.unsignedRepositories
	not _has_policy(source)
	path := $"spec.sourceRepos[{i}]"
	msg := concat("", [
		$"AppProject {k8s.name} deploys from a repository that no policy verifies: ",
		"add it to the repos of spec.sourceIntegrity.git.policies.",
	])
}

# Flux

violation contains finding.at(rego.metadata.chain(), "spec.verify", msg) if {
	_is_source
	not is_object(_verify)
	msg := $"{input.review.kind.kind} {k8s.name} deploys what nobody signed: write spec.verify with the keys of those who may."
}

violation contains finding.at(rego.metadata.chain(), "spec.verify.secretRef.name", msg) if {
	_is_source
	is_object(_verify)
	not _names_secret
	not _is_keyless
	msg := $"{input.review.kind.kind} {k8s.name} names no keys: set spec.verify.secretRef.name to the Secret with public keys."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_is_source
	is_object(_verify)
	some field, known in _known[input.review.kind.kind]
	not object.get(_verify, field, null) in known
	path := $"spec.verify.{field}"
	msg := $"{input.review.kind.kind} {k8s.name} is verified in no known way: set {path} to {known[0]}."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_is_keyless
	some i, identity in _verify.matchOIDCIdentity
	some field, pattern in _exact
	not _matches(pattern, network.value(identity, field))
	path := $"spec.verify.matchOIDCIdentity[{i}].{field}"
	msg := concat("", [
		$"OCIRepository {k8s.name} accepts signatures of others too: write into {path} a pattern between ^ and $ ",
		"that begins with the exact host and owner.",
	])
}

_spec := object.get(k8s.resource, "spec", {})

_is_old_project if {
	input.review.kind.kind == "AppProject"
	network.value(_spec, "sourceIntegrity") == null
}

# Policies of sourceIntegrity that do anything; an AppProject without them has sourceRepos that no policy verifies.
_policies := [policy |
	some entry in network.array_of(object.get(_spec, ["sourceIntegrity", "git"], {}), "policies")
	policy := _object(entry)
] if {
	is_object(_spec)
}

_object(thing) := thing if is_object(thing)

_object(thing) := {} if not is_object(thing)

_has_entries(thing, field) if count(network.array_of(thing, field)) > 0

_is_all_exempt if {
	_has_entries(_spec, "sourceRepos")
	every source in network.array_of(_spec, "sourceRepos") {
		_needs_no_signature(source)
	}
}

_needs_no_signature(source) if source in input.parameters.unsignedRepositories

_needs_no_signature(source) if _is_negation(source)

_is_negation(source) if {
	is_string(source)
	startswith(source, "!")
}

_has_keys(keys) if {
	is_array(keys)
	count(keys) > 0
	every key in keys {
		_is_key(key)
	}
}

# Eight digits, the short form, are easily made again with another key.
_is_key(id) if {
	is_string(id)
	regex.match(`^(?:[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40})$`, id)
}

_has_policy(source) if {
	some policy in _policies
	some pattern in network.array_of(policy, "repos")
	_covers(pattern, source)
}

# A pattern covers what it is equal to, and with one * at its end what begins like it.
_covers(source, source)

_covers(pattern, source) if {
	is_string(pattern)
	is_string(source)
	prefix := trim_suffix(pattern, "*")
	prefix != pattern
	startswith(source, prefix)
}

_is_source if {
	input.review.kind.kind in {"GitRepository", "OCIRepository"}
	not object.get(k8s.resource, ["spec", "url"], null) in input.parameters.unsignedRepositories
}

_verify := network.value(_spec, "verify")

_names_secret if {
	is_string(_verify.secretRef.name)
	_verify.secretRef.name != ""
}

_is_keyless if {
	input.review.kind.kind == "OCIRepository"
	not _names_secret
	not _verify.provider == "notation"
	_has_entries(_verify, "matchOIDCIdentity")
}

# What spec.verify can say, the best first. Nothing means the first.
_known := {
	"GitRepository": {"mode": ["HEAD", "Tag", "TagAndHEAD", "head", null]},
	"OCIRepository": {"provider": ["cosign", "notation", null]},
}

_matches(pattern, value) if {
	is_string(value)
	regex.match(pattern, value)
}

# Of a keyless signature the issuer must be exact; the subject may vary behind the owner of a repository.
_exact := {
	"issuer": `^\^https://[^*+?\[({|]+\$$`,
	"subject": `^\^(?:[^*+?\[({|]+|https://[^/*+?\[({|]+/[^/*+?\[({|]+/[^|]*)\$$`,
}
