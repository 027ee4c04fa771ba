# METADATA
# title: "Check allowPrivilegeEscalation"
# description: From v1.8 each container must set allowPrivilegeEscalation to false; from v1.25 not for Windows.
package lib.pss.privilege_escalation

import data.lib.finding
import data.lib.pss

in_container(entry, minor) := [{"field": "securityContext.allowPrivilegeEscalation", "msg": msg}] if {
	minor >= 8
	pss.security(entry.container, "allowPrivilegeEscalation") != false
	not _exempt(entry.pod, minor)
	name := finding.name(entry.container)
	msg := $"Container {name} must not gain privileges: set securityContext.allowPrivilegeEscalation to false."
}

_exempt(pod, minor) if {
	minor >= 25
	pss.windows(pod)
}
