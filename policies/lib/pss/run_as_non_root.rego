# METADATA
# title: "Check runAsNonRoot"
# description: |
#   From v1.0 each container must run as another user than root by runAsNonRoot: true, its own or the pod's; false fails
#   anywhere, the pod's even if every container overrides it. From v1.35 not for pods in a user namespace.
package lib.pss.run_as_non_root

import data.lib.finding
import data.lib.pss

in_pod(pod, minor) := [{"path": $"{pod.path}.securityContext.runAsNonRoot", "msg": msg}] if {
	value := pod.security.runAsNonRoot
	not value in {true, null}
	not pss.user_namespace(pod, minor)
	msg := $"The pod must not set securityContext.runAsNonRoot to {finding.shown(value)}: set it to true."
}

in_container(entry, minor) := [{"field": "securityContext.runAsNonRoot", "msg": msg}] if {
	value := entry.security.runAsNonRoot
	not value in {true, null}
	not pss.user_namespace(entry.pod, minor)
	name := finding.name(entry.container)
	msg := $"Container {name} must not set securityContext.runAsNonRoot to {finding.shown(value)}: set it to true."
} else := [{
	"field": "securityContext.runAsNonRoot",
	"msg": $"Container {name} must not run as root: set securityContext.runAsNonRoot to true on the pod or on it.",
}] if {
	not entry.pod.security.runAsNonRoot == true
	not entry.security.runAsNonRoot == true
	not pss.user_namespace(entry.pod, minor)
	name := finding.name(entry.container)
}
