# METADATA
# title: Workflows and actions of GitHub
# description: |
#   What a GitHubWorkflow or a GitHubAction of lib.documents runs: its jobs and steps with their paths, by
#   https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax.
package lib.pipelines.github

import data.lib.k8s
import data.lib.pipelines.scripts
import data.lib.shell

# METADATA
# description: |
#   The jobs in the order of their names: {"name", "path", "job"}. A composite action is one job whose steps are below runs.
jobs_of(document) := array.concat(
	[{"name": name, "path": path, "job": job} |
		some name, job in object_in(document, "jobs")
		is_object(job)
		path := $"jobs{key(name)}"
	],
	[{"name": "", "path": "runs", "job": document.runs} | is_object(document.runs)],
)

jobs := jobs_of(k8s.resource)

# METADATA
# description: The steps of a job of `jobs_of` in their order, {"path", "step", "index"}.
steps_of(job) := [{"path": path, "step": step, "index": i} |
	some i, step in _array(job.job, "steps")
	is_object(step)
	path := $"{job.path}.steps[{i}]"
]

# METADATA
# description: The events that start a workflow, of whatever form `on` is. YAML 1.1 reads that key as true.
events(document) := {name |
	some key in ["on", "true"]
	some name in _names(document[key])
}

_names(value) := {value} if is_string(value)

_names(value) := {name | some name in value; is_string(name)} if is_array(value)

_names(value) := object.keys(value) if is_object(value)

# METADATA
# description: Whatever a `uses` names, in steps and for whole jobs, as {"path", "value"}.
uses := array.concat(
	[{"path": path, "value": value} |
		some job in jobs
		some entry in steps_of(job)
		value := entry.step.uses
		path := $"{entry.path}.uses"
	],
	[{"path": path, "value": value} |
		some entry in jobs
		value := entry.job.uses
		path := $"{entry.path}.uses"
	],
)

# METADATA
# description: The field of a value if it holds a mapping, else {}.
object_in(value, field) := value[field] if {
	is_object(value[field])
} else := {}

# METADATA
# description: A key as the next step of a path.
key(name) := $".{name}" if {
	regex.match(`^[A-Za-z0-9_-]+$`, name)
} else := $"[{json.marshal(name)}]"

# METADATA
# description: The texts, numbers and booleans of a mapping as texts; names in lower case where `fold` says so.
texts(map, fold) := {_name(name, fold): text |
	some name, value in map
	text := _text(value)
}

# METADATA
# description: The workflow or action in the form of lib.pipelines.
pipeline(document) := [{
	"name": job.name,
	"needs": [name | some name in _list(object.get(job.job, "needs", [])); is_string(name)],
	"heedless": _is_heedless(job.job),
	"steps": array.concat(_reused(job), [step | some entry in steps_of(job); step := _step(document, job, shared, entry)]),
} |
	watched := _is_watched(document)
	env := texts(object_in(document, "env"), false)
	some job in jobs_of(document)

	# What is the same for all steps of a job
	shared := {
		"env": object.union(env, texts(object_in(job.job, "env"), false)),
		"lenient": _is_lenient([job.job]),
		"only_if": _condition(job.job),
		"watched": watched,
	}
]

_step(document, job, shared, entry) := {
	"job": job.name,
	"index": entry.index,
	"path": entry.path,
	"field": _field(entry.step),
	"uses": _action(entry.step),
	"inputs": texts(object_in(entry.step, "with"), true),
	"env": env,
	"commands": _commands(document, job, shared.watched, entry.step, env),
	"lenient": true in {shared.lenient, _is_lenient([entry.step])},
	"heedless": _is_heedless(entry.step),
	"only_if": _condition(entry.step),
	"job_only_if": shared.only_if,
} if {
	env := _env(shared.env, entry.step)
}

_env(env, step) := object.union(env, texts(step.env, false)) if is_object(step.env)

_env(env, step) := env if not is_object(object.get(step, "env", null))

# Whether an event can start the workflow that gives strangers its rights.
_is_watched(document) if count(events(document) - _own_events) > 0

