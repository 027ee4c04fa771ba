# METADATA
# title: CPU and memory are requested and limited
# description: |
#   A container without limits can take a node's memory and processor from everything else that runs there; one without
#   requests is placed where there is no room for it. Judged for containers, init containers and sidecars; ephemeral
#   containers can't have resources. What the API server fills in counts: a limit without a request is the request too,
#   and the resources of a pod as a whole (spec.resources) stand in for those that its containers don't set. Every amount
#   must be a quantity, of cpu and memory one above zero, and no request above its limit.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
#     description: Resource management for Pods and containers
#   - ref: https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/
#     description: Pod-level CPU and memory resources
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         require:
#           type: array
#           items: {type: string, enum: [requests.cpu, requests.memory, limits.cpu, limits.memory]}
#           default: [requests.cpu, requests.memory, limits.cpu, limits.memory]
#           description: What must be set. Leave out limits.cpu where throttling does more harm than good.
#         podLevel:
#           type: boolean
#           default: true
#           description: |
#             Whether spec.resources of the pod counts. Clusters before Kubernetes 1.34 ignore that field unless its
#             feature gate is on.
# custom:
#   id: resource-limits
#   severity: medium
#   profiles: {baseline: warn, restricted: deny}
#   match: [pods]
#   controls:
#     soc2: [A1.1]
#     hipaa: ["164.308(a)(7)"]
#     cis: ["5.6.1"]
#     nsa: [pod-security]
#   remediation: Set resources.requests and resources.limits for cpu and memory on every container.
package rampart.container.resource_limits

import data.lib.finding
import data.lib.k8s
import data.lib.quantity

violation contains finding.in_container(rego.metadata.chain(), entry, "resources", msg) if {
	some entry in _entries
	missing := _missing(entry)
	missing != ""
	name := finding.name(entry.container)
	msg := $"Container {name} has no {_in_order(missing)} in its resources: set for example {_example_of(missing)}."
}

violation contains finding.in_container(rego.metadata.chain(), entry, field, msg) if {
	some entry in _entries
	entry.container.resources
	some [field, amount, example] in _bad(entry.container)
	name := finding.name(entry.container)
	shown := finding.shown(amount)
	msg := $"Container {name} sets {field} to {shown}, no quantity above zero: write for example {example}."
}

violation contains finding.in_container(rego.metadata.chain(), entry, field, msg) if {
	some entry in _entries
	some resource, request in entry.container.resources.requests
	is_string(resource)
	limit := _limit(entry, resource)
	quantity.compare(request, limit) == 1
	field := _field("requests", resource)
	name := finding.name(entry.container)
	msg := $"Container {name} requests {request} of {resource}, above its limit of {limit}: lower the request."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some pod in k8s.pods
	pod.spec.resources
	some [field, amount, example] in _bad(pod.spec)
	path := $"{pod.path}.{field}"
	msg := $"The pod sets {field} to {finding.shown(amount)}, no quantity above zero: write for example {example}."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some pod in k8s.pods
	some resource, request in pod.spec.resources.requests
	is_string(resource)
	limit := pod.spec.resources.limits[resource]
	quantity.compare(request, limit) == 1
	path := $"{pod.path}.{_field("requests", resource)}"
	msg := $"The pod requests {request} of {resource}, above its limit of {limit}: lower the request."
}

_examples := {"cpu": "500m", "memory": "256Mi"}

_kinds := ["requests", "limits"]

# The resources of one kind that must be set.
_required := {kind: resources |
	some kind in _kinds
	resources := {trim_prefix(field, $"{kind}.") |
		some field in input.parameters.require
		startswith(field, kind)
	}
}

# The required fields that are not set, as one text, "" for none. A limit is the request as well where there is none.
_missing(entry) := _unset if {
	not entry.container.resources.requests
	not entry.container.resources.limits
	not entry.pod.spec.resources
} else := _left_of_required(requests, limits) if {
	requests := _set(entry.container, "requests") | _set_for_pod(entry.pod.spec, "requests")
	limits := _set(entry.container, "limits") | _set_for_pod(entry.pod.spec, "limits")
}

_unset := _left_of_required(set(), set())

_left_of_required(requests, limits) := concat(" ", array.concat(
	[$"requests.{resource}" | some resource in ((_required.requests - requests) - limits)],
	[$"limits.{resource}" | some resource in (_required.limits - limits)],
))

# The resources that one kind sets. Null counts, and is no quantity.
_set(holder, kind) := object.keys(amounts) if {
	amounts := holder.resources[kind]
	is_object(amounts)
} else := set()

default _set_for_pod(_, _) := set()

_set_for_pod(spec, kind) := _set(spec, kind) if {
	spec.resources
	input.parameters.podLevel == true
}

_in_order(missing) := concat(", ", [field | some field in input.parameters.require; field in split(missing, " ")])

_example_of(missing) := concat(" and ", {$"{resource} to {_examples[resource]}" |
	some field in split(missing, " ")
	[_, resource] := split(field, ".")
})

# The containers to look at closer.
_entries := [entry |
	some entry in k8s.containers
	not _all_set(entry.container)
	entry.type != "ephemeralContainers"
]

_all_set(container) if {
	{"cpu": cpu, "memory": memory} := container.resources.requests
	{"cpu": most_cpu, "memory": most_memory} := container.resources.limits
	quantity.positive_up_to(cpu, most_cpu)
	quantity.positive_up_to(memory, most_memory)
}

# The limit that holds: the container's own, or else the pod's.
_limit(entry, resource) := entry.container.resources.limits[resource]

_limit(entry, resource) := entry.pod.spec.resources.limits[resource] if {
	not resource in _set(entry.container, "limits")
	input.parameters.podLevel == true
}

_bad(holder) := [[field, amount, example] |
	some kind in _kinds
	some resource, amount in holder.resources[kind]
	is_string(resource)
	not quantity.positive(amount)
	not _may_be_zero(resource, amount)
	field := _field(kind, resource)
	example := object.get(_examples, resource, "1Gi")
]

_may_be_zero(resource, amount) if {
	not _examples[resource]
	quantity.valid(amount)
}

_field(kind, resource) := $"resources.{kind}.{resource}" if not regex.match(`[^0-9A-Za-z-]`, resource)

_field(kind, resource) := $"resources.{kind}[\"{resource}\"]" if regex.match(`[^0-9A-Za-z-]`, resource)
