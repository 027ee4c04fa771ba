# METADATA
# title: Guardrails are as strict in production as before it
# description: |
#   Constraints are tried out first: as dry runs, and in staging. Judged are those of this pack. One for production must
#   not be weaker than one of the same kind for staging, and a dry run must end: on the day that its annotation
#   rampart-policy.github.io/dryrun-until names, else some days after the constraint was made. A constraint is for the
#   environment that its own label rampart-policy.github.io/environment names, or else the label in its
#   namespaceSelector. Constraints of one kind and name count once, so give those of each environment names of their own.
# scope: package
# related_resources:
#   - ref: https://open-policy-agent.github.io/gatekeeper/website/docs/violations/
#     description: Handling Constraint Violations
#   - ref: https://open-policy-agent.github.io/gatekeeper/website/docs/enforcement-points/
#     description: Enforcement points in Gatekeeper
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         environmentLabel:
#           type: string
#           default: environment
#           description: The label of namespaces that names their environment.
#         stagingEnvironments:
#           type: array
#           items: {type: string}
#           default: [staging, stage, test, preproduction]
#           description: Environments in which guardrails are tried out before they come to production.
#         productionEnvironments:
#           type: array
#           items: {type: string}
#           default: [production, prod]
#           description: Environments that must not be weaker.
#         maxDryRunDays:
#           type: integer
#           default: 30
#           minimum: 1
#           maximum: 3650
#           description: How many days a dry run may last where its annotation names no end.
# custom:
#   id: constraint-rollout
#   severity: medium
#   profiles: {restricted: warn}
#   match: [{groups: [constraints.gatekeeper.sh], kinds: ["*"]}]
#   sync: [{group: constraints.gatekeeper.sh, version: v1beta1, kind: "*"}]
#   controls:
#     soc2: [CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     nsa: [pod-security]
#   remediation: |
#     Set spec.enforcementAction to what it is in staging. To try a constraint out for longer, give its annotation
#     rampart-policy.github.io/dryrun-until a date.
package rampart.cluster.constraint_rollout

import data.lib.clock
import data.lib.finding
import data.lib.inventory
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "spec.enforcementAction", msg) if {
	constraint := _constraint
	_environment(constraint) in input.parameters.productionEnvironments
	stricter := [name |
		some other in inventory.cluster("constraints.gatekeeper.sh", input.review.kind.kind)
		_environment(other) in input.parameters.stagingEnvironments
		_strength(other) > _strength(constraint)
		name := $"{other.metadata.name} ({_action(other)})"
	]
	count(stricter) > 0
	msg := concat("", [
		$"Constraint {k8s.name} is weaker in production ({finding.shown(_action(constraint))}) than {concat(", ", sort(stricter))} ",
		"in staging: write the same enforcementAction.",
	])
}

violation contains finding.at(rego.metadata.chain(), _until_path, msg) if {
	_strength(_constraint) == 1
	until := _until
	not _is_date(until)
	msg := $"Constraint {k8s.name} names no day in the annotation {_until_key}: write a date such as 2030-01-31."
}

violation contains finding.at(rego.metadata.chain(), "spec.enforcementAction", msg) if {
	_strength(_constraint) == 1
	_is_date(_until)
	_until < _day(0)
	msg := $"Constraint {k8s.name} is a dry run that was to end on {_until}: enforce it, or name a later day in {_until_key}."
}

violation contains finding.at(rego.metadata.chain(), "spec.enforcementAction", msg) if {
	_strength(_constraint) == 1
	not _until
	made := _made(_constraint.metadata.creationTimestamp)
	made < _day(0 - input.parameters.maxDryRunDays)
	msg := concat("", [
		$"Constraint {k8s.name} has been a dry run for more than {input.parameters.maxDryRunDays} days, since {made}: ",
		$"enforce it, or name a day in {_until_key}.",
	])
}

_until_key := "rampart-policy.github.io/dryrun-until"

_until_path := $"metadata.annotations[\"{_until_key}\"]"

_constraint := k8s.annotated_resource if startswith(input.review.kind.kind, "Rampart")

_until := _constraint.metadata.annotations[_until_key]

_is_date(text) if {
	is_string(text)
	regex.match(`^\d{4}-\d{2}-\d{2}$`, text)
}

_made(timestamp) := day if {
	is_string(timestamp)
	day := substring(timestamp, 0, 10)
	_is_date(day)
}

# The day so many days from now. Days are compared as text: nanoseconds end in the year 2262.
_day(days) := time.format([clock.now_ns + (days * 86400000000000), "UTC", "2006-01-02"])

_environment(constraint) := name if {
	name := constraint.metadata.labels["rampart-policy.github.io/environment"]
} else := constraint.spec.match.namespaceSelector.matchLabels[input.parameters.environmentLabel]

_actions := ["dryrun", "warn", "deny"]

# From 1; 0 for an action that does nothing.
_strength(constraint) := i + 1 if {
	some i, action in _actions
	_action(constraint) == action
} else := 0

# Without an action it is deny; of scoped actions the strongest for requests counts.
_action(constraint) := "deny" if {
	object.get(constraint, ["spec", "enforcementAction"], "") in {"", null}
} else := constraint.spec.enforcementAction if {
	constraint.spec.enforcementAction != "scoped"
} else := scoped[count(scoped) - 1] if {
	scoped := [action | some action in _actions; _scoped_to_requests(constraint, action)]
	count(scoped) > 0
} else := "none"

_scoped_to_requests(constraint, action) if {
	some entry in constraint.spec.scopedEnforcementActions
	entry.action == action
	some point in entry.enforcementPoints
	point.name in {"*", "validation.gatekeeper.sh"}
}
