# METADATA
# title: Waivers
# description: |
#   A waiver names kind, namespace and name of an object, and can be narrowed to one container or image of it. It holds
#   through the day on which it expires, in UTC. Whatever is missing or malformed in it makes it cover nothing.
package lib.waivers

import data.lib.clock

cover(waivers, review, finding) if {
	some waiver in waivers
	waiver.kind == review.kind.kind
	waiver.name == _name(review)
	object.get(waiver, "namespace", "") == object.get(review, "namespace", "")
	_narrow(waiver, "container", finding)
	_narrow(waiver, "image", finding)
	is_string(waiver.expires)
	regex.match(`^\d{4}-\d{2}-\d{2}$`, waiver.expires)
	_today <= waiver.expires
}

# Compared as text: nanoseconds end in the year 2262.
_today := time.format([clock.now_ns, "UTC", "2006-01-02"])

_name(review) := review.object.metadata.name

_narrow(waiver, field, _) if object.get(waiver, field, "") == ""

_narrow(waiver, field, finding) if waiver[field] == finding.details[field]
