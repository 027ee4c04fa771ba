# METADATA
# title: The API server is started with safe flags
# description: |
#   The flags of kube-apiserver decide who is let in, what is logged and what etcd stores in clear text, below every
#   policy in the cluster. They are read from its pod (static pods, their mirror in kube-system, hosted control planes),
#   from kubeadm's ClusterConfiguration and from the configuration of a K3s or RKE2 server, with what kubeadm and K3s
#   add by themselves. As for the API server, of a flag that is repeated the last value counts, and lists add up. In a
#   cluster the kubelet runs a static pod whose mirror is refused all the same, and kubeadm waits for the mirror: look
#   at what audits find before you enforce this.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/
#     description: kube-apiserver
#   - ref: https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/
#     description: kubeadm Configuration
#   - ref: https://docs.k3s.io/security/hardening-guide
#     description: CIS Hardening Guide of K3s
#   - ref: https://www.cisecurity.org/benchmark/kubernetes
#     description: CIS Kubernetes Benchmark, section 1.2
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         requiredFlags:
#           type: array
#           items: {type: string}
#           default: [audit-policy-file, encryption-provider-config, tls-cert-file, tls-private-key-file, client-ca-file,
#             service-account-key-file, kubelet-client-certificate, kubelet-client-key, etcd-cafile, etcd-certfile,
#             etcd-keyfile]
#           description: Flags that must have a value.
#         minAuditLogMaxAge:
#           type: integer
#           default: 30
#           description: The least value of audit-log-maxage, in days.
#         minAuditLogMaxBackup:
#           type: integer
#           default: 10
#           description: The least value of audit-log-maxbackup, in files.
#         minAuditLogMaxSize:
#           type: integer
#           default: 100
#           description: The least value of audit-log-maxsize, in megabytes.
#         tlsMinVersions:
#           type: array
#           items: {type: string}
#           default: [VersionTLS12, VersionTLS13]
#           description: Values that tls-min-version may have; without the flag it is VersionTLS12.
#         requiredAdmissionPlugins:
#           type: array
#           items: {type: string}
#           default: [NodeRestriction]
#           description: Admission plugins that must be enabled, because they are not by default.
#         keptAdmissionPlugins:
#           type: array
#           items: {type: string}
#           default: [NodeRestriction, PodSecurity, ServiceAccount, NamespaceLifecycle, MutatingAdmissionWebhook,
#             ValidatingAdmissionWebhook, ValidatingAdmissionPolicy, CertificateSubjectRestriction]
#           description: Admission plugins that must not be disabled.
#         ignoredFlags:
#           type: array
#           items: {type: string}
#           default: []
#           description: |
#             Flags that are not judged, such as anonymous-auth where a file for authentication-config restricts it.
# custom:
#   id: api-server-flags
#   severity: critical
#   profiles: {restricted: deny}
#   match:
#     - pods
#     - {groups: [kubeadm.k8s.io], kinds: [ClusterConfiguration]}
#     - {groups: [documents.rampart], kinds: [K3sConfig]}
#   mentions: [kube-apiserver]
#   controls:
#     soc2: [CC6.1, CC6.6, CC6.7, CC7.2]
#     hipaa: ["164.312(a)(1)", "164.312(a)(2)(iv)", "164.312(b)", "164.312(d)", "164.312(e)(1)"]
#     cis: ["1.2.1", "1.2.2", "1.2.4", "1.2.6", "1.2.7", "1.2.8", "1.2.10", "1.2.12", "1.2.13", "1.2.14", "1.2.15", "1.2.16",
#       "1.2.17", "1.2.18", "1.2.19", "1.2.21", "1.2.22", "1.2.23", "1.2.24", "1.2.25", "1.2.26", "1.2.27", "1.2.29"]
#     nsa: [authentication-authorization, audit-logging]
#   remediation: |
#     Set the flag in the manifest of the static pod, in apiServer.extraArgs or in kube-apiserver-arg, and mount the file
#     that it names.
package rampart.cloud.api_server_flags

