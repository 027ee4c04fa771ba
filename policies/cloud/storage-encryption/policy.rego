# METADATA
# title: Volumes are encrypted at rest
# description: |
#   Whoever gets hold of a disk, a snapshot or the storage system reads what is not encrypted. Of the storage drivers
#   that are known here, some always encrypt, some do it where a parameter of the StorageClass says so, some where the
#   storage system is set up for it, which no manifest shows, and some, such as directories of a node and NFS, never do.
#   A PersistentVolume is judged by what its driver writes into it.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/storage/storage-classes/
#     description: Storage Classes
#   - ref: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
#     description: Parameters of the EBS CSI driver
#   - ref: https://cloud.google.com/kubernetes-engine/docs/how-to/using-cmek
#     description: Customer-managed encryption keys on GKE
#   - ref: https://github.com/ceph/ceph-csi/blob/devel/docs/rbd/deploy.md
#     description: Parameters of Ceph's CSI driver
#   - ref: https://longhorn.io/docs/latest/advanced-resources/security/volume-encryption/
#     description: Volume encryption of Longhorn
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         encryptedProvisioners:
#           type: array
#           items: {type: string}
#           default:
#             - pd.csi.storage.gke.io
#             - filestore.csi.storage.gke.io
#             - kubernetes.io/gce-pd
#             - disk.csi.azure.com
#             - file.csi.azure.com
#             - blob.csi.azure.com
#             - kubernetes.io/azure-disk
#             - kubernetes.io/azure-file
#             - fsx.csi.aws.com
#             - fsx.openzfs.csi.aws.com
#             - dobs.csi.digitalocean.com
#             - blockvolume.csi.oraclecloud.com
#             - fss.csi.oraclecloud.com
#             - vpc.block.csi.ibm.io
#           description: |
#             Provisioners that encrypt always; add those whose disks your nodes or your storage system encrypt
#             (kubernetes.io/no-provisioner, kubernetes.io/host-path and kubernetes.io/nfs stand for PersistentVolumes
#             of the types local, hostPath and nfs).
#         encryptedBy:
#           type: array
#           default: []
#           description: |
#             Values of a StorageClass's parameters that stand for encryption at your site, such as a volume type of
#             Cinder, a storage policy of vSphere or the fileSystemId of an encrypted EFS file system.
#           items:
#             type: object
#             required: [provisioner, parameter, value]
#             additionalProperties: false
#             properties:
#               provisioner: {type: string}
#               parameter: {type: string}
#               value: {type: string}
#         requireCustomerKeys:
#           type: boolean
#           default: false
#           description: Whether volumes of the large clouds must be encrypted with a key of your own.
#         denyUnknown:
#           type: boolean
#           default: false
#           description: Whether provisioners that are not known here are denied.
# custom:
#   id: storage-encryption
#   severity: high
#   profiles: {restricted: deny}
#   match:
#     - {groups: [storage.k8s.io], kinds: [StorageClass]}
#     - {groups: [""], kinds: [PersistentVolume]}
#   controls:
#     soc2: [CC6.1, CC6.7]
#     hipaa: ["164.312(a)(2)(iv)"]
#     nsa: [pod-security]
#   remediation: |
#     Set the driver's parameter for encryption in the StorageClass; volumes that exist have to be copied to new ones. If
#     the storage system encrypts by itself, list the provisioner.
package rampart.cloud.storage_encryption

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), problem.path, msg) if {
	problem := _class_problem
	msg := $"StorageClass {k8s.name} {problem.text}"
}

violation contains finding.at(rego.metadata.chain(), problem.path, msg) if {
	some problem in _volume_problems
	msg := $"PersistentVolume {k8s.name} {problem.text}"
}

_class := k8s.resource if k8s.group_kind == "storage.k8s.io/StorageClass"

_parameters := _object(object.get(_class, "parameters", {}))

_driver := _driver_name(object.get(_class, "provisioner", ""))

