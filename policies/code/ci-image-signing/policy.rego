# METADATA
# title: Images are signed when they are pushed, and verified when they are deployed
# description: |
#   A signature by digest proves that an image comes from this pipeline; a tag can be moved to another image between push and
#   signature. It protects only where it is verified, with the identity and the issuer that are expected: without these, anyone's
#   signature will do. Judged are workflows and composite actions of GitHub, pipelines of GitLab, and those of Tekton with the
#   Tasks that they refer to. Deploying to a cluster that the job itself makes for a test needs no verification.
# scope: package
# related_resources:
#   - ref: https://docs.sigstore.dev/cosign/signing/signing_with_containers/
#     description: Signing images with cosign
#   - ref: https://docs.sigstore.dev/cosign/verifying/verify/
#     description: Verifying signatures with cosign
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         signedByPlatform:
#           type: boolean
#           default: false
#           description: Images are signed outside of pipelines, as Tekton Chains does it.
#         verifiedAtAdmission:
#           type: boolean
#           default: false
#           description: The cluster verifies signatures when pods are made, so that pipelines need not.
# custom:
#   id: ci-image-signing
#   severity: high
#   profiles: {restricted: deny}
#   match:
#     - {groups: [documents.rampart], kinds: [GitHubAction, GitHubWorkflow, GitLabPipeline]}
#     - {groups: [tekton.dev], kinds: [Pipeline, PipelineRun]}
#   sync:
#     - {group: tekton.dev, version: v1, kind: Task}
#   controls:
#     soc2: [CC6.8, CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: |
#     Sign what was pushed with cosign sign and name@digest. Before deploying, run cosign verify with --certificate-identity and
#     --certificate-oidc-issuer, or with --key.
package rampart.code.ci_image_signing

import data.lib.finding
import data.lib.identities
import data.lib.pipelines
import data.lib.pipelines.images
import data.lib.shell

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	not input.parameters.signedByPlatform
	some push in images.pushes
	not _is_signed(push)
	path := pipelines.path(push)
	msg := concat("", [
		$"The pipeline pushes an image with {push.what} and does not sign it for sure: ",
		"run cosign sign with name@digest after the push, under no other condition.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some action in _cosign("sign")
	not _names_digest(action)
	path := pipelines.path(action)
	msg := "cosign sign must sign a digest, for a tag can move in between: write name@sha256:… or name@ and the digest of the push."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	not input.parameters.verifiedAtAdmission
	some deployment in images.deployments
	not _is_verified(deployment)
	path := pipelines.path(deployment)
	msg := concat("", [
		$"The pipeline deploys with {deployment.what} what it has not verified for sure: ",
		"run cosign verify before, in a step or command of its own without a condition, whose failure ends the job.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some action in _cosign("verify")
	problem := _unproven(action.args)
	path := pipelines.path(action)
	msg := $"cosign verify {problem}."
}

# The runs of one of cosign's commands, with their arguments.
_cosign(subcommand) := [action |
	some action in pipelines.mentioning("cosign")
	shell.operands(action.args)[0] == subcommand
]

_is_signed(push) if {
	some action in _cosign("sign")
	pipelines.follows(action, push)
	pipelines.accompanies(action, push)
}

_names_digest(action) if {
	some operand in shell.operands(action.args)
	some text in ({operand} | pipelines.meanings(operand, action))
	regex.match(`@(?:sha256:[0-9a-f]{64}|(?:sha256:)?\$)|(?i)digest`, text)
}

_is_verified(deployment) if {
	some action in _cosign("verify")
	pipelines.gates(action, deployment)
}

# What a verification does not ask for, as the rest of a sentence.

_unproven(args) := problem if {
	not _has_key(args)
	problem := _unproven_identity(args)
}

_has_key(args) if {
	some value in shell.values(args, {"--key"})
	value != ""
}

_has_key(args) if shell.on(args, "--sk")

_unproven_identity(args) := "takes anyone's signature: add --certificate-identity and --certificate-oidc-issuer, or --key" if {
	not _has_value(args, {"--certificate-identity", "--certificate-identity-regexp"})
} else := "takes an identity of any issuer: add --certificate-oidc-issuer" if {
	not _has_value(args, {"--certificate-oidc-issuer", "--certificate-oidc-issuer-regexp"})
} else := "takes any text that contains a match of its pattern: begin the pattern with ^ and what must stand there" if {
	some pattern in shell.values(args, {"--certificate-identity-regexp", "--certificate-oidc-issuer-regexp"})
	identities.begins_anywhere(pattern)
}

_has_value(args, flags) if {
	some value in shell.values(args, flags)
	value != ""
}
