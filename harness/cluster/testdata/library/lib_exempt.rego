package lib.exempt

# What the templates of the public library share: images that are exempt, and updates that cannot change a Pod.

is_exempt(container) {
	exempted := object.get(object.get(input, "parameters", {}), "exemptImages", [])
	pattern := exempted[_]
	matches(pattern, container.image)
}

matches(pattern, image) {
	not endswith(pattern, "*")
	pattern == image
}

matches(pattern, image) {
	endswith(pattern, "*")
	startswith(image, trim_suffix(pattern, "*"))
}

is_update(review) {
	review.operation == "UPDATE"
}
