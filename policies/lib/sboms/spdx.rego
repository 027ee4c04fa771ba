# METADATA
# title: Bills of materials in SPDX 2
# description: |
#   What an SPDX document of version 2.2 or 2.3 in JSON says, in the form that lib.sboms.cyclonedx has too.
package lib.sboms.spdx

import data.lib.finding
import data.lib.sboms.names

# METADATA
# description: Where the document lists what it is about.
list := "packages"

# METADATA
# description: What about the document is not as the specification wants it.
faults(document) := {fault |
	some field in [
		"spdxVersion", "SPDXID", "name", "dataLicense", "documentNamespace", "created", "creators", "packages", "relationships",
	]
	fault := _fault(field, document)
}

_fault("spdxVersion", document) := {"path": "spdxVersion", "msg": msg} if {
	not document.spdxVersion in {"SPDX-2.2", "SPDX-2.3"}
	shown := finding.shown(document.spdxVersion)
	msg := $"The bill of materials is of version {shown}: make it in SPDX-2.3, or in SPDX 3."
}

_fault("SPDXID", document) := {"path": "SPDXID", "msg": msg} if {
	not object.get(document, "SPDXID", null) == "SPDXRef-DOCUMENT"
	msg := "The document has no SPDXID: write SPDXRef-DOCUMENT."
}

_fault("name", document) := {"path": "name", "msg": msg} if {
	names.text(document, "name") == ""
	msg := "The document has no name: write what it is about."
}

_fault("dataLicense", document) := {"path": "dataLicense", "msg": msg} if {
	not object.get(document, "dataLicense", null) == "CC0-1.0"
	msg := "The document has not the license that SPDX wants for its data: write dataLicense: CC0-1.0."
}

_fault("documentNamespace", document) := {"path": "documentNamespace", "msg": msg} if {
	not regex.match(`^[A-Za-z][A-Za-z0-9+.-]*:[^#\s]+$`, names.text(document, "documentNamespace"))
	msg := "The document has no namespace of its own: write a URI without # in documentNamespace."
}

_fault("created", document) := {"path": "creationInfo.created", "msg": msg} if {
	not _is_time(names.text(_part(document, "creationInfo"), "created"))
	msg := "The document does not say when it was made: write YYYY-MM-DDThh:mm:ssZ in creationInfo.created."
}

_fault("creators", document) := {"path": "creationInfo.creators", "msg": msg} if {
	not _are_creators(object.get(_part(document, "creationInfo"), "creators", null))
	msg := "The document does not say who made it: list \"Tool: \", \"Organization: \" or \"Person: \" with a name in creationInfo.creators."
}

_fault(field, document) := {"path": field, "msg": msg} if {
	field in {"packages", "relationships"}
	not is_array(object.get(document, field, []))
	msg := $"The {field} are no list: write one entry for each."
}

_is_time(text) if regex.match(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$`, text)

_are_creators(creators) if {
	is_array(creators)
	count(creators) > 0
	every creator in creators {
		is_string(creator)
		regex.match(`^(?:Person|Organization|Tool): ?\S`, creator)
	}
}

# METADATA
# description: The entries that the specification takes for no package.
misshapen(document) := [entry | some entry in _entries(document); not _well_formed(entry, document)]

# METADATA
# description: What an entry needs at least.
needs(document) := concat(", ", _required(document))

_required(document) := ["SPDXID, name, downloadLocation, copyrightText, licenseConcluded and licenseDeclared"] if {
	document.spdxVersion == "SPDX-2.2"
} else := ["SPDXID, name and downloadLocation"]

_well_formed(entry, document) if {
	regex.match(`^SPDXRef-[A-Za-z0-9.-]+$`, names.text(entry, "SPDXID"))
	every field in _fields(document) {
		names.text(entry, field) != ""
	}
}

_fields(document) := ["name", "downloadLocation", "copyrightText", "licenseConcluded", "licenseDeclared"] if {
	document.spdxVersion == "SPDX-2.2"
} else := ["name", "downloadLocation"]

# METADATA
# description: The packages that the document lists, but for what it is about.
packages(document) := [package_ |
	described := _described(document)
	some entry in _entries(document)
	is_object(entry)
	not names.text(entry, "SPDXID") in described
	purl := _purl(entry)
	package_ := {
		"name": names.text(entry, "name"),
		"type": replace(lower(names.text(entry, "primaryPackagePurpose")), "_", "-"),
		"version": _version(entry, purl),
		"purl": purl,
		"cpe": _reference(entry, {"cpe22Type", "cpe23Type"}),
	}
]

_version(entry, purl) := names.version(purl) if {
	names.text(entry, "versionInfo") == ""
} else := names.text(entry, "versionInfo")

_purl(entry) := _reference(entry, {"purl"})

_reference(entry, types) := locators[0] if {
	locators := [reference.referenceLocator |
		some reference in names.list(entry, "externalRefs")
		reference.referenceType in types
		is_string(reference.referenceLocator)
	]
} else := ""

_entries(document) := names.list(document, "packages")

# What the document is about. A lone package needs no relationship that says so.
_described(document) := ({id | some id in document.documentDescribes; is_string(id)} | {relationship.relatedSpdxElement |
	some relationship in names.list(document, "relationships")
	relationship.relationshipType == "DESCRIBES"
	relationship.spdxElementId == "SPDXRef-DOCUMENT"
}) | {relationship.spdxElementId |
	some relationship in names.list(document, "relationships")
	relationship.relationshipType == "DESCRIBED_BY"
	relationship.relatedSpdxElement == "SPDXRef-DOCUMENT"
}

# METADATA
# description: SPDX 2 knows no document that lists nothing.
default lists_nothing(_) := false

_subjects(document) := [entry |
	described := _described(document)
	some entry in _entries(document)
	entry.SPDXID in described
]

# METADATA
# description: What the document is about, in words.
subject(document) := name if {
	name := finding.name(_subjects(document)[0])
} else := finding.name(document)

# METADATA
# description: |
#   The digests by which the document names the image that it is about: in the package URL, the name, the version and the
#   checksums of a container, or in an annotation or attribution as RepoDigest: repository@digest, as Trivy writes them.
digests(document) := {digest |
	some subject in _subjects(document)
	some digest in array.concat(_of_text(subject), _of_container(subject))
	digest != ""
}

_of_text(subject) := array.concat([names.digest(_purl(subject)), names.pinned_digest(names.text(subject, "name"))], [names.pinned_digest(remark) |
	some remark in array.concat(names.list(subject, "attributionTexts"), [note.comment | some note in names.list(subject, "annotations")])
	is_string(remark)
	regex.match(`^(?:RepoDigest|Reference): `, remark)
])

_of_container(subject) := array.concat([names.whole_digest(names.text(subject, "versionInfo"))], [digest |
	some checksum in names.list(subject, "checksums")
	checksum.algorithm == "SHA256"
	is_string(checksum.checksumValue)
	digest := names.whole_digest($"sha256:{checksum.checksumValue}")
]) if {
	_is_image(subject)
} else := []

# SPDX 2.2 has no purpose yet.
_is_image(subject) if subject.primaryPackagePurpose == "CONTAINER"

_is_image(subject) if regex.match(`^(?i:pkg:/{0,2}(?:oci|docker)/)`, _purl(subject))

_part(document, field) := document[field] if {
	is_object(document[field])
} else := {}
