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
	_in_containers == []
	_in_metadata == set()
	kinds := secrets.of("", applied)
	count(kinds) > 0
	path := finding.below("metadata.annotations", _applied)
	msg := $"Annotation {_applied} still holds {secrets.list(kinds)}: delete the object and create it anew."
}

default _allowed := []

_allowed := input.parameters.allowedVariables

_applied := "kubectl.kubernetes.io/last-applied-configuration"

_in_containers := [found |
	some entry in k8s.containers
	secrets.may_be_among(json.filter(entry.container, _judged))
	texts := _texts(entry.container)
	some found in _in_texts(entry, texts)
]

# The fields of a container with the texts that are judged.
_judged := array.concat(
	["env", "command", "args", "script", "source", "lifecycle"],
	[$"{probe}/{field}" | some probe in _probes; some field in ["exec", "httpGet/httpHeaders"]],
)

_probes := ["livenessProbe", "readinessProbe", "startupProbe"]

# A command line is judged as a whole where none of its words gives a credential away: --password hunter2 are two words.
_in_texts(entry, texts) := array.concat(in_words, in_lines) if {
	in_words := [{"entry": entry, "field": text.field, "line": text.line, "what": text.what, "kinds": kinds} |
		some text in texts
		kinds := secrets.of(text.name, text.value)
		count(kinds) > 0
	]
	found_in := {found.line | some found in in_words}
	in_lines := [found |
		some line in ({text.line | some text in texts} - (found_in | {""}))
		kinds := secrets.of("", concat(" ", [text.value | some text in texts; text.line == line]))
		count(kinds) > 0
		found := {"entry": entry, "field": line, "what": $"The command line in {line}", "kinds": kinds}
	]
}

# The texts of a container as {"field", "line", "name", "what", "value"}; `line` is the field of the command line that
# the text is a word of.
_texts(container) := array.concat(
	array.concat(_variables(container), _scripts(container)),
	array.concat(_command_line(container), _hooks(container)),
)

_variables(container) := [text |
	some i, variable in container.env
	value := secrets.text_of(variable.value)
	name := _string(variable, "name")
	not name in _allowed
	text := {
		"field": $"env[{i}].value",
		"line": "",
		"name": name,
		"what": $"Environment variable {finding.name(variable)}",
		"value": value,
	}
]

_string(thing, field) := value if {
	value := thing[field]
	is_string(value)
} else := ""

# Argo Workflows and Tekton
_scripts(container) := [text |
	some field in ["script", "source"]
	text := {"field": field, "line": "", "name": "", "what": $"The {field}", "value": container[field]}
]

_command_line(container) := [text |
	some field in ["command", "args"]
	some i, word in container[field]
	text := {
		"field": $"{field}[{i}]",
		"line": line,
		"name": "",
		"what": $"{field}[{i}]",
		"value": secrets.text_of(word),
	}
] if {
	line := [field | some field in ["args", "command"]; object.get(container, field, []) != []][0]
} else := []

_hooks(container) := [text |
	some hook in _hooks_of(container)
	some text in array.concat(_words(hook), _headers(hook))
]

_hooks_of(container) := array.concat(
	[{"path": probe, "hook": container[probe]} | some probe in _probes],
	[{"path": path, "hook": container.lifecycle[event]} |
		some event in ["postStart", "preStop"]
		path := $"lifecycle.{event}"
	],
)

_words(hook) := [text |
	some i, word in hook.hook.exec.command
	line := $"{hook.path}.exec.command"
	text := {
		"field": $"{line}[{i}]",
		"line": line,
		"name": "",
		"what": $"{line}[{i}]",
		"value": secrets.text_of(word),
	}
]

_headers(hook) := [text |
	some i, header in hook.hook.httpGet.httpHeaders
	name := _string(header, "name")
	judged := secrets.header(name, secrets.text_of(header.value))
	text := {
		"field": $"{hook.path}.httpGet.httpHeaders[{i}].value",
		"line": "",
		"name": judged.name,
		"what": $"HTTP header {finding.name(header)} of {hook.path}",
		"value": judged.value,
	}
]

_labels_and_annotations := [json.remove(object.filter(metadata.value, ["labels", "annotations"]), [["annotations", _applied]]) |
	some metadata in _metadata
]

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
