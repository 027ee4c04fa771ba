package rampart.cluster.constraint_rollout_test

import data.rampart.cluster.constraint_rollout

# 2026-11-23, noon.
_now := 1795435200000000000

_messages(metadata, parameters) := messages if {
	violations := constraint_rollout.violation with data.lib.clock.now_ns as _now
		with input as {
			"review": {
				"kind": {"group": "constraints.gatekeeper.sh", "version": "v1beta1", "kind": "RampartHostPorts"},
				"name": "a",
				"object": {"metadata": metadata, "spec": {"enforcementAction": "dryrun"}},
			},
			"parameters": parameters,
		}
	messages := {violation.msg | some violation in violations}
}

_until(day) := _messages({"annotations": {"rampart-policy.github.io/dryrun-until": day}}, {"productionEnvironments": []})

_made(day, most) := _messages({"creationTimestamp": $"{day}T12:00:00Z"}, {"productionEnvironments": [], "maxDryRunDays": most})

test_through_the_last_day if {
	_until("2026-11-23") == set()
	_until("2026-11-24") == set()
	count(_until("2026-11-22")) == 1
}

test_age if {
	_made("2026-10-24", 30) == set()
	count(_made("2026-10-23", 30)) == 1
	_made("2026-10-23", 31) == set()
	_made("2026-11-23", 1) == set()
}
