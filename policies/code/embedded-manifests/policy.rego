# METADATA
# title: Manifests inside of other objects are not judged
# description: |
#   Something in the cluster may create the workload that a ConfigMap holds as text, or a resource template of an Argo
#   Workflow, and no check of files sees it. What matters is judged when it is created, by admission; here it is only
#   pointed out.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/configuration/configmap/
#     description: ConfigMaps
# custom:
#   id: embedded-manifests
#   severity: low
#   profiles: {baseline: warn, restricted: warn}
#   match:
#     - {groups: [""], kinds: [ConfigMap]}
#     - {groups: [argoproj.io], kinds: [ClusterWorkflowTemplate, CronWorkflow, Workflow, WorkflowTemplate]}
#   files_only: true
#   controls:
#     soc2: [CC7.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: Keep the manifest in a file of its own, so that it is checked, or make sure that admission judges it.
package rampart.code.embedded_manifests

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	k8s.annotated_resource
	some path in input.review.embeddedManifests
	msg := concat("", [
		$"{input.review.kind.kind} holds a Kubernetes manifest in {path}, which is not judged here: ",
		"keep it in a file of its own.",
	])
}
