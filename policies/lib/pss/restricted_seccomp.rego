# METADATA
# title: "Check seccompProfile_restricted"
# description: |
#   From v1.19 each container must have a seccomp profile, its own or the pod's: the runtime's or one on the node. The
#   pod's must be one of them even if every container sets its own. From v1.25 not for Windows.
package lib.pss.restricted_seccomp

import data.lib.finding
import data.lib.pss
import data.lib.pss.seccomp

in_pod(pod, minor) := found if {
	found := seccomp.in_pod(pod)
	minor >= 19
	not pss.windows(pod, minor)
}

in_container(entry, minor) := found if {
	found := seccomp.in_container(entry)
	minor >= 19
	not pss.windows(entry.pod, minor)
} else := [{"field": "securityContext.seccompProfile.type", "msg": msg}] if {
	not entry.security.seccompProfile.type # It has none of its own: one that is not allowed was found above.
	not _set(entry.pod)
	minor >= 19
	not pss.windows(entry.pod, minor)
	name := finding.name(entry.container)
	msg := concat("", [
		$"Container {name} must have a seccomp profile: ",
		"set securityContext.seccompProfile.type to RuntimeDefault on the pod or on it.",
	])
}

_set(pod) if seccomp.allowed(pod.security.seccompProfile)
