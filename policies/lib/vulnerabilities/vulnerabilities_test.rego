package lib.vulnerabilities_test

import data.lib.clock
import data.lib.vulnerabilities
import data.lib.vulnerabilities.known

_hex := "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"

_policy := {
	"severities": ["HIGH", "CRITICAL"],
	"misconfigurationSeverities": ["HIGH", "CRITICAL"],
	"unfixed": false,
	"acceptVEX": true,
	"ignored": [{"id": "CVE-1", "reason": "r", "expires": "2026-11-23"}],
}

# 2026-11-23T23:59:59Z
_last_second := 1795478399000000000

_high := {"at": ["p"], "type": "vulnerability", "value": {"VulnerabilityID": "CVE-1", "Severity": "HIGH", "FixedVersion": "2"}}

_fault(changes, now) := fault if {
	found := object.union(object.union(_high, {"modified": null}), changes)
	fault := vulnerabilities.fault(found, _policy) with clock.now_ns as now
}

test_ignored_through_the_last_day if {
	not _fault({}, _last_second)
	_fault({}, _last_second + 1000000000) == "stands"
}

_modified(statement) := {"value": {"VulnerabilityID": "CVE-2"}, "modified": {"Status": "ignored", "Statement": statement}}

test_statement_holds_through_its_day if {
	every statement in [
		"until 2026-11-23", "Accepted until 2026-11-23.", "exp:2026-11-23", "exp: 2026-11-23", "expires 2026-11-23", "EXPIRES: 2026-11-23",
		"expired_at: 2026-11-23", "fixed upstream (until 2026-11-23)",
	] {
		not _fault(_modified(statement), _last_second)
		_fault(_modified(statement), _last_second + 1000000000) == "expired"
	}
}

test_statement_without_a_day if {
	every statement in [
		"", "2026-11-23", "since 2026-11-23", "until then", "until 2026-11", "until 2026-11-233", "until 23.11.2026", "Filtered by Rego",
		"an experiment 2026-11-23", null, 7, [], {},
	] {
		_fault(_modified(statement), _last_second) == "ignored"
	}
}

test_parameters_without_a_day_ignore_nothing if {
	every expires in ["9999", "2199-12-31 ", "then", "", null, 7, {}] {
		policy := object.union(_policy, {"ignored": [{"id": "CVE-1", "reason": "r", "expires": expires}]})
		vulnerabilities.fault(object.union(_high, {"modified": null}), policy) == "stands"
	}
}

test_vex if {
	modified := {"modified": {"Status": "not_affected", "Statement": "until 2020-12-31"}, "value": {"VulnerabilityID": "CVE-2"}}
	not _fault(modified, _last_second)
	strict := object.union(_policy, {"acceptVEX": false, "ignored": []})
	vulnerabilities.fault(object.union(_high, modified), strict) == "vex"
	vulnerabilities.fault(object.union(_high, {"modified": null}), strict) == "stands"
	vulnerabilities.fault(object.union(_high, {"modified": {"Status": "ignored"}}), strict) == "ignored"
}

test_digests if {
	every report in [
		{"ArtifactName": $"nginx@sha256:{_hex}"}, {"Metadata": {"Reference": $"nginx@sha256:{_hex}"}},
		{"Metadata": {"RepoDigests": ["junk:", null, $"nginx@sha256:{_hex}"]}}, {"Metadata": {"ImageID": $"sha256:{_hex}"}},
	] {
		vulnerabilities.digests(report) == {$"sha256:{_hex}"}
	}
	every report in [
		{}, {"ArtifactName": "nginx"}, {"ArtifactName": 7, "Metadata": null}, {"Metadata": {"Reference": "", "RepoDigests": {}}},
		{"Metadata": {"ImageID": _hex}}, {"Metadata": {"ImageID": null, "RepoTags": ["nginx:1"]}}, {"Metadata": "junk"},
	] {
		vulnerabilities.digests(report) == set()
	}
}

