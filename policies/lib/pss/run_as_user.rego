# METADATA
# title: "Check runAsUser"
# description: |
#   From v1.23 neither the pod nor a container may set the user 0, the pod not even if every container overrides it.
#   From v1.35 not for pods in a user namespace.
package lib.pss.run_as_user

import data.lib.finding
import data.lib.pss

_field := "securityContext.runAsUser"

in_pod(pod, minor) := [{"path": $"{pod.path}.{_field}", "msg": msg}] if {
	value := pod.security.runAsUser
	_forbidden(value)
	_applies(pod, minor)
	msg := $"The pod must not set {_field} to {finding.shown(value)}: write the number of another user than root."
}

in_container(entry, minor) := [{"field": _field, "msg": msg}] if {
	value := entry.security.runAsUser
	_forbidden(value)
	_applies(entry.pod, minor)
	name := finding.name(entry.container)
	shown := finding.shown(value)
	msg := $"Container {name} must not set {_field} to {shown}: write the number of another user than root."
}

_forbidden(value) if {
	value != null
	not _other_user(value)
}

# Users are whole numbers of 64 bits; what is longer could be anyone.

_other_user(value) if {
	is_number(value)
	value != 0
	value == floor(value)
	abs(value) < 9223372036854775808
}

_applies(pod, minor) if {
	minor >= 23
	not pss.user_namespace(pod, minor)
}
