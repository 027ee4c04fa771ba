# METADATA
# title: Dapr sidecars are set up safely
# description: |
#   Annotations open a Dapr sidecar up: to other pods (sidecar-listen-addresses), to debuggers and profilers, to an image
#   of anyone's choice, to variables that change how it starts (SSL_CERT_DIR makes it run as root with a writable root
#   filesystem) and to volumes of the application. They also bound it, by limits and a seccomp profile; where one amount
#   can't be read Dapr ignores all of them. A container named daprd that is written by hand keeps the injector away, so
#   that no annotation has an effect.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/reference/arguments-annotations-overview/
#     description: Dapr's annotations
#   - ref: https://docs.dapr.io/operations/hosting/kubernetes/kubernetes-production/
#     description: Production guidelines on Kubernetes
#   - ref: https://github.com/dapr/dapr/blob/master/pkg/injector/patcher/sidecar_container.go
#     description: What the injector makes of them
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedImages:
#           type: array
#           items:
#             type: string
#             pattern: '^([A-Za-z0-9][A-Za-z0-9._-]*|\[[A-Fa-f0-9:]+\])(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*/?$'
#           default: [docker.io/daprio, ghcr.io/dapr]
#           description: Registries and repositories that dapr.io/sidecar-image may name.
#         allowedVariables:
#           type: array
#           items: {type: string}
#           default: []
#           description: Environment variables that dapr.io/env and dapr.io/env-from-secret may set.
#         allowedVolumes:
#           type: array
#           items: {type: string}
#           default: []
#           description: Volumes that dapr.io/volume-mounts and dapr.io/volume-mounts-rw may mount, by their names.
# custom:
#   id: dapr-sidecar
#   severity: high
#   profiles: {restricted: deny}
#   match: [pods]
#   mentions: [dapr.io/, daprd]
#   controls:
#     soc2: [CC6.1, CC6.6, CC6.8, A1.1]
#     hipaa: ["164.312(a)(1)", "164.312(e)(1)"]
#     nsa: [pod-security]
#   remediation: |
#     Leave out the annotations that open the sidecar, and set dapr.io/sidecar-cpu-limit, dapr.io/sidecar-memory-limit
#     and dapr.io/sidecar-seccomp-profile-type (RuntimeDefault) on the pod template. For Pods to pass with their sidecar,
#     install Dapr with dapr_sidecar_injector.sidecarDropALLCapabilities true and its image by digest.
package rampart.cluster.dapr_sidecar

import data.lib.dapr
import data.lib.finding
import data.lib.images
import data.lib.k8s
import data.lib.quantity

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some sidecar in dapr.sidecars
	some [setting, msg] in _faults(sidecar)
	path := dapr.path(sidecar, setting)
}

violation contains finding.in_container(rego.metadata.chain(), entry, "name", msg) if {
	some entry in k8s.containers
	entry.container.name == "daprd"
	entry.type != "ephemeralContainers"
	not _is_injected(entry.pod)
	msg := "Container daprd is written by hand, so that Dapr injects no sidecar and ignores its annotations: remove it."
}

# What is at fault with a sidecar, as [setting, message].
_faults(sidecar) := union({
	_open_addresses(sidecar),
	_switched_on(sidecar),
	_other_image(sidecar),
	_unlimited(sidecar),
	_unread_amounts(sidecar),
	_without_seccomp(sidecar),
	_foreign_variables(sidecar),
	_foreign_volumes(sidecar),
})

_open_addresses(sidecar) := {[setting, msg] |
	setting := "sidecar-listen-addresses"
	dapr.has(sidecar, setting)
	addresses := _reachable(dapr.setting(sidecar, setting))
	count(addresses) > 0
	msg := concat("", [
		$"The Dapr sidecar listens on {concat(" and ", addresses)}, where other pods reach its API: ",
		"write [::1],127.0.0.1 or leave the annotation out.",
	])
}

