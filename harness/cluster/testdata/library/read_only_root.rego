package readonlyroot

import data.lib.exempt.is_exempt
import data.lib.exempt.is_update

violation[{"msg": msg, "details": {}}] {
	not is_update(input.review)
	c := input_containers[_]
	not is_exempt(c)
	writable(c)
	msg := sprintf("only a read-only root filesystem is allowed: %v", [c.name])
}

writable(c) {
	not has_field(c, "securityContext")
}

writable(c) {
	has_field(c, "securityContext")
	not c.securityContext.readOnlyRootFilesystem == true
}

has_field(o, field) {
	o[field]
}

has_field(o, field) {
	o[field] == false
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
