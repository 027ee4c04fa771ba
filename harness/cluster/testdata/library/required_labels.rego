package requiredlabels

violation[{"msg": msg, "details": {"missing_labels": missing}}] {
	given := {label | input.review.object.metadata.labels[label]}
	wanted := {label | label := input.parameters.labels[_].key}
	missing := wanted - given
	count(missing) > 0
	msg := message(input.parameters, sprintf("labels must be given: %v", [missing]))
}

violation[{"msg": msg}] {
	value := input.review.object.metadata.labels[key]
	expected := input.parameters.labels[_]
	expected.key == key
	expected.allowedRegex != ""
	not regex.match(expected.allowedRegex, value)
	msg := message(input.parameters, sprintf("label <%v: %v> does not match %v", [key, value, expected.allowedRegex]))
}

message(parameters, _default) = msg {
	not parameters.message
	msg := _default
}

message(parameters, _default) = msg {
	msg := parameters.message
}
