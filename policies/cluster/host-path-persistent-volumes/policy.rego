# METADATA
# title: No PersistentVolume is a path of the node
# description: |
#   A PersistentVolume of the type hostPath or local opens a directory of a node, its runtime socket or its kubelet's
#   credentials, to whoever claims it: a pod whose own volumes are all allowed mounts it by a PersistentVolumeClaim, and
#   no check of pods sees it. Directories that are meant for data can be listed; a directory stands for what is below
#   it.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/rbac-good-practices/#persistent-volume-creation
#     description: Role Based Access Control Good Practices, Persistent volume creation
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedPaths:
#           type: array
#           items: {type: string, pattern: ^/}
#           default: []
#           description: Directories of nodes that hostPath may use, with what is below them, such as /var/data.
#         allowedLocalPaths:
#           type: array
#           items: {type: string, pattern: ^/}
#           default: [/mnt]
#           description: |
#             Directories of nodes that local may use, with what is below them; by default where disks are mounted for
#             the local static provisioner.
# custom:
#   id: host-path-persistent-volumes
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [""], kinds: [PersistentVolume]}]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.2.11"]
#     nsa: [pod-security]
#   remediation: |
#     Let a StorageClass with a CSI driver provide the volume, or list the directory that holds nothing but data.
package rampart.cluster.host_path_persistent_volumes

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some type in ["hostPath", "local"]
	source := k8s.resource_with_new(["spec", type]).spec[type]
	source != null
	not _allowed(source, _directories[type])
	path := $"spec.{type}.path"
	msg := concat("", [
		$"PersistentVolume {k8s.name} is {_shown(source)} of a node, which its claim opens to any pod: ",
		$"use a StorageClass with a CSI driver, or list the directory in {_parameters[type]}.",
	])
}

_parameters := {"hostPath": "allowedPaths", "local": "allowedLocalPaths"}

_directories := {"hostPath": input.parameters.allowedPaths, "local": input.parameters.allowedLocalPaths}

_allowed(source, directories) if {
	is_string(source.path)
	startswith(source.path, "/")
	steps := _steps(source.path)
	not ".." in steps
	some directory in directories
	prefix := _steps(directory)
	prefix == array.slice(steps, 0, count(prefix))
}

# The steps of a path, in which // and /./ mean nothing.
_steps(path) := [step |
	some step in split(path, "/")
	not step in {"", "."}
]

_shown(source) := $"the path {source.path}" if is_string(source.path)

else := "an unreadable path"
