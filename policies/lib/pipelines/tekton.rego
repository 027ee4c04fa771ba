# METADATA
# title: Pipelines of Tekton
# description: |
#   What a Pipeline of tekton.dev runs, by https://tekton.dev/docs/pipelines/pipelines/. Tasks that are referred to by name are
#   taken from the inventory; others are known by their name alone, as an action that `uses` it.
package lib.pipelines.tekton

import data.lib.inventory
import data.lib.k8s
import data.lib.pipelines.github
import data.lib.shell

# METADATA
# description: The specification of a pipeline, which stands at a path, in the form of lib.pipelines.
pipeline(path, spec) := array.concat(
	[_job(task, false) | some task in _tasks(path, spec, "tasks")],
	[object.union(_job(task, true), {"needs": names}) |
		names := [task.name | some task in _tasks(path, spec, "tasks")]
		some task in _tasks(path, spec, "finally")
	],
)

_tasks(path, spec, field) := [{"name": task.name, "path": at, "task": task} |
	some i, task in _array(spec, field)
	is_string(task.name)
	at := $"{path}.{field}[{i}]"
]

_job(task, heedless) := {
	"name": task.name,
	"needs": _needs(task.task),
	"heedless": heedless,
	"steps": _steps(task),
}

# A task waits for those whose results it takes, too.
_needs(task) := array.concat(
	[name | some name in _array(task, "runAfter"); is_string(name)],
	[name | some [_, name] in regex.find_all_string_submatch_n(`\$\(tasks\.([a-z0-9-]+)\.`, json.marshal(task), -1)],
)

_steps(task) := [_step(task, path, i, spec, step) |
	spec := task.task.taskSpec
	some i, step in _array(spec, "steps")
	is_object(step)
	path := $"{task.path}.taskSpec.steps[{i}]"
] if is_object(task.task.taskSpec)

_steps(task) := [object.union(_step(task, path, i, spec, step), {"field": ""}) |
	path := $"{task.path}.taskRef"
	spec := _referred(task.task.taskRef)
	some i, step in _array(spec, "steps")
	is_object(step)
] if {
	not is_object(object.get(task.task, "taskSpec", null))
	_is_known(task.task)
}

_steps(task) := [{
	"job": task.name,
	"index": 0,
	"path": $"{task.path}.taskRef",
	"field": "",
	"uses": _task_name(task.task.taskRef),
	"inputs": {param.name: _param(param.value) | some param in _array(task.task, "params"); is_string(param.name)},
	"env": {},
	"commands": [shell.whole([])],
	"lenient": _is_lenient([task.task]),
	"heedless": false,
	"only_if": _condition([task.task]),
	"job_only_if": "",
}] if {
	not is_object(object.get(task.task, "taskSpec", null))
	not _is_known(task.task)
}

_is_known(task) if _ = _referred(task.taskRef)

# The specification of a Task of the same namespace. (ClusterTasks are no more.)
_referred(ref) := [obj.spec | some obj in _named(ref.name); is_object(obj.spec)][0] if {
	is_string(ref.name)
	object.get(ref, "kind", "Task") == "Task"
	not ref.resolver
	not ref.bundle
}

_named(name) := inventory.namespaced_named(k8s.namespace, "tekton.dev", "Task", name) if k8s.namespace != ""

_named(name) := inventory.cluster_named("tekton.dev", "Task", name) if k8s.namespace == ""

# A resolver takes the name among its parameters.
_task_name(ref) := lower(name) if {
	name := ref.name
	is_string(name)
} else := lower(name) if {
	some param in ref.params
	param.name == "name"
	name := param.value
	is_string(name)
} else := ""

_param(value) := value if is_string(value)

_param(value) := concat(" ", [text | some text in value; is_string(text)]) if is_array(value)

_step(task, path, index, spec, step) := {
	"job": task.name,
	"index": index,
	"path": path,
	"field": _field(step),
	"uses": "",
	"inputs": {},
	"env": object.union(_env(github.object_in(spec, "stepTemplate")), _env(step)),
	"commands": _commands(step),
	"lenient": _is_lenient([task.task, step]),
	"heedless": false,
	"only_if": _condition([task.task, step]),
	"job_only_if": "",
}

_field(step) := ".script" if {
	is_string(step.script)
} else := ".args" if {
	_ = step.args
} else := ".image"

_env(place) := {variable.name: variable.value |
	some variable in _array(place, "env")
	is_string(variable.name)
	is_string(variable.value)
}

# Tekton runs a script by its first line, and with sh -e where that names no shell. A step without a command runs what its image
# is made for: the program of the image's name, as far as one can know.
_commands(step) := shell.commands(step.script, _options(step.script)) if is_string(step.script)

_commands(step) := array.concat([shell.whole(words)], inner) if {
	not is_string(object.get(step, "script", null))
	words := array.concat(_program(step), [word | some word in _array(step, "args"); is_string(word)])
	inner := [object.union(command, {"stops": false, "fails": false, "chained": false}) |
		some flag in words
		flag in {"-c", "-ec", "-ce"}
		some word in words
		contains(word, " ")
		some command in shell.commands(word, {"errexit": false, "pipefail": false})
	]
}

_program(step) := words if {
	words := [word | some word in _array(step, "command"); is_string(word)]
	count(words) > 0
} else := [regex.replace(step.image, `^.*/|[:@][^/]*$`, "")] if {
	is_string(step.image)
} else := []

_options(script) := {"errexit": true, "pipefail": false} if not startswith(script, "#!")

_options(script) := {"errexit": errexit, "pipefail": pipefail} if {
	startswith(script, "#!")
	line := split(script, "\n")[0]
	errexit := regex.match(`sh\s+-[a-z]*e`, line)
	pipefail := contains(line, "pipefail")
}

_is_lenient(places) if {
	some place in places
	not object.get(place, "onError", "stopAndFail") == "stopAndFail"
} else := false

# What waits for a task that is skipped runs all the same.
_condition(places) := json.marshal(conditions) if {
	conditions := [place.when | some place in places; _ = place.when]
	count(conditions) > 0
} else := ""

_array(value, field) := value[field] if {
	is_array(value[field])
} else := []
