# METADATA
# title: External secrets are read again before long
# description: |
#   A secret that is changed in its store, because it leaked or is due, stays in the cluster until it is read again. The
#   interval has to be written, at most the maximum, and in force: not 0, and not under a refreshPolicy that reads once or
#   on changes of the ExternalSecret only. The store that is named must exist, where the inventory has any store at all;
#   and the API version must be one that the operator still serves.
# scope: package
# related_resources:
#   - ref: https://external-secrets.io/latest/api/externalsecret/
#     description: ExternalSecret
#   - ref: https://external-secrets.io/latest/api/clusterexternalsecret/
#     description: ClusterExternalSecret
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         maxInterval:
#           type: string
#           default: 24h
#           pattern: ^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$
#           description: The longest refreshInterval, such as 24h.
#         removedVersions:
#           type: array
#           items: {type: string}
#           default: [v1alpha1, v1beta1]
#           description: |
#             Versions of external-secrets.io that are refused. The operator serves v1alpha1 no longer since 0.16, and
#             v1beta1 since 0.17.
# custom:
#   id: external-secret-rotation
#   severity: medium
#   profiles: {restricted: deny}
#   match: [{groups: [external-secrets.io], kinds: [ClusterExternalSecret, ExternalSecret]}]
#   sync:
#     - {group: external-secrets.io, version: v1, kind: ClusterSecretStore}
#     - {group: external-secrets.io, version: v1, kind: SecretStore}
#   controls:
#     soc2: [CC6.1, CC6.2]
#     hipaa: ["164.312(a)(1)", "164.312(d)"]
#     cis: ["5.4.2"]
#     nsa: [authentication-authorization]
#   remediation: Write refreshInterval, for example 1h, and name a store that exists.
package rampart.cluster.external_secret_rotation

import data.lib.durations
import data.lib.finding
import data.lib.inventory
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "apiVersion", msg) if {
	k8s.resource
	version := input.review.kind.version
	removed := input.parameters.removedVersions
	version in removed
	msg := $"external-secrets.io/{version} is no longer served: write external-secrets.io/v1."
}

violation contains finding.at(rego.metadata.chain(), $"{_spec.path}.refreshInterval", msg) if {
	not _reads_once
	fault := _interval_fault
	msg := $"The refreshInterval {fault}: write one of at most {input.parameters.maxInterval}, for example 1h."
}

violation contains finding.at(rego.metadata.chain(), $"{_spec.path}.refreshPolicy", msg) if {
	_reads_once
	msg := $"With refreshPolicy {finding.shown(_policy)} a changed secret is not read again: remove it or write Periodic."
}

violation contains finding.at(rego.metadata.chain(), ref.path, msg) if {
	some ref in _refs
	_stores_known(ref.kind)
	not _exists(ref)
	msg := $"The {ref.kind} {ref.name} does not exist: name a store that does."
}

# The specification of the ExternalSecret itself, or of those that a ClusterExternalSecret makes.
_spec := {"path": "spec", "value": _object(k8s.resource, "spec")} if input.review.kind.kind == "ExternalSecret"

_spec := {"path": "spec.externalSecretSpec", "value": _object(_object(k8s.resource, "spec"), "externalSecretSpec")} if {
	input.review.kind.kind == "ClusterExternalSecret"
}

_policy := object.get(_spec.value, "refreshPolicy", null)

# Anything but Periodic, "" and null, which mean the same.
_reads_once if not _policy in {null, "", "Periodic"}

_interval_fault := "is missing" if object.get(_spec.value, "refreshInterval", null) == null

_interval_fault := "0 means never" if durations.ns(_spec.value.refreshInterval) == 0

_interval_fault := $"{_spec.value.refreshInterval} is too long" if {
	durations.ns(_spec.value.refreshInterval) > 0
	not durations.at_most(_spec.value.refreshInterval, input.parameters.maxInterval)
}

_interval_fault := "is no duration" if {
	interval := object.get(_spec.value, "refreshInterval", null)
	interval != null
	not _duration(interval)
}

_duration(interval) if durations.ns(interval) >= 0

# The stores that are named: for all data, and for single ones.
_refs contains object.union(ref, {"path": $"{_spec.path}.secretStoreRef"}) if some ref in _ref(_spec.value, "secretStoreRef")

_refs contains object.union(ref, {"path": $"{_spec.path}.{field}[{i}].sourceRef.storeRef"}) if {
	some field in ["data", "dataFrom"]
	some i, entry in _array(_spec.value, field)
	some ref in _ref(_object(entry, "sourceRef"), "storeRef")
}

_ref(object_, field) := [{"kind": kind, "name": ref.name} |
	ref := _object(object_, field)
	is_string(ref.name)
	kind := object.get(ref, "kind", "SecretStore")
	kind in {"SecretStore", "ClusterSecretStore"}
]

# Without any store in the inventory it says nothing about stores.
_stores_known(kind) if count(_stores(kind)) > 0

_stores("ClusterSecretStore") := inventory.cluster("external-secrets.io", "ClusterSecretStore")

_stores("SecretStore") := {store | some store in inventory.everywhere("external-secrets.io", "SecretStore")}

_exists(ref) if {
	ref.kind == "ClusterSecretStore"
	count(inventory.cluster_named("external-secrets.io", "ClusterSecretStore", ref.name)) > 0
}

_exists(ref) if {
	ref.kind == "SecretStore"
	count(inventory.namespaced_named(k8s.namespace, "external-secrets.io", "SecretStore", ref.name)) > 0
}

# A ClusterExternalSecret's are looked up in namespaces that are not known here, nor is that of a file without one.
_exists(ref) if {
	ref.kind == "SecretStore"
	k8s.namespace == ""
}

_object(value, field) := value[field] if {
	is_object(value)
	is_object(value[field])
} else := {}

_array(value, field) := value[field] if {
	is_array(value[field])
} else := []
