# METADATA
# title: Workflows run actions at a commit that cannot change
# description: |
#   A tag or a branch of an action can be moved to other code, which then runs with the workflow's secrets. A full commit
#   SHA cannot. Judged are the steps of jobs and of composite actions, reusable workflows and images of docker://; actions
#   in the same repository are what was reviewed with the workflow.
# scope: package
# related_resources:
#   - ref: https://docs.github.com/actions/reference/security/secure-use#using-third-party-actions
#     description: GitHub's advice on third-party actions
#   - ref: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsuses
#     description: The forms of uses
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         trustedOwners:
#           type: array
#           default: [actions, github]
#           description: Owners whose actions may be named by a tag; at first GitHub itself.
#           items: {type: string}
# custom:
#   id: ci-pinned-actions
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [documents.rampart], kinds: [GitHubAction, GitHubWorkflow]}]
#   files_only: true
#   controls:
#     soc2: [CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     nsa: [supply-chain]
#   remediation: Write uses as owner/repository@ and the 40 digits of a commit, with the release as a comment behind it.
package rampart.code.ci_pinned_actions

import data.lib.finding
import data.lib.pipelines.github

violation contains finding.at(rego.metadata.chain(), used.path, msg) if {
	some used in github.uses
	not _pinned(used.value)
	not _trusted(used.value)
	msg := $"The workflow must not use {_shown(used.value)}, which can change: {_remedy(used.value)}."
}

_pinned(text) if regex.match(`^[^@\s]+@([0-9a-f]{40}|[0-9a-f]{64})$`, _text(text))

_pinned(text) if regex.match(`^docker://[^@\s]+@sha256:[0-9a-f]{64}$`, _text(text))

# Part of the repository that the workflow is in.
_pinned(text) if regex.match(`^\./`, _text(text))

_trusted(text) if {
	regex.match(`^[^/@\s]+/[^@\s]+@[^@\s]+$`, _text(text))
	owner := lower(split(_text(text), "/")[0])
	trusted := input.parameters.trustedOwners
	some name in trusted
	lower(name) == owner
}

default _text(_) := ""

_text(value) := value if is_string(value)

_shown(value) := value if {
	is_string(value)
} else := "an action whose name is no text"

_remedy(text) := "name the image by its digest, docker://name@sha256:…" if {
	startswith(_text(text), "docker://")
} else := "write the full SHA of a commit behind the @"
