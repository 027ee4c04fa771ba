# METADATA
# title: The entry point of conftest
# description: |
#   data.main.deny and data.main.warn: the findings of data.rampart.check by action, as {"msg"} with the finding's fields
#   beside it. An empty document has none. conftest reads the bundle's folder as both, --policy and --data.
package main

import data.rampart.check

deny contains _shown(finding) if {
	not _empty
	some finding in check
	finding.action == "deny"
}

warn contains _shown(finding) if {
	not _empty
	some finding in check
	finding.action == "warn"
}

_empty if input == null

_shown(finding) := object.union(object.remove(finding, ["message"]), {"msg": $"[{finding.guardrail}] {finding.message}"})