test_tags if {
	vulnerabilities.tags({"ArtifactName": "nginx", "Metadata": {"RepoTags": ["index.docker.io/library/nginx:1.25", "ghcr.io/a/b:1"]}}) == {
		"docker.io/library/nginx:latest", "docker.io/library/nginx:1.25", "ghcr.io/a/b:1",
	}
	vulnerabilities.tags({"ArtifactName": $"nginx@sha256:{_hex}"}) == set()
}

test_of_image if {
	vulnerabilities.of_image({"ArtifactType": "container_image"})
	vulnerabilities.of_image({"ArtifactType": "cyclonedx", "Metadata": {"ImageID": $"sha256:{_hex}"}})
	vulnerabilities.of_image({"Metadata": {"RepoDigests": [$"nginx@sha256:{_hex}"]}})
	every report in [{}, {"ArtifactType": "filesystem"}, {"ArtifactType": 7, "Metadata": {"RepoDigests": []}}, {"Metadata": []}] {
		not vulnerabilities.of_image(report)
	}
}

test_shown if {
	vulnerabilities.shown({"type": "vulnerability", "value": {
		"VulnerabilityID": "CVE-1",
		"PkgName": "xz",
		"InstalledVersion": "1",
		"FixedVersion": "2",
		"Severity": "HIGH",
	}}) == "HIGH CVE-1 in xz 1 (fixed in 2)"
	every value in [{}, {"VulnerabilityID": "", "Severity": ""}, {"VulnerabilityID": 7, "PkgName": null, "FixedVersion": []}] {
		vulnerabilities.shown({"type": "vulnerability", "value": value}) == "unrated vulnerability in a package"
	}
}

_inventory(labels, annotations) := {"namespace": {"shop": {"aquasecurity.github.io/v1alpha1": {"VulnerabilityReport": {"a": {
	"metadata": {"namespace": "shop", "labels": labels, "annotations": annotations},
	"report": {"artifact": {"repository": "library/nginx", "tag": "1"}, "registry": {"server": "index.docker.io"}},
}}}}}}

_workloads(labels, annotations) := workloads if {
	workloads := object.keys(known.by_workload) with data.inventory as _inventory(
		object.union({"trivy-operator.container.name": "c"}, labels),
		annotations,
	)
}

# The labels are those of pkg/kube/object.go of Trivy Operator.
test_workloads if {
	_workloads({"trivy-operator.resource.kind": "StatefulSet", "trivy-operator.resource.name": "db-1"}, {}) == {"shop/StatefulSet/db-1/c"}
	_workloads({"trivy-operator.resource.kind": "ReplicaSet", "trivy-operator.resource.name": "a-b-7d4b9c8f6d"}, {}) == {
		"shop/ReplicaSet/a-b-7d4b9c8f6d/c", "shop/Deployment/a-b/c", "shop/Rollout/a-b/c",
	}
	_workloads({"trivy-operator.resource.kind": "ReplicaSet", "trivy-operator.resource.name": "made-by-hand"}, {}) == {
		"shop/ReplicaSet/made-by-hand/c",
	}
	_workloads(
		{"trivy-operator.resource.kind": "Job", "trivy-operator.resource.name-hash": "5f4c6d7b8"},
		{"trivy-operator.resource.name": "long"},
	) == {"shop/Job/long/c"}
	_workloads({"trivy-operator.resource.kind": "Job", "trivy-operator.resource.name": "a-7d4b9c8f6d"}, {}) == {"shop/Job/a-7d4b9c8f6d/c"}
	_workloads({}, {}) == set()
}

test_tag_of_a_report_without_one if {
	inventory := json.remove(_inventory({}, {}), ["/namespace/shop/aquasecurity.github.io~1v1alpha1/VulnerabilityReport/a/report/artifact/tag"])
	tags := object.keys(known.by_tag) with data.inventory as inventory
	tags == {"docker.io/library/nginx:latest"}
}

test_index if {
	inventory := _inventory({}, {})
	tags := object.keys(known.by_tag) with data.inventory as inventory
	tags == {"docker.io/library/nginx:1"}
	digests := known.by_digest with data.inventory as inventory
	digests == {}
	namespaces := known.namespaces with data.inventory as inventory
	namespaces == {"shop"}
	not known.in_files with data.inventory as inventory
	not known.any with data.inventory as {}
}
