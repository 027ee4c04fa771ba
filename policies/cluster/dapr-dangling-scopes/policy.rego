# METADATA
# title: Scopes of Dapr components name applications that exist
# description: |
#   A scope with the ID of no application gives the component to nobody, and tomorrow to whoever takes that ID. Judged is
#   whether a workload of the namespace has the ID, where the namespace has workloads with a Dapr sidecar at all. This
#   only warns: a workload that was applied a moment ago may not have reached the inventory yet.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/operations/components/component-scopes/
#     description: Scope components to one or more applications
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         knownApps:
#           type: array
#           items: {type: string}
#           default: []
#           description: IDs of applications that exist elsewhere, as NAMESPACE/APP-ID.
# custom:
#   id: dapr-dangling-scopes
#   severity: low
#   profiles: {restricted: warn}
#   match: [{groups: [dapr.io], kinds: [Component, HTTPEndpoint]}]
#   sync:
#     - {group: "", version: v1, kind: Pod}
#     - {group: "", version: v1, kind: ReplicationController}
#     - {group: apps, version: v1, kind: DaemonSet}
#     - {group: apps, version: v1, kind: Deployment}
#     - {group: apps, version: v1, kind: ReplicaSet}
#     - {group: apps, version: v1, kind: StatefulSet}
#     - {group: batch, version: v1, kind: CronJob}
#     - {group: batch, version: v1, kind: Job}
#     - {group: argoproj.io, version: v1alpha1, kind: Rollout}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     nsa: [authentication-authorization]
#   remediation: Write the app-ids that the workloads of the namespace have, and remove those that are gone.
package rampart.cluster.dapr_dangling_scopes

import data.lib.dapr
import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	scopes := k8s.resource.scopes
	apps := _apps
	count(apps) > 0
	some i, app in scopes
	not app in apps
	not $"{k8s.namespace}/{app}" in input.parameters.knownApps
	path := $"scopes[{i}]"
	msg := concat("", [
		$"No workload of the namespace has the app-id {finding.shown(app)}: write one of those that are there, ",
		$"{concat(", ", sort(apps))}.",
	])
}

# In files, a workload can be one that gets its namespace from the run.
_apps := dapr.app_ids(k8s.namespace) | dapr.app_ids("")
