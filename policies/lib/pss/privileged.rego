# METADATA
# title: "Check privileged"
# description: From v1.0 no container may be privileged.
package lib.pss.privileged

import data.lib.finding

in_container(entry) := [{"field": "securityContext.privileged", "msg": msg}] if {
	value := entry.security.privileged
	not value in {false, null}
	name := finding.name(entry.container)
	shown := finding.shown(value)
	msg := $"Container {name} must not set securityContext.privileged to {shown}: remove it or set it to false."
}
