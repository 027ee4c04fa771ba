# METADATA
# title: "Check capabilities_restricted"
# description: |
#   From v1.22 each container must drop ALL, spelled so, and may add NET_BIND_SERVICE only; from v1.25 not for Windows.
package lib.pss.restricted_capabilities

import data.lib.finding
import data.lib.pss

in_container(entry, minor) := array.concat(_missing_drop(entry), _added(entry)) if {
	not _drops_all_and_adds_none(entry)
	not pss.windows(entry.pod, minor)
	minor >= 22
}

# What most containers do that do anything about it.
_drops_all_and_adds_none(entry) if {
	entry.security.capabilities.drop == ["ALL"]
	object.get(entry.security.capabilities, "add", null) == null
}

_missing_drop(entry) := [] if _drops_all(entry.security.capabilities)

else := [{
	"field": "securityContext.capabilities.drop",
	"msg": $"Container {name} must drop all capabilities: set securityContext.capabilities.drop to [\"ALL\"].",
}] if {
	name := finding.name(entry.container)
}

_drops_all(capabilities) if {
	is_array(capabilities.drop)
	"ALL" in capabilities.drop
}

_added(entry) := [{"field": field, "msg": msg} |
	some i, capability in pss.items(pss.child(entry.security.capabilities, "add"))
	capability != "NET_BIND_SERVICE"
	field := $"securityContext.capabilities.add{pss.at(i)}"
	name := finding.name(entry.container)
	msg := concat("", [
		$"Container {name} must not add the capability {finding.shown(capability)}: ",
		"remove it from securityContext.capabilities.add, where only NET_BIND_SERVICE may stand.",
	])
]
