# METADATA
# title: Dapr applications list who may call them
# description: |
#   A sidecar hands every call of every other application to its own, unless the access control of its Configuration
#   denies by default and lists which application may call what. Judged is what Dapr makes of it: without a default
#   action it denies only where there are policies; a policy that allows by default, an operation or a verb with a
#   wildcard lets more through than anyone has listed; an appId with a wildcard matches nobody, since Dapr compares it
#   letter by letter.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/configuration/invoke-allowlist/
#     description: Apply access control list configuration for service invocation
#   - ref: https://github.com/dapr/dapr/blob/master/pkg/acl/acl.go
#     description: How Dapr reads it
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedWildcards:
#           type: array
#           items: {type: string}
#           default: []
#           description: Names of operations with a wildcard that may be allowed, such as /orders/*.
#         allowAllVerbs:
#           type: boolean
#           default: false
#           description: Whether an operation may be allowed with every HTTP verb ("*").
#         controlPlaneNamespaces:
#           type: array
#           items: {type: string}
#           default: [dapr-system]
#           description: Namespaces whose Configuration daprsystem is the control plane's and not an application's.
# custom:
#   id: dapr-access-control
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [dapr.io], kinds: [Configuration]}]
#   controls:
#     soc2: [CC6.1, CC6.3, CC6.6]
#     hipaa: ["164.312(a)(1)", "164.308(a)(4)"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Set spec.accessControl.defaultAction to deny, and write a policy for each application that calls, with
#     defaultAction deny and the operations and verbs that it needs.
package rampart.cluster.dapr_access_control

import data.lib.dapr
import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	not dapr.is_control_plane(input.parameters.controlPlaneNamespaces)
	access := object.get(k8s.resource, ["spec", "accessControl"], null)
	path := _open(access)
	msg := concat("", [
		$"Configuration {k8s.name} lets every application call the ones that use it: set ",
		"spec.accessControl.defaultAction to deny and allow what is needed in policies.",
	])
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some [field, policy] in _policies
	_has_wildcard(policy.appId)
	path := $"{field}.appId"
	msg := $"{path} is {policy.appId}, which Dapr takes letter by letter: write a policy for each application by its ID."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some [field, policy] in _policies
	_allows(object.get(policy, "defaultAction", null))
	path := $"{field}.defaultAction"
	msg := $"{path} lets {policy.appId} call everything: set it to deny and allow its operations one by one."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some [field, operation] in _allowed_operations
	_has_wildcard(operation.name)
	not operation.name in input.parameters.allowedWildcards
	path := $"{field}.name"
	msg := $"{path} allows {operation.name}, all that this matches: write out the operations that are needed."
}

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	not input.parameters.allowAllVerbs
	some [field, operation] in _allowed_operations
	some "*" in operation.httpVerb
	path := $"{field}.httpVerb"
	msg := $"{path} allows every verb: write out those that are needed."
}

# The path of what lets everyone in.

_open(access) := "spec.accessControl" if not is_object(access)

_open(access) := "spec.accessControl" if access == {}

_open(access) := "spec.accessControl.defaultAction" if {
	is_object(access)
	access != {}
	not _denies(access)
}

_denies(access) if _is_deny(access.defaultAction)

_denies(access) if {
	object.get(access, "defaultAction", null) in {"", null}
	is_array(access.policies)
	count(access.policies) > 0
}

_is_deny(action) if {
	is_string(action)
	lower(action) == "deny"
}

_has_wildcard(name) if {
	is_string(name)
	contains(name, "*")
}

# An action that is not written is the one of the level above.
_allows(action) if {
	not action in {"", null}
	not _is_deny(action)
}

_policies := [[field, policy] |
	some [i, policy] in dapr.objects(k8s.resource.spec.accessControl.policies)
	field := $"spec.accessControl.policies[{i}]"
]

_allowed_operations := [[field, operation] |
	some [parent, policy] in _policies
	some [i, operation] in dapr.objects(policy.operations)
	not _is_deny(object.get(operation, "action", null))
	field := $"{parent}.operations[{i}]"
]