import data.lib.finding
import data.lib.k8s

violation contains finding.in_container(rego.metadata.chain(), entry, problem.path, msg) if {
	some entry in k8s.containers
	contains(json.marshal(json.filter(entry.container, ["name", "command", "args"])), "kube-apiserver")
	server := _in_container(entry)
	some problem in _problems(server)
	msg := $"The API server {problem.text}"
}

violation contains finding.at(rego.metadata.chain(), problem.path, msg) if {
	input.review.kind.kind in {"ClusterConfiguration", "K3sConfig"}
	some problem in _problems(_configured)
	msg := $"The API server {problem.text}"
}

# A server is {"path": where a missing flag belongs, "flags": a list of {"name", "value", "path"}, "defaults": values by
# name}.
_in_container(entry) := {"path": path, "flags": flags, "defaults": {}} if {
	words := _words(entry.container)
	_runs_server(entry.container, words)
	flags := [flag |
		some i, word in words
		flag := _flag(word, _after(words, i))
	]
	path := [field | some field in ["command", "args"]; is_array(entry.container[field])][0]
} else := {"path": "command", "flags": [], "defaults": {}} if {
	_runs_server(entry.container, [])
}

_after(words, i) := words[i + 1].text if i + 1 < count(words)

else := "--"

_runs_server(container, _) if container.name == "kube-apiserver"

_runs_server(_, words) if regex.match(`(?:^|/)kube-apiserver$`, words[0].text)

_runs_server(container, _) if {
	some field in ["command", "args"]
	some script in container[field]
	is_string(script)
	regex.match(`(?:^|[\n;&|]\s*|\bexec\s+)(?:[^\s=]*/)?kube-apiserver\s`, script)
}

# What the container is started with, word by word; of a shell script too.
_words(container) := [{"text": trim(text, `"'`), "path": path} |
	some field in ["command", "args"]
	some i, argument in container[field]
	is_string(argument)
	some text in _split(argument)
	path := $"{field}[{i}]"
]

_split(argument) := regex.split(`[\s\\;]+`, argument) if {
	contains(argument, "kube-apiserver")
	regex.match(`\s`, argument)
} else := [argument]

# A flag without = takes the next word, unless it is a switch.
_flag(word, next) := {"name": _name(parts[1]), "value": value, "path": word.path} if {
	parts := regex.find_all_string_submatch_n(`^--([A-Za-z][\w.-]*)(=?)((?s:.*))$`, word.text, 1)[0]
	value := _value(_name(parts[1]), parts[2], parts[3], next)
}

_value(_, "=", text, _) := text

_value(name, "", "", _) := "true" if name in _switches

_value(name, "", "", next) := next if {
	not name in _switches
	not startswith(next, "--")
}

_value(name, "", "", next) := "" if {
	not name in _switches
	startswith(next, "--")
}

# As the API server has it.
_name(text) := replace(text, "_", "-")

_switches := {"anonymous-auth", "profiling", "service-account-lookup"}

_configured := {"path": "apiServer.extraArgs", "flags": _kubeadm_flags, "defaults": _kubeadm_defaults} if {
	k8s.group_kind == "kubeadm.k8s.io/ClusterConfiguration"
	k8s.resource
}

_configured := {"path": "kube-apiserver-arg", "flags": _k3s_flags, "defaults": object.union(_k3s_defaults, _k3s_encryption)} if {
	k8s.group_kind == "documents.rampart/K3sConfig"
	some key in _k3s_server_keys
	_ = k8s.resource[key]
}

_extra_args := k8s.resource.apiServer.extraArgs

