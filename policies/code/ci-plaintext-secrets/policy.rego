# METADATA
# title: Pipelines hold no credentials and print none
# description: |
#   Whoever may read the repository reads its pipelines, and many more read their logs. Judged are all values of workflows and
#   actions of GitHub and of pipelines of GitLab (variables, inputs, defaults, credentials of registries, scripts), and the
#   parameters of Tekton, whose steps are judged as pods are. What the containers of services are started with, for a test in the
#   same job, is no credential. A script must not print a secret (echo, printf, cat, the whole environment, set -x), also not
#   encoded: what masks secrets in logs knows their exact text alone. To pipe one to a program or to write it to a file is not to
#   print it. Messages name the place and what was found, never the value.
# scope: package
# related_resources:
#   - ref: https://docs.github.com/actions/reference/security/secure-use#use-secrets-for-sensitive-information
#     description: Secrets in workflows
#   - ref: https://docs.gitlab.com/ci/variables/#cicd-variable-security
#     description: Secrets in variables of GitLab
#   - ref: https://docs.gitlab.com/ci/variables/variables_troubleshooting/#enable-debug-logging
#     description: What CI_DEBUG_TRACE shows
#   - ref: https://tekton.dev/docs/pipelines/tasks/#specifying-parameters
#     description: Parameters of Tekton
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedNames:
#           type: array
#           default: []
#           description: Names of variables, inputs and parameters whose literal values are known to be harmless.
#           items: {type: string}
# custom:
#   id: ci-plaintext-secrets
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match:
#     - {groups: [documents.rampart], kinds: [GitHubAction, GitHubWorkflow, GitLabPipeline]}
#     - {groups: [tekton.dev], kinds: [ClusterTask, Pipeline, PipelineRun, StepAction, Task, TaskRun]}
#   sync:
#     - {group: tekton.dev, version: v1, kind: Task}
#   controls:
#     soc2: [CC6.1, CC6.7, CC8.1]
#     hipaa: ["164.312(a)(1)", "164.312(a)(2)(iv)"]
#     nsa: [supply-chain]
#   remediation: |
#     Keep the credential among the secrets of the repository (GitHub), the masked variables of the project (GitLab) or in a Secret
#     (Tekton), hand it to the step that needs it as a variable, and do not print it. Replace what has been exposed.
package rampart.code.ci_plaintext_secrets

import data.lib.finding
import data.lib.k8s
import data.lib.pipelines
import data.lib.pipelines.github
import data.lib.secrets
import data.lib.shell

# Credentials in clear text

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some text in _texts
	_is_suspicious(text)
	kinds := _kinds(text.name, _without_local_urls(_without_service_values(text.value)))
	count(kinds) > 0
	path := finding.path(text.steps)
	msg := $"{_what(text)} holds {secrets.list(kinds)} in clear text: {_remedy}, and replace it, as it has been exposed."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some text in _texts
	contains(text.value, "secrets")
	regex.match(`(?i)\btojson\(\s*secrets\s*\)`, text.value)
	path := finding.path(text.steps)
	msg := $"{_what(text)} hands on all secrets of the repository: name the one that is needed, {_reference}."
}

# The texts of the document, as {"steps": where it stands, "name": what it is the value of, or "", "value"}.
_texts := [{"steps": steps, "name": name, "value": text} |
	some root in _roots
	walk(root.value, [inner, value])
	text := secrets.text_of(value)
	count(text) > 2

	# Most values are expressions alone.
	not regex.match(`^\$\{\{ *[^{}()]*\}\}$`, text)
	steps := array.concat(root.steps, inner)
	not _is_prose(steps)
	name := _name(steps)
	not name in _allowed
]

_is_suspicious(text) if secrets.may_be_among([$"{text.name}={text.value}"])

_is_suspicious(text) if secrets.is_base64(text.value)

# A parameter of Tekton that ends in "secret" names a Secret. What fetches secrets from a vault is told where they are there.
_kinds(name, value) := secrets.of_metadata(name, value) if startswith(k8s.group_kind, "tekton.dev/")

_kinds(name, value) := secrets.of(name, value) if {
	not startswith(k8s.group_kind, "tekton.dev/")
	not endswith(name, "_secrets")
}

