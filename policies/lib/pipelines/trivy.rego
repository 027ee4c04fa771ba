# METADATA
# title: Trivy in pipelines
# description: |
#   What a run of Trivy looks at, and whether it can fail: by the flags of https://trivy.dev/latest/docs/references/configuration/cli/
#   the inputs of https://github.com/aquasecurity/trivy-action, and TRIVY_* variables. A configuration file is not known.
package lib.pipelines.trivy

import data.lib.shell

# METADATA
# description: |
#   A run of Trivy as {"scans": image, fs and so on, "exit_code", "severity", "scanners", "format"}, texts with Trivy's
#   defaults; undefined for other actions.
run(action) := _by_action(action.step) if action.step.uses == "aquasecurity/trivy-action"

run(action) := _by_task(action.step) if action.step.uses == "trivy-scanner"

run(action) := _by_command(shell.runs(action.command, "trivy"), _env(action)) if {
	action.step.uses == ""
	contains(concat(" ", action.command.names), "trivy")
}

# METADATA
# description: Why a run of Trivy lets through what it finds, as the rest of a sentence; undefined if it does not.
lets_through(scan, severities) := reason if {
	not regex.match(`^[1-9][0-9]*$`, scan.exit_code)
	reason := "does not fail: set exit-code to 1"
} else := $"passes over {concat(", ", missing)} findings: add to severity" if {
	missing := [severity | some severity in severities; not severity in _split(upper(scan.severity))]
	count(missing) > 0
} else := "does not look for vulnerabilities: add vuln to scanners" if {
	not "vuln" in _split(_scanners(scan))
}

# METADATA
# description: Whether a run of Trivy writes a bill of materials.
lists_packages(scan) if scan.format in _listing_formats

_listing_formats := {"cyclonedx", "spdx", "spdx-json", "github"}

# A list of packages comes without vulnerabilities, unless these are asked for.
_scanners(scan) := scan.scanners if scan.scanners != ""

_scanners(scan) := "none" if {
	scan.scanners == ""
	lists_packages(scan)
}

_scanners(scan) := "vuln,secret" if {
	scan.scanners == ""
	not lists_packages(scan)
}

_all := "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"

# An input that is not set leaves it to the variable.
_by_action(step) := {
	"scans": _first([object.get(step.inputs, "scan-type", ""), "image"]),
	"exit_code": _first([object.get(step.inputs, "exit-code", ""), object.get(step.env, "TRIVY_EXIT_CODE", "0")]),
	"severity": _first([object.get(step.inputs, "severity", ""), object.get(step.env, "TRIVY_SEVERITY", _all)]),
	"scanners": _first([object.get(step.inputs, "scanners", ""), object.get(step.env, "TRIVY_SCANNERS", "")]),
	"format": _first([object.get(step.inputs, "format", ""), object.get(step.env, "TRIVY_FORMAT", "table")]),
}

# The task of Tekton's catalogue runs what its parameter ARGS says.
_by_task(step) := _by_command(regex.find_n(`\S+`, object.get(step.inputs, "ARGS", ""), -1), {})

_by_command(args, env) := {
	"scans": scans,
	"exit_code": _flag(args, {"--exit-code"}, object.get(env, "TRIVY_EXIT_CODE", "0")),
	"severity": _flag(args, {"--severity", "-s"}, object.get(env, "TRIVY_SEVERITY", _all)),
	"scanners": _flag(args, {"--scanners", "--security-checks"}, object.get(env, "TRIVY_SCANNERS", "")),
	"format": _flag(args, {"--format", "-f"}, object.get(env, "TRIVY_FORMAT", "table")),
} if {
	scans := _subcommand(args)
}

_subcommand(args) := object.get({"i": "image", "filesystem": "fs", "repository": "repo", "conf": "config"}, found, found) if {
	found := [arg |
		some arg in args
		arg in {"image", "i", "fs", "filesystem", "rootfs", "repo", "repository", "sbom", "config", "conf", "k8s", "kubernetes", "vm"}
	][0]
}

_flag(args, flags, otherwise) := given[count(given) - 1] if {
	given := shell.values(args, flags)
	count(given) > 0
} else := otherwise

# Variables that the command itself sets come first.
_env(action) := object.union(action.step.env, {name: value |
	some text in action.command.assigned
	[name, value] := split(text, "=")
})

_first(texts) := [text | some text in texts; text != ""][0] if {
	"" != concat("", texts)
} else := ""

_split(text) := {trim_space(part) | some part in split(text, ",")}
