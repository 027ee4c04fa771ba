# METADATA
# title: Images are scanned before they are pushed
# description: |
#   What is in a registry gets deployed. A scan stops an image only if it comes before the push, looks for vulnerabilities of
#   severity HIGH and CRITICAL, fails when it finds some, and nothing passes over its failure: no continue-on-error, allow_failure
#   or `|| true`, no condition that the push does not have, no push that runs always(). Judged are workflows and composite
#   actions of GitHub, pipelines of GitLab, and those of Tekton with the Tasks that they refer to. In a script a scan counts as a
#   command of its own, not within a branch, a function or a pipe.
# scope: package
# related_resources:
#   - ref: https://github.com/aquasecurity/trivy-action#scan-ci-pipeline
#     description: Trivy in workflows
#   - ref: https://trivy.dev/latest/docs/configuration/others/#exit-code
#     description: The exit code of Trivy
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         severities:
#           type: array
#           default: [HIGH, CRITICAL]
#           description: The severities for which a scan must fail.
#           items: {type: string, enum: [UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL]}
#         otherScanners:
#           type: array
#           default: []
#           description: Actions that scan an image and fail, to be accepted beside Trivy, such as anchore/scan-action.
#           items: {type: string}
# custom:
#   id: ci-image-scan
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
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
#     Build the image without pushing it, scan it with exit-code 1 and severity HIGH,CRITICAL in a step of its own, and push it
#     in a later step.
package rampart.code.ci_image_scan

import data.lib.finding
import data.lib.pipelines
import data.lib.pipelines.images
import data.lib.pipelines.trivy

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some push in images.pushes
	not _is_scanned(push)
	path := pipelines.path(push)
	msg := $"The pipeline pushes an image with {push.what}, but {_reason(push)}."
}

_is_scanned(push) if {
	some scan in _scans
	_holds_back(scan, push)
	not trivy.lets_through(scan.run, input.parameters.severities)
}

_is_scanned(push) if {
	some action in pipelines.actions
	action.step.uses in {lower(name) | some name in input.parameters.otherScanners}
	_holds_back(action, push)
}

_holds_back(scan, push) if pipelines.gates(scan, push)

_reason(push) := $"the Trivy scan before it {reasons[0]}" if {
	reasons := sort([reason |
		some scan in _scans
		_holds_back(scan, push)
		reason := trivy.lets_through(scan.run, input.parameters.severities)
	])
	count(reasons) > 0
} else := concat(" ", [
	"no Trivy scan of an image holds the push back:",
	"scan before it, in a step or command of its own without a condition, whose failure ends the job",
]) if {
	count(_scans) > 0
} else := "does not scan it before: run Trivy on the image with exit-code 1 and severity HIGH,CRITICAL"

_scans := [object.union(action, {"run": run}) |
	some action in pipelines.actions
	run := trivy.run(action)
	run.scans == "image"
]
