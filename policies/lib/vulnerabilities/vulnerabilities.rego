# METADATA
# title: Reports of Trivy
# description: |
#   What a report says, and which of it counts: the JSON of Trivy (SchemaVersion 2, trivy image, fs, repo, config …) and
#   the VulnerabilityReports of Trivy Operator (aquasecurity.github.io/v1alpha1). All functions are of their arguments;
#   `policy` are a guardrail's parameters: severities, unfixed, misconfigurationSeverities, ignored, acceptVEX.
package lib.vulnerabilities

import data.lib.clock
import data.lib.images

# METADATA
# description: |
#   The findings of a report in JSON as a list of {"at", "type", "value", "target", "modified"}. The type is vulnerability,
#   misconfiguration or secret; `at` are the steps of its path; `modified` is what .trivyignore, VEX or a policy has made of
#   the finding, null for one that stands. Trivy shows such findings, licenses too, with --show-suppressed only.
findings(report) := array.concat(
	[{"at": ["Results", i, field, j], "type": type, "value": value, "target": target, "modified": null} |
		some i, result in _list(report, "Results")
		target := _target(result)
		some field, type in _types
		some j, value in _list(result, field)
		is_object(value)
	],
	[{"at": ["Results", i, _modified, j], "type": type, "value": value, "target": target, "modified": modified} |
		some i, result in _list(report, "Results")
		target := _target(result)
		some j, modified in _list(result, _modified)
		type := modified.Type
		value := modified.Finding
		is_object(value)
	],
)

# METADATA
# description: The findings of a VulnerabilityReport, in the same form.
operator_findings(report) := [{"at": at, "type": "vulnerability", "value": value, "target": "", "modified": null} |
	some i, found in _list(report.report, "vulnerabilities")
	is_object(found)
	at := ["report", "vulnerabilities", i]
	value := {name: found[field] | some name, field in _operator_fields}
]

# METADATA
# description: The paths of what is not as Trivy writes it. It could hide anything.
malformed(report) := array.concat(
	["SchemaVersion" | not report.SchemaVersion == 2],
	array.concat(
		["Results" | not _is_list(report, "Results")],
		[path |
			some i, result in _list(report, "Results")
			some path in _malformed_result($"Results[{i}]", result)
		],
	),
)

# METADATA
# description: Like `malformed`, of a VulnerabilityReport.
operator_malformed(object_) := array.concat(
	["report.vulnerabilities" | not is_array(object.get(object_, ["report", "vulnerabilities"], null))],
	[path |
		some i, found in _list(object_.report, "vulnerabilities")
		not is_object(found)
		path := $"report.vulnerabilities[{i}]"
	],
)

# METADATA
# description: |
#   Why a finding counts: "stands", or "ignored", "expired" or "vex" where something has taken it out of the report and
#   should not have. It is undefined for one that does not count. What cannot be read in a finding counts against it: a
#   severity that Trivy does not know, a version that is no text.
fault(finding_, policy) := fault_ if {
	_matters(finding_.type, finding_.value, policy)
	not _ignored(finding_, policy)
	fault_ := _modification(finding_.modified, policy)
}

# METADATA
# description: The ids by which a finding can be ignored; the first is the one to show.
ids(finding_) := [id |
	some field in _id_fields[finding_.type]
	id := finding_.value[field]
	is_string(id)
	id != ""
]

# METADATA
# description: A text of a finding, "" where there is none.
text(finding_, field) := value if {
	value := finding_.value[field]
	is_string(value)
} else := ""

# METADATA
# description: A vulnerability as messages show it, such as "CRITICAL CVE-2024-3094 in xz-libs 5.6.0 (fixed in 5.6.1)".
shown(finding_) := concat("", [
	$"{_or(text(finding_, "Severity"), "unrated")} {_or(concat("", array.slice(ids(finding_), 0, 1)), "vulnerability")}",
	$" in {_or(text(finding_, "PkgName"), "a package")}{_after(" ", text(finding_, "InstalledVersion"))}",
	_fixed(text(finding_, "FixedVersion")),
])

# METADATA
# description: The references by which a report in JSON names its image, parsed as lib.images does it.
references(report) := [image |
	some reference in array.concat(
		[object.get(report, "ArtifactName", ""), object.get(_metadata(report), "Reference", "")],
		array.concat(_list(_metadata(report), "RepoTags"), _list(_metadata(report), "RepoDigests")),
	)
	image := images.parse(reference)
	image.repository
]

# METADATA
# description: |
#   The digests of the image that a report in JSON is about. Its id is one too: with containerd it is that of the manifest,
#   and no manifest has the id of another image for a digest.
digests(report) := {image.digest | some image in references(report); image.digest != ""} | {id |
	id := _metadata(report).ImageID
	is_string(id)
	regex.match(`^sha256:[a-f0-9]{64}$`, id)
}

# METADATA
# description: The tags by which a report in JSON names its image, in the form of `tag`.
tags(report) := {reference | some image in references(report); reference := tag(image)}

