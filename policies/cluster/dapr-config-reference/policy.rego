# METADATA
# title: Dapr sidecars have a Configuration
# description: |
#   Access control, secret scopes and the list of allowed APIs stand in the Configuration that dapr.io/config names.
#   Without the annotation the sidecar has none of them, and with the name of one that is missing from the application's
#   namespace it does not start. Whether it exists is judged where the inventory has any Configuration of Dapr. This only
#   warns: one that was applied a moment ago may not have reached the inventory yet.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/configuration/configuration-overview/
#     description: Dapr configuration
#   - ref: https://docs.dapr.io/reference/arguments-annotations-overview/
#     description: Dapr's annotations
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         knownConfigurations:
#           type: array
#           items: {type: string}
#           default: []
#           description: Configurations that exist elsewhere, as NAMESPACE/NAME.
# custom:
#   id: dapr-config-reference
#   severity: medium
#   profiles: {restricted: warn}
#   match: [pods]
#   mentions: [dapr.io/]
#   sync: [{group: dapr.io, version: v1alpha1, kind: Configuration}]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Name a Configuration of the application's namespace in the annotation dapr.io/config of the pod template.
package rampart.cluster.dapr_config_reference

import data.lib.dapr
import data.lib.finding
import data.lib.inventory
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some sidecar in dapr.sidecars
	path := dapr.path(sidecar, "config")
	msg := _problem(dapr.setting(sidecar, "config"))
}

_problem("") := concat("", [
	"The Dapr sidecar has no Configuration, so that everyone may call the application and it may read every secret: ",
	"name one in the annotation dapr.io/config.",
])

_problem(name) := concat("", [
	$"There is no Configuration {name} in {_namespace} for the annotation dapr.io/config: ",
	"write the name of one that is there.",
]) if {
	name != ""
	_is_inventory_of_configurations
	not _exists(name)
}

_namespace := "its namespace" if k8s.namespace == ""

else := $"namespace {k8s.namespace}"

_is_inventory_of_configurations if count(inventory.everywhere("dapr.io", "Configuration")) > 0

_is_inventory_of_configurations if count(inventory.cluster("dapr.io", "Configuration")) > 0

_exists(name) if $"{k8s.namespace}/{name}" in input.parameters.knownConfigurations

_exists(name) if count(inventory.namespaced_named(k8s.namespace, "dapr.io", "Configuration", name)) > 0

# In files, a Configuration can be one that gets its namespace from the run.
_exists(name) if count(inventory.cluster_named("dapr.io", "Configuration", name)) > 0
