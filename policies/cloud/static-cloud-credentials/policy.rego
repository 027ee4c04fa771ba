# METADATA
# title: Cloud access uses workload identity
# description: |
#   A static cloud key does not expire, works from anywhere and is rarely rotated. A pod gets short-lived credentials of
#   its own through its ServiceAccount (IAM roles for service accounts, EKS Pod Identity, Workload Identity). Judged are
#   environment variables that hand over static keys, whatever their source, variables that name a key file of a mounted
#   Secret, and Secrets mounted where the clouds' tools look for their login.
# scope: package
# related_resources:
#   - ref: https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html
#     description: Grant Kubernetes workloads access to AWS
#   - ref: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
#     description: Workload Identity Federation for GKE
#   - ref: https://azure.github.io/azure-workload-identity/docs/
#     description: Microsoft Entra Workload ID
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         keyVariables:
#           type: array
#           description: Environment variables that hold a static key.
#           default: [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ACCESS_KEY, AWS_SECRET_KEY,
#             AWS_BEARER_TOKEN_BEDROCK, GOOGLE_CREDENTIALS, GOOGLE_CLOUD_KEYFILE_JSON, GCLOUD_KEYFILE_JSON,
#             GOOGLE_APPLICATION_CREDENTIALS_JSON, GCP_SERVICE_ACCOUNT_KEY, GCP_SA_KEY, AZURE_CLIENT_SECRET,
#             AZURE_PASSWORD, AZURE_STORAGE_KEY, AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_ACCESS_KEY,
#             AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_SAS_TOKEN, ARM_CLIENT_SECRET, ARM_ACCESS_KEY,
#             ARM_SAS_TOKEN, ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET]
#           items: {type: string}
#         fileVariables:
#           type: array
#           description: Environment variables that name a file with a key.
#           default: [GOOGLE_APPLICATION_CREDENTIALS, AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE, AZURE_AUTH_LOCATION,
#             AZURE_CLIENT_CERTIFICATE_PATH, ARM_CLIENT_CERTIFICATE_PATH, CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE,
#             ALIBABA_CLOUD_CREDENTIALS_FILE]
#           items: {type: string}
# custom:
#   id: static-cloud-credentials
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   controls:
#     soc2: [CC6.1, CC6.3]
#     hipaa: ["164.312(a)(1)", "164.312(d)"]
#     cis: ["5.4.2"]
#     nsa: [authentication-authorization]
#   remediation: |
#     Give the pod a ServiceAccount that is bound to a cloud role, and remove the key and the Secret that holds it.
package rampart.cloud.static_cloud_credentials

import data.lib.finding
import data.lib.k8s

violation contains finding.in_container(rego.metadata.chain(), entry, $"env[{i}]", msg) if {
	some [entry, i, variable] in _named
	some parameter in ["keyVariables", "fileVariables"]
	variable.name in input.parameters[parameter]
	msg := _message(parameter, entry, variable)
}

_message("keyVariables", _, variable) := msg if {
	not _is_empty(variable)
	msg := $"Environment variable {variable.name} holds a static cloud key: use workload identity instead."
}

_message("fileVariables", entry, variable) := msg if {
	_names_key(entry, variable)
	msg := $"Environment variable {variable.name} names a cloud key in a Secret: use workload identity instead."
}

violation contains finding.in_container(rego.metadata.chain(), entry, $"volumeMounts[{i}]", msg) if {
	some entry in k8s.containers
	contains(json.marshal(entry.container.volumeMounts), "/.")
	some i, mount in entry.container.volumeMounts
	is_string(mount.mountPath)
	regex.match(`/(?:\.aws|\.azure|\.config/gcloud|\.aliyun)(?:/|$)`, mount.mountPath)
	mount.name in _secret_volumes(entry)
	msg := $"Volume mount {mount.mountPath} is the login of a cloud's tools: use workload identity instead."
}

# The environment variables with one of the names, as [container entry, index, variable].
_named := [[entry, i, variable] |
	some entry in k8s.containers
	some i
	_names[entry.container.env[i].name]
	variable := entry.container.env[i]
]

_names := {name | some name in array.concat(input.parameters.keyVariables, input.parameters.fileVariables)}

_is_empty(variable) if {
	object.get(variable, "value", "") in {"", null}
	object.get(variable, "valueFrom", null) == null
}

_names_key(_, variable) if variable.valueFrom.secretKeyRef != null

_names_key(entry, variable) if {
	some mount in entry.container.volumeMounts
	mount.name in _secret_volumes(entry)
	_lies_in(variable.value, mount.mountPath)
}

_lies_in(file, folder) if {
	is_string(file)
	is_string(folder)
	startswith(_slashed(file), _slashed(folder))
}

_slashed(path) := $"{regex.replace(path, `/+`, "/")}/" if not endswith(path, "/")

_slashed(path) := regex.replace(path, `/+`, "/") if endswith(path, "/")

# The pod's volumes that show Secrets. The pods of an object are few, so that looking one up by its path is cheap.
_secret_volumes(entry) := {volume.name |
	some pod in k8s.all_pods
	pod.path == entry.pod.path
	some volume in pod.spec.volumes
	_shows_secret(volume)
}

_shows_secret(volume) if volume.secret != null

_shows_secret(volume) if {
	some source in volume.projected.sources
	source.secret != null
}

_shows_secret(volume) if volume.csi.driver == "secrets-store.csi.k8s.io"
