# METADATA
# title: Pod specifications hold no credentials
# description: |
#   Whoever may read a workload reads its specification, which stands in Git, backups and process lists as well. Judged
#   are literal environment variables, command, args, scripts, the commands and HTTP headers of probes and lifecycle
#   hooks, and the labels and annotations of the workload and its pods. Messages name the place and what was found,
#   never the value.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/secret/
#     description: Secrets
#   - ref: https://kubernetes.io/docs/concepts/security/secrets-good-practices/
#     description: Good practices for Secrets
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedVariables:
#           type: array
#           default: []
#           description: Names of environment variables whose literal values are known to be harmless.
#           items: {type: string}
# custom:
#   id: secrets-in-pod-specs
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   controls:
#     soc2: [CC6.1, CC6.7]
#     hipaa: ["164.312(a)(1)", "164.312(a)(2)(iv)"]
#     cis: ["5.4.1"]
#     nsa: [pod-security]
#   remediation: |
#     Mount the credential as a file from a Secret and let the program read the file. Replace the credential, as it has
#     been exposed.
package rampart.cluster.secrets_in_pod_specs

import data.lib.finding
import data.lib.k8s
import data.lib.secrets

violation contains finding.in_container(rego.metadata.chain(), found.entry, found.field, msg) if {
	some found in _in_containers
	container := finding.name(found.entry.container)
	msg := $"{found.what} of container {container} holds {secrets.list(found.kinds)}: mount a Secret as a file instead."
}

violation contains finding.at(rego.metadata.chain(), found.path, msg) if {
	some found in _in_metadata
	msg := $"{found.what} holds {secrets.list(found.kinds)}: mount a Secret as a file instead."
}

# What kubectl apply remembers repeats the object: it counts where the object itself is clean.
violation contains finding.at(rego.metadata.chain(), path, msg) if {
	applied := k8s.annotated_resource.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]
	count(_in_containers) == 0
	count(_in_metadata) == 0
	kinds := secrets.found("", applied)
	path := finding.below("metadata.annotations", _applied)
	msg := $"Annotation {_applied} still holds {secrets.list(kinds)}: delete the object and create it anew."
}

default _allowed := []

_allowed := input.parameters.allowedVariables

_applied := "kubectl.kubernetes.io/last-applied-configuration"

# One look at a container tells whether it may hold a credential.
_in_containers contains object.union({"entry": entry}, found) if {
	some entry in k8s.containers
	secrets.may_be_in_container(json.marshal(object.filter(entry.container, [
		"args", "command", "env", "lifecycle", "livenessProbe", "readinessProbe", "script", "source", "startupProbe",
	])))
	some found in union({
		_in_variables(entry.container), _in_scripts(entry.container),
		_in_command_lines(entry.container), _in_headers(entry.container),
	})
}

_in_variables(container) := {{"field": field, "what": what, "kinds": kinds} |
	some i, variable in container.env
	value := variable.value
	kinds := secrets.found(object.get(variable, "name", ""), value)
	not _string(variable, "name") in _allowed
	field := $"env[{i}].value"
	what := $"Environment variable {finding.name(variable)}"
}

# Argo Workflows and Tekton
_in_scripts(container) := {{"field": field, "what": what, "kinds": kinds} |
	some field in ["script", "source"]
	kinds := secrets.found("", container[field])
	what := $"The {field}"
}

_string(thing, field) := value if {
	value := thing[field]
	is_string(value)
} else := ""

_in_command_lines(container) := {found |
	some [parent, words] in _lines_of(container)
	secrets.may_be_in_container(json.marshal(words))
	some found in _in_line(parent, words)
}

# A command line is judged as a whole where none of its words gives a credential away: --password hunter2 are two words.
_in_line(parent, words) := _in_words(parent, words) if {
	_in_words(parent, words) != set()
} else := {{"field": field, "what": what, "kinds": kinds} |
	kinds := secrets.found("", concat(" ", [secrets.text_of(word) | some list in ["command", "args"]; some word in words[list]]))
	field := $"{parent}{_last_list(words)}"
	what := $"The command line in {field}"
}

_in_words(parent, words) := {{"field": field, "what": field, "kinds": kinds} |
	some list in ["command", "args"]
	some i, word in words[list]
	kinds := secrets.found("", word)
	field := $"{parent}{list}[{i}]"
}

# The lists of words that a line is made of, and the path of what they stand in.
_lines_of(container) := array.concat([["", object.filter(container, ["args", "command"])]], [[parent, {"command": words}] |
	some [path, hook] in _hooks(container)
	words := hook.exec.command
	parent := $"{path}.exec."
])

_last_list(words) := "args" if object.get(words, "args", []) != []

else := "command"

_in_headers(container) := {{"field": field, "what": what, "kinds": kinds} |
	some [path, hook] in _hooks(container)
	some i, header in hook.httpGet.httpHeaders
	judged := secrets.header(_string(header, "name"), secrets.text_of(header.value))
	kinds := secrets.found(judged.name, judged.value)
	field := $"{path}.httpGet.httpHeaders[{i}].value"
	what := $"HTTP header {finding.name(header)} of {path}"
}

_hooks(container) := array.concat(
	[[probe, container[probe]] | some probe in ["livenessProbe", "readinessProbe", "startupProbe"]],
	[[path, hook] |
		some event, hook in container.lifecycle
		event in {"postStart", "preStop"}
		path := $"lifecycle.{event}"
	],
)

# The workload's own metadata and that of its pods; for a Pod, both are one.
_in_metadata contains {"path": path, "what": $"{word} {key}", "kinds": kinds} if {
	secrets.may_be_in_json(json.marshal(_labels_and_annotations))
	some metadata in _metadata
	some field, word in {"labels": "Label", "annotations": "Annotation"}
	some key, value in metadata.value[field]
	key != "kubectl.kubernetes.io/last-applied-configuration"
	kinds := secrets.found_in_metadata(key, value)
	path := finding.below($"{metadata.path}.{field}", key)
}

_labels_and_annotations := [
	object.get(resource, ["metadata", "labels"], null),
	object.get(resource, ["metadata", "annotations"], null),
	[object.filter(pod.metadata, ["labels", "annotations"]) | some pod in k8s.annotated_pods],
] if {
	resource := k8s.annotated_resource
}

_metadata := array.concat(
	[{"path": "metadata", "value": metadata} |
		metadata := k8s.annotated_resource.metadata
		is_object(metadata)
	],
	[{"path": path, "value": pod.metadata} |
		some pod in k8s.annotated_pods
		path := _metadata_path(pod.path)
		path != "metadata"
	],
)

_metadata_path(path) := concat(".", array.concat(array.slice(steps, 0, count(steps) - 1), ["metadata"])) if {
	steps := split(path, ".")
	steps[count(steps) - 1] == "spec"
} else := $"{path}.metadata"