# METADATA
# description: A parsed image as "repository:tag". Without a tag and a digest it is latest.
tag(image) := $"{image.repository}:{image.tag}" if image.tag != ""

tag(image) := $"{image.repository}:latest" if {
	image.tag == ""
	image.digest == ""
}

# METADATA
# description: Whether a report in JSON is about a container image.
of_image(report) if report.ArtifactType == "container_image"

of_image(report) if count(_list(_metadata(report), "RepoDigests")) > 0

of_image(report) if _ = _metadata(report).ImageID

# METADATA
# description: |
#   Whether Trivy found packages to look up. Where it was told to look for secrets alone, or knows neither the system nor the
#   languages of what is in an image, there are none, and no vulnerabilities either.
lists_packages(report) if {
	some result in _list(report, "Results")
	result.Class in {"os-pkgs", "lang-pkgs"}
}

_types := {"Vulnerabilities": "vulnerability", "Misconfigurations": "misconfiguration", "Secrets": "secret"}

_modified := "ExperimentalModifiedFindings"

_modified_types := {"vulnerability", "misconfiguration", "secret", "license"}

_id_fields := {"vulnerability": ["VulnerabilityID"], "misconfiguration": ["ID", "AVDID"], "secret": ["RuleID"]}

# What Trivy Operator calls the fields.
_operator_fields := {
	"VulnerabilityID": "vulnerabilityID",
	"PkgName": "resource",
	"InstalledVersion": "installedVersion",
	"FixedVersion": "fixedVersion",
	"Severity": "severity",
}

_malformed_result(path, result) := [path] if not is_object(result)

_malformed_result(path, result) := array.concat(
	[at |
		some field in (object.keys(_types) | {_modified})
		not _is_list(result, field)
		at := $"{path}.{field}"
	],
	array.concat(
		[at |
			some field, _ in _types
			some j, value in _list(result, field)
			not is_object(value)
			at := $"{path}.{field}[{j}]"
		],
		[at |
			some j, modified in _list(result, _modified)
			not _is_modified(modified)
			at := $"{path}.{_modified}[{j}]"
		],
	),
) if {
	is_object(result)
}

_is_modified(modified) if {
	modified.Type in _modified_types
	is_object(modified.Finding)
}

_matters("vulnerability", value, policy) if {
	_severe(value, policy.severities)
	_fixable(value, policy)
}

# PASS is in reports with --include-non-failures, EXCEPTION in those of old versions.
_matters("misconfiguration", value, policy) if {
	not value.Status == "PASS"
	_severe(value, policy.misconfigurationSeverities)
}

_matters("secret", _, _)

_severe(value, _) if not object.get(value, "Severity", null) in {"UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"}

_severe(value, severities) if value.Severity in severities

_fixable(_, policy) if policy.unfixed

_fixable(value, _) if value.Status == "fixed"

_fixable(value, _) if not object.get(value, "FixedVersion", "") == ""

_ignored(finding_, policy) if {
	some entry in policy.ignored
	entry.id in ids(finding_)
	object.get(entry, "package", "") in {"", text(finding_, "PkgName")}
	_holds(entry.expires)
}

_modification(modified, policy) := "stands" if {
	modified == null
} else := "vex" if {
	_by_vex(modified)
	not policy.acceptVEX
} else := "ignored" if {
	not _by_vex(modified)
	not _expiry(modified)
} else := "expired" if {
	not _by_vex(modified)
	not _holds(_expiry(modified))
}

# Trivy removes what a VEX document says of no other status.
_by_vex(modified) if modified.Status in {"not_affected", "fixed"}

# The JSON has no field for the day on which an entry of .trivyignore expires, so that its statement must say it.
_expiry(modified) := day if {
	is_string(modified.Statement)
	[[_, day]] := regex.find_all_string_submatch_n(
		`(?i)\b(?:exp|expires|expired_at|until)\b[ :]*([0-9]{4}-[0-9]{2}-[0-9]{2})\b`,
		modified.Statement, 1,
	)
}

# Through the day itself, in UTC, compared as text.
_holds(day) if {
	is_string(day)
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, day)
	time.format([clock.now_ns, "UTC", "2006-01-02"]) <= day
}

_metadata(report) := metadata if {
	metadata := report.Metadata
	is_object(metadata)
} else := {}

_target(result) := target if {
	target := result.Target
	is_string(target)
} else := ""

# Go writes an empty list as null, or leaves it out.
_list(object_, field) := value if {
	value := object_[field]
	is_array(value)
} else := []

_is_list(object_, field) if object.get(object_, field, null) == null

_is_list(object_, field) if is_array(object_[field])

_or("", other) := other

_or(value, _) := value if value != ""

_after(_, "") := ""

_after(separator, value) := $"{separator}{value}" if value != ""

_fixed("") := ""

_fixed(version) := $" (fixed in {version})" if version != ""
