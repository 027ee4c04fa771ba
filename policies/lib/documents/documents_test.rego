package lib.documents_test

import data.lib.documents

_kinds(value) := [found.kind | some found in documents.found(value)]

test_forms if {
	some kind, value in {
		"CycloneDXBOM": {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": {"name": "app"}}},
		"SPDXDocument": {"spdxVersion": "SPDX-2.3", "name": "app", "packages": []},
		"TrivyReport": {"SchemaVersion": 2, "ArtifactName": "app:1", "Results": []},
		"CosignVerification": {"critical": {"image": {"docker-manifest-digest": "sha256:a"}}},
		"GitHubWorkflow": {"on": "push", "jobs": {"build": {"runs-on": "x", "steps": []}}},
		"GitHubAction": {"name": "a", "runs": {"using": "composite", "steps": []}},
		"K3sConfig": {"secrets-encryption": true},
		"GitLabPipeline": {"stages": ["build"], "build": {"script": ["make"]}},
	}
	every probe in [value, object.union(value, {"other": null})] {
		_kinds(probe) == [kind]
	}
}

test_yaml_reads_on_as_true if _kinds({"true": null, "jobs": {}}) == ["GitHubWorkflow"]

test_one_script_for_a_job if {
	_kinds({"build": {"script": "make"}}) == ["GitLabPipeline"]
	_kinds({"deploy": {"stage": "deploy", "trigger": "other/project"}}) == ["GitLabPipeline"]
}

test_spdx_3 if {
	context := "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
	_kinds({"@context": context, "@graph": []}) == ["SPDXDocument"]
	_kinds({"@context": ["https://example.com/terms", context], "@graph": []}) == ["SPDXDocument"]
	elements := [7, {"type": "Person", "name": "a"}, {"type": "SpdxDocument", "name": "app"}]
	documents.found({"@context": context, "@graph": elements})[0].name == "app"
	every graph in [[], [{"type": "SpdxDocument"}], [{"type": "SpdxDocument", "name": 7}]] {
		documents.found({"@context": context, "@graph": graph})[0].name == ""
	}
	every value in [
		{"@context": context}, {"@context": context, "@graph": {}}, {"@context": "https://schema.org", "@graph": []},
		{"@context": [7], "@graph": []}, {"@context": 7, "@graph": []}, {"@graph": []},
	] {
		documents.found(value) == []
	}
}

test_a_pipeline_of_included_jobs if {
	_kinds({"stages": ["build"], "variables": {"A": "b"}}) == ["GitLabPipeline"]
	_kinds({"stages": ["build"], "include": ["jobs.yaml"]}) == ["GitLabPipeline"]
	_kinds({"stages": ["build"]}) == []
	_kinds({"stages": [{"stage": "build"}], "variables": {"A": "b"}}) == []
	_kinds({"stages": {"a": "b"}, "variables": {"A": "b"}, "other": null}) == []
}

test_names if {
	documents.found({"SchemaVersion": 2, "ArtifactName": "app:1"})[0].name == "app:1"
	documents.found({"spdxVersion": "SPDX-2.3", "name": 7})[0].name == ""
	documents.found({"bomFormat": "CycloneDX", "metadata": {"component": {"name": "app"}}})[0].name == "app"
	documents.found({"bomFormat": "CycloneDX", "metadata": null})[0].name == ""
	documents.found({"on": null, "jobs": {}})[0].name == ""
}

test_signatures_one_by_one if {
	signature := {"critical": {"image": {"docker-manifest-digest": "sha256:a"}}}
	documents.found([signature, signature]) == [
		{"kind": "CosignVerification", "name": "sha256:a", "path": [0]},
		{"kind": "CosignVerification", "name": "sha256:a", "path": [1]},
	]
	documents.found([signature, {}]) == []
}

test_nothing if {
	every value in [
		null, "text", 7, [], [7], {}, {"services": {"web": {"image": "nginx"}}}, {"scripts": {"build": "make"}},
		{"jobs": {"build": {"steps": []}}}, {"on": "push", "jobs": []}, {"SchemaVersion": "2", "ArtifactName": "a"},
		{"default": {"script": "make"}}, {"runs": "x"}, {"bomFormat": "Other"}, {"spdxVersion": 2},
	] {
		documents.found(value) == []
	}
}
