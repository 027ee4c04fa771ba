# METADATA
# title: Namespaces without labels get a Pod Security level
# description: |
#   Pod Security admission takes the level of a namespace that has no labels from its configuration; without one it is
#   privileged, and nothing is refused. Whom the configuration exempts (users, namespaces, runtime classes) may do
#   anything whatever the labels say. What is in effect is the first entry for PodSecurity.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/
#     description: Enforce Pod Security Standards by Configuring the Built-in Admission Controller
#   - ref: https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/#apiserver-config-k8s-io-v1-AdmissionConfiguration
#     description: AdmissionConfiguration
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
#           description: The weakest level to enforce, warn about and audit.
#         minimumVersion:
#           type: string
#           default: v1.25
#           description: The oldest version of the standards to ask for, such as v1.25.
#         exemptNamespaces:
#           type: array
#           items: {type: string}
#           default: [kube-system, kube-public, kube-node-lease]
#           description: Namespaces that may be exempt.
#         exemptUsernames:
#           type: array
#           items: {type: string}
#           default: []
#           description: Users that may be exempt.
#         exemptRuntimeClasses:
#           type: array
#           items: {type: string}
#           default: []
#           description: Runtime classes that may be exempt.
# custom:
#   id: pod-security-defaults
#   severity: high
#   profiles: {restricted: deny}
#   match:
#     - {groups: [apiserver.config.k8s.io, apiserver.k8s.io], kinds: [AdmissionConfiguration]}
#     - {groups: [pod-security.admission.config.k8s.io], kinds: [PodSecurityConfiguration]}
#   files_only: true
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.1"]
#     nsa: [pod-security]
#   remediation: |
#     Set enforce, audit and warn in the defaults of PodSecurityConfiguration, and label the namespaces that need a
#     weaker level instead of exempting them.
package rampart.cloud.pod_security_defaults

import data.lib.finding
import data.lib.k8s
import data.lib.pss

violation contains finding.at(rego.metadata.chain(), "plugins", msg) if {
	k8s.group_kind != _own_kind
	k8s.resource
	not _plugin
	msg := concat("", [
		"The AdmissionConfiguration does not configure PodSecurity, so that namespaces without labels are privileged: ",
		$"add it with the level {_level}.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"plugins[{_plugin.i}].configuration", msg) if {
	not is_object(_plugin.configuration)
	not _in_another_file
	msg := concat("", [
		"PodSecurity has no configuration, so that namespaces without labels are privileged: ",
		$"write a PodSecurityConfiguration with the level {_level}.",
	])
}

violation contains finding.at(rego.metadata.chain(), _at($"defaults.{mode}"), msg) if {
	some mode in ["enforce", "audit", "warn"]
	level := _default(mode, "privileged")
	not _is_enough(level)
	msg := $"Namespaces without labels {_verb[mode]} the Pod Security level {finding.shown(level)}: set {mode} to {_level}."
}

violation contains finding.at(rego.metadata.chain(), _at($"defaults.{mode}-version"), msg) if {
	some mode in ["enforce", "audit", "warn"]
	version := _default($"{mode}-version", "latest")
	not _is_recent(version)
	msg := concat("", [
		$"Namespaces without labels {_verb[mode]} version {finding.shown(version)} of the Pod Security Standards: ",
		$"set {mode}-version to latest, {input.parameters.minimumVersion} or a later one.",
	])
}

violation contains finding.at(rego.metadata.chain(), _at($"exemptions.{field}[{i}]"), msg) if {
	some field, allowed in {
		"namespaces": input.parameters.exemptNamespaces,
		"usernames": input.parameters.exemptUsernames,
		"runtimeClasses": input.parameters.exemptRuntimeClasses,
	}
	some i, name in _configuration.exemptions[field]
	not name in allowed
	msg := $"The Pod Security Standards do not hold for {_exempt[field]} {finding.shown(name)}: remove the exemption."
}

_own_kind := "pod-security.admission.config.k8s.io/PodSecurityConfiguration"

_level := input.parameters.level

_rank := {"privileged": 0, "baseline": 1, "restricted": 2}

_is_enough(level) if _rank[level] >= _rank[_level]

_verb := {"enforce": "enforce", "audit": "audit", "warn": "warn about"}

_exempt := {"namespaces": "the namespace", "usernames": "the user", "runtimeClasses": "the runtime class"}

_plugin := [{"i": i, "configuration": object.get(plugin, "configuration", null), "file": object.get(plugin, "path", "")} |
	some i, plugin in k8s.resource.plugins
	plugin.name == "PodSecurity"
][0] if {
	k8s.group_kind != _own_kind
}

# A path is only used where there is no configuration; the file is judged by itself.
_in_another_file if {
	_plugin.configuration == null
	is_string(_plugin.file)
	_plugin.file != ""
}

_configuration := k8s.resource if k8s.group_kind == _own_kind

_configuration := _plugin.configuration if is_object(_plugin.configuration)

_at(field) := field if k8s.group_kind == _own_kind

_at(field) := $"plugins[{_plugin.i}].configuration.{field}" if k8s.group_kind != _own_kind

# An empty value is the default of the API.
_default(field, missing) := value if {
	value := _defaults[field]
	not value in {"", null}
} else := missing if {
	_configuration
}

_defaults := _configuration.defaults if is_object(_configuration.defaults)

else := {}

_is_recent("latest")

_is_recent(version) if {
	minor := pss.minor(version)
	minor != pss.latest
	minor >= pss.minor(input.parameters.minimumVersion)
}
