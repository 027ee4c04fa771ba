package lib.k8s

import data.lib.workloads

# Argo Workflows and Tekton run pods that their objects don't spell as a pod. The pods built here have the PodSpec's
# form for everything at pod level, with what the object sets for all its pods filled in, and carry their containers in
# a list of their own with the paths of the source.

_custom_pods(obj) := [object.union(pod, {"containers": containers}) |
	source := workloads.containers_in[group_kind]
	part := object.get(obj, source.path, null)
	is_object(part)
	some shaped in _shaped_pods(source.shape, concat(".", source.path), part)
	pod := object.union(shaped.pod, {"security": _security(shaped.pod.spec)})
	containers := [object.union(entry, {"pod": pod, "security": _security(entry.container)}) |
		some entry in shaped.containers
	]
]

# Argo: each template of a workflow that has containers is a pod. templateDefaults are merged into every template,
# podSpecPatch (the workflow's, then the template's) over the finished pod, as a strategic merge patch.

_shaped_pods("argo", path, spec) := array.concat(pods, _argo_elsewhere(path, spec, count(pods))) if {
	pods := _argo_pods(path, spec)
}

_argo_pods(path, spec) := [{"pod": pod, "containers": containers} |
	defaults := _object(object.get(spec, "templateDefaults", {}))
	some source in _argo_templates(path, spec)
	template := _over(defaults, source.value)
	patch := _argo_patch(spec, template)
	unpatched := array.concat(
		_argo_containers(source.path, source.value, template),
		_argo_lists($"{path}.templateDefaults", defaults),
	)
	count(unpatched) > 0
	containers := array.concat(
		[object.union(entry, {"container": _argo_patched(entry.container, patch)}) | some entry in unpatched],
		_argo_patch_only(source.path, patch, {_argo_name(entry.container) | some entry in unpatched}),
	)
	pod := {
		"path": source.path,
		"spec": _argo_pod_spec(spec, template, patch),
		"metadata": _over(_object(object.get(spec, "podMetadata", {})), _object(object.get(template, "metadata", {}))),
		"metadata_path": $"{source.path}.metadata",
	}
]

# A workflow of templates that stand elsewhere still decides about the pod level.
default _argo_elsewhere(_, _, _) := []

_argo_elsewhere(path, spec, 0) := [{"pod": pod, "containers": containers}] if {
	patch := _argo_patch_of(object.get(spec, "podSpecPatch", null))
	pod_spec := _argo_pod_spec(spec, {}, patch)
	containers := _argo_patch_only(path, patch, set())
	decided := [value | some value in object.remove(pod_spec, ["serviceAccountName"]); not value in [[], {}, null]]
	count(decided) + count(containers) > 0
	pod := {
		"path": path,
		"spec": pod_spec,
		"metadata": _object(object.get(spec, "podMetadata", {})),
		"metadata_path": $"{path}.podMetadata",
	}
}

_argo_templates(path, spec) := array.concat(
	[{"path": at, "value": template} |
		some i, template in _array(object.get(spec, "templates", []))
		is_object(template)
		at := $"{path}.templates[{i}]"
	],
	[{"path": at, "value": task.inline} |
		some i, template in _array(object.get(spec, "templates", []))
		is_object(template)
		some place, task in _argo_tasks(template)
		is_object(task.inline)
		at := $"{path}.templates[{i}].{place}.inline"
	],
)

_argo_tasks(template) := object.union(
	{$"steps[{i}][{j}]": step |
		some i, parallel in _array(object.get(template, "steps", []))
		some j, step in _array(parallel)
		is_object(step)
	},
	{$"dag.tasks[{i}]": task |
		some i, task in _array(object.get(template, ["dag", "tasks"], []))
		is_object(task)
	},
)

_argo_containers(path, own, template) := array.concat(_argo_lists(path, own), array.concat(
	[{"path": at, "container": template[field], "type": "containers"} |
		some field in ["container", "script"]
		is_object(own[field])
		is_object(template[field])
		at := $"{path}.{field}"
	],
	[{"path": at, "container": _object(container), "type": "containers"} |
		some i, container in _array(object.get(own, ["containerSet", "containers"], []))
		at := $"{path}.containerSet.containers[{i}]"
	],
))

_argo_lists(path, template) := [{"path": at, "container": _object(container), "type": type} |
	some field, type in {"initContainers": "initContainers", "sidecars": "containers"}
	some i, container in _array(object.get(template, field, []))
	at := $"{path}.{field}[{i}]"
]

_argo_both := ["automountServiceAccountToken", "securityContext", "serviceAccountName", "tolerations", "nodeSelector"]

_argo_workflow_only := ["dnsConfig", "dnsPolicy", "hostNetwork", "imagePullSecrets"]

_argo_joined := ["hostAliases", "volumes"]

_argo_pod_spec(spec, template, patch) := _argo_merged(
	object.union_n([
		{field: value | some field in _argo_workflow_only; value := spec[field]},
		{field: value | some field in _argo_both; value := _argo_first([template, spec], field)},
		{field: array.concat(_array(object.get(template, field, [])), _array(object.get(spec, field, []))) |
			some field in _argo_joined
		},
		{"priorityClassName": value |
			default_class := object.get(spec, "podPriorityClassName", null)
			value := _argo_first([template, {"priorityClassName": default_class}], "priorityClassName")
		},
	]),
	object.remove(patch, container_types),
	_argo_merged_lists,
)

_argo_first(objects, field) := [value |
	some obj in objects
	value := object.get(obj, field, null)
	not value in {"", null}
][0]

_argo_patch(spec, template) := _argo_merged(
	_argo_patch_of(object.get(spec, "podSpecPatch", null)),
	_argo_patch_of(object.get(template, "podSpecPatch", null)),
	array.concat(_argo_merged_lists, container_types),
)

