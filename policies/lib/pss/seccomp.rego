# METADATA
# title: Seccomp profiles
# description: What the two checks seccompProfile_baseline and seccompProfile_restricted share.
package lib.pss.seccomp

import data.lib.finding
import data.lib.pss

_field := "securityContext.seccompProfile.type"

# METADATA
# description: Whether a profile is one that every level allows.
allowed(profile) if profile.type == "RuntimeDefault"

allowed(profile) if profile.type == "Localhost"

_forbidden(profile) := pss.child(profile, "type") if {
	not allowed(profile)
	profile != null
}

in_pod(pod) := [{"path": $"{pod.path}.{_field}", "msg": msg}] if {
	type := _forbidden(pod.security.seccompProfile)
	msg := $"The pod must not set {_field} to {finding.shown(type)}: write RuntimeDefault or Localhost."
}

in_container(entry) := [{"field": _field, "msg": msg}] if {
	type := _forbidden(entry.security.seccompProfile)
	name := finding.name(entry.container)
	msg := $"Container {name} must not set {_field} to {finding.shown(type)}: write RuntimeDefault or Localhost."
}
