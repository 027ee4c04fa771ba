# METADATA
# title: "Check appArmorProfile"
# description: |
#   From v1.0 AppArmor profiles may only be the runtime's or loaded on the node: in the pod, in a container and in every
#   annotation, whether or not it names a container that exists.
package lib.pss.apparmor

import data.lib.finding
import data.lib.pss

_field := "securityContext.appArmorProfile.type"

_annotation_prefix := "container.apparmor.security.beta.kubernetes.io/"

_advice := "write RuntimeDefault or Localhost."

in_pod(pod) := [{"path": $"{pod.path}.{_field}", "msg": $"The pod must not set {_field} to {type}: {_advice}"}] if {
	type := finding.shown(_forbidden(pod.security.appArmorProfile))
}

in_container(entry) := [{"field": _field, "msg": $"Container {name} must not set {_field} to {type}: {_advice}"}] if {
	type := finding.shown(_forbidden(entry.security.appArmorProfile))
	name := finding.name(entry.container)
}

in_annotations(pod) := [{"path": pss.annotation_path(pod, key), "msg": msg} |
	some key, value in pod.metadata.annotations
	startswith(key, _annotation_prefix)
	not _allowed_annotation(value)
	shown := finding.shown(value)
	msg := $"The annotation {key} must not be {shown}: remove it or write runtime/default or localhost/<profile>."
] if {
	is_object(pod.metadata.annotations)
}

else := [{"path": pss.annotation_path(pod, ""), "msg": "The pod's annotations must be an object of texts."}] if {
	object.get(pod.metadata, "annotations", null) != null
}

_forbidden(profile) := type if {
	profile != null
	type := pss.child(profile, "type")
	not type in {"RuntimeDefault", "Localhost"}
}

_allowed_annotation(value) if value in {"", null, "runtime/default"}

_allowed_annotation(value) if {
	is_string(value)
	startswith(value, "localhost/")
}
