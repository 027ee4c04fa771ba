# METADATA
# title: "Check hostProbesAndHostLifecycle"
# description: From v1.34 no probe or lifecycle hook may name a host, which the kubelet would call on the pod's behalf.
package lib.pss.host_probes

import data.lib.finding
import data.lib.pss

in_container(entry, minor) := [{"field": field, "msg": msg} |
	some place, handler in _handlers(entry.container)
	some action, request in _requests(handler)
	host := _host(request)
	not host in {"", null}
	field := $"{place}.{action}.host"
	name := finding.name(entry.container)
	msg := concat("", [
		$"Container {name} must not set {field} to {finding.shown(host)}: ",
		"remove it, so that the kubelet calls the pod itself.",
	])
] if {
	minor >= 34
}

# Probes and hooks, by where they stand.
_handlers(container) := _probes(container) if {
	object.get(container, "lifecycle", null) == null
} else := object.union(_probes(container), {$"lifecycle.{hook}": handler |
	some hook in ["postStart", "preStop"]
	handler := pss.child(container.lifecycle, hook)
})

_probes(container) := object.filter(container, ["livenessProbe", "readinessProbe", "startupProbe"])

# What a handler calls, by the kind of call.
_requests(handler) := object.filter(handler, ["httpGet", "tcpSocket"]) if {
	is_object(handler)
} else := {"httpGet": pss.malformed, "tcpSocket": pss.malformed} if {
	handler != null
}

_host(request) := host if {
	host := request.host
} else := pss.malformed if {
	not is_object(request)
	request != null
}
