# METADATA
# title: "Check runAsNonRoot"
# description: |
#   From v1.0 each container must run as another user than root by runAsNonRoot: true, its own or the pod's; false fails
#   anywhere, the pod's even if every container overrides it. From v1.35 not for pods in a user namespace.
package lib.pss.run_as_non_root

import data.lib.finding
import data.lib.pss

_field := "securityContext.runAsNonRoot"

in_pod(pod, minor) := [{"path": $"{pod.path}.{_field}", "msg": msg}] if {
	value := pod.security.runAsNonRoot
	not value in {true, null}
	not pss.user_namespace(pod, minor)
	msg := $"The pod must not set {_field} to {finding.shown(value)}: set it to true."
}

in_container(entry, minor) := [{"field": _field, "msg": msg}] if {
	msg := _fault(entry, object.get(entry.security, "runAsNonRoot", null))
	not pss.user_namespace(entry.pod, minor)
}

_fault(entry, null) := $"Container {name} must not run as root: set {_field} to true on the pod or on it." if {
	not entry.pod.security.runAsNonRoot == true
	name := finding.name(entry.container)
}

_fault(entry, value) := $"Container {name} must not set {_field} to {finding.shown(value)}: set it to true." if {
	not value in {true, null}
	name := finding.name(entry.container)
}
