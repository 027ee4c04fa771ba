# METADATA
# title: Images have no known vulnerabilities that can be fixed
# description: |
#   Most attacks use holes for which there has been a fix for months. Judged are containers of every type and image volumes,
#   by the reports on their images: the VulnerabilityReports that Trivy Operator keeps in the cluster, and the JSON of Trivy
#   given beside the manifests. A report belongs to an image by its digest, to one without a digest by the operator's labels
#   of the workload and by the tag. Of many, those that are recent decide; each must be without vulnerabilities of severity
#   HIGH or CRITICAL that have a fix. Where there are reports at all (one of an image among the files, one of the operator in
#   the namespace), an image without one is not proven: in a cluster so is a new one, until the operator has scanned it.
#   Gatekeeper keeps all these reports in memory.
# scope: package
# related_resources:
#   - ref: https://aquasecurity.github.io/trivy-operator/latest/docs/crds/vulnerability-report/
#     description: VulnerabilityReport
#   - ref: https://github.com/aquasecurity/trivy-operator/blob/main/pkg/kube/object.go
#     description: The labels of Trivy Operator's reports
#   - ref: https://trivy.dev/latest/docs/configuration/reporting/#json
#     description: The JSON report of Trivy
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         severities:
#           type: array
#           default: [HIGH, CRITICAL]
#           description: The severities of vulnerabilities that must be fixed.
#           items: {type: string, enum: [UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL]}
#         unfixed:
#           type: boolean
#           default: false
#           description: Whether vulnerabilities count for which there is no fix.
#         ignored:
#           type: array
#           default: []
#           description: Vulnerabilities that are accepted until a day, by their id, for one package or for all.
#           items:
#             type: object
#             required: [id, reason, expires]
#             additionalProperties: false
#             properties:
#               id: {type: string, minLength: 1}
#               package: {type: string}
#               reason: {type: string, minLength: 1}
#               expires: {type: string, pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'}
#         acceptVEX:
#           type: boolean
#           default: true
#           description: Whether VEX documents can say that a vulnerability does not affect the image, or is fixed in it.
#         maxAge:
#           type: string
#           default: 168h
#           pattern: ^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$
#           description: The greatest age of a report.
#         requireReport:
#           type: string
#           default: reported
#           enum: [never, reported, always]
#           description: Whether an image without a report is denied; reported means where there are reports of others.
# custom:
#   id: image-vulnerabilities
#   severity: high
#   profiles: {restricted: warn}
#   match: [pods]
#   sync:
#     - {group: aquasecurity.github.io, version: v1alpha1, kind: VulnerabilityReport}
#     - {group: aquasecurity.github.io, version: v1alpha1, kind: ClusterVulnerabilityReport}
#     - {group: documents.rampart, version: v1, kind: TrivyReport}
#   controls:
#     soc2: [CC6.8, CC7.1]
#     hipaa: ["164.308(a)(1)", "164.312(c)(1)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: |
#     Build the image anew with the fixed packages, scan it by its digest (trivy image --format json name@sha256:…), and use
#     that digest.
package rampart.container.image_vulnerabilities

import data.lib.finding
import data.lib.images
import data.lib.k8s
import data.lib.timestamps
import data.lib.vulnerabilities
import data.lib.vulnerabilities.known

violation contains finding.in_container(rego.metadata.chain(), entry, "image", msg) if {
	_active
	some entry in k8s.containers
	text := entry.container.image
	image := images.parse(text)
	image.repository
	problem := _problem(image, _reports(image, finding.name(entry.container)))
	msg := $"Container {finding.name(entry.container)} uses the image {text}, {problem}"
}

violation contains finding.at(rego.metadata.chain(), volume.path, msg) if {
	_active
	some volume in images.volumes
	image := images.parse(volume.reference)
	image.repository
	problem := _problem(image, _reports(image, ""))
	msg := $"Volume {finding.name(volume)} uses the image {volume.reference}, {problem}"
}

_active if known.any

_active if input.parameters.requireReport == "always"

# The reports on an image: by its digest, by the labels of Trivy Operator's, and only then by its tag, which can be that of
# another image too.
_reports(image, container) := {key: known.reports[key] | some key, _ in keys} if {
	keys := _keys(image, container)
} else := {}

