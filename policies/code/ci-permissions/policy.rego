# METADATA
# title: Pipelines have no more rights than they need
# description: |
#   Whatever runs in a job can use its token: a dependency of the build, an action whose tag was moved. On GitHub a token has the
#   permissions that the workflow or the job names; where neither does, those that someone has set for the repository, which may
#   be to write everything. A workflow that runs only when another calls it has no more than the caller's, which is judged there.
#   Events such as pull_request_target give a stranger's pull request the secrets and the token of the repository: in a workflow
#   that they start nothing may check out what the pull request brings (actions/checkout with its ref, gh pr checkout, git fetch),
#   and no reusable workflow inherits all secrets, unless a condition of the step or job leaves forks out. That an actor, a label or
#   the name of a branch is the right one proves nothing. On GitLab, where the rights of a job's token are settings of the
#   project, an ID token must be made for one service.
# scope: package
# related_resources:
#   - ref: https://docs.github.com/actions/tutorials/authenticate-with-github_token#modifying-the-permissions-for-the-github_token
#     description: Permissions of the token of GitHub
#   - ref: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions
#     description: The forms of permissions
#   - ref: https://docs.github.com/actions/reference/security/securely-using-pull_request_target
#     description: The risks of pull_request_target, workflow_run and issue_comment
#   - ref: https://docs.gitlab.com/ci/secrets/id_token_authentication/
#     description: ID tokens of GitLab
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         maxWrites:
#           type: integer
#           minimum: 0
#           default: 6
#           description: How many write permissions a token may have; with more it is as good as write-all.
#         writesPerJob:
#           type: boolean
#           default: false
#           description: |
#             Write permissions and ID tokens stand in the job that needs them, not where several jobs get them.
#         privilegedEvents:
#           type: array
#           default: [pull_request_target, workflow_run, issue_comment]
#           description: Events that strangers can cause and that start a workflow with the rights of the repository.
#           items: {type: string}
# custom:
#   id: ci-permissions
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [documents.rampart], kinds: [GitHubAction, GitHubWorkflow, GitLabPipeline]}]
#   files_only: true
#   sync:
#     - {group: tekton.dev, version: v1, kind: Task}
#   controls:
#     soc2: [CC6.1, CC6.3, CC8.1]
#     hipaa: ["164.308(a)(4)", "164.312(a)(1)"]
#     nsa: [supply-chain]
#   remediation: |
#     Write permissions: {} at the top of the workflow, and in each job the permissions that it needs. Build and test pull requests
#     in a workflow on pull_request, which has neither secrets nor a token that can write.
package rampart.code.ci_permissions

import data.lib.finding
import data.lib.k8s
import data.lib.pipelines
import data.lib.pipelines.github
import data.lib.shell

_workflow := k8s.resource if k8s.group_kind == "documents.rampart/GitHubWorkflow"

# What the token of GitHub may do

