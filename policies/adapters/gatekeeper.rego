# METADATA
# title: Gatekeeper's entry point
# description: |
#   The package of every ConstraintTemplate: the guardrail's findings, which come as the library lib.guardrail, less those
#   that a waiver among the constraint's parameters covers.
package rampart.gatekeeper

import data.lib.guardrail
import data.lib.waivers

violation contains finding if {
	some finding in guardrail.violation
	not waivers.cover(object.get(input, ["parameters", "waivers"], []), input.review, finding)
}