_keys(image, container) := keys if {
	keys := known.by_digest[image.digest]
} else := own if {
	own := _own(image, container)
	count(own) > 0
} else := known.by_tag[vulnerabilities.tag(image)] if {
	image.digest == ""
}

# Those of Trivy Operator on this very container.
_own(image, container) := {key: true |
	some owner in _owners
	workload := $"{k8s.namespace}/{owner}/{container}"
	some key, _ in known.by_workload[workload]
	_can_be_of(known.reports[key], image)
}

_can_be_of(report, image) if {
	image.digest == ""
	vulnerabilities.tag(image) in report.tags
}

# One that names no digest.
_can_be_of(report, image) if {
	count(report.digests) == 0
	some tag in report.tags
	startswith(tag, $"{image.repository}:")
	image.tag in {"", trim_prefix(tag, $"{image.repository}:")}
}

# One that names no image at all.
_can_be_of(report, _) if count(report.digests) + count(report.tags) == 0

# The operator names what is at the top, but a ReplicaSet and not what makes it.
_owners := array.concat([$"{input.review.kind.kind}/{k8s.name}"], array.concat(
	[owner |
		some reference in k8s.resource.metadata.ownerReferences
		owner := $"{reference.kind}/{reference.name}"
	],
	[owner |
		some reference in k8s.resource.metadata.ownerReferences
		reference.kind == "Job"
		is_string(reference.name)
		[[_, cron_job]] := regex.find_all_string_submatch_n(`^(.+)-[0-9]+$`, reference.name, 1)
		owner := $"CronJob/{cron_job}"
	],
))

# What is wrong with an image and its reports: recent ones decide, where there are some.

_problem(_, reports) := problem if {
	count(reports) > 0
	recent := {key: report | some key, report in reports; not _age_fault(report)}
	problem := _verdict(reports, recent)
}

_problem(image, {}) := concat("", [
	$"for which there is no report on its vulnerabilities: scan {_by_digest(image)} with Trivy ",
	"and give its JSON together with the manifests, or wait for Trivy Operator.",
]) if {
	_required
}

_verdict(reports, {}) := $"which has {_listed(found)}: build it anew with the fixed packages." if {
	found := _vulnerabilities(reports)
	count(found) > 0
} else := "whose report does not say when it was made: scan it again." if {
	every report in reports {
		_age_fault(report) == "unreadable"
	}
} else := "whose report is from the future: set the clock of the machine that scans, and scan it again." if {
	not _newest(reports)
} else := $"whose newest report, of {_newest(reports)}, is older than {input.parameters.maxAge}: scan it again."

_verdict(_, recent) := $"which has {_listed(found)}: build it anew with the fixed packages." if {
	found := _vulnerabilities(recent)
	count(found) > 0
} else := "whose report is not as Trivy writes it, so that nothing is proven: scan it again." if {
	count(recent) > 0
	every report in recent {
		count(report.malformed) > 0
	}
} else := "in which Trivy found no packages: scan it for vulnerabilities too, with --list-all-pkgs." if {
	count(recent) > 0
	every report in recent {
		not _proves(report)
	}
}

_proves(report) if {
	count(report.malformed) == 0
	report.complete
}

_vulnerabilities(reports) := {vulnerabilities.shown(vulnerability) |
	some report in reports
	some vulnerability in report.findings
	vulnerabilities.fault(vulnerability, input.parameters)
}

# CRITICAL comes before HIGH by its letters.
_listed(found) := concat("", [concat(", ", array.slice(sort(found), 0, 3)), _more(count(found) - 3)])

_more(n) := $" and {n} more" if n > 0

else := ""

_age_fault(report) := timestamps.age_fault(report.made, input.parameters.maxAge)

# Texts of one form and one zone can be compared.
_newest(reports) := max({report.made | some report in reports; _age_fault(report) == "old"})

_required if input.parameters.requireReport == "always"

_required if {
	input.parameters.requireReport == "reported"
	known.in_files
}

_required if {
	input.parameters.requireReport == "reported"
	k8s.namespace in known.namespaces
}

_by_digest(image) := $"{image.repository}@{image.digest}" if image.digest != ""

else := "it by its digest"
