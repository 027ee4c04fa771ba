package lib.k8s

import data.lib.workloads

# Argo Workflows and Tekton run pods that their objects don't spell as a pod. The pods built here have the PodSpec's
# form for everything at pod level, and carry their containers in a list of their own with the paths of the source.

_custom_pods(obj) := [pod |
	source := workloads.containers_in[group_kind]
	part := object.get(obj, source.path, null)
	is_object(part)
	some pod in _shaped_pods(source.shape, concat(".", source.path), part)
]

_custom_pods(_) := [] if not workloads.containers_in[group_kind]

_argo_lists := ["initContainers", "sidecars"]

_argo_singles := ["container", "script"]

_shaped_pods("argo", path, spec) := [pod |
	some i, template in _argo_templates(path, spec)
	pod := {
		"path": template.path,
		"spec": object.union(object.filter(spec, _argo_pod_fields), _argo_pod_level(spec, template.value)),
		"metadata": _object(object.get(template.value, "metadata", {})),
		"containers": _argo_containers(template.path, template.value),
	}
	count(pod.containers) > 0
]

_argo_pod_fields := {
	"automountServiceAccountToken", "dnsConfig", "dnsPolicy", "hostAliases", "hostNetwork", "imagePullSecrets",
	"nodeSelector", "priorityClassName", "securityContext", "serviceAccountName", "tolerations", "volumes",
}

_argo_pod_level(spec, template) := object.union(
	object.filter(template, {"automountServiceAccountToken", "securityContext", "serviceAccountName", "tolerations"}),
	{"volumes": array.concat(_array(object.get(spec, "volumes", [])), _array(object.get(template, "volumes", [])))},
)

_argo_templates(path, spec) := array.concat(
	[{"path": $"{path}.templates[{i}]", "value": template} |
		some i, template in _array(object.get(spec, "templates", []))
		is_object(template)
	],
	[{"path": $"{path}.templateDefaults", "value": spec.templateDefaults} | is_object(spec.templateDefaults)],
)

_argo_containers(path, template) := array.concat(
	[{"path": $"{path}.{field}", "container": template[field], "type": "containers", "pod": {"path": path}} |
		some field in _argo_singles
		is_object(template[field])
	],
	array.concat(
		[{"path": $"{path}.{field}[{i}]", "container": container, "type": "initContainers", "pod": {"path": path}} |
			some field in _argo_lists
			some i, container in _array(object.get(template, field, []))
			is_object(container)
		],
		[{
			"path": $"{path}.containerSet.containers[{i}]",
			"container": container,
			"type": "containers",
			"pod": {"path": path},
		} |
			some i, container in _array(object.get(template, ["containerSet", "containers"], []))
			is_object(container)
		],
	),
)

_shaped_pods("tekton", path, spec) := [{
	"path": path,
	"spec": object.union(
		{"volumes": _array(object.get(spec, "volumes", []))},
		_object(object.get(input.review.object, ["spec", "podTemplate"], {})),
	),
	"metadata": {},
	"containers": [{
		"path": $"{path}.{field}[{i}]",
		"container": object.union(_object(object.get(spec, "stepTemplate", {})), container),
		"type": "containers",
		"pod": {"path": path},
	} |
		some field in ["steps", "sidecars"]
		some i, container in _array(object.get(spec, field, []))
		is_object(container)
	],
}]
