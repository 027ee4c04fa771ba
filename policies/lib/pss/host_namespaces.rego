# METADATA
# title: "Check hostNamespaces"
# description: From v1.0 no pod may share the node's network, process or IPC namespace.
package lib.pss.host_namespaces

import data.lib.finding

in_pod(pod) := [{"path": path, "msg": msg} |
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	value := pod.spec[field]
	not value in {false, null}
	path := $"{pod.path}.{field}"
	msg := $"The pod must not set {field} to {finding.shown(value)}: remove it or set it to false."
]
