package lib.sboms.names_test

import data.lib.sboms.names

_digest := concat("", ["sha256:", "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"])

test_purls if {
	every purl in ["pkg:npm/left-pad", "pkg:apk/alpine/musl@1.2.5-r10?arch=x86_64", "pkg:golang/a/b@v1#c", "pkg://npm/%40a/b@1"] {
		names.is_purl(purl)
	}
	every text in ["", "npm/a", "pkg:npm", "pkg:npm/", "pkg:/a", "pkg:7z/a", "pkg:npm/?a=b", "https://a/b", 7, null, ["pkg:npm/a"]] {
		not names.is_purl(text)
	}
}

test_versions if {
	names.version("pkg:npm/left-pad@1.3.0") == "1.3.0"
	names.version("pkg:apk/alpine/musl@1.2.5-r10?arch=x86_64") == "1.2.5-r10"
	names.version("pkg:npm/@a/b") == ""
	names.version("pkg:npm/@a/b@2") == "2"
	names.version("pkg:npm/a?b=c@1") == ""
	names.version("pkg:npm/a@") == ""
	names.version("") == ""
}

test_digests if {
	escaped := replace(_digest, ":", "%3A")
	names.digest($"pkg:oci/server@{_digest}") == _digest
	names.digest($"pkg:oci/server@{escaped}?arch=amd64") == _digest
	names.digest($"pkg:OCI/server@{upper(escaped)}") == ""
	names.digest($"pkg:docker/a/server@1.4.2?digest={escaped}&a=b") == _digest
	names.digest($"pkg:docker/server@{escaped}") == ""
	names.digest($"pkg:generic/server@{_digest}") == ""
	names.digest($"pkg:oci/server@{_digest}0") == ""
	names.digest("pkg:oci/server@1.4.2") == ""
}

test_pinned if {
	names.pinned_digest($"a/b:1@{_digest}") == _digest
	names.pinned_digest(_digest) == ""
	names.pinned_digest($"@{_digest}") == ""
	names.pinned_digest("a@b") == ""
	names.whole_digest(upper(_digest)) == ""
	names.whole_digest($"sha256:{upper(trim_prefix(_digest, "sha256:"))}") == _digest
}

test_fields if {
	names.text({"a": "b"}, "a") == "b"
	names.list({"a": ["b"]}, "a") == ["b"]
	every owner in [{}, {"a": 7}, {"a": null}, {"a": {}}, [], "text", 7, null] {
		names.text(owner, "a") == ""
		names.list(owner, "a") == []
	}
}