else := false

_own_events := {
	"create", "delete", "deployment", "merge_group", "pull_request", "push", "release", "repository_dispatch", "schedule",
	"workflow_call", "workflow_dispatch",
}

# A job that is another workflow is one step.
_reused(job) := [{
	"job": job.name,
	"index": -1,
	"path": job.path,
	"field": ".uses",
	"uses": _action(job.job),
	"inputs": texts(object_in(job.job, "with"), true),
	"env": {},
	"commands": [shell.whole([])],
	"lenient": _is_lenient([job.job]),
	"heedless": false,
	"only_if": "",
	"job_only_if": _condition(job.job),
}] if {
	is_string(job.job.uses)
} else := []

_field(step) := ".run" if {
	is_string(step.run)
} else := ".uses"

_action(step) := lower(split(step.uses, "@")[0]) if {
	is_string(step.uses)
} else := ""

# An action is one command, which fails with its step. An image is the program of its name.
_commands(document, job, watched, step, env) := shell.commands(step.run, _options(_shell(document, job.job, step))) if {
	is_string(step.run)
	scripts.matter(step.run, env, watched)
} else := [] if {
	is_string(step.run)
}

_commands(_, _, _, step, _) := [shell.whole(_words(step))] if {
	not is_string(object.get(step, "run", null))
	is_string(step.uses)
}

_commands(_, _, _, step, _) := [] if {
	not is_string(object.get(step, "run", null))
	not is_string(object.get(step, "uses", null))
}

_words(step) := array.concat([regex.replace(step.uses, `^.*/|[:@][^/]*$`, "")], _arguments(step)) if {
	startswith(step.uses, "docker://")
} else := []

_arguments(step) := regex.find_n(`\S+`, step["with"].args, -1) if {
	is_string(step["with"].args)
} else := []

_shell(document, job, step) := [shell_name |
	some place in [step, object_in(object_in(job, "defaults"), "run"), object_in(object_in(document, "defaults"), "run"), _runner(job)]
	shell_name := place.shell
	is_string(shell_name)
][0]

# Without a shell GitHub runs bash -e, and PowerShell on Windows.
_runner(job) := {"shell": "pwsh"} if {
	contains(lower(json.marshal(object.get(job, "runs-on", ""))), "windows")
} else := {"shell": "bash -e {0}"}

_options("bash") := {"errexit": true, "pipefail": true}

_options("sh") := {"errexit": true, "pipefail": false}

# Other shells don't stop at a program that fails, unless they are told to.
_options(name) := {"errexit": errexit, "pipefail": pipefail} if {
	not name in {"bash", "sh"}
	errexit := regex.match(`^\S*sh\s.*-[a-z]*e`, name)
	pipefail := regex.match(`\bpipefail\b`, name)
}

_is_lenient(places) if {
	some place in places
	not object.get(place, "continue-on-error", false) in {false, "false"}
} else := false

# A condition with one of these functions takes the place of the one that all earlier steps have succeeded.
_is_heedless(place) if {
	contains(_condition(place), "(")
	regex.match(`(?i)\b(?:always|failure|cancelled)\s*\(`, _condition(place))
} else := false

_condition(place) := "" if {
	object.get(place, "if", "") == ""
} else := "" if {
	regex.match(`^(?:success\(\)|true)?$`, _bare_condition(place))
} else := _bare_condition(place)

_bare_condition(place) := trim_space(regex.replace(_text(object.get(place, "if", "")), `^\s*\$\{\{|\}\}\s*$`, "")) if {
	_ = _text(object.get(place, "if", ""))
} else := "a condition that is no text"

_name(name, true) := lower(name)

_name(name, false) := name

_text(value) := value if is_string(value)

_text(value) := $"{value}" if is_number(value)

_text(value) := $"{value}" if is_boolean(value)

_array(value, field) := value[field] if {
	is_array(value[field])
} else := []

_list(value) := value if is_array(value)

_list(value) := [value] if is_string(value)

_list(value) := [] if {
	not is_array(value)
	not is_string(value)
}