# From v1beta4 on a list, before that a map.
_kubeadm_flags := [flag |
	is_array(_extra_args)
	some i, argument in _extra_args
	is_string(argument.name)
	path := $"apiServer.extraArgs[{i}].value"
	flag := {"name": _name(argument.name), "value": finding.shown(object.get(argument, "value", "")), "path": path}
] if {
	not is_object(_extra_args)
} else := [flag |
	some name, value in _extra_args
	is_string(name)
	flag := {"name": _name(name), "value": finding.shown(value), "path": finding.below("apiServer.extraArgs", name)}
]

_kubeadm_defaults := object.union(_managed_files, {
	"authorization-mode": "Node,RBAC",
	"enable-admission-plugins": "NodeRestriction",
})

_k3s_defaults := object.union(_kubeadm_defaults, {"anonymous-auth": "false", "profiling": "false"})

_k3s_encryption := {"encryption-provider-config": "secrets-encryption"} if {
	k8s.resource["secrets-encryption"] in {true, "true"}
} else := {}

# Both make these files by themselves.
_managed_files := {name: "managed" |
	some name in [
		"tls-cert-file", "tls-private-key-file", "client-ca-file", "service-account-key-file",
		"kubelet-client-certificate", "kubelet-client-key", "etcd-cafile", "etcd-certfile", "etcd-keyfile",
	]
}

# What no agent has.
_k3s_server_keys := {
	"kube-apiserver-arg", "kube-apiserver-arg+", "kube-controller-manager-arg", "kube-scheduler-arg", "etcd-arg",
	"secrets-encryption", "write-kubeconfig-mode",
}

_k3s_flags := [flag |
	some key in ["kube-apiserver-arg", "kube-apiserver-arg+"]
	some argument in _k3s_arguments(key)
	parts := regex.find_all_string_submatch_n(`^(?:--)?([^=]+)=?((?s:.*))$`, argument.text, 1)[0]
	flag := {"name": _name(parts[1]), "value": parts[2], "path": argument.path}
]

_k3s_arguments(key) := [{"text": text, "path": key}] if {
	text := k8s.resource[key]
	is_string(text)
} else := [{"text": text, "path": path} |
	some i, text in k8s.resource[key]
	is_string(text)
	path := $"{key}[{i}]"
]

_problems(server) := [problem |
	some problem in array.concat(array.concat(_switch_problems(server), _file_problems(server)), array.concat(
		array.concat(_audit_problems(server), _authorization_problems(server)),
		array.concat(_admission_problems(server), _tls_problems(server)),
	))
	not problem.flag in input.parameters.ignoredFlags
]

# All values of a flag with their paths, or its default.
_values(server, name) := values if {
	values := [flag | some flag in server.flags; flag.name == name]
	count(values) > 0
} else := [{"name": name, "value": server.defaults[name], "path": server.path}] if {
	_ = server.defaults[name]
} else := []

# The value that counts, "" where there is none.
_last(server, name) := values[count(values) - 1] if {
	values := _values(server, name)
} else := {"name": name, "value": "", "path": server.path}

_list(server, name) := [item |
	some flag in _values(server, name)
	some item in split(flag.value, ",")
]

_problem(server, name, text) := {"flag": name, "path": _last(server, name).path, "text": text}

_switch_problems(server) := array.concat(
	[_problem(server, name, text) |
		some name, why in {
			"anonymous-auth": "answers callers that nobody knows",
			"profiling": "shows its inner workings to whoever may read /debug/pprof",
		}
		not _last(server, name).value in _false
		text := $"{why}: set {name} to false."
	],
	[_problem(server, "service-account-lookup", text) |
		_last(server, "service-account-lookup").value in _false
		text := "accepts tokens of ServiceAccounts that are deleted: remove service-account-lookup."
	],
)

# As Go reads a boolean.
_false := {"0", "f", "F", "false", "FALSE", "False"}

