package capabilities

import data.lib.exempt.is_exempt

violation[{"msg": msg}] {
	container := input_containers[_]
	not is_exempt(container)
	adds_more(container)
	msg := sprintf("container <%v> has a capability that is not allowed, allowed are %v", [container.name, input.parameters.allowedCapabilities])
}

violation[{"msg": msg}] {
	container := input_containers[_]
	not is_exempt(container)
	drops_less(container)
	msg := sprintf("container <%v> must drop %v or ALL", [container.name, input.parameters.requiredDropCapabilities])
}

adds_more(container) {
	allowed := {c | c := lower(input.parameters.allowedCapabilities[_])}
	not allowed["*"]
	added := {c | c := lower(container.securityContext.capabilities.add[_])}
	count(added - allowed) > 0
}

drops_less(container) {
	required := {c | c := lower(input.parameters.requiredDropCapabilities[_])}
	dropped := {c | c := lower(container.securityContext.capabilities.drop[_])}
	count(required - dropped) > 0
	count({"all"} - dropped) > 0
}

input_containers[c] {
	c := input.review.object.spec.containers[_]
}

input_containers[c] {
	c := input.review.object.spec.initContainers[_]
}

input_containers[c] {
	c := input.review.object.spec.ephemeralContainers[_]
}
