# METADATA
# title: Scanned artifacts have no findings that can be fixed
# description: |
#   A report that nobody acts upon protects nothing. Judged is the JSON of Trivy, of trivy image, fs, repo, config and so on:
#   no vulnerability of severity HIGH or CRITICAL for which there is a fix, no secret, no failed misconfiguration. What
#   .trivyignore took out counts too, unless its statement says until when (`until 2030-01-31`); Trivy shows it with
#   --show-suppressed. A report is true of the day on which it was made and of the image that was scanned: where workloads
#   beside it name images by digest, it must be about one of these. Licenses are not judged.
# scope: package
# related_resources:
#   - ref: https://trivy.dev/latest/docs/configuration/reporting/#json
#     description: The JSON report of Trivy
#   - ref: https://trivy.dev/latest/docs/configuration/filtering/
#     description: Filtering, .trivyignore and suppressed findings
#   - ref: https://github.com/aquasecurity/trivy/blob/main/pkg/types/report.go
#     description: The fields of a report
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
#         misconfigurationSeverities:
#           type: array
#           default: [UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL]
#           description: The severities of misconfigurations that must be corrected.
#           items: {type: string, enum: [UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL]}
#         ignored:
#           type: array
#           default: []
#           description: |
#             Findings that are accepted until a day, by the id of the vulnerability, the check or the rule, for one package or
#             for all.
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
#           description: Whether VEX documents can say that a vulnerability does not affect the artifact, or is fixed in it.
#         maxAge:
#           type: string
#           default: 168h
#           pattern: ^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$
#           description: The greatest age of a report.
#         allowUnused:
#           type: boolean
#           default: false
#           description: Whether a report may be about an image that no workload beside it uses.
# custom:
#   id: trivy-findings
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [documents.rampart], kinds: [TrivyReport]}]
#   files_only: true
#   sync:
#     - {group: "", version: v1, kind: Pod}
#     - {group: "", version: v1, kind: ReplicationController}
#     - {group: apps, version: v1, kind: DaemonSet}
#     - {group: apps, version: v1, kind: Deployment}
#     - {group: apps, version: v1, kind: ReplicaSet}
#     - {group: apps, version: v1, kind: StatefulSet}
#     - {group: batch, version: v1, kind: CronJob}
#     - {group: batch, version: v1, kind: Job}
#   controls:
#     soc2: [CC6.8, CC7.1, CC8.1]
#     hipaa: ["164.308(a)(1)", "164.312(c)(1)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: |
#     Update what has a fix, take secrets out and revoke them, correct the configuration, and scan again what is deployed, by
#     its digest: trivy image --format json --show-suppressed name@sha256:…
package rampart.code.trivy_findings

import data.lib.finding
import data.lib.images.used
import data.lib.k8s
import data.lib.timestamps
import data.lib.vulnerabilities

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some found in vulnerabilities.findings(k8s.resource)
	fault := vulnerabilities.fault(found, input.parameters)
	path := finding.path(found.at)
	msg := $"{_subject(found)}{_remedy(fault, found)}"
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some path in vulnerabilities.malformed(k8s.resource)
	msg := $"{path} is not as Trivy writes it, so that nothing is proven: give the JSON of Trivy as it is, with SchemaVersion 2."
}

violation contains finding.at(rego.metadata.chain(), "CreatedAt", msg) if {
	made := object.get(k8s.resource, "CreatedAt", null)
	msg := {
		"unreadable": "The report does not say when it was made: scan with a version of Trivy that writes CreatedAt.",
		"future": $"The report is from the future, {made}: set the clock of the machine that scans, and scan again.",
		"old": $"The report of {made} is older than {input.parameters.maxAge}: scan again.",
	}[timestamps.age_fault(made, input.parameters.maxAge)]
}

violation contains finding.at(rego.metadata.chain(), _image_path, msg) if {
	vulnerabilities.of_image(k8s.resource)
	not input.parameters.allowUnused
	count(used.digests) > 0
	count(used.digests & _digests) == 0
	not _tagged
	msg := $"The report is about {_about}, but {_uses}: scan the image that is deployed, by its digest."
}

_subject(found) := $"{_target(found)} has {vulnerabilities.shown(found)}" if found.type == "vulnerability"

_subject(found) := $"{_target(found)} fails the check{_named(found)}" if found.type == "misconfiguration"

_subject(found) := $"{_target(found)} holds a secret{_named(found)}" if found.type == "secret"

_target(found) := found.target if found.target != ""

else := "The artifact"

# A secret itself is in the report too; it is not shown here.
_named(found) := $" {concat(", ", names)}" if {
	names := array.concat(
		array.slice(vulnerabilities.ids(found), 0, 1),
		[name | some field in ["Severity", "Title"]; name := vulnerabilities.text(found, field); name != ""],
	)
	count(names) > 0
} else := ""

_remedy("stands", found) := ": update the package." if {
	found.type == "vulnerability"
	vulnerabilities.text(found, "FixedVersion") != ""
}

_remedy("stands", found) := ", for which it names no fix: replace the package, or accept this until a day, with the parameter ignored." if {
	found.type == "vulnerability"
	vulnerabilities.text(found, "FixedVersion") == ""
}

_remedy("stands", found) := ": correct it." if found.type == "misconfiguration"

_remedy("stands", found) := ": take it out, and revoke it." if found.type == "secret"

_remedy("ignored", _) := concat("", [
	", which is ignored without an end: correct it, or let the statement in .trivyignore.yaml say until when, ",
	"such as until 2030-01-31.",
])

_remedy("expired", _) := ", which was to be ignored until a day that is past: correct it, or name a later day."

_remedy("vex", _) := ", which VEX takes out, and acceptVEX does not allow that: correct it."

_digests := vulnerabilities.digests(k8s.resource)

# A workload that names the image by the same tag, and no digest, is not known to use another one.
_tagged if {
	some use in used.all
	vulnerabilities.tag(use.image) in vulnerabilities.tags(k8s.resource)
}

default _image_path := "ArtifactName"

_image_path := "Metadata.RepoDigests" if count(k8s.resource.Metadata.RepoDigests) > 0

_about := concat(" and ", sort(_digests)) if count(_digests) > 0

else := $"{finding.shown(object.get(k8s.resource, "ArtifactName", ""))}, by no digest"

_uses := $"{pinned[0].workload} uses {pinned[0].text}" if {
	repositories := {image.repository | some image in vulnerabilities.references(k8s.resource)}
	pinned := [use | some use in used.all; use.image.repository in repositories]
	count(pinned) > 0
} else := "no workload beside it uses that digest"
