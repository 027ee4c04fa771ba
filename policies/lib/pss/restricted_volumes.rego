# METADATA
# title: "Check restrictedVolumes"
# description: |
#   From v1.0 volumes may only have sources that don't reach beyond the cluster's own objects. A volume without a source
#   becomes an emptyDir; one that has an allowed source beside another passes, as the official check has it.
package lib.pss.restricted_volumes

import data.lib.finding
import data.lib.pss

_allowed := [
	"emptyDir",
	"configMap",
	"secret",
	"projected",
	"persistentVolumeClaim",
	"downwardAPI",
	"csi",
	"ephemeral",
	"image",
]

in_pod(pod) := [{"path": path, "msg": msg} |
	some i, volume in pss.items(pod.spec.volumes)
	not _has_allowed(volume)
	some fault in _faults(volume)
	path := $"{pod.path}.volumes{pss.at(i)}{fault.suffix}"
	name := finding.name(volume)
	msg := concat("", [
		$"Volume {name} must not use {fault.text}: use configMap, csi, downwardAPI, emptyDir, ephemeral, image, ",
		"persistentVolumeClaim, projected or secret.",
	])
]

_faults(volume) := [{"suffix": suffix, "text": text} |
	some source, value in volume
	value != null
	source != "name"
	suffix := $".{source}"
	text := $"the source {source}"
] if {
	is_object(volume)
}

_faults(volume) := [{"suffix": "", "text": pss.malformed}] if {
	not is_object(volume)
	volume != null
}

_has_allowed(volume) if {
	some source in _allowed
	is_object(volume[source])
}
