package lib.images_test

import data.lib.images

_hex := "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

# The tables give the number of hex digits in angle brackets.
_written_out(text) := strings.replace_n(
	{
		"<32>": substring(_hex, 0, 32),
		"<63>": substring(_hex, 0, 63),
		"<64>": _hex,
		"<UPPER>": upper(_hex),
		"<96>": substring($"{_hex}{_hex}", 0, 96),
		"<128>": $"{_hex}{_hex}",
	},
	text,
)

# What Docker's distribution reference makes of a text: domain, path, tag and digest.
_references := {
	"nginx": ["docker.io", "library/nginx", "", ""],
	"nginx:1.25": ["docker.io", "library/nginx", "1.25", ""],
	"library/nginx": ["docker.io", "library/nginx", "", ""],
	"docker.io/nginx": ["docker.io", "library/nginx", "", ""],
	"docker.io/library/nginx:latest": ["docker.io", "library/nginx", "latest", ""],
	"index.docker.io/nginx": ["docker.io", "library/nginx", "", ""],
	"index.docker.io/library/nginx": ["docker.io", "library/nginx", "", ""],
	"docker.io/a/b/c": ["docker.io", "a/b/c", "", ""],
	"mycompany/app:1": ["docker.io", "mycompany/app", "1", ""],
	"nginx:LATEST": ["docker.io", "library/nginx", "LATEST", ""],
	"Docker.io/nginx": ["Docker.io", "nginx", "", ""],
	"ghcr.io/task-api/server": ["ghcr.io", "task-api/server", "", ""],
	"GHCR.IO/task-api/server:1": ["GHCR.IO", "task-api/server", "1", ""],
	"registry.io.evil.com/x": ["registry.io.evil.com", "x", "", ""],
	"reg.io:5000/nginx": ["reg.io:5000", "nginx", "", ""],
	"reg:5000/nginx:1": ["reg:5000", "nginx", "1", ""],
	"localhost/nginx": ["localhost", "nginx", "", ""],
	"localhost:5000/nginx": ["localhost:5000", "nginx", "", ""],
	"nginx:5000": ["docker.io", "library/nginx", "5000", ""],
	"localhost:5000": ["docker.io", "library/localhost", "5000", ""],
	"127.0.0.1/x": ["127.0.0.1", "x", "", ""],
	"[::1]:5000/x": ["[::1]:5000", "x", "", ""],
	"[fe80::1]/x": ["[fe80::1]", "x", "", ""],
	"foo_bar.com/x": ["", "foo_bar.com/x", "", ""],
	"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz": ["docker.io", "library/zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "", ""],
	"MyCompany/x": ["MyCompany", "x", "", ""],
	"a__b/c--d/e.f": ["docker.io", "a__b/c--d/e.f", "", ""],
	"sha256:<64>": ["docker.io", "library/sha256", "<64>", ""],
	"nginx@sha256:<64>": ["docker.io", "library/nginx", "", "sha256:<64>"],
	"nginx:1.25@sha256:<64>": ["docker.io", "library/nginx", "1.25", "sha256:<64>"],
	"ghcr.io/x/y:latest@sha256:<64>": ["ghcr.io", "x/y", "latest", "sha256:<64>"],
	"ghcr.io/x/y@sha512:<128>": ["ghcr.io", "x/y", "", "sha512:<128>"],
	"ghcr.io/x/y@sha384:<96>": ["ghcr.io", "x/y", "", "sha384:<96>"],
	"reg.io:5000/x@sha256:<64>": ["reg.io:5000", "x", "", "sha256:<64>"],
}

# What it refuses, with what lib.images says is the problem.
_refused := {
	"": "missing",
	"NGINX": "reference",
	"docker.io/NGINX": "reference",
	"nginx:": "reference",
	"nginx@": "digest",
	"nginx ": "reference",
	" nginx": "reference",
	"nginx:1 ": "reference",
	"nginx:-x": "reference",
	"nginx:a/b": "reference",
	"nginx:1:2": "reference",
	"/nginx": "reference",
	"nginx/": "reference",
	"a//b": "reference",
	"openpolicyagent/../evil/x": "reference",
	"a/./b": "reference",
	"http://ghcr.io/x": "reference",
	"user@ghcr.io/x": "digest",
	"reg:x/y": "reference",
	"x-.io/y": "reference",
	"a___b": "reference",
	"a-": "reference",
	"_a": "reference",
	"é": "reference",
	"<64>": "reference",
	"nginx@sha256:<63>": "digest",
	"nginx@sha256:<64>0": "digest",
	"nginx@sha256:<UPPER>": "digest",
	"nginx@SHA256:<64>": "digest",
	"nginx@md5:<32>": "digest",
	"nginx@sha256:<64>:latest": "digest",
	"nginx@sha256:<64>@sha256:<64>": "digest",
	"NGINX@sha256:<64>": "reference",
	"evil@x:y/b:latest": "digest",
}

test_references if {
	every text, fields in _references {
		parsed := images.parse(_written_out(text))
		[parsed.domain, parsed.path, parsed.tag, parsed.digest] == [_written_out(field) | some field in fields]
		not parsed.problem
	}
}

test_refused if {
	every text, problem in _refused {
		images.parse(_written_out(text)) == {"problem": problem}
	}
}

test_other_types if {
	images.parse(null) == {"problem": "missing"}
	every value in [7, true, false, [], ["nginx"], {}, {"image": "nginx"}] {
		images.parse(value) == {"problem": "reference"}
	}
}

test_path_of_255_characters if {
	path := concat("", ["a" | some _ in numbers.range(1, 255)])
	images.parse($"ghcr.io/{path}").path == path
	images.parse($"ghcr.io/{path}a") == {"problem": "reference"}
}

test_repository if {
	images.parse("nginx").repository == "docker.io/library/nginx"
	images.parse("index.docker.io/nginx").repository == "docker.io/library/nginx"
	images.parse("GHCR.io/team/app").repository == "ghcr.io/team/app"
	images.parse("foo_bar.com/x").repository == "foo_bar.com/x"
}

# [entry, image, whether the image is listed]
_lists := [
	["ghcr.io", "ghcr.io/team/app", true],
	["ghcr.io", "GHCR.IO/team/app", true],
	["GHCR.io/", "ghcr.io/team/app", true],
	["ghcr.io", "ghcr.io.evil.com/team/app", false],
	["ghcr.io", "ghcr.io:5000/team/app", false],
	["ghcr.io", "team/ghcr.io/app", false],
	["ghcr.io/team", "ghcr.io/team/app", true],
	["ghcr.io/team/", "ghcr.io/team/app", true],
	["ghcr.io/team", "ghcr.io/team", true],
	["ghcr.io/team", "ghcr.io/teamevil/app", false],
	["ghcr.io/team/app", "ghcr.io/team/app:1", true],
	["ghcr.io/team/app", "ghcr.io/team/app-evil", false],
	["ghcr.io/team/app", "ghcr.io/team", false],
	["localhost", "localhost/app", true],
	["localhost", "localhost:5000/app", false],
	["reg.io:5000", "reg.io:5000/app", true],
	["docker.io", "nginx", true],
	["index.docker.io", "nginx", true],
	["docker.io/mycompany", "mycompany/app", true],
	["docker.io/mycompany", "docker.io/mycompanyevil/x", false],
	["docker.io/mycompany", "mycompany", false],
	["mycompany/app", "docker.io/mycompany/app", true],
	["docker.io/library/nginx", "nginx", true],
	["nginx", "docker.io/library/nginx", true],
	["ubuntu", "ubuntu-evil", false],
	["ubuntu", "ghcr.io/library/ubuntu", false],
	["team", "Team/app", false],
	["Team", "Team/app", true],
	["", "nginx", false],
	["/", "nginx", false],
	["*", "nginx", false],
	["nginx:1.25", "nginx:1.25", false],
	["reg.io:5000", "reg:x/y", false],
]

test_listed if {
	every line in _lists {
		[entry, image, expected] := line
		_listed(image, entry) == expected
	}
}

_listed(image, entry) if images.listed(images.parse(image), ["example.com", entry])

else := false
