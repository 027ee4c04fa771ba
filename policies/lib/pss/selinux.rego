# METADATA
# title: "Check seLinuxOptions"
# description: |
#   From v1.0 the SELinux type may only be one of those made for containers (container_engine_t from v1.31), and user
#   and role may not be set, in the pod or in a container.
package lib.pss.selinux

import data.lib.finding
import data.lib.pss

_types := {"", null, "container_t", "container_init_t", "container_kvm_t"}

in_pod(pod, minor) := [{"path": path, "msg": msg} |
	some fault in _faults(pod.security.seLinuxOptions, minor)
	path := $"{pod.path}.{fault.field}"
	msg := $"The pod must not set {fault.msg}"
]

in_container(entry, minor) := [{"field": fault.field, "msg": msg} |
	some fault in _faults(entry.security.seLinuxOptions, minor)
	name := finding.name(entry.container)
	msg := $"Container {name} must not set {fault.msg}"
]

_faults(options, minor) := [{"field": field, "msg": msg} |
	some key, advice in {
		"type": "remove it or write container_t, container_init_t or container_kvm_t.",
		"user": "remove it.",
		"role": "remove it.",
	}
	value := pss.child(options, key)
	not _allowed(key, value, minor)
	field := $"securityContext.seLinuxOptions.{key}"
	msg := $"{field} to {finding.shown(value)}: {advice}"
] if {
	options != null
}

_allowed("type", value, _) if value in _types

_allowed("type", "container_engine_t", minor) if minor >= 31

_allowed("user", value, _) if value in {"", null}

_allowed("role", value, _) if value in {"", null}
