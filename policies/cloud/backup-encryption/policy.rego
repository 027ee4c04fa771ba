# METADATA
# title: Backups are encrypted and sent over TLS
# description: |
#   A backup holds every Secret and every volume of the namespaces in it. Judged is where Velero puts its backups: AWS
#   and what speaks S3 must be told to encrypt; Google Cloud and Azure always do. An endpoint over plain HTTP or with an
#   unverified certificate shows the backups to the network.
# scope: package
# related_resources:
#   - ref: https://velero.io/docs/main/api-types/backupstoragelocation/
#     description: BackupStorageLocation
#   - ref: https://github.com/vmware-tanzu/velero-plugin-for-aws/blob/main/backupstoragelocation.md
#     description: Options of the AWS plugin
#   - ref: https://github.com/vmware-tanzu/velero-plugin-for-gcp/blob/main/backupstoragelocation.md
#     description: Options of the Google Cloud plugin
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         requireCustomerKeys:
#           type: boolean
#           default: false
#           description: Whether AWS and Google Cloud must encrypt with a key of your own.
#         encryptedLocations:
#           type: array
#           items: {type: string}
#           default: []
#           description: |
#             Names of BackupStorageLocations whose storage is set up to encrypt whatever Velero asks for, such as a bucket
#             with default encryption.
# custom:
#   id: backup-encryption
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [velero.io], kinds: [BackupStorageLocation, VolumeSnapshotLocation]}]
#   controls:
#     soc2: [CC6.1, CC6.7, A1.2]
#     hipaa: ["164.312(a)(2)(iv)", "164.312(e)(1)", "164.308(a)(7)"]
#     nsa: [pod-security]
#   remediation: |
#     Set kmsKeyId or serverSideEncryption in spec.config, write https URLs, and give a private CA in
#     spec.objectStorage.caCert instead of switching its verification off.
package rampart.cloud.backup_encryption

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), "spec.config", msg) if {
	_is_storage
	_provider in _asks_for_encryption
	not _encrypted
	msg := concat("", [
		$"BackupStorageLocation {k8s.name} does not ask for encryption: ",
		"set kmsKeyId or serverSideEncryption in spec.config.",
	])
}

violation contains finding.at(rego.metadata.chain(), $"spec.config.{key}", msg) if {
	_is_storage
	input.parameters.requireCustomerKeys
	key := _customer_key[_provider]
	_encrypted
	not _is_set(key)
	msg := $"BackupStorageLocation {k8s.name} is encrypted with a key of the provider's: name your own in spec.config.{key}."
}

violation contains finding.at(rego.metadata.chain(), finding.below("spec.config", key), msg) if {
	some key, value in _config
	is_string(value)
	regex.match(`(?i)^\s*http:`, value)
	msg := $"{_what} sends backups over plain HTTP, as {key} says: write an https URL."
}

violation contains finding.at(rego.metadata.chain(), "spec.config.insecureSkipTLSVerify", msg) if {
	not object.get(_config, "insecureSkipTLSVerify", "false") in {"false", "", false, null}
	msg := concat("", [
		$"{_what} does not verify the certificate of its endpoint: ",
		"remove insecureSkipTLSVerify, and give a private CA in spec.objectStorage.caCert.",
	])
}

_is_storage if k8s.group_kind == "velero.io/BackupStorageLocation"

_what := $"{input.review.kind.kind} {k8s.name}"

_spec := k8s.resource.spec

_config := config if {
	config := _spec.config
	is_object(config)
} else := {} if {
	k8s.resource
}

# Plugins of Velero's own can be named without velero.io/.
_provider := trim_prefix(_spec.provider, "velero.io/") if is_string(_spec.provider)

_asks_for_encryption := {"aws"}

_customer_key := {"aws": "kmsKeyId", "gcp": "kmsKeyName"}

_encrypted if not _provider in _asks_for_encryption

_encrypted if k8s.name in input.parameters.encryptedLocations

_encrypted if _config.serverSideEncryption in {"AES256", "aws:kms", "aws:kms:dsse"}

_encrypted if {
	some key in ["kmsKeyId", "customerKeyEncryptionFile", "customerKeyEncryptionSecret"]
	_is_set(key)
}

_is_set(key) if {
	is_string(_config[key])
	_config[key] != ""
}
