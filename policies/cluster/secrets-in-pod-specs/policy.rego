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
	applied := k8s.annotated_resource.metadata.annotations[_applied]
	count(_in_containers) == 0
	count(_in_metadata) == 0
	kinds := secrets.of("", applied)
	count(kinds) > 0
	path := finding.below("metadata.annotations", _applied)
	msg := $"Annotation {_applied} still holds {secrets.list(kinds)}: delete the object and create it anew."
}

default _allowed := []

_allowed := input.parameters.allowedVariables

_applied := "kubectl.kubernetes.io/last-applied-configuration"

_in_containers contains {"entry": entry, "field": field, "what": what, "kinds": kinds} if {
	some entry in _suspects
	some i, variable in entry.container.env
	value := variable.value
	kinds := secrets.of(object.get(variable, "name", ""), value)
	count(kinds) > 0
	not _string(variable, "name") in _allowed
	field := $"env[{i}].value"
	what := $"Environment variable {finding.name(variable)}"
}

# Argo Workflows and Tekton
_in_containers contains {"entry": entry, "field": field, "what": $"The {field}", "kinds": kinds} if {
	some entry in _suspects
	some field in ["script", "source"]
	kinds := secrets.of("", entry.container[field])
	count(kinds) > 0
}

_in_containers contains {"entry": line.entry, "field": word.field, "what": word.field, "kinds": word.kinds} if {
	some line in _command_lines
	some word in line.found
}

# A command line is judged as a whole where none of its words gives a credential away: --password hunter2 are two words.
_in_containers contains {"entry": line.entry, "field": line.field, "what": what, "kinds": kinds} if {
	some line in _command_lines
	line.found == []
	words := [secrets.text_of(word) | some list in _places; some word in line.words[list]]
	kinds := secrets.of("", concat(" ", words))
	count(kinds) > 0
	what := $"The command line in {line.field}"
}

_in_containers contains {"entry": entry, "field": field, "what": what, "kinds": kinds} if {
	some entry in _suspects
	some [path, hook] in _hooks(entry.container)
	some i, header in hook.httpGet.httpHeaders
	judged := secrets.header(_string(header, "name"), secrets.text_of(header.value))
	kinds := secrets.of(judged.name, judged.value)
	count(kinds) > 0
	field := $"{path}.httpGet.httpHeaders[{i}].value"
	what := $"HTTP header {finding.name(header)} of {path}"
}

# The containers that may hold a credential, as one look at each tells.
_suspects := [entry |
	some entry in k8s.containers
	secrets.may_be_in_container(object.filter(entry.container, _judged))
]

# The fields of a container with the texts that are judged.
_judged := array.concat(["env", "command", "args", "script", "source", "lifecycle"], _probes)

_probes := ["livenessProbe", "readinessProbe", "startupProbe"]

_string(thing, field) := value if {
	value := thing[field]
	is_string(value)
} else := ""

# The command lines that may hold a credential, as {"entry", "field", "words", "found"}: `words` are the lists of words
# that the line is made of, `found` is what is found in single words.
_command_lines := [{"entry": entry, "field": field, "words": words, "found": found} |
	some entry in _suspects
	some [parent, field, words] in _lines_of(entry.container)
	secrets.may_be_in_container(words)
	found := [{"field": $"{parent}{list}[{i}]", "kinds": kinds} |
		some list in _places
		some i, word in words[list]
		kinds := secrets.of("", word)
		count(kinds) > 0
	]
]

_places := ["command", "args"]

_lines_of(container) := array.concat(
	[["", field, words] |
		words := object.filter(container, _places)
		field := [list | some list in ["args", "command"]; object.get(words, list, []) != []][0]
	],
	[[$"{path}.exec.", $"{path}.exec.command", {"command": words}] |
		some [path, hook] in _hooks(container)
		words := hook.exec.command
	],
)

_hooks(container) := array.concat(
	[[probe, container[probe]] | some probe in _probes],
	[[$"lifecycle.{event}", hook] |
		some event, hook in container.lifecycle
		event in {"postStart", "preStop"}
	],
)

# The workload's own metadata and that of its pods; for a Pod, both are one.
_in_metadata contains {"path": path, "what": $"{word} {key}", "kinds": kinds} if {
	secrets.may_be_among(_labels_and_annotations)
	some metadata in _metadata
	some field, word in {"labels": "Label", "annotations": "Annotation"}
	some key, value in metadata.value[field]
	key != _applied
	kinds := secrets.of_metadata(key, value)
	count(kinds) > 0
	path := finding.below($"{metadata.path}.{field}", key)
}

_labels_and_annotations := [labels, annotations, of_pods] if {
	labels := object.get(k8s.annotated_resource, ["metadata", "labels"], null)
	annotations := object.get(k8s.annotated_resource, ["metadata", "annotations"], null)
	of_pods := [object.filter(pod.metadata, ["labels", "annotations"]) | some pod in k8s.annotated_pods]
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
