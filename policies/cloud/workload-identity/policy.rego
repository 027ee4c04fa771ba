# METADATA
# title: Cloud identities of ServiceAccounts are well-formed and not shared
# description: |
#   An annotation on a ServiceAccount gives its pods a role in the cloud: IAM roles for service accounts on AWS, Workload
#   Identity on Google Cloud and Azure. A malformed one is ignored, and the pods fall back to the identity of their node.
#   On the account `default` every pod has the role that names no account, and the default service accounts of a Google
#   Cloud project may edit all of it. EKS Pod Identity has no annotation.
# scope: package
# related_resources:
#   - ref: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
#     description: Assign IAM roles to Kubernetes service accounts
#   - ref: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
#     description: Workload Identity Federation for GKE
#   - ref: https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html
#     description: Annotations of Microsoft Entra Workload ID
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         owners:
#           type: array
#           items: {type: string}
#           default: []
#           description: |
#             AWS account numbers, Google Cloud projects and ids of Azure tenants that identities may belong to. An empty
#             list allows all.
# custom:
#   id: workload-identity
#   severity: high
#   profiles: {restricted: warn}
#   match: [{groups: [""], kinds: [ServiceAccount]}]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)", "164.312(d)"]
#     cis: ["5.1.5"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Write the whole ARN, service account or client id into the annotation of an account that one workload alone uses.
package rampart.cloud.workload_identity

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), _path(key), msg) if {
	_identities
	some [key, msg] in _faults
}

_faults contains [key, msg] if {
	some key, value in _identities
	not _owner(key, value)
	msg := concat("", [
		$"ServiceAccount {k8s.name} has no {_forms[key].what} in the annotation {key}, so that its pods get the node's ",
		$"identity: write {_forms[key].example}.",
	])
}

_faults contains [key, msg] if {
	count(input.parameters.owners) > 0
	some key, value in _identities
	owner := _owner(key, value)
	owner != ""
	not owner in input.parameters.owners
	msg := $"ServiceAccount {k8s.name} gets an identity of {owner}, which is none of the owners allowed: use one of your own."
}

_faults contains [key, msg] if {
	k8s.name == "default"
	some key, _ in _identities
	_forms[key].gives_access
	msg := concat("", [
		"ServiceAccount default gives its cloud identity to every pod that names no account: ",
		"annotate an account of the workload's own.",
	])
}

_faults contains [key, msg] if {
	key := "iam.gke.io/gcp-service-account"
	value := _identities[key]
	is_string(value)
	regex.match(_gcp_default, value)
	msg := concat("", [
		$"ServiceAccount {k8s.name} acts as {value}, which may edit the whole project: ",
		"make a service account for the workload with the roles that it needs.",
	])
}

_identities := object.filter(annotations, _forms) if {
	annotations := k8s.annotated_resource.metadata.annotations
	is_object(annotations)
}

_path(key) := $"metadata.annotations[\"{key}\"]"

# The pattern's only group is who owns the identity, where the identity tells.
_forms := {
	"eks.amazonaws.com/role-arn": {
		"what": "ARN of an IAM role",
		"pattern": `^arn:aws[a-z-]*:iam::([0-9]{12}):role/[\w+=,.@/-]+$`,
		"example": "arn:aws:iam::111122223333:role/task-api",
		"gives_access": true,
	},
	"iam.gke.io/gcp-service-account": {
		"what": "Google Cloud service account",
		"pattern": `^[a-z][a-z0-9-]{4,28}[a-z0-9]@([a-z][a-z0-9-]{4,28}[a-z0-9](?:\.[a-z0-9.-]+)?)\.iam\.gserviceaccount\.com$`,
		"example": "task-api@my-project.iam.gserviceaccount.com",
		"gives_access": true,
	},
	"azure.workload.identity/client-id": {
		"what": "client id",
		"pattern": `^()[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`,
		"example": "the id of the identity, such as 6d2bd8a8-3c4e-4a6b-9d7a-1b2c3d4e5f60",
		"gives_access": true,
	},
	"azure.workload.identity/tenant-id": {
		"what": "tenant id",
		"pattern": `^([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$`,
		"example": "the id of the directory, such as 6d2bd8a8-3c4e-4a6b-9d7a-1b2c3d4e5f60",
		"gives_access": false,
	},
}

_gcp_default := `^(?:[0-9]+-compute@developer|([a-z][a-z0-9-]{4,28}[a-z0-9])@appspot)\.gserviceaccount\.com$`

# "" where the identity does not tell.
_owner(key, value) := regex.find_all_string_submatch_n(_forms[key].pattern, value, 1)[0][1] if is_string(value)

_owner("iam.gke.io/gcp-service-account", value) := regex.find_all_string_submatch_n(_gcp_default, value, 1)[0][1] if {
	is_string(value)
}