_class_problem := {"path": finding.below("parameters", key), "text": text} if {
	_encrypts(_driver, _parameters)
	input.parameters.requireCustomerKeys
	key := _customer_key[_driver]
	object.get(_parameters, key, "") in {"", null}
	text := $"encrypts with a key of the provider's: name a key of your own in the parameter {key}."
} else := {"path": finding.below("parameters", wanted.key), "text": text} if {
	not _encrypts(_driver, _parameters)
	wanted := _switch[_driver]
	text := $"does not encrypt its volumes: set the parameter {wanted.key} to \"{wanted.value}\"."
} else := {"path": "parameters", "text": text} if {
	not _encrypts(_driver, _parameters)
	key := _elsewhere[_driver]
	_provisions(_driver, _parameters)
	text := concat("", [
		$"does not show whether {_driver} encrypts its volumes: ",
		$"list the value of {key} that stands for encryption in encryptedBy.",
	])
} else := {"path": "provisioner", "text": text} if {
	not _encrypts(_driver, _parameters)
	_driver in _never
	text := concat("", [
		$"makes volumes with {_driver}, which does not encrypt: use another driver, ",
		"or list it in encryptedProvisioners where the disks below are encrypted.",
	])
} else := {"path": "provisioner", "text": text} if {
	input.parameters.denyUnknown
	not _encrypts(_driver, _parameters)
	not _driver in object.keys(_elsewhere)
	text := $"makes volumes with {_driver}, of which nothing is known: list it in encryptedProvisioners if it encrypts."
}

_volume_problems contains {"path": path, "text": text} if {
	volume := _csi_volume
	wanted := _switch[volume.driver]
	not _encrypts(volume.driver, volume.attributes)
	_tells(volume, wanted.key)
	path := finding.below("spec.csi.volumeAttributes", wanted.key)
	text := $"is not encrypted: use a StorageClass with the parameter {wanted.key} set to \"{wanted.value}\"."
}

_volume_problems contains {"path": "spec.csi.driver", "text": text} if {
	volume := _csi_volume
	volume.driver in _never
	not _encrypts(volume.driver, volume.attributes)
	text := $"is of {volume.driver}, which does not encrypt: {_other_driver}"
}

_volume_problems contains {"path": "spec.csi.volumeHandle", "text": text} if {
	volume := _csi_volume
	volume.driver == _efs
	not _encrypts(_efs, object.union(volume.attributes, {"fileSystemId": split(volume.handle, ":")[0]}))
	text := "does not show whether its file system is encrypted: list its fileSystemId in encryptedBy."
}

_volume_problems contains {"path": $"spec.{type}", "text": text} if {
	k8s.group_kind == "/PersistentVolume"
	some type, provisioner in {
		"local": "kubernetes.io/no-provisioner",
		"hostPath": "kubernetes.io/host-path",
		"nfs": "kubernetes.io/nfs",
	}
	k8s.resource_with_new(["spec", type]).spec[type] != null
	not _encrypts(provisioner, {})
	text := $"is of the type {type}, which does not encrypt: {_other_driver}"
}

_other_driver := "use another driver, or list it in encryptedProvisioners where the disks below are encrypted."

_csi_volume := {
	"driver": _driver_name(object.get(csi, "driver", "")),
	"attributes": _object(object.get(csi, "volumeAttributes", {})),
	"handle": _text(object.get(csi, "volumeHandle", "")),
} if {
	k8s.group_kind == "/PersistentVolume"
	csi := k8s.resource_with_new(["spec", "csi"]).spec.csi
	is_object(csi)
}

# These drivers hand all parameters down to the volume; of others only a contradiction can be seen.
_tells(volume, _) if volume.driver in _handing_down

_tells(volume, key) if key in object.keys(volume.attributes)

_encrypts(driver, _) if driver in input.parameters.encryptedProvisioners

_encrypts(driver, parameters) if {
	wanted := _switch[driver]
	parameters[wanted.key] == wanted.value
}

