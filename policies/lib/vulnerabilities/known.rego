# METADATA
# title: Known reports of images
# description: |
#   The reports of the inventory: the JSON of Trivy given beside the manifests, and what Trivy Operator keeps in the cluster.
#   No rule here reads the input, so that they are made once for all objects. A report is {"made", "digests", "tags",
#   "workloads", "complete", "malformed", "findings"}, where `tags` are "repository:tag".
package lib.vulnerabilities.known

import data.lib.images
import data.lib.inventory
import data.lib.vulnerabilities

# METADATA
# description: Whether there is any report.
any if count(reports) > 0

# METADATA
# description: Whether there is a report in JSON of any image.
in_files if count(_in_files) > 0

# METADATA
# description: The namespaces with a VulnerabilityReport.
namespaces := {namespace |
	some report in _of_operator
	namespace := object.get(report, ["metadata", "namespace"], "")
}

# METADATA
# description: The keys of the reports by digest.
by_digest := object.union_n([{digest: {key: true}} |
	some key, report in reports
	some digest in report.digests
])

# METADATA
# description: The keys of the reports by "repository:tag".
by_tag := object.union_n([{tag: {key: true}} |
	some key, report in reports
	some tag in report.tags
])

# METADATA
# description: |
#   The keys of Trivy Operator's reports by "namespace/Kind/name/container" of the workload. Where the operator names the
#   ReplicaSet of a Deployment, they stand under both.
by_workload := object.union_n([{workload: {key: true}} |
	some key, report in reports
	some workload in report.workloads
])

# METADATA
# description: The reports by a key of their own.
reports := object.union(
	{key: report |
		some i, document in _in_files
		key := $"file {i}"
		report := {
			"made": object.get(document, "CreatedAt", null),
			"digests": vulnerabilities.digests(document),
			"tags": vulnerabilities.tags(document),
			"workloads": [],
			"complete": count([1 | vulnerabilities.lists_packages(document)]) > 0,
			"malformed": vulnerabilities.malformed(document),
			"findings": [finding | some finding in vulnerabilities.findings(document); finding.type == "vulnerability"],
		}
	},
	{key: report |
		some i, object_ in _of_operator
		key := $"cluster {i}"
		image := images.parse(_reference(object_))
		report := {
			"made": object.get(object_, ["report", "updateTimestamp"], null),
			"digests": {digest | digest := object_.report.artifact.digest; is_string(digest); digest != ""},
			"tags": {tag | tag := vulnerabilities.tag(image)},
			"workloads": _workloads(object_),
			"complete": true,
			"malformed": vulnerabilities.operator_malformed(object_),
			"findings": vulnerabilities.operator_findings(object_),
		}
	},
)

_in_files := [document |
	some document in inventory.cluster("documents.rampart", "TrivyReport")
	vulnerabilities.of_image(document)
]

# What Trivy Operator tells of the image in parts: the server of Docker Hub is index.docker.io to it.
_reference(object_) := $"{server}/{repository}{_tag_part(object_.report.artifact)}" if {
	server := object_.report.registry.server
	repository := object_.report.artifact.repository
} else := ""

_tag_part(artifact) := $":{artifact.tag}" if not object.get(artifact, "tag", "") == ""

else := ""

# The workload is in labels, but for a name that is too long for one.
_workloads(object_) := [$"{object_.metadata.namespace}/{owner}/{container}" |
	labels := object_.metadata.labels
	container := labels["trivy-operator.container.name"]
	some owner in _owners(labels["trivy-operator.resource.kind"], _resource_name(object_.metadata))
]

_resource_name(metadata) := name if {
	name := metadata.labels["trivy-operator.resource.name"]
} else := metadata.annotations["trivy-operator.resource.name"]

# A ReplicaSet has the name of the Deployment or Rollout that makes it, and a hash in letters and digits that spell no word.
_owners(kind, name) := array.concat([$"{kind}/{name}"], [$"{maker}/{made_by}" |
	kind == "ReplicaSet"
	is_string(name)
	[[_, made_by]] := regex.find_all_string_submatch_n(`^(.+)-[bcdfghjklmnpqrstvwxz2456789]{1,10}$`, name, 1)
	some maker in ["Deployment", "Rollout"]
])

_of_operator := array.concat(
	inventory.everywhere("aquasecurity.github.io", "VulnerabilityReport"),
	[report | some report in inventory.cluster("aquasecurity.github.io", "ClusterVulnerabilityReport")],
)
