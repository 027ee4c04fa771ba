# METADATA
# title: The levels of the Pod Security Standards
# description: All checks of a level at a version, the way Kubernetes' own admission runs them.
package lib.pss.levels

import data.lib.pss
import data.lib.pss.apparmor
import data.lib.pss.baseline_capabilities
import data.lib.pss.baseline_seccomp
import data.lib.pss.host_namespaces
import data.lib.pss.host_path_volumes
import data.lib.pss.host_ports
import data.lib.pss.host_probes
import data.lib.pss.host_process
import data.lib.pss.privilege_escalation
import data.lib.pss.privileged
import data.lib.pss.proc_mount
import data.lib.pss.restricted_capabilities
import data.lib.pss.restricted_seccomp
import data.lib.pss.restricted_volumes
import data.lib.pss.run_as_non_root
import data.lib.pss.run_as_user
import data.lib.pss.selinux
import data.lib.pss.sysctls

_baseline := [
	"appArmorProfile",
	"capabilities_baseline",
	"hostNamespaces",
	"hostPathVolumes",
	"hostPorts",
	"hostProbesAndHostLifecycle",
	"privileged",
	"procMount",
	"seLinuxOptions",
	"seccompProfile_baseline",
	"sysctls",
	"windowsHostProcess",
]

_restricted := [
	"allowPrivilegeEscalation",
	"capabilities_restricted",
	"restrictedVolumes",
	"runAsNonRoot",
	"runAsUser",
	"seccompProfile_restricted",
]

# METADATA
# description: The checks of a level at a minor version; none at level privileged.
checks("baseline", _) := _baseline

checks("restricted", minor) := array.concat(_restricted, array.concat(
	[check | some check in _baseline; not pss.replaced(check, "restricted", minor)],
	["procMount_restricted" | pss.replaced("procMount", "restricted", minor)],
))

checks("privileged", _) := []

# METADATA
# description: What a check finds in a pod outside of its containers and annotations.
in_pod("appArmorProfile", pod, _) := apparmor.in_pod(pod)

in_pod("hostNamespaces", pod, _) := host_namespaces.in_pod(pod)

in_pod("hostPathVolumes", pod, _) := host_path_volumes.in_pod(pod)

in_pod("restrictedVolumes", pod, _) := restricted_volumes.in_pod(pod)

in_pod("runAsNonRoot", pod, minor) := run_as_non_root.in_pod(pod, minor)

in_pod("runAsUser", pod, minor) := run_as_user.in_pod(pod, minor)

in_pod("seLinuxOptions", pod, minor) := selinux.in_pod(pod, minor)

in_pod("seccompProfile_baseline", pod, minor) := baseline_seccomp.in_pod(pod, minor)

in_pod("seccompProfile_restricted", pod, minor) := restricted_seccomp.in_pod(pod, minor)

in_pod("sysctls", pod, minor) := sysctls.in_pod(pod, minor)

in_pod("windowsHostProcess", pod, _) := host_process.in_pod(pod)

# METADATA
# description: What a check finds in a pod's annotations.
in_annotations("appArmorProfile", pod, _) := apparmor.in_annotations(pod)

in_annotations("seccompProfile_baseline", pod, minor) := baseline_seccomp.in_annotations(pod, minor)

# METADATA
# description: What a check finds in a container.
in_container("allowPrivilegeEscalation", entry, minor) := privilege_escalation.in_container(entry, minor)

in_container("appArmorProfile", entry, _) := apparmor.in_container(entry)

in_container("capabilities_baseline", entry, _) := baseline_capabilities.in_container(entry)

in_container("capabilities_restricted", entry, minor) := restricted_capabilities.in_container(entry, minor)

in_container("hostPorts", entry, _) := host_ports.in_container(entry)

in_container("hostProbesAndHostLifecycle", entry, minor) := host_probes.in_container(entry, minor)

in_container("privileged", entry, _) := privileged.in_container(entry)

in_container("procMount", entry, minor) := proc_mount.in_container(entry, "baseline", minor)

in_container("procMount_restricted", entry, minor) := proc_mount.in_container(entry, "restricted", minor)

in_container("runAsNonRoot", entry, minor) := run_as_non_root.in_container(entry, minor)

in_container("runAsUser", entry, minor) := run_as_user.in_container(entry, minor)

in_container("seLinuxOptions", entry, minor) := selinux.in_container(entry, minor)

in_container("seccompProfile_baseline", entry, minor) := baseline_seccomp.in_container(entry, minor)

in_container("seccompProfile_restricted", entry, minor) := restricted_seccomp.in_container(entry, minor)

in_container("windowsHostProcess", entry, _) := host_process.in_container(entry)
