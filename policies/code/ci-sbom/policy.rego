# METADATA
# title: Every image that is pushed comes with a bill of materials
# description: |
#   When a hole in a library becomes known, a software bill of materials (SBOM) says which images have it, without pulling them
#   all. Judged are workflows and composite actions of GitHub, pipelines of GitLab, and those of Tekton with the Tasks that they
#   refer to. An SBOM comes from the build itself (sbom: true, --sbom, ko, Buildpacks) or from a tool in the same job or one that
#   waits for it: Syft, Trivy, BuildKit, docker scout, cdxgen, bom.
# scope: package
# related_resources:
#   - ref: https://docs.docker.com/build/ci/github-actions/attestations/
#     description: SBOMs of docker/build-push-action
#   - ref: https://github.com/anchore/sbom-action
#     description: SBOMs by Syft
# custom:
#   id: ci-sbom
#   severity: medium
#   profiles: {restricted: deny}
#   match:
#     - {groups: [documents.rampart], kinds: [GitHubAction, GitHubWorkflow, GitLabPipeline]}
#     - {groups: [tekton.dev], kinds: [Pipeline, PipelineRun]}
#   sync:
#     - {group: tekton.dev, version: v1, kind: Task}
#   controls:
#     soc2: [CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: Set sbom to true where docker/build-push-action pushes, or run anchore/sbom-action on the image.
package rampart.code.ci_sbom

import data.lib.finding
import data.lib.pipelines
import data.lib.pipelines.images
import data.lib.pipelines.trivy
import data.lib.shell

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some push in images.pushes
	not _lists_itself(push)
	not _is_listed(push)
	path := pipelines.path(push)
	msg := concat("", [
		$"The pipeline pushes an image with {push.what} without a bill of materials: ",
		"set sbom to true where the build can do it, or run Syft or Trivy on the image under no other condition.",
	])
}

_lists_itself(push) if not object.get(push.step.inputs, "sbom", "false") in {"", "false"}

_lists_itself(push) if regex.match(`type=sbom`, object.get(push.step.inputs, "attests", ""))

_lists_itself(push) if {
	some arg in push.command.words
	regex.match(`^--sbom(?:$|=)`, arg)
	not arg in {"--sbom=false", "--sbom=none", "--sbom="}
}

_lists_itself(push) if {
	some value in shell.values(push.command.words, {"--attest"})
	regex.match(`^type=sbom`, value)
}

_lists_itself(push) if {
	startswith(push.what, "ko ")
	not "--sbom=none" in push.command.words
}

_lists_itself(push) if startswith(push.what, "pack ")

_is_listed(push) if {
	some action in _lists
	pipelines.together(action, push)
	pipelines.accompanies(action, push)
}

_lists contains action if {
	some action in pipelines.actions
	action.step.uses in {
		"anchore/sbom-action", "actions/attest-sbom", "advanced-security/generate-sbom-action", "cyclonedx/gh-cyclonedx-action",
		"microsoft/sbom-action", "syft",
	}
}

_lists contains action if {
	some action in pipelines.actions
	run := trivy.run(action)
	trivy.lists_packages(run)
}

_lists contains action if {
	some program, subcommand in {
		"syft": ``, "cdxgen": ``, "tern": ``, "sbom-tool": ``, "docker": `^(?:scout )?sbom\b`, "bom": `^generate\b`,
		"cosign": `^attest .*--type[ =](?:spdx|spdxjson|cyclonedx|https://(?:spdx\.dev|cyclonedx\.org)/)`,
	}
	some action in pipelines.mentioning(program)
	regex.match(subcommand, concat(" ", action.args))
}
