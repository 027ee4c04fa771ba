package allowedrepos

import data.lib.exempt.is_exempt

violation[{"msg": msg}] {
	container := all_containers[_]
	not is_exempt(container)
	not from_allowed(container.image)
	msg := sprintf("container <%v> has the image <%v>, which is not from %v", [container.name, container.image, input.parameters.repos])
}

from_allowed(image) {
	repo := input.parameters.repos[_]
	startswith(image, repo)
}

all_containers[c] {
	c := input.review.object.spec.containers[_]
}

all_containers[c] {
	c := input.review.object.spec.initContainers[_]
}

all_containers[c] {
	c := input.review.object.spec.ephemeralContainers[_]
}
