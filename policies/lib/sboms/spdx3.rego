# METADATA
# title: Bills of materials in SPDX 3
# description: |
#   What an SPDX document of version 3.0 in JSON-LD says, in the form that lib.sboms.spdx has too. All its elements stand
#   side by side in one list.
package lib.sboms.spdx3

import data.lib.finding
import data.lib.sboms.names

# METADATA
# description: Where the document lists what it is about.
list := "@graph"

# METADATA
# description: What about the document is not as the specification wants it.
faults(document) := {fault |
	some field in ["document", "creation", "version"]
	fault := _fault(field, document)
}

_fault("document", document) := {"path": "@graph", "msg": msg} if {
	count([element | some element in _elements(document, "SpdxDocument"); names.text(element, "spdxId") != ""]) != 1
	msg := "The list of elements has not one SpdxDocument: add it, with its spdxId and what it is about as rootElement."
}

_fault("creation", document) := {"path": "@graph", "msg": msg} if {
	count([info | some info in _creations(document); _is_creation(info)]) == 0
	msg := "The document does not say when and by whom it was made: add a CreationInfo with created and createdBy."
}

_fault("version", document) := {"path": "@graph", "msg": msg} if {
	others := [version |
		some info in _creations(document)
		not regex.match(`^3\.0(?:\.\d+)?$`, names.text(info, "specVersion"))
		version := object.get(info, "specVersion", null)
	]
	shown := finding.shown(others[0])
	msg := $"The bill of materials is of SPDX {shown}: make it in version 3.0."
}

_is_creation(info) if {
	regex.match(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$`, names.text(info, "created"))
	count(names.list(info, "createdBy")) > 0
}

# An element can also hold its own.
_creations(document) := array.concat(_elements(document, "CreationInfo"), [element.creationInfo |
	some element in names.list(document, "@graph")
	is_object(element.creationInfo)
])

# METADATA
# description: The entries that the specification takes for no package.
misshapen(document) := [element |
	some element in _elements(document, "software_Package")
	not _well_formed(element)
]

# METADATA
# description: What an entry needs at least.
needs(_) := "spdxId, name and creationInfo"

_well_formed(element) if {
	names.text(element, "spdxId") != ""
	names.text(element, "name") != ""
	not element.creationInfo in {null, ""}
}

# METADATA
# description: The packages that the document lists, but for what it is about.
packages(document) := [package_ |
	roots := _roots(document)
	some element in _elements(document, "software_Package")
	not names.text(element, "spdxId") in roots
	purl := _purl(element)
	package_ := {
		"name": names.text(element, "name"),
		"type": _type(element),
		"version": _version(element, purl),
		"purl": purl,
		"cpe": _identifier(element, {"cpe22", "cpe23"}),
	}
]

_type(element) := "operating-system" if {
	element.software_primaryPurpose == "operatingSystem"
} else := lower(names.text(element, "software_primaryPurpose"))

_version(element, purl) := names.version(purl) if {
	names.text(element, "software_packageVersion") == ""
} else := names.text(element, "software_packageVersion")

_purl(element) := _identifier(element, {"packageUrl"}) if {
	names.text(element, "software_packageUrl") == ""
} else := names.text(element, "software_packageUrl")

_identifier(element, types) := identifiers[0] if {
	identifiers := [entry.identifier |
		some entry in names.list(element, "externalIdentifier")
		entry.externalIdentifierType in types
		is_string(entry.identifier)
	]
} else := ""

# What the document is about, and what a bill of materials in it is about.
_roots(document) := of_document | {root |
	some bom in _elements(document, "software_Sbom")
	bom.spdxId in of_document
	some root in names.list(bom, "rootElement")
} if {
	of_document := {root |
		some element in _elements(document, "SpdxDocument")
		some root in names.list(element, "rootElement")
	}
}

# METADATA
# description: SPDX knows no document that lists nothing.
default lists_nothing(_) := false

_subjects(document) := [element |
	roots := _roots(document)
	some element in _elements(document, "software_Package")
	element.spdxId in roots
]

# METADATA
# description: What the document is about, in words.
subject(document) := name if {
	name := finding.name(_subjects(document)[0])
} else := "without a name"

# METADATA
# description: |
#   The digests by which the document names the image that it is about: in the package URL, the name, the version and the
#   hashes of a container.
digests(document) := {digest |
	some subject in _subjects(document)
	some digest in array.concat([names.digest(_purl(subject)), names.pinned_digest(names.text(subject, "name"))], _of_container(subject))
	digest != ""
}

_of_container(subject) := array.concat([names.whole_digest(names.text(subject, "software_packageVersion"))], [digest |
	some hash in names.list(subject, "verifiedUsing")
	hash.algorithm == "sha256"
	is_string(hash.hashValue)
	digest := names.whole_digest($"sha256:{hash.hashValue}")
]) if {
	subject.software_primaryPurpose == "container"
} else := []

_elements(document, type) := [element |
	some element in names.list(document, "@graph")
	element.type == type
]
