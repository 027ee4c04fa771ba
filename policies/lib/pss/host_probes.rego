# METADATA
# title: "Check hostProbesAndHostLifecycle"
# description: From v1.34 no probe or lifecycle hook may name a host, which the kubelet would call on the pod's behalf.
package lib.pss.host_probes

import data.lib.finding
import data.lib.pss

in_container(entry, minor) := [{"field": field, "msg": msg} |
	some handler in _handlers(entry.container)
	some action in ["httpGet", "tcpSocket"]
	host := pss.child(pss.child(handler.value, action), "host")
	not host in {"", null}
	field := $"{handler.field}.{action}.host"
	name := finding.name(entry.container)
	msg := concat("", [
		$"Container {name} must not set {field} to {finding.shown(host)}: ",
		"remove it, so that the kubelet calls the pod itself.",
	])
] if {
	minor >= 34
}

_handlers(container) := array.concat(
	[{"field": field, "value": value} |
		some field in ["livenessProbe", "readinessProbe", "startupProbe"]
		value := container[field]
	],
	[{"field": field, "value": value} |
		lifecycle := container.lifecycle
		some hook in ["postStart", "preStop"]
		field := $"lifecycle.{hook}"
		value := pss.child(lifecycle, hook)
	],
)
