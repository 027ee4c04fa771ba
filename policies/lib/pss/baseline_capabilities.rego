# METADATA
# title: "Check capabilities_baseline"
# description: |
#   From v1.0 no container may add a capability beyond the runtime's default set. Names count as written: ALL, lower
#   case and the prefix CAP_ are not in the set. At level restricted capabilities_restricted takes its place from v1.22.
package lib.pss.baseline_capabilities

import data.lib.finding
import data.lib.pss

_allowed := {
	"AUDIT_WRITE",
	"CHOWN",
	"DAC_OVERRIDE",
	"FOWNER",
	"FSETID",
	"KILL",
	"MKNOD",
	"NET_BIND_SERVICE",
	"SETFCAP",
	"SETGID",
	"SETPCAP",
	"SETUID",
	"SYS_CHROOT",
}

in_container(entry) := [{"field": field, "msg": msg} |
	some i, capability in pss.items(pss.child(entry.security.capabilities, "add"))
	not capability in _allowed
	field := $"securityContext.capabilities.add{pss.at(i)}"
	name := finding.name(entry.container)
	msg := concat("", [
		$"Container {name} must not add the capability {finding.shown(capability)}, ",
		"which is beyond the runtime's default set: remove it from securityContext.capabilities.add.",
	])
]