# Lists of a pod and of a container into which a patch merges by a key; it takes the place of other lists. The entries
# of both are kept, so that a patch hides nothing. A null takes away what is there.
_argo_merged_lists := ["volumes", "imagePullSecrets", "hostAliases"]

_argo_merged_container_lists := ["env", "ports", "volumeMounts", "volumeDevices"]

_argo_merged(base, patch, lists) := object.union_n([
	base,
	patch,
	{field: array.concat(_array(object.get(base, field, [])), patch[field]) |
		some field in lists
		is_array(patch[field])
	},
])

_argo_patch_of(text) := _object(yaml.unmarshal(text)) if {
	is_string(text)
	yaml.is_valid(text)
} else := {}

_argo_patched(container, patch) := _argo_merged(container, change, _argo_merged_container_lists) if {
	changes := [change |
		some type in container_types
		some change in _array(object.get(patch, type, []))
		is_object(change)
		object.get(change, "name", "") == _argo_name(container)
	]
	change := object.union(object.union_n(changes), {field: values |
		some field in _argo_merged_container_lists
		values := [value | some change in changes; some value in _array(object.get(change, field, []))]
		count(values) > 0
	})
}

_argo_name(container) := name if {
	name := container.name
	not name in {"", null}
} else := "main"

# Containers that a patch adds. Those that the controller adds itself (wait, init) count where the patch says more of
# them than their resources.
_argo_patch_only(path, patch, known) := [{"path": $"{path}.podSpecPatch", "container": container, "type": type} |
	some type in container_types
	some container in _array(object.get(patch, type, []))
	is_object(container)
	not object.get(container, "name", "") in known
	some field in ["image", "securityContext"]
	container[field]
]

# Tekton: each task is a pod, its steps and sidecars are the containers. Pod level comes from the run's podTemplate;
# stepTemplate is merged into the steps.

_shaped_pods("tekton-task", path, spec) := [_tekton_pod(path, spec, {})]

_shaped_pods("tekton-step-action", path, spec) := [{
	"pod": {"path": path, "spec": {}, "metadata": {}, "metadata_path": $"{path}.metadata"},
	"containers": [{"path": path, "container": spec, "type": "containers"}],
}]

_shaped_pods("tekton-task-run", path, spec) := _tekton_run(
	[{"path": $"{path}.taskSpec", "value": spec.taskSpec} | is_object(spec.taskSpec)],
	$"{path}.podTemplate",
	object.union(
		_object(object.get(spec, "podTemplate", {})),
		object.filter(spec, ["serviceAccountName"]),
	),
)

_shaped_pods("tekton-pipeline", path, spec) := [_tekton_pod(task.path, task.value, {}) |
	some task in _tekton_tasks(path, spec)
]

_shaped_pods("tekton-pipeline-run", path, spec) := _tekton_run(
	_tekton_tasks($"{path}.pipelineSpec", _object(object.get(spec, "pipelineSpec", {}))),
	$"{path}.taskRunTemplate.podTemplate",
	object.union_n([
		_object(object.get(spec, "podTemplate", {})),
		object.filter(spec, ["serviceAccountName"]),
		_object(object.get(spec, ["taskRunTemplate", "podTemplate"], {})),
		object.filter(_object(object.get(spec, "taskRunTemplate", {})), ["serviceAccountName"]),
	]),
)

_tekton_tasks(path, spec) := [{"path": at, "value": task.taskSpec} |
	some field in ["tasks", "finally"]
	some i, task in _array(object.get(spec, field, []))
	is_object(task)
	is_object(task.taskSpec)
	at := $"{path}.{field}[{i}].taskSpec"
]

# A run of tasks that stand elsewhere still decides about the pod level.
_tekton_run(tasks, _, pod_level) := [_tekton_pod(task.path, task.value, pod_level) | some task in tasks] if {
	count(tasks) > 0
}

_tekton_run([], path, pod_level) := [_tekton_pod(path, {}, pod_level) |
	count(object.remove(pod_level, ["serviceAccountName"])) > 0
]

_tekton_pod(path, spec, pod_level) := {
	"pod": {
		"path": path,
		"spec": object.union(pod_level, {"volumes": array.concat(
			_array(object.get(spec, "volumes", [])),
			_array(object.get(pod_level, "volumes", [])),
		)}),
		"metadata": _object(object.get(spec, "metadata", {})),
		"metadata_path": $"{path}.metadata",
	},
	"containers": array.concat(
		[{"path": at, "container": _tekton_container(container), "type": "containers"} |
			base := _object(object.get(spec, "stepTemplate", {}))
			some i, step in _array(object.get(spec, "steps", []))
			not _tekton_action(step, base)
			container := _over(base, _object(step))
			at := $"{path}.steps[{i}]"
		],
		[{"path": at, "container": _tekton_container(_object(sidecar)), "type": "containers"} |
			some i, sidecar in _array(object.get(spec, "sidecars", []))
			at := $"{path}.sidecars[{i}]"
		],
	),
}

# A step that is nothing but a StepAction of the cluster is judged there. One that comes from a remote place is not:
# it is judged for what it does not say here.
_tekton_action(step, {}) if {
	is_string(step.ref.name)
	not step.ref.resolver
	not step.securityContext
	not step.image
}

# v1 calls a container's resources computeResources.
_tekton_container(container) := object.union(container, {"resources": container.computeResources}) if {
	is_object(container.computeResources)
} else := container

# The object with another's fields over it, where a null leaves what is there.
_over(base, top) := top if count(base) == 0

_over(base, top) := object.union(base, _without_nulls(top)) if count(base) > 0

_without_nulls(obj) := json.remove(obj, [path |
	walk(obj, [path, null])
	every segment in path { is_string(segment) }
])
