# METADATA
# title: "Check privileged"
# description: From v1.0 no container may be privileged.
package lib.pss.privileged

import data.lib.pss

in_container(entry) := [{"field": "securityContext.privileged", "msg": msg}] if {
	value := pss.security(entry.container, "privileged")
	not value in {false, null}
	name := pss.container_name(entry)
	msg := $"Container {name} must not set securityContext.privileged to {value}: remove it or set it to false."
}
