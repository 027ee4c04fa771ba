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
	value := pss.security(pod.spec, "runAsNonRoot")
	not value in {true, null}
	not _exempt(pod, minor)
	msg := $"The pod must not set {_field} to {finding.shown(value)}: set it to true."
}

in_container(entry, minor) := [{"field": _field, "msg": msg}] if {
	msg := _fault(entry, pss.security(entry.container, "runAsNonRoot"))
	not _exempt(entry.pod, minor)
}

_fault(entry, null) := $"Container {name} must not run as root: set {_field} to true on the pod or on it." if {
	pss.security(entry.pod.spec, "runAsNonRoot") != true
	name := finding.name(entry.container)
}

_fault(entry, value) := $"Container {name} must not set {_field} to {finding.shown(value)}: set it to true." if {
	not value in {true, null}
	name := finding.name(entry.container)
}

_exempt(pod, minor) if {
	minor >= 35
	pss.user_namespace(pod)
}
