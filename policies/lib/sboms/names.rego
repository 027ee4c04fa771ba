# METADATA
# title: Names of packages and images
# description: |
#   What bills of materials of all forms have in common: package URLs (https://github.com/package-url/purl-spec, with the
#   types oci and docker for images) and digests.
package lib.sboms.names

# METADATA
# description: Whether a value is a package URL, pkg:type/name.
is_purl(value) if {
	is_string(value)
	regex.match(`^pkg:/{0,2}[A-Za-z][A-Za-z0-9.-]*/[^?#\s]*[^?#\s/]`, value)
}

# METADATA
# description: The version in a package URL, "" where it has none.
version(purl) := found[0][1] if {
	found := regex.find_all_string_submatch_n(`^[^?#]*[^?#/]@([^/@?#]+)`, purl, 1)
} else := ""

# METADATA
# description: |
#   The digest of an image's manifest in a package URL, "" where it has none: the version of an oci URL, the qualifier
#   digest of a docker URL, whose version is the image's id.
digest(purl) := lower(found[0][1]) if {
	found := regex.find_all_string_submatch_n(`^(?i:pkg:/{0,2}oci/)[^?#]*@(sha256:[0-9a-fA-F]{64})(?:[?#]|$)`, _decoded(purl), 1)
} else := lower(found[0][1]) if {
	found := regex.find_all_string_submatch_n(
		`^(?i:pkg:/{0,2}docker/)[^#]*[?&]digest=(sha256:[0-9a-fA-F]{64})(?:[&#]|$)`,
		_decoded(purl),
		1,
	)
} else := ""

_decoded(purl) := replace(replace(purl, "%3A", ":"), "%3a", ":")

# METADATA
# description: The digest that a text is, in lower case; "" where it is none.
whole_digest(text) := lower(text) if {
	regex.match(`^sha256:[0-9a-fA-F]{64}$`, text)
} else := ""

# METADATA
# description: The digest that stands after the @ of a text, "" where there is none.
pinned_digest(text) := whole_digest(substring(text, indexof(text, "@") + 1, -1)) if {
	indexof(text, "@") > 0
} else := ""

# METADATA
# description: The text in a field, "" where there is none.
text(owner, field) := owner[field] if {
	is_string(owner[field])
} else := ""

# METADATA
# description: The list in a field, [] where there is none.
list(owner, field) := owner[field] if {
	is_array(owner[field])
} else := []
