# METADATA
# title: "Check seccompProfile_restricted"
# description: |
#   From v1.19 each container must have a seccomp profile, its own or the pod's: the runtime's or one on the node. The
#   pod's must be one of them even if every container sets its own. From v1.25 not for Windows.
package lib.pss.restricted_seccomp

import data.lib.finding
import data.lib.pss
import data.lib.pss.seccomp

in_pod(pod, minor) := seccomp.in_pod(pod) if _applies(pod, minor)

in_container(entry, minor) := seccomp.in_container(entry) if {
	_applies(entry.pod, minor)
} else := [{"field": seccomp.field, "msg": msg}] if {
	_applies(entry.pod, minor)
	pss.security(entry.container, "seccompProfile") == null
	not _set(entry.pod)
	name := finding.name(entry.container)
	msg := $"Container {name} must have a seccomp profile: set {seccomp.field} to RuntimeDefault on the pod or on it."
}

_set(pod) if {
	pss.security(pod.spec, "seccompProfile") != null
	not seccomp.forbidden(pod.spec)
}

_applies(pod, minor) if {
	minor >= 19
	not _exempt(pod, minor)
}

_exempt(pod, minor) if {
	minor >= 25
	pss.windows(pod)
}
