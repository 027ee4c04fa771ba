package lib.shell_test

import data.lib.shell

_strict := {"errexit": true, "pipefail": false}

_lax := {"errexit": false, "pipefail": false}

_words(text) := [concat(" ", command.words) | some command in shell.commands(text, _strict)]

_with(field, text, options) := {command.words[0] |
	some command in shell.commands(text, options)
	command[field]
}

test_words if {
	every text, words in {
		"a b\nc": ["a b", "c"],
		"a b; c && d || e | f & g": ["a b", "c", "d", "e", "f", "g"],
		"a \\\n  b # c\n# d\n\n e#f": ["a b", "e#f"],
		"a 'b c' \"d; e\" f\\ g ''": ["a b c d; e f g "],
		"a \"x $(b \"c\") y\"": ["a x $(b c) y", "b c"],
		"a &&\n  b |\n c": ["a", "b", "c"],
		"a > out.txt 2>&1 <in b &>all": ["a b"],
		"A=1 B='2 3' c d": ["c d"],
		"A=1": [""],
		"if a; then b; else c; fi": ["a", "b", "c"],
		"for x in 1 2; do a $x; done": ["for x in 1 2", "a $x"],
		"a \"$(b $(c d) e)\" `f`": ["a $(b $(c d) e) `f`", "b $(c d) e", "f"],
		"bash -c 'a b; c'": ["bash -c a b; c", "a b", "c"],
		"eval \"a b\"": ["eval a b", "a b"],
		"a '$(b)' '`c`'": ["a $(b) `c`"],
		"cat <<EOF\nb c\nEOF\nd": ["cat", "d"],
		"cat <<-'EOF' > f\nb c\n\tEOF\nd": ["cat", "d"],
		"bash <<EOF\nb c\nEOF": ["bash", "b c", "EOF"],
		"cat <<EOF\nb c": ["cat", "b c"],
		"# <<EOF\nb\nEOF": ["b", "EOF"],
		"cat <<< EOF\nb\nEOF": ["cat", "b", "EOF"],
		"a ${{ b && 'c d' }} ${e:-f g}": ["a ${{ b && c d }} ${e:-f g}"],
		"a\r\nb": ["a", "b"],
		"(a; b)": ["a", "b"],
		"f() {\n a\n}": ["f", "a"],
		"": [],
		"\"": [""],
	} {
		_got := _words(text)
		_got == words
	}
}

test_what_stops_the_script if {
	every text, names in {
		"a\nb": {"a", "b"},
		"a || true\nb": {"b"},
		"a || exit 1\nb": {"a", "b"},
		"a || exit 0\nb": {"b"},
		"a && b || exit 2": {"a", "b"},
		"a && b\nc": {"c"},
		"a & b": {"b"},
		"a | b\nc": {"b", "c"},
		"! a\nb": {"b"},
		"if a; then b; fi; c": {"c"},
		"if a; then\nif b; then c; fi\nd\nfi\ne": {"e"},
		"while a; do b; done\nc": {"c"},
		"while a; do for x in y; do b; done; c; done\nd": {"d"},
		"for x in y; do a; done\nb": {"for", "a", "b"},
		"case x in\n y) a ;;\nesac\nb": {"b"},
		"f() {\n a\n}\nb": {"f", "b"},
		"(a)\nb": {"b"},
		"set +e\na\nset -e\nb": {"set", "b"},
		"set +o errexit\na": {"set"},
		"x=$(a)\nb": {"b"},
		"bash -c 'a'": {"bash"},
	} {
		_with("stops", text, _strict) == names
	}
}

test_options_of_the_shell if {
	_with("stops", "a\nset -e\nb", _lax) == {"b"}
	_with("stops", "a\nset -euo pipefail\nb | c", _lax) == {"b", "c"}
	_with("stops", "a | b", {"errexit": true, "pipefail": true}) == {"a", "b"}
	_with("stops", "set +o pipefail\na | b", {"errexit": true, "pipefail": true}) == {"set", "b"}
	_with("stops", "a || exit 1\nb", _lax) == {"a"}
	_with("stops", "a | b || exit 1\nb", _lax) == {"b"}
}

