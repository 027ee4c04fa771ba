# METADATA
# title: Bills of materials in CycloneDX
# description: |
#   What a CycloneDX document of version 1.2 to 1.7 says, in the form that lib.sboms.spdx has too. Faults are what the
#   specification forbids, as {"path", "msg"}; packages are {"name", "type", "version", "purl", "cpe"} with "" for what is
#   missing; digests are those of the image that the document is about.
package lib.sboms.cyclonedx

import data.lib.finding
import data.lib.sboms.names

# METADATA
# description: Where the document lists what it is about.
list := "components"

# METADATA
# description: What about the document is not as the specification wants it.
faults(document) := {fault |
	some field in ["specVersion", "version", "serialNumber", "metadata", "component", "components", "hashes"]
	fault := _fault(field, document)
}

_fault("specVersion", document) := {"path": "specVersion", "msg": msg} if {
	value := object.get(document, "specVersion", null)
	not _known(value)
	shown := finding.shown(value)
	msg := $"The bill of materials is of CycloneDX {shown}: make it in a version from 1.2 to 1.7."
}

_known(value) if value in {"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}

# Every version wants a whole number, 1.2 to 1.4 do so in any case.
_fault("version", document) := {"path": "version", "msg": msg} if {
	not _numbered(document)
	msg := "The bill of materials has no version of its own: write version: 1, and count it up with every change."
}

_numbered(document) if {
	is_number(document.version)
	document.version == floor(document.version)
}

_numbered(document) if {
	not "version" in object.keys(document)
	not _old(document)
}

_old(document) if document.specVersion in {"1.2", "1.3", "1.4"}

_fault("serialNumber", document) := {"path": "serialNumber", "msg": msg} if {
	"serialNumber" in object.keys(document)
	not _is_serial(document.serialNumber)
	msg := "The serial number is none: write urn:uuid: and a UUID in lower case, or leave it out."
}

_is_serial(value) if {
	is_string(value)
	regex.match(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`, value)
}

_fault("metadata", document) := {"path": "metadata", "msg": msg} if {
	not is_object(object.get(document, "metadata", {}))
	msg := "The metadata are no object: say there what the bill of materials is about."
}

_fault("component", document) := {"path": "metadata.component", "msg": msg} if {
	is_object(document.metadata)
	component := object.get(document.metadata, "component", {"type": "none", "name": "none"})
	not _well_formed(component)
	msg := "What the bill of materials is about has no type and name: write both in metadata.component."
}

_fault("components", document) := {"path": "components", "msg": msg} if {
	not is_array(object.get(document, "components", []))
	msg := "The components are no list: write one entry for each component."
}

_fault("hashes", document) := {"path": "metadata.component.hashes", "msg": msg} if {
	component := document.metadata.component
	is_object(component)
	not _are_hashes(object.get(component, "hashes", []))
	msg := "The hashes are none: write a list of entries with alg and content."
}

_are_hashes(hashes) if {
	is_array(hashes)
	every hash in hashes {
		is_string(hash.alg)
		is_string(hash.content)
		regex.match(`^[0-9a-fA-F]{32,128}$`, hash.content)
	}
}

# METADATA
# description: The entries that the specification takes for no component.
misshapen(document) := [entry | some entry in _entries(document); not _complete(entry, document)]

# METADATA
# description: What an entry needs at least.
needs(document) := "type, name and version" if {
	_versioned(document)
} else := "type and name"

_complete(entry, document) if {
	_well_formed(entry)
	not _versioned(document)
}

_complete(entry, _) if {
	_well_formed(entry)
	is_string(entry.version)
}

_versioned(document) if document.specVersion in {"1.2", "1.3"}

_well_formed(component) if {
	is_string(component.type)
	component.type != ""
	is_string(component.name)
	component.name != ""
}

# METADATA
# description: The packages that the document lists, those within others too.
packages(document) := [package_ |
	some entry in _entries(document)
	is_object(entry)
	purl := names.text(entry, "purl")
	package_ := {
		"name": names.text(entry, "name"),
		"type": names.text(entry, "type"),
		"version": _version(entry, purl),
		"purl": purl,
		"cpe": names.text(entry, "cpe"),
	}
]

# What is provided by others can have a range of versions.
_version(entry, purl) := versions[0] if {
	found := [names.text(entry, "version"), names.text(entry, "versionRange"), names.version(purl)]
	versions := [version | some version in found; version != ""]
} else := ""

# Components within components, as deep as anyone writes them.
_entries(document) := array.concat(array.concat(_at_1, _at_2), array.concat(_at_3, array.concat(_at_4, _at_5))) if {
	_at_1 := names.list(document, "components")
	_at_2 := _within(_at_1)
	_at_3 := _within(_at_2)
	_at_4 := _within(_at_3)
	_at_5 := _within(_at_4)
}

_within(entries) := [inner | some entry in entries; some inner in names.list(entry, "components")]

# METADATA
# description: |
#   Whether the document is about vulnerabilities alone (VEX), which can refer to the components of another document.
default lists_nothing(_) := false

lists_nothing(document) if {
	count(names.list(document, "vulnerabilities")) > 0
	not "components" in object.keys(document)
}

# METADATA
# description: |
#   The digests by which the document names the image that it is about: in the package URL, the name, the version and the
#   hashes of a container, or in a property as repository@digest, as Trivy writes them.
digests(document) := {digest |
	subject := document.metadata.component
	some digest in array.concat(_own(subject), _of_properties(subject))
	digest != ""
}

# METADATA
# description: What the document is about, in words.
subject(document) := name if {
	name := finding.name(document.metadata.component)
} else := "without a name"

_own(subject) := array.concat(_of_text(subject), _of_container(subject))

_of_text(subject) := [
	names.digest(names.text(subject, "purl")),
	names.pinned_digest(names.text(subject, "name")),
]

_of_container(subject) := array.concat([names.whole_digest(names.text(subject, "version"))], [digest |
	some hash in names.list(subject, "hashes")
	hash.alg == "SHA-256"
	is_string(hash.content)
	digest := names.whole_digest($"sha256:{hash.content}")
]) if {
	subject.type == "container"
} else := []

_of_properties(subject) := [names.pinned_digest(property.value) |
	some property in names.list(subject, "properties")
	is_string(property.name)
	regex.match(`:(?:RepoDigest|Reference)$`, property.name)
	is_string(property.value)
]
