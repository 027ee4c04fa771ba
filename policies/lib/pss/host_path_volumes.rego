# METADATA
# title: "Check hostPathVolumes"
# description: From v1.0 no volume may be a path of the node; at level restricted restrictedVolumes stands for it.
package lib.pss.host_path_volumes

import data.lib.finding
import data.lib.pss

in_pod(pod) := [{"path": path, "msg": msg} |
	some i, volume in pss.items(pod.spec.volumes)
	pss.child(volume, "hostPath") != null
	path := $"{pod.path}.volumes{pss.at(i)}.hostPath"
	name := finding.name(volume)
	msg := concat("", [
		$"Volume {name} must not be a hostPath, which opens the node's file system: ",
		"use an emptyDir, a persistentVolumeClaim or another volume source.",
	])
]
