# METADATA
# title: Writable volumes are bounded
# description: |
#   An emptyDir without a size limit can fill the node's disk, or with medium Memory its memory, and take every other pod
#   there down with it; a size limit of zero is none. A hostPath has no limit at all, so it may only be mounted
#   read-only, whatever the sub-path. A volume that names no source is an emptyDir. Judged for containers of every type.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/storage/volumes/
#     description: Volumes
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         maximum:
#           type: string
#           default: ""
#           description: The highest sizeLimit of an emptyDir, such as 1Gi; empty for any.
# custom:
#   id: writable-volumes-bounded
#   severity: medium
#   profiles: {restricted: warn}
#   match: [pods]
#   mentions: [volumes]
#   controls:
#     soc2: [A1.1]
#     hipaa: ["164.308(a)(7)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: Set sizeLimit on every emptyDir, and mount hostPath volumes with readOnly true or not at all.
package rampart.container.writable_volumes_bounded

import data.lib.finding
import data.lib.k8s
import data.lib.quantity

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some pod in k8s.pods
	some i, volume in pod.spec.volumes
	_is_empty_dir(volume)
	problem := _problem(volume)
	path := $"{pod.path}.volumes[{i}].emptyDir.sizeLimit"
	msg := $"The emptyDir {finding.name(volume)} {problem}"
}

violation contains finding.in_container(rego.metadata.chain(), entry, $"volumeMounts[{i}].readOnly", msg) if {
	some entry in k8s.containers
	some volume in entry.pod.spec.volumes
	volume.hostPath != null
	some i, mount in entry.container.volumeMounts
	volume.name == mount.name
	not mount.readOnly == true
	name := finding.name(entry.container)
	msg := $"Container {name} mounts the hostPath volume {finding.name(mount)} writable: set readOnly to true."
}

_is_empty_dir(volume) if volume.emptyDir != null

_is_empty_dir(volume) if not _has_source(volume)

_has_source(volume) if {
	some key, value in volume
	value != null
	key in _sources
}

_problem(volume) := "has no sizeLimit: set it, for example to 64Mi." if {
	not _size_limit(volume)
} else := $"has the sizeLimit {finding.shown(limit)}, which is no quantity above zero: write for example 64Mi." if {
	limit := _size_limit(volume)
	not quantity.positive(limit)
} else := $"has the sizeLimit {limit}, above {maximum}: lower it." if {
	limit := _size_limit(volume)
	maximum := input.parameters.maximum
	maximum != ""
	not _within(limit, maximum)
}

_within(limit, maximum) if quantity.compare(limit, maximum) <= 0

_size_limit(volume) := limit if {
	limit := volume.emptyDir.sizeLimit
	limit != null
}

_sources := {
	"awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "configMap", "csi", "downwardAPI", "emptyDir",
	"ephemeral", "fc", "flexVolume", "flocker", "gcePersistentDisk", "gitRepo", "glusterfs", "hostPath", "image", "iscsi",
	"nfs", "persistentVolumeClaim", "photonPersistentDisk", "portworxVolume", "projected", "quobyte", "rbd", "scaleIO",
	"secret", "storageos", "vsphereVolume",
}
