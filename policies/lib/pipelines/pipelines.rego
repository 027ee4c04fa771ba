# METADATA
# title: Pipelines
# description: |
#   One form for the workflows and composite actions of GitHub, the pipelines of GitLab and those of Tekton, so that what they
#   do, and in which order, is judged once.
#
#   A job is {"name", "needs": the jobs that end before it, "heedless": it runs although one of these failed, "steps"}. A
#   step is {"job", "index" in it, "path", "field": where its script or action stands, "uses": an action without its
#   version, in lower case, "inputs" and "env" as texts, "commands" in the form of lib.shell (of GitHub those of
#   lib.pipelines.scripts), "lenient": its failure is passed over, "heedless": it runs although an earlier one failed,
#   "only_if": a condition, or "", "job_only_if": one without which no later job runs either}. An action is one command
#   without words.
#   What a reusable workflow, an included file or an unknown action does is not known.
package lib.pipelines

import data.lib.k8s
import data.lib.pipelines.github
import data.lib.pipelines.gitlab
import data.lib.pipelines.tekton
import data.lib.shell

# METADATA
# description: The jobs of the pipeline under review.
jobs := jobs_of(k8s.group_kind, k8s.resource)

# METADATA
# description: The jobs of a document of a kind ("group/Kind"); [] for other kinds.
jobs_of("documents.rampart/GitHubWorkflow", document) := github.pipeline(document)

jobs_of("documents.rampart/GitHubAction", document) := github.pipeline(document)

jobs_of("documents.rampart/GitLabPipeline", document) := gitlab.pipeline(document)

jobs_of("tekton.dev/Pipeline", object) := tekton.pipeline("spec", object.spec) if is_object(object.spec)

jobs_of("tekton.dev/PipelineRun", object) := tekton.pipeline("spec.pipelineSpec", object.spec.pipelineSpec) if {
	is_object(object.spec.pipelineSpec)
}

# METADATA
# description: Whatever the pipeline runs, in the order of jobs and steps, as {"step", "command"}.
actions := actions_of(jobs)

actions_of(all) := [{"step": step, "command": command} |
	some job in all
	some step in job.steps
	some command in step.commands
]

# METADATA
# description: |
#   The actions that mention a program as lib.shell has it, with "args", the words behind it, and "number", the place among
#   `actions`.
mentioning(program) := [object.union(action, {"args": args, "number": i}) |
	some i in _by_name[program]
	action := actions[i]
	args := shell.mentions(action.command, program)
]

# Programs and images are looked up and not searched for: there are many of each. (A part of the table would be made anew for
# each name.)
_by_name := _naming

_naming[bare] contains i if {
	some i, action in actions
	some name in action.command.names
	bare := split(split(name, ":")[0], "@")[0]
}

# METADATA
# description: |
#   A word of an action with the values of the variable that it begins with, as far as the step sets them; the word itself
#   where it begins with none, or nothing is known of it.
meanings(word, action) := values if {
	values := {$"{value}{rest}" |
		some [_, name, rest] in regex.find_all_string_submatch_n(`^\$\{?(\w+)\}?(.*)$`, word, 1)
		some value in _values(name, action.step)
	}
	count(values) > 0
} else := {word}

_values(name, step) := {value | value := step.env[name]} | {value |
	some command in step.commands
	some text in command.assigned
	regex.match($`^{name}\+?=`, text)
	value := regex.replace(text, `^\w+\+?=`, "")
}

# METADATA
# description: Where a finding on an action belongs.
path(action) := $"{action.step.path}{action.step.field}"

# METADATA
# description: |
#   Whether the second of two actions does not take place unless the first has: it comes before, for sure, and its failure is not
#   passed over.
gates(first, second) if {
	_same_step(first, second)
	shell.guards(first.command, second.command)
}

gates(first, second) if {
	first.step.job == second.step.job
	first.step.index < second.step.index
	not second.step.heedless
	_binds(first, second)
}

gates(first, second) if {
	first.step.job in bound[second.step.job]
	_binds(first, second)
}

# METADATA
# description: |
#   Whether an action takes place whenever another does that has `conditions`: it has no others, and its failure is not passed
#   over.
accompanies(second, first) if {
	not second.step.lenient
	_binds_some(second.command)
	count(conditions(second) - first.conditions) == 0
}

# METADATA
# description: The conditions of an action, and of the job that it is in; "" where there is none.
conditions(action) := {"", action.step.only_if, action.step.job_only_if}

# METADATA
# description: An expression of GitHub without what stands around it.
expression(text) := trim_space(regex.replace(text, `^\s*\$\{\{|\}\}\s*$`, ""))

# METADATA
# description: Whether the second of two actions comes after the first.
follows(second, first) if {
	_same_step(first, second)
	first.command.at < second.command.at
}

follows(second, first) if {
	first.step.job == second.step.job
	first.step.index < second.step.index
}

follows(second, first) if first.step.job in _before[second.step.job]

# METADATA
# description: Whether two actions are part of one run, in either order.
together(first, second) if first.step.job == second.step.job

together(first, second) if first.step.job in _before[second.step.job]

together(first, second) if second.step.job in _before[first.step.job]

_same_step(first, second) if {
	first.step.job == second.step.job
	first.step.index == second.step.index
}

_binds(first, second) if {
	first.command.fails
	not first.step.lenient
	first.step.only_if in {"", second.step.only_if}
}

_binds_some(command) if command.stops

_binds_some(command) if command.fails

# The jobs that end before a job starts, and those without which it does not start.

_before[name] := _others(_needs, name) if some name, _ in _needs

# METADATA
# description: The jobs without whose success a job does not start, by its name.
bound[name] := _others(_binding_needs, name) if some name, _ in _binding_needs

_others(graph_, name) := graph.reachable(graph_, {need | some need in graph_[name]})

_needs := {job.name: job.needs | some job in jobs}

_binding_needs := {job.name: needs |
	some job in jobs
	needs := [need | some need in job.needs; not job.heedless]
}
