package privileged

import data.lib.exempt.is_exempt
import data.lib.exempt.is_update

violation[{"msg": msg, "details": {}}] {
	not is_update(input.review)
	c := input_containers[_]
	not is_exempt(c)
	c.securityContext.privileged
	msg := sprintf("privileged container: %v, securityContext: %v", [c.name, c.securityContext])
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
