# METADATA
# title: "Check windowsHostProcess"
# description: From v1.0 neither the pod nor a container may run as a Windows HostProcess container.
package lib.pss.host_process

import data.lib.finding
import data.lib.pss

_field := "securityContext.windowsOptions.hostProcess"

in_pod(pod) := [{"path": $"{pod.path}.{_field}", "msg": $"The pod must not set {_field} to {value}: {_advice}"}] if {
	value := finding.shown(_forbidden(pod.security.windowsOptions))
}

in_container(entry) := [{"field": _field, "msg": $"Container {name} must not set {_field} to {value}: {_advice}"}] if {
	value := finding.shown(_forbidden(entry.security.windowsOptions))
	name := finding.name(entry.container)
}

_forbidden(options) := value if {
	value := pss.child(options, "hostProcess")
	not value in {false, null}
}

_advice := "remove it or set it to false."
