# METADATA
# title: "Check allowPrivilegeEscalation"
# description: From v1.8 each container must set allowPrivilegeEscalation to false; from v1.25 not for Windows.
package lib.pss.privilege_escalation

import data.lib.finding
import data.lib.pss

in_container(entry, minor) := [{
	"field": "securityContext.allowPrivilegeEscalation",
	"msg": $"Container {name} must not gain privileges: set securityContext.allowPrivilegeEscalation to false.",
}] if {
	not entry.security.allowPrivilegeEscalation == false
	not pss.windows(entry.pod, minor)
	minor >= 8
	name := finding.name(entry.container)
}
