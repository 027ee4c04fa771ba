package lib.waivers_test

import data.lib.clock
import data.lib.waivers

_review := {"kind": {"kind": "Pod"}, "namespace": "shop", "object": {"metadata": {"name": "cart"}}}

_finding := {"msg": "m", "details": {"id": "x", "container": "app", "image": "nginx"}}

_waiver := {"kind": "Pod", "namespace": "shop", "name": "cart", "reason": "r", "expires": "2026-11-23"}

# 2026-11-23T23:59:59Z
_last_second := 1795478399000000000

_covers(change) if {
	waivers.cover([object.union(_waiver, change)], _review, _finding) with clock.now_ns as _last_second
}

test_holds_through_its_last_day if _covers({})

test_ends_with_its_last_day if {
	not waivers.cover([_waiver], _review, _finding) with clock.now_ns as _last_second + 1000000000
}

test_far_future if _covers({"expires": "2999-12-31"})

test_names_the_object if {
	every change in [{"kind": "Job"}, {"namespace": "other"}, {"namespace": ""}, {"name": "other"}, {"name": ""}] {
		not _covers(change)
	}
}

test_narrowed_to_container_and_image if {
	every change in [{"container": "app"}, {"image": "nginx"}, {"container": "", "image": ""}] {
		_covers(change)
	}
	every change in [{"container": "other"}, {"image": "other"}, {"container": "app", "image": "other"}] {
		not _covers(change)
	}
}

test_malformed_covers_nothing if {
	every change in [{"expires": "soon"}, {"expires": "9999"}, {"expires": null}, {"expires": 7}, {"name": null}] {
		not _covers(change)
	}
	not waivers.cover([object.remove(_waiver, ["expires"])], _review, _finding)
	not waivers.cover([null, 7, "x", []], _review, _finding)
	not waivers.cover(null, _review, _finding)
}

test_a_finding_without_a_container_is_not_waived_by_one if {
	finding := {"msg": "m", "details": {"id": "x"}}
	not waivers.cover([object.union(_waiver, {"container": "app"})], _review, finding) with clock.now_ns as _last_second
}