_file_problems(server) := array.concat(
	[_problem(server, name, text) |
		some name in input.parameters.requiredFlags
		_last(server, name).value == ""
		text := $"has no {name}: name the file{_purpose(name)}."
	],
	[_problem(server, name, text) |
		some name in ["token-auth-file", "basic-auth-file"]
		count(_values(server, name)) > 0
		text := $"takes static credentials from a file: remove {name} and use certificates or OIDC."
	],
)

_purpose("audit-policy-file") := " with the audit policy"

_purpose("encryption-provider-config") := " with the EncryptionConfiguration, or set secrets-encryption for K3s"

_purpose(name) := "" if not name in {"audit-policy-file", "encryption-provider-config"}

_audit_problems(server) := [_problem(server, "audit-log-path", text) |
	_last(server, "audit-log-path").value == ""
	_last(server, "audit-webhook-config-file").value == ""
	text := "writes no audit log: set audit-log-path or audit-webhook-config-file."
] if {
	_last(server, "audit-log-path").value in {"", "-"} # Standard output is rotated by others.
} else := [_problem(server, name, text) |
	some name, least in {
		"audit-log-maxage": input.parameters.minAuditLogMaxAge,
		"audit-log-maxbackup": input.parameters.minAuditLogMaxBackup,
		"audit-log-maxsize": input.parameters.minAuditLogMaxSize,
	}
	not _at_least(_last(server, name).value, least)
	text := $"keeps too little of the audit log: set {name} to {least} or more."
]

_at_least(text, least) if {
	regex.match(`^[0-9]{1,9}$`, text)
	to_number(text) >= least
}

_authorization_problems(server) := [_problem(server, "authorization-mode", text) |
	"AlwaysAllow" in _list(server, "authorization-mode")
	text := "lets everyone do everything: set authorization-mode to Node,RBAC."
] if {
	"AlwaysAllow" in _list(server, "authorization-mode")
} else := [_problem(server, "authorization-mode", text) |
	missing := [mode | some mode in ["Node", "RBAC"]; not mode in _list(server, "authorization-mode")]
	count(missing) > 0
	text := $"authorizes without {concat(" and ", missing)}: set authorization-mode to Node,RBAC."
]

_admission_problems(server) := array.concat(
	array.concat(
		[_problem(server, "enable-admission-plugins", text) |
			missing := [plugin |
				some plugin in input.parameters.requiredAdmissionPlugins
				not plugin in _list(server, "enable-admission-plugins")
			]
			count(missing) > 0
			text := $"lacks the admission plugin {concat(", ", missing)}: add it to enable-admission-plugins."
		],
		[_problem(server, "enable-admission-plugins", text) |
			"AlwaysAdmit" in _list(server, "enable-admission-plugins")
			text := "admits every request by AlwaysAdmit: remove it from enable-admission-plugins."
		],
	),
	[_problem(server, "disable-admission-plugins", text) |
		disabled := [plugin |
			some plugin in input.parameters.keptAdmissionPlugins
			plugin in _list(server, "disable-admission-plugins")
		]
		count(disabled) > 0
		text := $"has the admission plugin {concat(", ", disabled)} switched off: remove it from disable-admission-plugins."
	],
)

_tls_problems(server) := array.concat(
	[_problem(server, "tls-min-version", text) |
		version := _version(_last(server, "tls-min-version").value)
		not version in input.parameters.tlsMinVersions
		text := $"speaks {version}: set tls-min-version to {input.parameters.tlsMinVersions[0]}."
	],
	[_problem(server, "tls-cipher-suites", text) |
		weak := [suite | some suite in _list(server, "tls-cipher-suites"); regex.match(_weak_suites, suite)]
		count(weak) > 0
		text := $"offers weak cipher suites ({concat(", ", weak)}): remove them from tls-cipher-suites."
	],
)

_version("") := "VersionTLS12"

_version(version) := version if version != ""

# Those that Go calls insecure, and those without forward secrecy.
_weak_suites := `_RC4_|_3DES_|_CBC_|^TLS_RSA_`
