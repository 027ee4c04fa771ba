# METADATA
# title: Bills of materials are complete, and of the images that run
# description: |
#   A bill of materials answers which images have a library only if every package in it has a version and a package URL, by
#   which scanners look it up, and if it is of the very image that is deployed. Judged are SPDX 2.2, 2.3 and 3.0 and CycloneDX
#   1.2 to 1.7, all in JSON. A document without what its specification wants, without packages, or with too many that nobody
#   can look up is found; and, where workloads are given beside it, one with a digest that none of their images has. Syft names
#   the digest of one platform, the manifests mostly that of the index of all: run it on name@digest as the manifests have it.
#   One that names no digest, as those of sources, is held against no image, unless requireDigest is set. CycloneDX documents of
#   vulnerabilities alone (VEX) list nothing.
# scope: package
# related_resources:
#   - ref: https://spdx.github.io/spdx-spec/v2.3/
#     description: SPDX 2.3
#   - ref: https://spdx.github.io/spdx-spec/v3.0.1/
#     description: SPDX 3.0
#   - ref: https://cyclonedx.org/docs/1.7/json/
#     description: CycloneDX 1.7 in JSON
#   - ref: https://github.com/package-url/purl-spec
#     description: Package URLs
#   - ref: https://www.ntia.gov/report/2021/minimum-elements-software-bill-materials-sbom
#     description: The minimum elements of a bill of materials
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         exemptTypes:
#           type: array
#           default: [application, container, data, device, file, machine-learning-model, operating-system, cryptographic-asset]
#           description: |
#             Types of components, in SPDX purposes of packages, that need neither version nor package URL: they hold packages,
#             or are none.
#           items: {type: string}
#         maxIncomplete:
#           type: number
#           default: 5
#           minimum: 0
#           maximum: 100
#           description: |
#             How many of a hundred packages may lack a version or a package URL. Programs that were built outside of version
#             control have no version of their own, and Syft lists them so.
#         acceptCPE:
#           type: boolean
#           default: false
#           description: Whether a CPE will do in place of a package URL.
#         requireDigest:
#           type: boolean
#           default: false
#           description: Whether every document must name the digest of an image.
# custom:
#   id: sbom-integrity
#   severity: medium
#   profiles: {restricted: deny}
#   files_only: true
#   match:
#     - {groups: [documents.rampart], kinds: [CycloneDXBOM, SPDXDocument]}
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
#     soc2: [CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: |
#     Make the bill of materials from the image by its digest, with a tool that reads the package managers' data (Syft, Trivy),
#     and keep it as it was made.
package rampart.code.sbom_integrity

import data.lib.finding
import data.lib.images.used
import data.lib.k8s
import data.lib.sboms.cyclonedx
import data.lib.sboms.names
import data.lib.sboms.spdx
import data.lib.sboms.spdx3

violation contains finding.at(rego.metadata.chain(), fault.path, fault.msg) if {
	some fault in _read.faults
}

violation contains finding.at(rego.metadata.chain(), _read.list, msg) if {
	faulty := _read.misshapen
	count(faulty) > 0
	named := _named(faulty)
	msg := $"Entries lack what the specification wants ({count(faulty)}, {named}): write {_read.needs} in each."
}

violation contains finding.at(rego.metadata.chain(), _read.list, msg) if {
	not _read.lists_nothing
	count([package_ | some package_ in _read.packages; _counts(package_)]) == 0
	msg := "The bill of materials lists no packages: make it from the image, with a tool that reads the package managers' data."
}

violation contains finding.at(rego.metadata.chain(), _read.list, msg) if {
	judged := [package_ | some package_ in _read.packages; not package_.type in input.parameters.exemptTypes]
	incomplete := [package_ | some package_ in judged; not _is_complete(package_)]
	count(incomplete) * 100 > input.parameters.maxIncomplete * count(judged)
	named := _named(incomplete)
	msg := concat("", [
		$"Packages have no version or no package URL ({count(incomplete)} of {count(judged)}, {named}): ",
		"make the bill of materials of a build that knows its version, with a tool that writes both.",
	])
}

violation contains finding.at(rego.metadata.chain(), _read.about, msg) if {
	count(_read.digests) > 0
	count(used.all) > 0
	count(_read.digests & used.digests) == 0
	msg := concat("", [
		$"The bill of materials is of {_read.subject} with {concat(" and ", sort(_read.digests))}, ",
		"which no workload runs: make it from the image that the manifests name, by its digest.",
	])
}

violation contains finding.at(rego.metadata.chain(), _read.about, msg) if {
	input.parameters.requireDigest
	not _read.lists_nothing
	count(_read.digests) == 0
	msg := "The bill of materials does not say by a digest which image it is of: make it from name@sha256:…."
}

# What each format says, in one form.

_read := {
	"about": "metadata.component",
	"list": cyclonedx.list,
	"faults": cyclonedx.faults(k8s.resource),
	"misshapen": cyclonedx.misshapen(k8s.resource),
	"needs": cyclonedx.needs(k8s.resource),
	"lists_nothing": cyclonedx.lists_nothing(k8s.resource),
	"packages": cyclonedx.packages(k8s.resource),
	"subject": cyclonedx.subject(k8s.resource),
	"digests": cyclonedx.digests(k8s.resource),
} if {
	input.review.kind.kind == "CycloneDXBOM"
}

_read := {
	"about": spdx.list,
	"list": spdx.list,
	"faults": spdx.faults(k8s.resource),
	"misshapen": spdx.misshapen(k8s.resource),
	"needs": spdx.needs(k8s.resource),
	"lists_nothing": false,
	"packages": spdx.packages(k8s.resource),
	"subject": spdx.subject(k8s.resource),
	"digests": spdx.digests(k8s.resource),
} if {
	input.review.kind.kind == "SPDXDocument"
	k8s.resource.spdxVersion
}

_read := {
	"about": spdx3.list,
	"list": spdx3.list,
	"faults": spdx3.faults(k8s.resource),
	"misshapen": spdx3.misshapen(k8s.resource),
	"needs": spdx3.needs(k8s.resource),
	"lists_nothing": false,
	"packages": spdx3.packages(k8s.resource),
	"subject": spdx3.subject(k8s.resource),
	"digests": spdx3.digests(k8s.resource),
} if {
	input.review.kind.kind == "SPDXDocument"
	not k8s.resource.spdxVersion
}

# A file or an operating system is no package by itself.
_counts(package_) if not package_.type in {"file", "operating-system"}

_counts(package_) if _is_complete(package_)

_is_complete(package_) if {
	_is_version(package_.version)
	_is_identified(package_)
}

# What tools write where they know no version.
_is_version(text) if not lower(text) in {"", "noassertion", "none", "unknown", "(devel)"}

_is_identified(package_) if names.is_purl(package_.purl)

_is_identified(package_) if {
	input.parameters.acceptCPE
	package_.cpe != ""
}

# The first few of many.
_named(entries) := $"such as {shown}" if {
	shown := concat(", ", array.slice(sort({finding.name(entry) | some entry in entries}), 0, 3))
}
