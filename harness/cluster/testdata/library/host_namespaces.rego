package hostnamespaces

import data.lib.exempt.is_update

violation[{"msg": msg, "details": {}}] {
	not is_update(input.review)
	shares_namespace(input.review.object)
	msg := sprintf("sharing the host's namespaces is not allowed: %v", [input.review.object.metadata.name])
}

shares_namespace(o) {
	o.spec.hostPID
}

shares_namespace(o) {
	o.spec.hostIPC
}

shares_namespace(o) {
	o.spec.hostNetwork
}
