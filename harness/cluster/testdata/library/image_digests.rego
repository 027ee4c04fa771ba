package imagedigests

import data.lib.exempt.is_exempt

violation[{"msg": msg}] {
	container := containers[_]
	not is_exempt(container)
	not pinned(container.image)
	msg := sprintf("container <%v> uses the image <%v> without a digest", [container.name, container.image])
}

pinned(image) {
	regex.match("@[a-z0-9]+([+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+", image)
}

containers[c] {
	c := input.review.object.spec.containers[_]
}

containers[c] {
	c := input.review.object.spec.initContainers[_]
}

containers[c] {
	c := input.review.object.spec.ephemeralContainers[_]
}
