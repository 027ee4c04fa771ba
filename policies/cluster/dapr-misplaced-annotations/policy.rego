# METADATA
# title: Dapr's annotations stand on the pod template
# description: |
#   The sidecar injector looks at Pods alone. Annotations of a Deployment or another workload that its pod template does
#   not repeat do nothing: the application runs without the sidecar, the token or the Configuration that they promise.
# scope: package
# related_resources:
#   - ref: https://docs.dapr.io/reference/arguments-annotations-overview/
#     description: Dapr's annotations
#   - ref: https://docs.dapr.io/operations/hosting/kubernetes/kubernetes-overview/
#     description: Adding Dapr to a Kubernetes deployment
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
# custom:
#   id: dapr-misplaced-annotations
#   severity: medium
#   profiles: {restricted: warn}
#   match: [pods]
#   mentions: [dapr.io/]
#   controls:
#     soc2: [CC6.1, CC7.1]
#     hipaa: ["164.312(a)(1)"]
#     nsa: [pod-security]
#   remediation: Move the annotations to spec.template.metadata.annotations.
package rampart.cluster.dapr_misplaced_annotations

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	keys := [key |
		some key, value in k8s.annotated_resource.metadata.annotations
		is_string(key)
		startswith(key, "dapr.io/")
		not _is_repeated(key, value)
	]
	count(keys) > 0
	path := $"metadata.annotations[{json.marshal(min(keys))}]"
	msg := $"Dapr does not look at annotations of a {input.review.kind.kind}: move {concat(", ", keys)} to its pod template."
}

_is_repeated(key, value) if {
	some pod in k8s.all_pods
	object.get(pod.metadata, ["annotations", key], null) == value
}
