# METADATA
# title: Namespaces with volumes are backed up
# description: |
#   What is in a volume is lost with it. A namespace with PersistentVolumeClaims, or StatefulSets that make them, needs a
#   Schedule of Velero that takes in all of it and its volumes, runs, and keeps the backups long enough. Namespaces are
#   judged in audits and in files.
# scope: package
# related_resources:
#   - ref: https://velero.io/docs/main/api-types/schedule/
#     description: Schedule
#   - ref: https://velero.io/docs/main/resource-filtering/
#     description: What is in a backup
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         minTTL:
#           type: string
#           default: 168h
#           pattern: ^([0-9]{1,6}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?$
#           description: The shortest time to keep a backup; Velero keeps it for 720h where nothing is written.
#         exemptNamespaces:
#           type: array
#           items: {type: string}
#           default: [kube-system, kube-public, kube-node-lease]
#           description: Namespaces whose volumes need no backup, or have one by other means.
# custom:
#   id: backup-schedule
#   severity: high
#   profiles: {restricted: deny}
#   match:
#     - {groups: [velero.io], kinds: [Schedule]}
#     - {groups: [""], kinds: [Namespace]}
#   sync:
#     - {group: velero.io, version: v1, kind: Schedule}
#     - {group: "", version: v1, kind: PersistentVolumeClaim}
#     - {group: apps, version: v1, kind: StatefulSet}
#   controls:
#     soc2: [A1.2]
#     hipaa: ["164.308(a)(7)"]
#     nsa: [upgrading]
#   remediation: |
#     Add a Schedule with the namespace in template.includedNamespaces and a ttl, and try a restore.
package rampart.cloud.backup_schedule

import data.lib.durations
import data.lib.finding
import data.lib.inventory
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "spec.paused", msg) if {
	_is_schedule
	not _runs(k8s.resource)
	msg := $"Schedule {k8s.name} is paused, so that nothing is backed up: set spec.paused to false."
}

violation contains finding.at(rego.metadata.chain(), "spec.template.ttl", msg) if {
	_is_schedule
	ttl := _ttl(object.get(k8s.resource, ["spec", "template", "ttl"], null))
	not durations.at_most(input.parameters.minTTL, ttl)
	msg := $"Schedule {k8s.name} keeps backups for {finding.shown(ttl)}: set spec.template.ttl to {input.parameters.minTTL} or more."
}

violation contains finding.at(rego.metadata.chain(), "spec.template.snapshotVolumes", msg) if {
	_is_schedule
	template := _template(k8s.resource)
	not _with_volumes(template)
	msg := concat("", [
		$"Schedule {k8s.name} leaves the volumes out: ",
		"remove snapshotVolumes, or set defaultVolumesToFsBackup to true.",
	])
}

violation contains finding.at(rego.metadata.chain(), "metadata.name", msg) if {
	_is_namespace
	count(_stateful) > 0
	not _backed_up
	msg := concat("", [
		$"Namespace {k8s.name} has volumes ({concat(", ", _stateful)}) and no backup: ",
		"add a Schedule of Velero that takes in the whole namespace.",
	])
}

_is_schedule if {
	k8s.group_kind == "velero.io/Schedule"
	k8s.resource
}

# A new namespace has no volumes, and an update would be held up for what others have to do.
_is_namespace if {
	k8s.group_kind == "/Namespace"
	input.review.operation != "UPDATE"
	k8s.resource
	not k8s.name in input.parameters.exemptNamespaces
}

# What Velero's server does by default where nothing or zero is written.
_ttl(ttl) := "720h" if ttl in {null, "", "0", "0s", "0h0m0s"}

else := ttl

_runs(schedule) if object.get(schedule, ["spec", "paused"], false) in {false, null}

_template(schedule) := template if {
	template := schedule.spec.template
	is_object(template)
} else := {}

_with_volumes(template) if object.get(template, "snapshotVolumes", true) in {true, null}

_with_volumes(template) if {
	some field in ["defaultVolumesToFsBackup", "defaultVolumesToRestic"]
	template[field] == true
}

_stateful := sort({$"{kind} {name}" |
	some kind, group in {"PersistentVolumeClaim": "", "StatefulSet": "apps"}
	some owner in inventory.namespaced(k8s.name, group, kind)
	_claims(kind, owner)
	name := owner.metadata.name
})

_claims("PersistentVolumeClaim", _)

_claims("StatefulSet", owner) if count([claim | some claim in owner.spec.volumeClaimTemplates]) > 0

_backed_up if {
	some schedule in inventory.everywhere("velero.io", "Schedule")
	_runs(schedule)
	template := _template(schedule)
	_with_volumes(template)
	_has_namespace(template)
	_has_everything(template)
}

_has_namespace(template) if {
	_includes(template, "includedNamespaces", {k8s.name})
	not _excludes(template, "excludedNamespaces", {k8s.name})
}

# No selector, and no list of resources without claims.
_has_everything(template) if {
	every field in ["labelSelector", "orLabelSelectors"] {
		object.get(template, field, null) in {null, {}, []}
	}
	every field in ["includedResources", "includedNamespaceScopedResources"] {
		_includes(template, field, _claim_names)
	}
	every field in ["excludedResources", "excludedNamespaceScopedResources"] {
		not _excludes(template, field, _claim_names)
	}
}

_claim_names := {"persistentvolumeclaims", "persistentvolumeclaim", "pvc"}

# An empty list takes in everything.
_includes(template, field, _) if object.get(template, field, null) in {null, []}

_includes(template, field, names) if {
	some name in template[field]
	name in (names | {"*"})
}

_excludes(template, field, names) if {
	some name in template[field]
	name in (names | {"*"})
}
