# METADATA
# title: Namespaces enforce the Pod Security Standards
# description: |
#   Kubernetes' own admission judges pods by the labels of their namespace, and lets everything in where there is none
#   or where the level is misspelt. Every namespace has to enforce the profile's level or a stricter one, and to warn
#   about and audit no less than it enforces, so that workloads refused later are seen early.
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
#         level:
#           type: string
#           enum: [baseline, restricted]
#           default: restricted
#           description: The weakest level that a namespace may enforce.
#         privilegedNamespaces:
#           type: array
#           items: {type: string}
#           default: [kube-system, kube-public, kube-node-lease]
#           description: Names of the system namespaces that may have any level, or none.
#         minimumVersion:
#           type: string
#           default: v1.25
#           description: The oldest version of the standards that a namespace may ask for, such as v1.25.
#         requireVersion:
#           type: boolean
#           default: false
#           description: Whether enforce-version must name a version, so that upgrades of the cluster change no verdict.
# custom:
#   id: namespace-pod-security
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match:
#     - {groups: [""], kinds: [Namespace]}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.1"]
#     nsa: [pod-security]
#   remediation: |
#     Label the namespace with pod-security.kubernetes.io/enforce, warn and audit, all three restricted (or baseline
#     where the profile allows it).
package rampart.cluster.namespace_pod_security

import data.lib.finding
import data.lib.k8s
import data.lib.selectors

_modes := {
	"pod-security.kubernetes.io/enforce",
	"pod-security.kubernetes.io/warn",
	"pod-security.kubernetes.io/audit",
}

_versions := {
	"pod-security.kubernetes.io/enforce-version",
	"pod-security.kubernetes.io/warn-version",
	"pod-security.kubernetes.io/audit-version",
}

_rank := {"privileged": 0, "baseline": 1, "restricted": 2}

_labels := selectors.labels(k8s.labelled_resource("pod-security.kubernetes.io/").metadata) if {
	not k8s.name in input.parameters.privilegedNamespaces
}

violation contains finding.at(rego.metadata.chain(), _path("pod-security.kubernetes.io/enforce"), msg) if {
	labels := _labels
	not "pod-security.kubernetes.io/enforce" in object.keys(labels)
	name := k8s.name
	level := input.parameters.level
	msg := concat("", [
		$"Namespace {name} must enforce the Pod Security Standards: ",
		$"set the label pod-security.kubernetes.io/enforce to {level}.",
	])
}

violation contains finding.at(rego.metadata.chain(), _path(label), msg) if {
	some label, level in _labels
	_modes[label]
	not level in object.keys(_rank)
	msg := $"Namespace {k8s.name} has no valid Pod Security level in {label}: write {_wanted}, in lower case."
}

violation contains finding.at(rego.metadata.chain(), _path("pod-security.kubernetes.io/enforce"), msg) if {
	_rank[_enforced] < _rank[input.parameters.level]
	msg := concat("", [
		$"Namespace {k8s.name} enforces the Pod Security level {_enforced}: ",
		$"set the label pod-security.kubernetes.io/enforce to {input.parameters.level}.",
	])
}

violation contains finding.at(rego.metadata.chain(), _path(label), msg) if {
	labels := _labels
	wanted := _wanted
	some label, verb in {
		"pod-security.kubernetes.io/warn": "warn about",
		"pod-security.kubernetes.io/audit": "audit",
	}
	_rank[object.get(labels, label, "privileged")] < _rank[wanted]
	name := k8s.name
	msg := concat("", [
		$"Namespace {name} must {verb} what the Pod Security level {wanted} forbids: ",
		$"set the label {label} to {wanted}.",
	])
}

violation contains finding.at(rego.metadata.chain(), _path(label), msg) if {
	some label, version in _labels
	_versions[label]
	not _valid_version(version)
	msg := $"Namespace {k8s.name} has no valid version in {label}: write latest or a version such as v1.34."
}

violation contains finding.at(rego.metadata.chain(), _path(label), msg) if {
	some label, version in _labels
	_versions[label]
	_minor(version) < _minor(input.parameters.minimumVersion)
	msg := concat("", [
		$"Namespace {k8s.name} asks for version {version} of the Pod Security Standards in {label}: ",
		$"write {input.parameters.minimumVersion} or a later one.",
	])
}

violation contains finding.at(rego.metadata.chain(), _path("pod-security.kubernetes.io/enforce-version"), msg) if {
	input.parameters.requireVersion
	object.get(_labels, "pod-security.kubernetes.io/enforce-version", "latest") == "latest"
	msg := concat("", [
		$"Namespace {k8s.name} must pin the version of the Pod Security Standards: ",
		"set the label pod-security.kubernetes.io/enforce-version to a version such as v1.34.",
	])
}

_path(label) := $"metadata.labels[\"{label}\"]"

_enforced := _labels["pod-security.kubernetes.io/enforce"]

# What the other modes are measured by: the level enforced, or the least that the profile asks for.
_wanted := _enforced if {
	_rank[_enforced] >= _rank[input.parameters.level]
} else := input.parameters.level

_valid_version("latest")

_valid_version(version) if _minor(version)

_minor(version) := to_number(substring(version, 3, -1)) if {
	is_string(version)
	regex.match(`^v1\.(0|[1-9][0-9]{0,3})$`, version)
}
