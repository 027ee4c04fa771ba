# METADATA
# title: Documents that are no Kubernetes objects
# description: |
#   Pipelines, reports of scanners, bills of materials: files without apiVersion and kind that guardrails of the code layer
#   judge, as kinds of the group documents.rampart. They are recognised by their shape, whatever the file is called.
#
#   - GitHubWorkflow and GitHubAction: https://docs.github.com/actions/reference/workflows-and-actions
#   - GitLabPipeline: https://docs.gitlab.com/ci/yaml/
#   - TrivyReport: https://trivy.dev/latest/docs/configuration/reporting/
#   - SPDXDocument: https://spdx.github.io/spdx-spec/ (2.x in JSON, 3.x in JSON-LD)
#   - CycloneDXBOM: https://cyclonedx.org/docs/latest/json/
#   - CosignVerification: one signature in what cosign verify --output json prints
#   - K3sConfig: https://docs.k3s.io/installation/configuration (RKE2's file has the same form)
package lib.documents

# METADATA
# description: The API group under which documents are judged; no API server can have it.
group := "documents.rampart"

version := "v1"

# METADATA
# description: |
#   The documents that a value holds: a list of {"kind", "name", "path"}, where the name is "" if the document has none and
#   the path leads from the value to the document. It is empty for what is not recognised.
found(value) := [{"kind": kind, "name": _name(kind, value), "path": []} |
	some kind in array.slice(_kinds(value), 0, 1)
] if {
	is_object(value)
}

found(value) := [{"kind": "CosignVerification", "name": _name("CosignVerification", item), "path": [i]} |
	some i, item in value
] if {
	_signatures(value)
}

found(value) := [] if {
	not is_object(value)
	not _signatures(value)
}

_signatures(value) if {
	is_array(value)
	count(value) > 0
	every item in value {
		_has_form("CosignVerification", item)
	}
}

# METADATA
# description: The review of a document that `found` has, with the document itself.
review(kind, name, document) := {
	"kind": {"group": group, "version": version, "kind": kind},
	"name": name,
	"operation": "",
	"userInfo": {},
	"object": document,
	"oldObject": null,
}

# The kinds whose form the value has, the surest first.
_kinds(value) := [kind |
	some kind in [
		"CycloneDXBOM", "SPDXDocument", "TrivyReport", "CosignVerification", "GitHubWorkflow", "GitHubAction", "K3sConfig",
		"GitLabPipeline",
	]
	_has_form(kind, value)
]

_has_form("CycloneDXBOM", value) if value.bomFormat == "CycloneDX"

_has_form("SPDXDocument", value) if {
	is_string(value.spdxVersion)
	startswith(value.spdxVersion, "SPDX-")
}

_has_form("SPDXDocument", value) if {
	is_array(value["@graph"])
	some context in _contexts(value)
	is_string(context)
	startswith(context, "https://spdx.org/rdf/3.")
}

_has_form("TrivyReport", value) if {
	is_number(value.SchemaVersion)
	is_string(value.ArtifactName)
}

_has_form("CosignVerification", value) if is_string(value.critical.image["docker-manifest-digest"])

# What JSON-LD takes its terms from: one context or several.
_contexts(value) := value["@context"] if is_array(value["@context"])

_contexts(value) := [value["@context"]] if is_string(value["@context"])

# YAML 1.1 reads the key `on` as true.
_has_form("GitHubWorkflow", value) if {
	is_object(value.jobs)
	some key in ["on", "true"]
	_ = value[key]
}

_has_form("GitHubAction", value) if is_string(value.runs.using)

_has_form("K3sConfig", value) if {
	some key, _ in value
	key in _k3s_keys
}

_has_form("GitLabPipeline", value) if {
	some name, job in value
	not name in _gitlab_keywords
	_gitlab_job(job)
}

# A file that leaves its jobs to others still has variables. Azure's stages are mappings.
_has_form("GitLabPipeline", value) if {
	is_array(value.stages)
	some name in value.stages
	is_string(name)
	some key in ["include", "variables", "workflow", "default"]
	_ = value[key]
}

# Keys that nothing but the configuration of a K3s or RKE2 server has.
_k3s_keys := {
	"kube-apiserver-arg", "kube-controller-manager-arg", "kube-scheduler-arg", "etcd-arg", "kubelet-arg",
	"secrets-encryption", "protect-kernel-defaults", "write-kubeconfig-mode",
}

# https://docs.gitlab.com/ci/yaml/#keywords: the global ones are no jobs.
_gitlab_keywords := {"default", "include", "stages", "variables", "workflow", "spec"}

_gitlab_job(job) if _script(job.script)

_gitlab_job(job) if {
	_ = job.trigger
	_ = job.stage
}

_script(script) if is_string(script)

_script(script) if is_array(script)

_name("CycloneDXBOM", value) := name if {
	name := value.metadata.component.name
	is_string(name)
} else := ""

_name("SPDXDocument", value) := name if {
	name := value.name
	is_string(name)
} else := name if {
	name := [element.name | some element in value["@graph"]; element.type == "SpdxDocument"][0]
	is_string(name)
} else := ""

_name("TrivyReport", value) := value.ArtifactName

_name("CosignVerification", value) := value.critical.image["docker-manifest-digest"]

_name(kind, _) := "" if kind in {"GitHubWorkflow", "GitHubAction", "K3sConfig", "GitLabPipeline"}
