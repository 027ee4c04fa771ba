# METADATA
# title: "Check sysctls"
# description: From v1.0 a pod may only set the sysctls that are safe; the list has grown with the versions.
package lib.pss.sysctls

import data.lib.finding
import data.lib.pss

_since := {
	"kernel.shm_rmid_forced": 0,
	"net.ipv4.ip_local_port_range": 0,
	"net.ipv4.ip_local_reserved_ports": 27,
	"net.ipv4.ip_unprivileged_port_start": 0,
	"net.ipv4.ping_group_range": 0,
	"net.ipv4.tcp_fin_timeout": 29,
	"net.ipv4.tcp_keepalive_intvl": 29,
	"net.ipv4.tcp_keepalive_probes": 29,
	"net.ipv4.tcp_keepalive_time": 29,
	"net.ipv4.tcp_notsent_lowat": 37,
	"net.ipv4.tcp_rmem": 32,
	"net.ipv4.tcp_slow_start_after_idle": 37,
	"net.ipv4.tcp_syncookies": 0,
	"net.ipv4.tcp_wmem": 32,
}

in_pod(pod, minor) := [{"path": path, "msg": msg} |
	some i, sysctl in pss.items(pod.security.sysctls)
	name := pss.child(sysctl, "name")
	not _safe(name, minor)
	path := $"{pod.path}.securityContext.sysctls{pss.at(i)}.name"
	shown := finding.shown(name)
	msg := $"The pod must not set the sysctl {shown}, which is not known to be safe at this version: remove it."
]

_safe(name, minor) if minor >= _since[name]
