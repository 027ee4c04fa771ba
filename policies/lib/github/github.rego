# METADATA
# title: Workflows and actions of GitHub
# description: |
#   What a GitHubWorkflow or a GitHubAction of lib.documents runs: its jobs and steps with their paths, by
#   https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax.
package lib.github

import data.lib.k8s

# METADATA
# description: |
#   The jobs in the order of their names: {"name", "path", "job"}. A composite action is one job whose steps are below runs.
jobs := array.concat(
	[{"name": name, "path": path, "job": job} |
		some name, job in _object(k8s.resource, "jobs")
		is_object(job)
		path := $"jobs{_key(name)}"
	],
	[{"name": "", "path": "runs", "job": k8s.resource.runs} | is_object(k8s.resource.runs)],
)

# METADATA
# description: The steps of all jobs in their order, {"path", "step", "index", "job" with the form of jobs}.
steps := [{"path": path, "step": step, "index": i, "job": job} |
	some job in jobs
	some i, step in _array(job.job, "steps")
	is_object(step)
	path := $"{job.path}.steps[{i}]"
]

# METADATA
# description: Whatever a `uses` names, in steps and for whole jobs, as {"path", "value"}.
uses := array.concat(
	[{"path": path, "value": value} |
		some entry in steps
		value := entry.step.uses
		path := $"{entry.path}.uses"
	],
	[{"path": path, "value": value} |
		some entry in jobs
		value := entry.job.uses
		path := $"{entry.path}.uses"
	],
)

_object(value, field) := value[field] if {
	is_object(value[field])
} else := {}

_array(value, field) := value[field] if {
	is_array(value[field])
} else := []

_key(name) := $".{name}" if {
	regex.match(`^[A-Za-z0-9_-]+$`, name)
} else := $"[{json.marshal(name)}]"