_encrypts(driver, parameters) if {
	some entry in input.parameters.encryptedBy
	_driver_name(entry.provisioner) == driver
	parameters[entry.parameter] == entry.value
}

# Without this mode a class of EFS makes no volumes: PersistentVolumes are written by hand, and judged.
_provisions(driver, _) if driver != _efs

_provisions(_, parameters) if _ = parameters.provisioningMode

_efs := "efs.csi.aws.com"

# Rook puts the namespace of its operator before the names of Ceph's drivers.
_driver_name(name) := regex.replace(name, `^[a-z0-9-]+\.(rbd|cephfs|nfs)\.csi\.ceph\.com$`, "$1.csi.ceph.com") if is_string(name)

else := ""

# Drivers that encrypt where a parameter says so, with the value that does.
_switch := {
	"ebs.csi.aws.com": {"key": "encrypted", "value": "true"},
	"ebs.csi.eks.amazonaws.com": {"key": "encrypted", "value": "true"},
	"kubernetes.io/aws-ebs": {"key": "encrypted", "value": "true"},
	"diskplugin.csi.alibabacloud.com": {"key": "encrypted", "value": "true"},
	"rbd.csi.ceph.com": {"key": "encrypted", "value": "true"},
	"cephfs.csi.ceph.com": {"key": "encrypted", "value": "true"},
	"driver.longhorn.io": {"key": "encrypted", "value": "true"},
	"pxd.portworx.com": {"key": "secure", "value": "true"},
	"kubernetes.io/portworx-volume": {"key": "secure", "value": "true"},
	"csi.scaleway.com": {"key": "encrypted", "value": "true"},
	"linodebs.csi.linode.com": {"key": "linodebs.csi.linode.com/luks-encrypted", "value": "true"},
	"csi.cloudscale.ch": {"key": "csi.cloudscale.ch/luks-encrypted", "value": "true"},
	"storage.csi.upcloud.com": {"key": "encryption", "value": "data-at-rest"},
	"linstor.csi.linbit.com": {"key": "linstor.csi.linbit.com/encryption", "value": "true"},
}

_handing_down := {"rbd.csi.ceph.com", "cephfs.csi.ceph.com", "driver.longhorn.io", "pxd.portworx.com"}

# Drivers of storage systems that encrypt where they are set up for it, with the parameter that chooses.
_elsewhere := {
	"efs.csi.aws.com": "fileSystemId",
	"cinder.csi.openstack.org": "type",
	"kubernetes.io/cinder": "type",
	"csi.vsphere.vmware.com": "storagepolicyname",
	"kubernetes.io/vsphere-volume": "storagePolicyName",
	"csi.trident.netapp.io": "selector",
}

_never := {
	"kubernetes.io/no-provisioner",
	"kubernetes.io/host-path",
	"kubernetes.io/nfs",
	"rancher.io/local-path",
	"docker.io/hostpath",
	"k8s.io/minikube-hostpath",
	"microk8s.io/hostpath",
	"hostpath.csi.k8s.io",
	"openebs.io/local",
	"local.csi.openebs.io",
	"topolvm.io",
	"topolvm.cybozu.com",
	"nfs.csi.k8s.io",
	"nfs.csi.ceph.com",
	"smb.csi.k8s.io",
	"cluster.local/nfs-subdir-external-provisioner",
}

_customer_key := {
	"ebs.csi.aws.com": "kmsKeyId",
	"ebs.csi.eks.amazonaws.com": "kmsKeyId",
	"kubernetes.io/aws-ebs": "kmsKeyId",
	"pd.csi.storage.gke.io": "disk-encryption-kms-key",
	"disk.csi.azure.com": "diskEncryptionSetID",
	"kubernetes.io/azure-disk": "diskEncryptionSetID",
	"diskplugin.csi.alibabacloud.com": "kmsKeyId",
}

_object(value) := value if is_object(value)

else := {}

_text(value) := value if is_string(value)

else := ""
