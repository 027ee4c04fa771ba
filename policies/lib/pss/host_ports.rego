# METADATA
# title: "Check hostPorts"
# description: |
#   From v1.0 no container may use a port of the node. The API server fills in hostPort with containerPort where the pod
#   uses the node's network, for containers and init containers.
package lib.pss.host_ports

import data.lib.finding
import data.lib.pss

in_container(entry) := [{"field": field, "msg": msg} |
	some i, port in pss.items(entry.container.ports)
	msg := _fault(entry, port)
	field := $"ports{pss.at(i)}.hostPort"
]

_fault(entry, port) := msg if {
	value := pss.child(port, "hostPort")
	not value in {0, null}
	name := finding.name(entry.container)
	shown := finding.shown(value)
	msg := $"Container {name} must not set hostPort to {shown}: remove it and reach the container through a Service."
} else := msg if {
	entry.pod.spec.hostNetwork == true
	entry.type != "ephemeralContainers"
	value := pss.child(port, "containerPort")
	not value in {0, null}
	name := finding.name(entry.container)
	msg := concat("", [
		$"Container {name} opens containerPort {finding.shown(value)} on the node, since the pod sets hostNetwork: ",
		"remove hostNetwork and reach the container through a Service.",
	])
}
