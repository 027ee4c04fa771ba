# METADATA
# title: Image references
# description: |
#   Image references, read as the container runtimes read them: the grammar and the normalisation of Docker's
#   distribution reference ("nginx" is docker.io/library/nginx). What they refuse has a `problem` and no other field, so
#   that nothing about it can be proven.
package lib.images

import data.lib.finding
import data.lib.k8s

# METADATA
# description: |
#   A reference as {"domain", "path", "repository", "tag", "digest"}: repository is the domain, in lower case as host
#   names go, with the path; tag and digest are "" where the reference has none. A reference that no runtime takes is
#   {"problem"}: "missing", "digest" (what follows the @ is at fault) or "reference".
parse(text) := parsed if {
	is_string(text)
	parsed := _common(text)
} else := parsed if {
	is_string(text)
	parsed := _parsed(text)
} else := {"problem": problem} if {
	problem := _problem(text)
}

# METADATA
# description: |
#   What to say of a text that no runtime takes as an image, after "Container x "; undefined for the ones they take.
refusal(text) := {
	"missing": "names no image: write one with its digest, name@sha256:…",
	"digest": $"uses the image {text} with a malformed digest: write sha256: and 64 lower-case hex digits after the @.",
	"reference": $"uses {finding.shown(text)}, which is no image reference: write registry/repository:tag@sha256:…",
}[parse(text).problem]

# METADATA
# description: The volumes that are images, of every pod with something new in it, as {"path", "name", "reference"}.
volumes := [{"path": path, "name": object.get(volume, "name", ""), "reference": _reference(volume.image)} |
	some pod in k8s.pods
	some i, volume in pod.spec.volumes
	volume.image != null
	path := $"{pod.path}.volumes[{i}].image.reference"
]

_reference(image) := object.get(image, "reference", null) if is_object(image)

_reference(image) := null if not is_object(image)

# METADATA
# description: |
#   Whether a parsed reference is of a registry or repository on the list, or below one. Entries are "ghcr.io",
#   "ghcr.io/team", "docker.io/library/nginx" or, short for the last, "nginx"; only whole path components match.
listed(parsed, entries) if {
	contains(parsed.domain, ".")
	some entry in entries
	startswith($"{parsed.repository}/", $"{entry}/")
} else if {
	some entry in entries
	prefix := _prefix(entry)
	startswith($"{parsed.repository}/", $"{prefix}/")
}

# What an entry of a list stands for. A first component that looks like a host is the registry, and what comes after it
# is taken as it stands: docker.io/team is a team's repositories and not docker.io/library/team.
_prefix(entry) := prefix if {
	[first, rest] := _cut($"{trim_suffix(entry, "/")}/")
	_is_domain(first)
	prefix := trim_suffix($"{lower(_hub(first))}/{rest}", "/")
} else := $"docker.io/{trim_suffix(entry, "/")}" if {
	contains(trim_suffix(entry, "/"), "/")
} else := $"docker.io/library/{trim_suffix(entry, "/")}"

# The form that most references have, in one step: it needs no normalisation.
_common(text) := {
	"domain": domain,
	"path": path,
	"repository": $"{domain}/{path}",
	"tag": tag,
	"digest": digest,
} if {
	[[_, domain, path, tag, digest]] := regex.find_all_string_submatch_n(_plain, text, 1)
	not domain in {"docker.io", "index.docker.io"}
	count(path) <= 255
}

_plain := concat("", [
	`^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)`,
	`/([a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)`,
	`(?::(\w[\w.-]{0,127}))?(?:@(sha256:[a-f0-9]{64}))?$`,
])

_parsed(text) := {
	"domain": domain,
	"path": path,
	"repository": trim_prefix($"{lower(domain)}/{path}", "/"),
	"tag": tag,
	"digest": digest,
} if {
	not _is_identifier(text)
	[name, digest] := _cut_digest(split(text, "@"))
	[first, rest] := _split(name)
	[remote, tag] := _cut_tag(split(rest, ":"))
	regex.match(_remote, remote)
	[domain, path] := _name(first, remote)
	count(path) <= 255
}

_cut_digest([name]) := [name, ""]

_cut_digest([name, digest]) := [name, digest] if _is_digest(digest)

_cut_tag([remote]) := [remote, ""]

_cut_tag([remote, tag]) := [remote, tag] if regex.match(`^\w[\w.-]{0,127}$`, tag)

_is_digest(text) if {
	[algorithm, hex] := split(text, ":")
	count(hex) == _hex_digits[algorithm]
	_is_hex(hex)
}

_hex_digits := {"sha256": 64, "sha384": 96, "sha512": 128}

_is_hex(text) if trim_left(text, "0123456789abcdef") == ""

# 64 hex digits stand for an image's id and not for its name.
_is_identifier(text) if {
	count(text) == 64
	_is_hex(text)
}

_problem(text) := "missing" if text in {null, ""}

_problem(text) := "digest" if {
	is_string(text)
	contains(text, "@")
	digest := substring(text, indexof(text, "@") + 1, -1)
	not _is_digest(digest)
} else := "reference" if not text in {null, ""}

_component := `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`

_remote := $`^{_component}(?:/{_component})*$`

_label := `[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?`

_domain := $`^(?:\[[a-fA-F0-9:]+\]|{_label}(?:\.{_label})*)(?::[0-9]+)?$`

# A registry's name with an underscore is none to the grammar, but the first component of a path.
_name(first, remote) := [first, remote] if {
	regex.match(_domain, first)
} else := ["", $"{first}/{remote}"] if {
	regex.match($"^{_component}$", first)
}

# The registry and what comes after it. Only a first component that looks like a host names one.
_split(text) := ["docker.io", $"library/{text}"] if not contains(text, "/")

_split(text) := [_hub(first), _official(_hub(first), rest)] if {
	[first, rest] := _cut(text)
	_is_domain(first)
} else := ["docker.io", text] if {
	contains(text, "/")
}

_cut(text) := [substring(text, 0, slash), substring(text, slash + 1, -1)] if {
	slash := indexof(text, "/")
	slash >= 0
}

_is_domain("localhost")

_is_domain(first) if regex.match(`[.:A-Z]`, first)

_hub(domain) := "docker.io" if domain == "index.docker.io"

else := domain

_official(domain, rest) := $"library/{rest}" if {
	domain == "docker.io"
	not contains(rest, "/")
} else := rest