_kinds(name, value) := secrets.of(name, regex.replace(value, `(?m)=[\w./-]+:[\w-]+[ \t]*$`, "=<place>")) if {
	not startswith(k8s.group_kind, "tekton.dev/")
	endswith(name, "_secrets")
}

default _allowed := []

_allowed := input.parameters.allowedNames

default _roots := []

_roots := [{"steps": [], "value": k8s.resource}] if startswith(k8s.group_kind, "documents.rampart/")

# Steps and sidecars are containers of pods, which another guardrail judges.
_roots := [{"steps": array.concat(steps, [i]), "value": parameter} |
	walk(k8s.resource.spec, [inner, parameters])
	inner[count(inner) - 1] == "params"
	is_array(parameters)
	steps := array.concat(["spec"], inner)
	some i, parameter in parameters
] if {
	startswith(k8s.group_kind, "tekton.dev/")
}

# What names and describes, and is no value that a program could take.
_is_prose(steps) if {
	steps[count(steps) - 1] in {"description", "if", "name", "needs", "run-name", "runs-on", "uses"}
}

# The key that a value stands under. One in a form of its own has that key above it, and a parameter a name beside it.
_name(steps) := name if {
	startswith(k8s.group_kind, "tekton.dev/")
	at := [i | some i, key in steps; key == "params"]
	name := object.get(k8s.resource, array.concat(array.slice(steps, 0, at[count(at) - 1] + 2), ["name"]), "")
	is_string(name)
} else := "" if {
	some key in steps
	key in {"run", "script", "before_script", "after_script"}
} else := keys[count(keys) - 2] if {
	keys := [key | some key in steps; is_string(key)]
	keys[count(keys) - 1] in {"default", "value"}
	count(keys) > 1
} else := keys[count(keys) - 1] if {
	keys := [key | some key in steps; is_string(key)]
	count(keys) > 0
} else := ""

_what(text) := text.name if text.name != ""

_what(text) := "The script" if text.name == ""

_remedy := $"take it from a secret, {_reference}" if _is_github

_remedy := "take it from a variable of the project that is masked and protected" if _is_gitlab

_remedy := "take it from a Secret" if startswith(k8s.group_kind, "tekton.dev/")

_reference := concat("", ["$", "{{ secrets.NAME }}"])

_is_github if k8s.group_kind in {"documents.rampart/GitHubWorkflow", "documents.rampart/GitHubAction"}

_is_gitlab if k8s.group_kind == "documents.rampart/GitLabPipeline"

# The passwords that containers of services are started with live as long as the job. Wherever they stand they are none, but
# for what is a token by its form.

_without_service_values(text) := text if count(_service_values) == 0

_without_service_values(text) := strings.replace_n({value: "<service>" | some value in _service_values}, text) if {
	count(_service_values) > 0
}

# What listens on the machine of the job itself lives as long as this, and what says that it is for a test is for one.
_without_local_urls(text) := regex.replace(
	regex.replace(text, `(?i)[a-z][a-z0-9+.-]*://(?:[^\s/@"']*@)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])\b[^\s"']*`, "<local>"),
	`(?m)([=:]["']?)(?:test|testing)(["']?(?:\s|$))`, "$1<test>$2",
)

_service_values := {value |
	some [name, value] in _service_variables
	count(value) > 2
	secrets.is_name(name)
	secrets.of("", value) == []
}

_service_variables contains [name, value] if {
	_is_github
	some job in github.jobs
	some service in github.object_in(job.job, "services")
	some name, value in github.texts(github.object_in(service, "env"), false)
}

# GitLab hands the variables of a job to its services: these are what images of databases and brokers take.
_service_variables contains [name, value] if {
	_is_gitlab
	some place in array.concat([k8s.resource], [job | some job in k8s.resource; is_object(job)])
	some name, value in github.texts(github.object_in(place, "variables"), false)
	regex.match(
		`^(?:(?:POSTGRES|REDIS|ELASTIC|(?:MYSQL|MARIADB)(?:_ROOT)?|MONGO_INITDB_ROOT|MINIO_ROOT)_PASSWORD|RABBITMQ_DEFAULT_PASS)$`,
		name,
	)
	_has_services
}