test_what_fails_the_script if {
	_with("fails", "a\nb && c", _lax) == {"b", "c"}
	_with("fails", "a\nb || c", _lax) == set()
	_with("fails", "a\nb &", _lax) == set()
	_with("fails", "a\nb | c", _lax) == {"c"}
	_with("fails", "a\nif b; then c; fi", _lax) == set()
	_with("fails", "a\nb && c\nd", _strict) == {"a", "d"}
}

default _guarded(_, _) := false

_guarded(first, second) if shell.guards(first, second)

test_guards if {
	every text, guarded in {
		"a\nb": true,
		"a && b\nc": true,
		"a || b": false,
		"a && c || b": false,
		"a || true\nb": false,
		"b\na": false,
		"set +e\na\nb": false,
	} {
		commands := shell.commands(text, _strict)
		first := [command | some command in commands; command.words[0] == "a"][0]
		second := [command | some command in commands; command.words[0] == "b"][0]
		_guarded(first, second) == guarded
	}
}

test_outputs if {
	_with("piped", "a | b\nc", _strict) == {"a"}
	_with("redirected", "a > f\nb >> f\nc 2> f\nd >&2\ne < f\ng &> f\nh 1>f", _strict) == {"a", "b", "g", "h"}
}

_runs(text) := shell.runs(shell.commands(text, _strict)[0], "trivy")

_mentions(text) := shell.mentions(shell.commands(text, _strict)[0], "trivy")

test_programs if {
	every text in [
		"trivy image x", "./bin/trivy image x", "sudo -E trivy image x", "A=b trivy image x", "env A=b timeout 5m trivy image x",
		"docker run --rm -v /a:/b aquasec/trivy image x", "docker run ghcr.io/aquasecurity/trivy:0.68.1@sha256:a image x",
	] {
		_runs(text) == ["image", "x"]
		_mentions(text) == ["image", "x"]
	}
	every text in ["xargs -n 1 trivy image x", "retry trivy image x"] {
		not _runs(text)
		_mentions(text) == ["image", "x"]
	}
	every text in ["echo trivy image x", "trivy-old image x", "apt-get install python"] {
		not _runs(text)
		not _mentions(text)
	}
}

test_flags if {
	args := ["image", "--a", "1", "--b=2", "--a=3", "-c", "x", "--a"]
	shell.values(args, {"--a"}) == ["1", "3", ""]
	shell.values(args, {"-c", "--b"}) == ["2", "x"]
	shell.values(args, {"--d"}) == []
	shell.operands(args) == ["image", "1", "x"]
	shell.on(["--push"], "--push")
	shell.on(["--push=false", "--push=true"], "--push")
	not shell.on(["--push=false"], "--push")
	not shell.on(["--pushed"], "--push")
}

test_assignments if {
	[command.assigned | some command in shell.commands("A=b c\nD+='e f'\n", _strict)] == [["A=b"], ["D+=e f"]]
}

# The words of the commands whose output goes to where a substitution or a group puts it.
_captured(text) := [concat(" ", command.words) |
	some command in shell.commands(text, {"errexit": true, "pipefail": true})
	command.captured
]

test_captured if {
	every text, expected in {
		"{\n\techo a\n\techo b\n} >> file\necho c": ["echo a", "echo b"],
		"echo z; (echo a; echo b) > file; echo c": ["echo a", "echo b"],
		"echo z; (echo a) | cat": ["echo a", "cat"],
		"for x in 1 2; do\n\techo a\ndone > file\necho c": ["echo a"],
		"if true; then\n\t{ echo a; } > file\n\techo b\nfi": ["echo a"],
		"{ echo a; }; { echo b; } > file": ["echo b"],
		"x=$(echo a | cat); x=`echo b`; gpg <(echo c)": ["echo a", "cat", "echo b", "echo c"],
		"sh -c 'echo a b'; echo c > file": [],
	} {
		_captured(text) == expected
	}
}

test_fed if {
	[command.fed | some command in shell.commands("cat <<< \"$A\" 2>&1; cat < file", {})] == [["\"$A\""], []]
}

test_program if {
	every text, expected in {"sudo -E make x": "make", "/usr/bin/env": "env", "A=b timeout 5m go test": "go"} {
		shell.program(shell.commands(text, {})[0]) == expected
	}
}
