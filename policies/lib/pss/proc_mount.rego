# METADATA
# title: "Checks procMount and procMount_restricted"
# description: |
#   From v1.0 no container may unmask /proc. From v1.35 that is allowed in a user namespace, but not at level
#   restricted, where procMount_restricted takes the place of procMount.
package lib.pss.proc_mount

import data.lib.finding
import data.lib.pss

in_container(entry, level, minor) := [{"field": "securityContext.procMount", "msg": msg}] if {
	value := entry.security.procMount
	not value in {"Default", null}
	not _relaxed(entry.pod, level, minor)
	name := finding.name(entry.container)
	shown := finding.shown(value)
	msg := $"Container {name} must not set securityContext.procMount to {shown}: remove it or write Default."
}

_relaxed(pod, level, minor) if {
	pss.user_namespace(pod, minor)
	level != "restricted"
}
