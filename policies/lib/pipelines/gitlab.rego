# METADATA
# title: Pipelines of GitLab
# description: |
#   What a GitLabPipeline of lib.documents runs, by https://docs.gitlab.com/ci/yaml/. The scripts of a job (before_script and
#   script, which the runner joins) are one step, its after_script is another. What `extends` names in the same file is
#   merged in; included files are not known.
package lib.pipelines.gitlab

import data.lib.pipelines.github
import data.lib.shell

# METADATA
# description: The pipeline in the form of lib.pipelines.
pipeline(document) := [{
	"name": name,
	"needs": _needs(document, jobs, job),
	"heedless": _is_heedless(job),
	"steps": array.concat(
		[_step(document, name, job, "script", 0, array.concat(_lines(before), _lines(script)), false) |
			before := _own(document, job, "before_script")
			script := object.get(job, "script", [])
		],
		[_step(document, name, job, "after_script", 1, lines, true) |
			lines := _lines(_own(document, job, "after_script"))
			count(lines) > 0
		],
	),
} |
	jobs := jobs_of(document)
	some name, job in jobs
]

# METADATA
# description: The jobs by name, with what they extend merged in.
jobs_of(document) := {name: job |
	some name, _ in document
	not name in keywords
	not startswith(name, ".")
	job := _extended(document, name)
	some field in ["script", "trigger", "run"]
	_ = job[field]
}

# METADATA
# description: Names at the top of the file that are no jobs.
keywords := {
	"default", "include", "stages", "variables", "workflow", "spec", "image", "services", "cache", "before_script",
	"after_script", "apiVersion", "kind", "metadata",
}

# GitLab knows up to eleven levels; more than three are discouraged.
_extended(document, name) := _with_base(document, _with_base(document, _with_base(document, document[name]))) if {
	is_object(document[name])
}

_with_base(document, job) := object.union_n(array.concat(
	[base |
		some name in _names(object.get(job, "extends", []))
		base := document[name]
		is_object(base)
	],
	[object.remove(job, ["extends"])],
)) if {
	_ = job.extends
} else := job

# What a job does not say itself, the defaults do.
_own(document, job, field) := value if {
	value := job[field]
} else := value if {
	value := document["default"][field]
} else := object.get(document, field, [])

_needs(_, _, job) := [name |
	some need in job.needs
	name := _needed(need)
] if {
	is_array(job.needs)
}

_needs(document, jobs, job) := [name |
	own := _stage_number(document, job)
	some name, other in jobs
	_stage_number(document, other) < own
] if {
	not is_array(object.get(job, "needs", null))
}

_needed(need) := need if is_string(need)

_needed(need) := need.job if is_string(need.job)

_stage_number(document, job) := [i | some i, name in _stages(document); name == object.get(job, "stage", "test")][0]

_stages(document) := array.concat([".pre"], array.concat(object.get(document, "stages", ["build", "test", "deploy"]), [".post"])) if {
	is_array(object.get(document, "stages", []))
}

# The runner sets errexit, and pipefail where the shell has it.
_step(document, name, job, field, index, lines, after) := {
	"job": name,
	"index": index,
	"path": trim_prefix(github.key(name), "."),
	"field": $".{field}",
	"uses": "",
	"inputs": {},
	"env": object.union(_variables(document), _variables(job)),
	"commands": shell.commands(concat("\n", lines), {"errexit": true, "pipefail": true}),
	"lenient": true in {after, _is_lenient(job)},
	"heedless": after,
	"only_if": _condition(job),
	"job_only_if": "",
}

_lines(value) := [value] if is_string(value)

_lines(value) := [line |
	some entry in value
	some line in _flat(entry)
] if {
	is_array(value)
}

_lines(value) := [] if {
	not is_string(value)
	not is_array(value)
}

_flat(value) := [value] if is_string(value)

_flat(value) := [line | some line in value; is_string(line)] if is_array(value)

_variables(place) := object.union(
	github.texts(github.object_in(place, "variables"), false),
	{name: variable.value | some name, variable in github.object_in(place, "variables"); is_string(variable.value)},
)

_is_lenient(job) if {
	not object.get(job, "allow_failure", false) == false
} else if {
	object.get(job, "when", "") == "manual"
	not object.get(job, "allow_failure", true) == false
} else if {
	some rule in job.rules
	is_object(rule)
	not object.get(rule, "allow_failure", false) == false
} else := false

_is_heedless(job) if {
	job.when in {"always", "on_failure"}
} else if {
	some rule in job.rules
	rule.when in {"always", "on_failure"}
} else := false

_condition(job) := json.marshal(conditions) if {
	conditions := {field: job[field] | some field in ["rules", "only", "except"]}
	count(conditions) > 0
} else := ""

_names(value) := [value] if is_string(value)

_names(value) := [name | some name in value; is_string(name)] if is_array(value)

_names(value) := [] if {
	not is_string(value)
	not is_array(value)
}