violation contains finding.at(rego.metadata.chain(), "permissions", msg) if {
	count(_undecided) > 0
	count(_undecided) == count(github.jobs)
	msg := concat("", [
		"The workflow leaves it to a setting of the repository what its token may do: ",
		"write permissions at its top, as an empty mapping, and in each job those that it needs.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	count(_undecided) < count(github.jobs)
	some job in _undecided
	path := $"{job.path}.permissions"
	msg := concat("", [
		$"The workflow leaves it to a setting of the repository what the token of job {job.name} may do: ",
		"write the permissions that the job needs, or an empty mapping at the top.",
	])
}

violation contains finding.at(rego.metadata.chain(), block.path, msg) if {
	some block in _blocks
	problem := _problem(block.value)
	msg := $"The token of {block.of} {problem}."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	input.parameters.writesPerJob
	jobs := [job.name | some job in github.jobs; not _has(job.job, "permissions")]
	count(jobs) > 1
	some scope in _writes(_workflow.permissions)
	path := $"permissions{github.key(scope)}"
	msg := $"All of the jobs {concat(", ", jobs)} may write {scope}: grant it in the job that needs it."
}

# The jobs for which nothing says what their token may do.
_undecided := [job | some job in github.jobs; not _has(job.job, "permissions")] if {
	_ = _workflow
	not _has(_workflow, "permissions")
	github.events(_workflow) != {"workflow_call"}
}

_blocks := array.concat(
	[{"path": "permissions", "of": "the workflow", "value": _workflow.permissions} | _has(_workflow, "permissions")],
	[{"path": path, "of": of, "value": job.job.permissions} |
		_ = _workflow
		some job in github.jobs
		_has(job.job, "permissions")
		path := $"{job.path}.permissions"
		of := $"job {job.name}"
	],
)

_has(place, field) if {
	some field_, _ in place
	field_ == field
}

_problem("write-all") := "can write everything: write a mapping of the permissions that are needed"

_problem(value) := "has permissions of no known form: write a mapping such as contents: read" if {
	not is_object(value)
	not value in {"read-all", "write-all"}
}

_problem(value) := $"has a permission for {unknown[0]} of no known form: write read, write or none" if {
	is_object(value)
	unknown := sort([scope | some scope, level in value; not level in {"read", "write", "none"}])
	count(unknown) > 0
}

_problem(value) := $"can write {count(writes)} things, which is as good as everything: split the work into jobs with fewer rights" if {
	writes := _writes(value)
	count(writes) > input.parameters.maxWrites
}

_writes(permissions) := sort([scope | some scope, "write" in permissions]) if is_object(permissions)

# What strangers can have run

violation contains finding.at(rego.metadata.chain(), checkout.path, msg) if {
	some checkout in _checkouts
	not _excludes_forks(checkout.step)
	msg := concat("", [
		$"A stranger's pull request starts this by {concat(" or ", _privileged)}, with the repository's secrets, and {checkout.what}",
		$"{_kept_token(checkout.step)}: do this in a workflow on pull_request, or leave forks out by a condition.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	count(_privileged) > 0
	some job in github.jobs
	job.job.secrets == "inherit"
	some step in [step | some pipeline_job in pipelines.jobs; pipeline_job.name == job.name; some step in pipeline_job.steps]
	not _excludes_forks(step)
	path := $"{job.path}.secrets"
	msg := concat("", [
		$"A stranger's pull request starts job {job.name} by {concat(" or ", _privileged)}, which hands all secrets of the repository to ",
		"another workflow: name the secrets that it needs.",
	])
}

# Whoever writes this knows that an event of the kind can start it, wherever it is called from and whatever the ref is called.
violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some action in _checking_out
	lower(object.get(action.step.inputs, "allow-unsafe-pr-checkout", "false")) != "false"
	not _excludes_forks(action.step)
	not action.step.path in {checkout.step.path | some checkout in _checkouts}
	path := $"{action.step.path}.with.allow-unsafe-pr-checkout"
	msg := "The step lets a stranger's code into a run with the repository's secrets: remove allow-unsafe-pr-checkout."
}

_privileged := sort([event | some event in github.events(_workflow); event in input.parameters.privilegedEvents]) if {
	k8s.group_kind == "documents.rampart/GitHubWorkflow"
} else := [] if k8s.group_kind == "documents.rampart/GitHubAction"

_checking_out := [action |
	some action in pipelines.actions
	regex.match(`(?:^|/)[\w.-]*checkout[\w.-]*$`, action.step.uses)
]

_checkouts contains {"path": path, "what": what, "step": action.step} if {
	count(_privileged) > 0
	some action in _checking_out
	some name in ["ref", "repository"]
	_is_head(action.step.inputs[name], action.step)
	path := $"{action.step.path}.with.{name}"
	what := $"{action.step.uses} gets its code"
}

# A reusable workflow checks out what it is told to.
_checkouts contains {"path": path, "what": what, "step": action.step} if {
	count(_privileged) > 0
	some action in pipelines.actions
	regex.match(`\.ya?ml$`, action.step.uses)
	some name, value in action.step.inputs
	regex.match(`(?:^|[-_])(?:ref|sha|commit|revision|repo|repository)$`, name)
	_is_head(value, action.step)
	path := $"{action.step.path}.with.{name}"
	what := $"workflow {action.step.uses} is told to get its code"
}

_checkouts contains {"path": path, "what": "gh pr checkout gets its code", "step": action.step} if {
	count(_privileged) > 0
	some action in pipelines.mentioning("gh")
	regex.match(`^(?:\S+ )?(?:pr checkout|pr co|co)\b`, concat(" ", shell.operands(action.args)))
	path := pipelines.path(action)
}

_checkouts contains {"path": path, "what": $"git {verb} gets its code", "step": action.step} if {
	count(_privileged) > 0
	some action in pipelines.mentioning("git")
	verb := [operand | some operand in array.slice(shell.operands(action.args), 0, 3); operand in _git_verbs][0]
	some arg in action.args
	_is_head(arg, action.step)
	path := pipelines.path(action)
}

_git_verbs := {
	"checkout", "cherry-pick", "clone", "fetch", "merge", "pull", "rebase", "reset", "restore", "switch", "worktree",
}

_kept_token(step) := ", which can read the token that the checkout keeps" if {
	step.uses == "actions/checkout"
	lower(object.get(step.inputs, "persist-credentials", "true")) != "false"
} else := ""

# Whether a text names what a pull request brings, itself or by a variable.
_is_head(text, _) if regex.match(_head, _plain(text))

_is_head(text, step) if count(_variables_in(text) & _names_of_head(step)) > 0

# The variables that hold such a name, or another such variable. Letters of either case count as one: this finds more, not less.
_names_of_head(step) := direct | {lower(name) |
	some name, value in step.env
	count(_variables_in(value) & direct) > 0
} if {
	direct := {lower(name) | some name, value in step.env; regex.match(_head, _plain(value))} | {name |
		some command in step.commands
		some text in command.assigned
		regex.match(_head, _plain(text))
		name := lower(regex.replace(text, `\+?=[\s\S]*$`, ""))
	}
}

_variables_in(text) := {name |
	some [_, name] in regex.find_all_string_submatch_n(`(?:\$\{?|\benv\.)(\w+)`, _plain(text), -1)
}

# The commit, branch and repository of a pull request, as of https://docs.github.com/webhooks/webhook-events-and-payloads.
_head := concat("|", [
	`github\.head_ref\b`,
	`github\.event\.pull_request\.(?:head|merge_commit_sha)\b`,
	`github\.event\.workflow_run\.(?:head_|pull_requests\b)`,
	`\bpull/(?:\$\{\{.*?\}\}|[^/\s])+/(?:head|merge)\b`,
	`\boutputs\.(?:[\w-]*[-_])?(?:head|pr)[-_]?(?:sha|ref|branch|commit)\b`,
])

# GitHub takes a['b'] for a.b, and letters of either case.
_plain(text) := regex.replace(regex.replace(lower(text), `\[\s*'([\w-]+)'\s*\]`, ".$1"), `\s*\.\s*`, ".")

# Whether a condition of the step, of its job, or of a job without which that does not start holds for no pull request of a
# fork that is not merged.
_excludes_forks(step) if {
	some condition in ({step.only_if, step.job_only_if} | {other.job_only_if |
		some job in pipelines.jobs
		job.name in pipelines.bound[step.job]
		some other in job.steps
	})
	some part in _parts(condition)
	_is_without_forks(part)
}

# What is joined by && alone. What stands in parentheses is one part.
_parts(condition) := {trim_space(part) | some part in split(flat, "&&")} if {
	bare := regex.replace(_plain(condition), `(^|\W)\(\s*([^()&|]*?)\s*\)`, "$1$2")
	flat := _without_parentheses(_without_parentheses(_without_parentheses(_without_parentheses(bare))))
	not contains(flat, "||")
} else := set()

_without_parentheses(text) := regex.replace(text, `\([^()]*\)`, "_")

_is_without_forks(part) if part in {
	"github.event.pull_request.head.repo.full_name == github.repository",
	"github.repository == github.event.pull_request.head.repo.full_name",
	"github.event.workflow_run.head_repository.full_name == github.repository",
	"github.repository == github.event.workflow_run.head_repository.full_name", "github.event.pull_request.merged == true",
	"github.event.pull_request.merged",
}

# These hold where there is no pull request, too.
_is_without_forks(part) if {
	_privileged == ["pull_request_target"]
	part in {
		"github.event.pull_request.head.repo.fork == false", "!github.event.pull_request.head.repo.fork",
		"github.event_name != 'pull_request_target'",
	}
}

_is_without_forks(part) if {
	some [_, event] in regex.find_all_string_submatch_n(`^github\.event_name == '(\w+)'$`, part, 1)
	not event in _privileged
}

_is_without_forks(part) if regex.match(`^github\.event\.workflow_run\.event == '(?:push|schedule|workflow_dispatch|release)'$`, part)

# ID tokens of GitLab

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some token in _id_tokens
	audiences := _audiences(token.value)
	count(audiences) != 1
	path := $"{token.path}.aud"
	msg := $"The ID token {token.name} of {token.of} must be for one service: write the URL of that service as aud."
}

violation contains finding.at(rego.metadata.chain(), token.path, msg) if {
	input.parameters.writesPerJob
	some token in _id_tokens
	token.of == "all jobs"
	msg := $"All jobs get the ID token {token.name}: write id_tokens in the job that needs it."
}

_id_tokens := [{"path": path, "name": name, "of": of, "value": value} |
	k8s.group_kind == "documents.rampart/GitLabPipeline"
	some job_name, job in k8s.resource
	some name, value in github.object_in({"job": job}, "job").id_tokens
	path := finding.path([job_name, "id_tokens", name])
	of := {true: "all jobs", false: $"job {job_name}"}[job_name == "default"]
]

_audiences(token) := [token.aud] if {
	is_string(token.aud)
	token.aud != ""
} else := [audience | some audience in token.aud; is_string(audience)]
