# METADATA
# title: Nothing runs in the default namespace
# description: |
#   What is not given a namespace lands in `default`, beside everything else that nobody placed: no quota, network
#   policy or role can be written for it with any meaning. In files, an object without a namespace is denied too where
#   the run names none.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
#     description: Namespaces
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedObjects:
#           type: array
#           default:
#             - {kind: ServiceAccount, name: default}
#             - {kind: ConfigMap, name: kube-root-ca.crt}
#             - {kind: Service, name: kubernetes}
#           description: Objects that may be in the namespace default; at first those that the cluster itself makes.
#           items:
#             type: object
#             required: [kind, name]
#             additionalProperties: false
#             properties:
#               kind: {type: string}
#               name: {type: string}
# custom:
#   id: default-namespace
#   severity: medium
#   profiles: {baseline: warn, restricted: deny}
#   match:
#     - pods
#     - groups: [""]
#       kinds:
#         - ConfigMap
#         - LimitRange
#         - PersistentVolumeClaim
#         - ResourceQuota
#         - Secret
#         - Service
#         - ServiceAccount
#     - {groups: [autoscaling], kinds: [HorizontalPodAutoscaler]}
#     - {groups: [networking.k8s.io, extensions], kinds: [Ingress, NetworkPolicy]}
#     - {groups: [policy], kinds: [PodDisruptionBudget]}
#     - {groups: [rbac.authorization.k8s.io], kinds: [Role, RoleBinding]}
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.6.4"]
#     nsa: [network-separation]
#   remediation: Set metadata.namespace to a namespace of the application's own.
package rampart.cluster.default_namespace

import data.lib.finding
import data.lib.k8s
import data.lib.workloads

violation contains finding.at(rego.metadata.chain(), "metadata.namespace", msg) if {
	fault := _fault[k8s.namespace]
	kind := input.review.kind.kind
	name := k8s.name
	not _allowed[[kind, name]]
	_is_in_namespaces(k8s.group_kind)
	k8s.resource
	msg := $"{kind} {name} {fault}: set metadata.namespace to a namespace of the application's own."
}

# Of a scalar, so that the objects of a kind share the answer.
_is_in_namespaces(group_kind) if not workloads.cluster_scoped[group_kind]

_fault := {"": "names no namespace", "default": "must not be in the namespace default"}

_allowed := {[allowed.kind, allowed.name] | some allowed in input.parameters.allowedObjects}
