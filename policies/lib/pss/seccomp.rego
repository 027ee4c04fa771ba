# METADATA
# title: Seccomp profiles
# description: What the two checks seccompProfile_baseline and seccompProfile_restricted share.
package lib.pss.seccomp

import data.lib.finding
import data.lib.pss

field := "securityContext.seccompProfile.type"

# METADATA
# description: The type of a profile that a pod's spec or a container sets and that is not allowed.
forbidden(owner) := type if {
	profile := pss.security(owner, "seccompProfile")
	profile != null
	type := pss.child(profile, "type")
	not type in {"RuntimeDefault", "Localhost"}
}

in_pod(pod) := [{"path": $"{pod.path}.{field}", "msg": msg}] if {
	type := forbidden(pod.spec)
	msg := $"The pod must not set {field} to {finding.shown(type)}: write RuntimeDefault or Localhost."
}

in_container(entry) := [{"field": field, "msg": msg}] if {
	type := forbidden(entry.container)
	name := finding.name(entry.container)
	msg := $"Container {name} must not set {field} to {finding.shown(type)}: write RuntimeDefault or Localhost."
}