_switched_on(sidecar) := {[setting, msg] |
	some setting, effect in _switches
	dapr.on(sidecar, setting)
	msg := $"The annotation dapr.io/{setting} {effect}: remove it."
}

_other_image(sidecar) := {["sidecar-image", msg] |
	text := dapr.setting(sidecar, "sidecar-image")
	text != ""
	not images.listed(images.parse(text), input.parameters.allowedImages)
	msg := concat("", [
		$"The Dapr sidecar's image {text} is not allowed: leave the annotation out, or take the image from ",
		$"{concat(" or ", input.parameters.allowedImages)}.",
	])
}

_unlimited(sidecar) := {[setting, msg] |
	some setting, example in _limits
	dapr.setting(sidecar, setting) == ""
	msg := $"The Dapr sidecar has no limit: set the annotation dapr.io/{setting}, for example to {example}."
}

_unread_amounts(sidecar) := {[setting, msg] |
	some setting, example in _amounts
	text := dapr.setting(sidecar, setting)
	text != ""
	not quantity.positive(text)
	msg := concat("", [
		$"The annotation dapr.io/{setting} is {text}, no quantity above zero, and Dapr limits nothing: ",
		$"write for example {example}.",
	])
}

_without_seccomp(sidecar) := {[setting, msg] |
	setting := "sidecar-seccomp-profile-type"
	not _has_seccomp(sidecar, dapr.setting(sidecar, setting))
	msg := $"The Dapr sidecar has no seccomp profile: set the annotation dapr.io/{setting} to RuntimeDefault."
}

_foreign_variables(sidecar) := {[setting, msg] |
	some setting in ["env", "env-from-secret"]
	variables := _variables(dapr.setting(sidecar, setting)) - {name | some name in input.parameters.allowedVariables}
	count(variables) > 0
	msg := $"The annotation dapr.io/{setting} sets {concat(", ", sort(variables))} in the Dapr sidecar: remove it."
}

_foreign_volumes(sidecar) := {[setting, msg] |
	some setting in ["volume-mounts", "volume-mounts-rw"]
	volumes := _volumes(dapr.setting(sidecar, setting)) - {name | some name in input.parameters.allowedVolumes}
	count(volumes) > 0
	msg := $"The annotation dapr.io/{setting} mounts {concat(", ", sort(volumes))} into the Dapr sidecar: remove it."
}

# Those of the addresses that are not loopback. Dapr takes an empty one for all that there are.
_reachable(text) := [_named(address) |
	some part in split(text, ",")
	address := trim_space(part)
	not _is_loopback(address)
]

_is_loopback(address) if regex.match(`^(?:127(?:\.[0-9]{1,3}){3}|localhost|::1|\[::1\])$`, address)

_named("") := "every address"

_named(address) := address if address != ""

_switches := {
	"enable-debug": "runs the Dapr sidecar in a debugger that every pod reaches",
	"enable-profiling": "lets everyone who reaches the Dapr sidecar profile it",
}

_limits := {"sidecar-cpu-limit": "300m", "sidecar-memory-limit": "256Mi"}

_amounts := object.union(_limits, {"sidecar-cpu-request": "50m", "sidecar-memory-request": "64Mi"})

_has_seccomp(_, "RuntimeDefault")

# The sidecar's container inherits what the pod has.
_has_seccomp(sidecar, "") if sidecar.pod.spec.securityContext.seccompProfile.type in {"RuntimeDefault", "Localhost"}

# NAME=value,NAME=value: a comma is part of the value unless a name follows.
_variables(text) := {name |
	some [_, name] in regex.find_all_string_submatch_n(`(?:^|,)\s*([^\s,=]+)\s*=`, text, -1)
}

# volume:path,volume:path
_volumes(text) := {name |
	some mount in split(text, ",")
	[name, _] := split(trim_space(mount), ":")
}

# The injector works on Pods alone, and leaves its label on them.
_is_injected(pod) if {
	k8s.group_kind == "/Pod"
	pod.metadata.labels["dapr.io/sidecar-injected"] == "true"
}
