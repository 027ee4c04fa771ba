# METADATA
# title: Pods fit the level that their namespace enforces
# description: |
#   Where a namespace enforces a level of the Pod Security Standards, Kubernetes accepts a Deployment whose pods it then
#   refuses, and the rollout hangs. This evaluates the enforce labels of the Namespace, as the request or the inventory
#   has it, against the pods of every workload. A level that is none counts as restricted, a version that is none as the
#   latest, as in Kubernetes. Exemptions of users, namespaces and runtime classes are not known here.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/pod-security-admission/
#     description: Pod Security Admission
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         defaultLevel:
#           type: string
#           default: privileged
#           enum: [privileged, baseline, restricted]
#           description: The level that the cluster enforces in namespaces without the label.
#         defaultVersion:
#           type: string
#           default: latest
#           pattern: ^(latest|v1\.(0|[1-9][0-9]{0,4}))$
#           description: The version of the standards that the cluster enforces in namespaces without the label.
# custom:
#   id: namespace-admission
#   severity: medium
#   profiles: {baseline: warn, restricted: warn}
#   match: [pods]
#   sync: [{group: "", version: v1, kind: Namespace}]
#   controls:
#     soc2: [CC6.1, CC8.1]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.1"]
#     nsa: [pod-security]
#   remediation: |
#     Change the pod's fields to what the level asks for, or move the workload to a namespace of another level.
package rampart.cluster.namespace_admission

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.pss
import data.lib.pss.baseline_seccomp
import data.lib.pss.levels

_enforce := "pod-security.kubernetes.io/enforce"

_enforce_version := "pod-security.kubernetes.io/enforce-version"

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_level != "privileged"
	some path, checks in _faults
	reasons := concat("; ", [reason |
		some check, fields in checks
		places := concat(", ", fields)
		reason := $"{check} ({places})"
	])
	msg := concat("", [
		$"Namespace {k8s.namespace} enforces the Pod Security level {_level} at version {_shown_version} and refuses this pod: ",
		$"{reasons}. Change these fields, or move it to a namespace of another level.",
	])
}

# The fields at fault, by the path of the pod and the official check.

_faults[pod.path][check] contains found.path if {
	minor := _minor
	some check in _checks
	some pod in k8s.pods
	some found in levels.in_pod(check, pod, minor)
}

_faults[pod.path][check] contains found.path if {
	minor := _minor
	some check in _checks
	some pod in k8s.annotated_pods
	some found in levels.in_annotations(check, pod, minor)
}

_faults[entry.pod.path][check] contains field if {
	minor := _minor
	some check in _checks
	some entry in k8s.containers
	some found in levels.in_container(check, entry, minor)
	field := $"{entry.path}.{found.field}"
}

_faults[entry.pod.path].seccompProfile_baseline contains found.path if {
	"seccompProfile_baseline" in _checks
	minor := _minor
	some entry in k8s.containers
	some found in baseline_seccomp.in_container_annotation(entry, minor)
}

_checks := levels.checks(_level, _minor)

# Of a namespace that is not known no level is guessed.
_level := _level_of(_reviewed_labels) if {
	_reviewed_labels
} else := _level_in(k8s.namespace)

# Of scalars, so that the pods of a namespace share the answer.
_level_in(namespace) := _level_of(labels) if {
	labels := _known_labels(namespace)
} else := "privileged"

_version := object.get(_labels, _enforce_version, _default_version)

_shown_version := finding.shown(_version)

_minor := pss.minor(_version)

_level_of(labels) := level if {
	level := object.get(labels, _enforce, _default_level)
	level in {"privileged", "baseline", "restricted"}
} else := "restricted"

default _default_level := "privileged"

_default_level := input.parameters.defaultLevel

default _default_version := "latest"

_default_version := input.parameters.defaultVersion

# The labels of the namespace, as the API server gives them or as the inventory knows them.

_labels := labels if {
	labels := _reviewed_labels
} else := _known_labels(k8s.namespace)

_labels_of(namespace) := namespace.metadata.labels if is_object(namespace.metadata.labels)

else := {}

_reviewed_labels := _labels_of(namespace) if {
	namespace := input.review.namespaceObject
	is_object(namespace)
	namespace != {}
}

_known_labels(name) := _labels_of(namespace) if {
	some namespace in inventory.cluster_named("", "Namespace", name)
}
