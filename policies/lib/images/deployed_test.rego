package lib.images.deployed_test

import data.lib.images.deployed

_digest := concat("", ["sha256:", "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"])

_pinned(name) := $"{name}@{_digest}"

test_everywhere if {
	pod := {"spec": {
		"containers": [{"image": _pinned("ghcr.io/a/app")}, {"image": "nginx"}, {"image": "@"}, {"image": 7}, {}, null],
		"initContainers": [{"image": _pinned("ghcr.io/a/init")}],
		"ephemeralContainers": [{"image": _pinned("ghcr.io/a/debug")}],
		"volumes": [{"image": {"reference": _pinned("ghcr.io/a/volume")}}, {"image": null}, {"emptyDir": {}}],
	}}
	inventory := {
		"namespace": {"a": {
			"v1": {"Pod": {"a": pod, "b": {"spec": {"containers": "x"}}, "c": {"spec": null}}},
			"apps/v1": {"Deployment": {"a": {"spec": {"template": {"spec": {"containers": [{"image": _pinned("ghcr.io/a/deployed")}]}}}}}},
			"tekton.dev/v1": {"Task": {"a": {"spec": {"steps": [{"name": "busybox", "image": _pinned("ghcr.io/a/step")}]}}}},
		}},
		"cluster": {"v1": {"Pod": {"a": {"spec": {"containers": [{"image": _pinned("ghcr.io/a/nowhere")}]}}}}},
	}
	names := {"app", "init", "debug", "volume", "deployed", "step", "nowhere"}
	deployed.pinned == {[_digest, $"ghcr.io/a/{name}"] | some name in names} with data.inventory as inventory
	count(deployed.parsed) == count(names) + 1 with data.inventory as inventory
}

test_nothing if {
	deployed.parsed == set() with data.inventory as {}
	deployed.pinned == set() with data.inventory as {}
}
