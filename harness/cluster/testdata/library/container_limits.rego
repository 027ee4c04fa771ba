package containerlimits

import data.lib.exempt.is_exempt

violation[{"msg": msg}] {
	found[{"msg": msg, "field": "containers"}]
}

violation[{"msg": msg}] {
	found[{"msg": msg, "field": "initContainers"}]
}

found[{"msg": msg, "field": field}] {
	container := input.review.object.spec[field][_]
	not is_exempt(container)
	not container.resources.limits
	msg := sprintf("container <%v> has no resource limits", [container.name])
}

found[{"msg": msg, "field": field}] {
	container := input.review.object.spec[field][_]
	not is_exempt(container)
	resource := ["cpu", "memory"][_]
	missing(container.resources.limits, resource)
	msg := sprintf("container <%v> has no %v limit", [container.name, resource])
}

found[{"msg": msg, "field": field}] {
	container := input.review.object.spec[field][_]
	not is_exempt(container)
	original := container.resources.limits.cpu
	not cpu(original)
	msg := sprintf("cpu limit <%v> of container <%v> could not be parsed", [original, container.name])
}

found[{"msg": msg, "field": field}] {
	container := input.review.object.spec[field][_]
	not is_exempt(container)
	original := container.resources.limits.memory
	not memory(original)
	msg := sprintf("memory limit <%v> of container <%v> could not be parsed", [original, container.name])
}

found[{"msg": msg, "field": field}] {
	container := input.review.object.spec[field][_]
	not is_exempt(container)
	original := container.resources.limits.cpu
	cpu(original) > cpu(input.parameters.cpu)
	msg := sprintf("cpu limit <%v> of container <%v> is higher than <%v>", [original, container.name, input.parameters.cpu])
}

found[{"msg": msg, "field": field}] {
	container := input.review.object.spec[field][_]
	not is_exempt(container)
	original := container.resources.limits.memory
	memory(original) > memory(input.parameters.memory)
	msg := sprintf("memory limit <%v> of container <%v> is higher than <%v>", [original, container.name, input.parameters.memory])
}

missing(o, field) {
	not o[field]
}

missing(o, field) {
	o[field] == ""
}

cpu(original) = value {
	is_number(original)
	value := original * 1000
}

cpu(original) = value {
	is_string(original)
	endswith(original, "m")
	value := to_number(trim_suffix(original, "m"))
}

cpu(original) = value {
	is_string(original)
	regex.match("^[0-9]+([.][0-9]+)?$", original)
	value := to_number(original) * 1000
}

unit("") = 1000

unit("m") = 1

unit("k") = 1000000

unit("M") = 1000000000

unit("G") = 1000000000000

unit("T") = 1000000000000000

unit("Ki") = 1024000

unit("Mi") = 1048576000

unit("Gi") = 1073741824000

unit("Ti") = 1099511627776000

suffix(text) = s {
	s := substring(text, count(text) - 2, -1)
	unit(s)
}

suffix(text) = s {
	not unit(substring(text, count(text) - 2, -1))
	s := substring(text, count(text) - 1, -1)
	unit(s)
}

suffix(text) = "" {
	not unit(substring(text, count(text) - 2, -1))
	not unit(substring(text, count(text) - 1, -1))
}

memory(original) = value {
	is_number(original)
	value := original * 1000
}

memory(original) = value {
	is_string(original)
	s := suffix(original)
	digits := trim_suffix(original, s)
	regex.match("^[0-9]+([.][0-9]+)?$", digits)
	value := to_number(digits) * unit(s)
}
