# METADATA
# title: Dependencies are scanned where images are built
# description: |
#   A scan of the sources finds a vulnerable library where it can be changed, before it is in an image. A workflow that pushes
#   images needs one in itself or in another workflow that is given together with it. The scan must be able to fail; known are
#   Trivy on files, govulncheck, dependency-review, OSV-Scanner, Grype, Snyk, OWASP Dependency-Check and the auditors of npm,
#   Yarn, pnpm, Python, Rust and Ruby. For GitLab its own template counts too.
# scope: package
# related_resources:
#   - ref: https://trivy.dev/latest/docs/target/filesystem/
#     description: Trivy on a folder
#   - ref: https://github.com/actions/dependency-review-action
#     description: Review of the dependencies of a pull request
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         otherScanners:
#           type: array
#           default: []
#           description: Further actions that scan dependencies and fail.
#           items: {type: string}
# custom:
#   id: ci-dependency-scan
#   severity: medium
#   profiles: {restricted: warn}
#   match:
#     - {groups: [documents.rampart], kinds: [GitHubWorkflow, GitLabPipeline]}
#     - {groups: [tekton.dev], kinds: [Pipeline, PipelineRun]}
#   sync:
#     - {group: documents.rampart, version: v1, kind: GitHubWorkflow}
#     - {group: documents.rampart, version: v1, kind: GitLabPipeline}
#     - {group: tekton.dev, version: v1, kind: Task}
#   controls:
#     soc2: [CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: Run aquasecurity/trivy-action with scan-type fs, exit-code 1 and severity HIGH,CRITICAL on the sources.
package rampart.code.ci_dependency_scan

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.pipelines
import data.lib.pipelines.images
import data.lib.pipelines.trivy
import data.lib.shell

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	push := images.pushes[0]
	not _is_scanned
	path := pipelines.path(push)
	msg := concat("", [
		$"The pipeline pushes an image with {push.what}, and no dependencies are scanned: ",
		"run Trivy with scan-type fs and exit-code 1, or another scanner that can fail, on the sources.",
	])
}

_is_scanned if _has_scan(k8s.group_kind, k8s.resource, pipelines.actions)

_is_scanned if {
	some kind in ["GitHubWorkflow", "GitLabPipeline"]
	startswith(k8s.group_kind, "documents.rampart/")
	some document in inventory.cluster("documents.rampart", kind)
	group_kind := $"documents.rampart/{kind}"
	_has_scan(group_kind, document, pipelines.actions_of(pipelines.jobs_of(group_kind, document)))
}

_has_scan(_, _, actions) if {
	some action in actions
	_scans(action)
	not action.step.lenient
	action.command.fails
}

# Templates of GitLab that scan, wherever they are kept.
_has_scan("documents.rampart/GitLabPipeline", document, _) if {
	regex.match(`(?i)dependency[-_]scanning`, json.marshal(object.get(document, "include", "")))
}

_scans(action) if {
	run := trivy.run(action)
	run.scans in {"fs", "repo", "rootfs", "sbom"}
	not trivy.lets_through(run, ["CRITICAL"])
}

_scans(action) if {
	action.step.uses == "actions/dependency-review-action"
	object.get(action.step.inputs, "warn-only", "false") == "false"
}

_scans(action) if {
	action.step.uses == "anchore/scan-action"
	object.get(action.step.inputs, "fail-build", "true") == "true"
}

_scans(action) if {
	action.step.uses in {lower(name) | some name in array.concat(_actions, input.parameters.otherScanners)}
}

_scans(action) if regex.match(`^(?:google/osv-scanner-action(?:/.*)?|snyk/actions(?:/.*)?)$`, action.step.uses)

_actions := [
	"golang/govulncheck-action", "dependency-check/dependency-check_action", "pypa/gh-action-pip-audit",
	"rustsec/audit-check", "actions-rust-lang/audit", "embarkstudios/cargo-deny-action", "google/osv-scanner",
]

_scans(action) if {
	action.step.uses == ""
	some program in (_bare_names(action) & {
		"govulncheck", "osv-scanner", "pip-audit", "bundler-audit", "bundle-audit", "safety", "nancy", "cargo-audit",
	})
	_ = shell.mentions(action.command, program)
}

# Programs and images by the names of a command
_bare_names(action) := {split(split(name, ":")[0], "@")[0] | some name in action.command.names}

_scans(action) if {
	action.step.uses == ""
	some program, subcommand in {
		"npm": `^audit`, "yarn": `^(?:npm )?audit`, "pnpm": `^audit`, "cargo": `^(?:audit|deny)`, "snyk": `^test`,
		"composer": `^audit`, "uv": `^audit`, "pipx": `pip-audit`, "go": `^(?:run|tool) .*govulncheck`,
	}
	program in _bare_names(action)
	args := shell.operands(shell.mentions(action.command, program))
	regex.match(subcommand, concat(" ", args))
}

_scans(action) if {
	"grype" in _bare_names(action)
	args := shell.mentions(action.command, "grype")
	regex.match(`(?:^| )(?:--fail-on|-f)[ =]`, concat(" ", args))
}

_scans(action) if {
	contains(concat(" ", action.command.names), "dependency-check")
	some word in action.command.words
	regex.match(`^dependency-check(?:\.sh)?$`, regex.replace(word, `^.*/`, ""))
	regex.match(`--failOnCVSS`, concat(" ", action.command.words))
}