_has_services if {
	some place in array.concat([k8s.resource], [job | some job in k8s.resource; is_object(job)])
	is_array(place.services)
}

# Secrets in the log

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some action in _printing
	shown := _shown(action)
	count(shown) > 0
	path := pipelines.path(action)
	msg := concat("", [
		$"{action.program} prints {concat(" and ", shown)} to the log, ",
		"where masking fails once it is cut or encoded: remove it.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some action in _printing
	_prints_environment(action)
	_has_secrets(action.step)
	path := pipelines.path(action)
	command := concat(" ", action.command.words)
	msg := $"{command} prints all variables to the log, secrets among them: print the ones that are needed."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some action in _actions
	action.command.names[0] == "set"
	_is_traced(action.command.words)
	shown := {secret |
		some later in action.step.commands
		later.at > action.command.at
		not _is_traced_no_more(action, later)
		some word in later.quoted
		some secret in _secrets_in(word, action.step)
	}
	count(shown) > 0
	path := pipelines.path(action)
	msg := $"set -x prints the commands that follow to the log, with {concat(" and ", shown)} in them: write set +x before they run."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	_is_gitlab
	walk(k8s.resource, [steps, value])
	some name in ["CI_DEBUG_TRACE", "CI_DEBUG_SERVICES"]
	name in steps
	lower(github.texts({"": value}, false)[""]) in {"true", "1", "yes"}
	path := finding.path(steps)
	msg := $"{name} prints all variables to the log, secrets among them: remove it."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some upload in _uploads
	some line in upload.lines
	regex.match(_credential_files, trim_space(line))
	msg := $"The job uploads {trim_space(line)}, a file of credentials, for whoever may read its artifacts: remove it."
	path := upload.path
}

_credential_files := concat("", [
	`(?:^|/)(?:\.env|\.netrc|\.npmrc|\.pypirc|\.pgpass|\.git-credentials|\.git/config|\.aws/credentials|\.docker/config\.json`,
	`|\.kube/config|\.ssh(?:/.*)?|id_(?:rsa|dsa|ecdsa|ed25519))/?$`,
])

_uploads contains {"path": path, "lines": split(action.step.inputs.path, "\n")} if {
	some action in _actions
	action.step.uses == "actions/upload-artifact"
	path := $"{action.step.path}.with.path"
}

_uploads contains {"path": path, "lines": [line]} if {
	_is_gitlab
	some name, job in k8s.resource
	some i, line in github.object_in({"job": job}, "job").artifacts.paths
	is_string(line)
	path := finding.path([name, "artifacts", "paths", i])
}

# Whatever runs, in the form of lib.pipelines. Of Tekton these are the scripts of containers that have secrets as variables.
_actions := pipelines.actions if startswith(k8s.group_kind, "documents.rampart/")

_actions := [{"step": step, "command": command} |
	some entry in k8s.containers
	names := _secret_variables(entry.container)
	count(names) > 0
	is_string(entry.container.script)
	commands := shell.commands(entry.container.script, {"errexit": true, "pipefail": false})
	step := {
		"path": entry.path, "field": ".script", "uses": "", "inputs": {}, "env": {}, "commands": commands, "secrets": names,
	}
	some command in commands
] if {
	startswith(k8s.group_kind, "tekton.dev/")
}

_secret_variables(container) := {variable.name |
	some variable in container.env
	_ = variable.valueFrom.secretKeyRef
	is_string(variable.name)
}

# The commands of programs that print, as far as what they print gets to the log.
_printing := [object.union(action, {"program": program}) |
	some action in _actions
	count({name | some name in action.command.names} & _printers) > 0
	program := shell.program(action.command)
	program in _printers
	_gets_to_log(action)
]

_printers := {
	"echo", "printf", "print", "cat", "env", "printenv", "export", "declare", "set", "Write-Host", "Write-Output", "Write-Error",
	"Write-Warning", "Get-ChildItem", "gci", "dir", "ls",
}

_gets_to_log(action) if {
	not action.command.captured
	not action.command.piped
	not action.command.redirected
}

_gets_to_log(action) if {
	not action.command.captured
	action.command.piped
	rest := [command |
		some command in action.step.commands
		command.list == action.command.list
		command.at > action.command.at
	]
	count(rest) > 0
	every command in rest {
		command.names[0] in _filters
		not command.redirected
	}
}

# What comes out of these can be turned back, or is part of what goes in.
_filters := {
	"base32", "base64", "cat", "fold", "gzip", "head", "hexdump", "jq", "nl", "od", "openssl", "rev", "sed", "sort", "tac", "tail", "tee",
	"tr", "uniq", "xxd", "yq",
}

# The secrets that a command prints by its arguments, as messages name them.
_shown(action) := {secret |
	action.program in {"echo", "printf", "print", "cat", "Write-Host", "Write-Output", "Write-Error", "Write-Warning"}
	not _masks(action.command)
	some word in array.concat(_printed(action), action.command.fed)
	some secret in _secrets_in(word, action.step)
}

_masks(command) if startswith(command.words[1], "::add-mask::")

# The arguments of cat are files.
_printed(action) := [] if action.program == "cat"

_printed(action) := action.command.quoted if action.program != "cat"

_prints_environment(action) if {
	action.program in {"env", "printenv"}
	every word in array.slice(action.command.words, 1, 9) {
		word in {"-0", "--null"}
	}
}

_prints_environment(action) if {
	concat(" ", array.slice(action.command.words, 0, 2)) in {"export", "export -p", "declare -p", "declare -x", "declare -xp", "set"}
}

_prints_environment(action) if {
	action.program in {"Get-ChildItem", "gci", "dir", "ls"}
	lower(action.command.words[1]) in {"env:", "env:*"}
}

_is_traced(words) if {
	some word in words
	regex.match(`^(?:-[a-z]*x[a-z]*|xtrace)$`, word)
	not "+o" in words
}

_is_traced_no_more(action, later) if {
	some command in action.step.commands
	command.names[0] == "set"
	command.at > action.command.at
	command.at < later.at
	some word in command.words
	regex.match(`^\+[a-z]*[xo]`, word)
}

# The secrets in a word of a script, as messages name them.

_secrets_in(word, step) := _in_expressions(word) | {$"variable {name}" |
	contains(word, "$")
	not startswith(word, "'")
	some groups in regex.find_all_string_submatch_n(`(?:^|[^\\$])\$(?:env:)?(?:(\w+)|\{(?:env:)?(\w+)(:?\+)?)`, word, -1)
	groups[3] == ""
	name := concat("", [groups[1], groups[2]])
	_is_secret(name, step)
}

_in_expressions(word) := set() if not contains(word, "{{")

_in_expressions(word) := {$"secret {name}" |
	some name in _expressed(word)
} if {
	contains(word, "{{")
}

# What is compared with something is not shown.
_expressed(text) := {name |
	some expression in regex.find_n(`\$\{\{.*?\}\}`, text, -1)
	not regex.match(`[=!]=|&&\s*'`, expression)
	some groups in regex.find_all_string_submatch_n(
		`(?i)\bsecrets\s*(?:\.\s*([\w-]+)|\[\s*'([\w-]+)'\s*\])|\b(github\.token)\b|\binputs\.([\w-]+)`,
		expression, -1,
	)
	name := concat("", array.slice(groups, 1, 5))
	_is_expressed_secret(groups)
}

_is_expressed_secret(groups) if groups[4] == ""

_is_expressed_secret(groups) if secrets.is_name(groups[4])

_has_secrets(_) if _is_gitlab

_has_secrets(step) if count(object.get(step, "secrets", set())) > 0

_has_secrets(step) if {
	some value in step.env
	count(_expressed(value)) > 0
}

_is_secret(name, step) if name in object.get(step, "secrets", set())

_is_secret(name, step) if count(_expressed(step.env[name])) > 0

_is_secret(name, step) if {
	_is_github
	some command in step.commands
	some text in command.assigned
	startswith(text, $"{name}=")
	count(_expressed(text)) > 0
}

# Of GitLab's variables the pipeline does not say which are secret.
_is_secret(name, step) if {
	_is_gitlab
	secrets.is_name(name)
	contains(object.get(step.env, name, "$"), "$")
}
