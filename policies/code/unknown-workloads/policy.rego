# METADATA
# title: Kinds that make pods are known as such
# description: |
#   The guardrails on pods judge the kinds of which they know where the pod template is. A custom resource of another
#   kind that lists containers with images very likely makes pods too, and none of those guardrails has looked at it;
#   the same holds for a part of a known kind that is not its pod template. Once the configuration names the kind with
#   the path of its pod template, it is judged like a Deployment.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/custom-resources/
#     description: Custom resources
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         ignoredGroups:
#           type: array
#           items: {type: string}
#           default: [apiextensions.k8s.io, kyverno.io, policies.kyverno.io]
#           description: |
#             API groups whose objects list containers and make no pods, by exact name; by default definitions of kinds,
#             and policies with patterns of pods.
# custom:
#   id: unknown-workloads
#   severity: medium
#   profiles: {baseline: warn, restricted: warn}
#   match: [{groups: ["*"], kinds: ["*"]}]
#   mentions: [containers, initContainers]
#   files_only: true
#   controls:
#     soc2: [CC7.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: |
#     Name the kind under workloads in the configuration, with the path of its pod template; in the cluster, admission
#     judges the pods themselves.
package rampart.code.unknown_workloads

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_is_judged_group(input.review.kind.group)

	# Looking at each value of an object takes much longer than this look at its JSON, and most objects have no other
	# lists of containers than those that are judged.
	lists := strings.count(json.marshal(k8s.resource), `ontainers":[`)
	lists > 0
	lists > count(_judged_lists)
	body := object.remove(k8s.resource, ["metadata", "status"])
	walk(body, [steps, list])
	steps[count(steps) - 1] in {"containers", "initContainers"}
	is_array(list)
	_has_image(list)
	path := finding.path(steps)
	not _judged(path)
	not _beside_others(body, steps)
	msg := concat("", [
		$"{input.review.kind.kind} keeps containers in {path}, where no guardrail on pods looks: name ",
		$"{k8s.group_kind} under workloads in the configuration, with the path of its pod template.",
	])
}

_is_judged_group(group) if not group in input.parameters.ignoredGroups

# The lists of containers that are judged; of equal ones, one.
_judged_lists := {list |
	some pod in k8s.all_pods
	not pod.containers # Else its lists stand elsewhere, in another form.
	some list in object.filter(pod.spec, ["initContainers", "containers", "ephemeralContainers"])
	is_array(list)
}

_has_image(list) if {
	some container in list
	is_string(container.image)
}

_judged(path) if {
	some pod in k8s.all_pods
	some entry in k8s.containers_of(pod)
	startswith(entry.path, $"{path}[")
}

# The init containers of a pod whose containers are reported already.
_beside_others(body, steps) if {
	steps[count(steps) - 1] == "initContainers"
	list := object.get(body, array.concat(array.slice(steps, 0, count(steps) - 1), ["containers"]), null)
	is_array(list)
	_has_image(list)
}
