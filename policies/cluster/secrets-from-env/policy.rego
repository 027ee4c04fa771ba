# METADATA
# title: Secrets are mounted as files
# description: |
#   An environment variable is inherited by every child process, shows in /proc, in crash dumps and in debug pages, and
#   keeps its old value when the Secret is rotated. A Secret that is mounted as a file, or comes through a projected or
#   CSI volume, does not. Judged are secretKeyRef and secretRef of all containers, with or without a prefix.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/security/secrets-good-practices/
#     description: Good practices for Secrets
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowedSecrets:
#           type: array
#           default: []
#           description: Names of Secrets that may be environment variables.
#           items: {type: string}
# custom:
#   id: secrets-from-env
#   severity: low
#   profiles: {restricted: warn}
#   match: [pods]
#   mentions: [secretKeyRef, secretRef]
#   controls:
#     soc2: [CC6.1]
#     hipaa: ["164.312(a)(1)"]
#     cis: ["5.4.1"]
#     nsa: [pod-security]
#   remediation: Mount the Secret as a volume and let the program read the file.
package rampart.cluster.secrets_from_env

import data.lib.finding
import data.lib.k8s

violation contains finding.in_container(rego.metadata.chain(), entry, $"env[{i}].valueFrom.secretKeyRef", msg) if {
	some entry in k8s.containers
	some i, variable in entry.container.env
	_exposes(variable.valueFrom.secretKeyRef)
	msg := $"Environment variable {finding.name(variable)} comes from a Secret: mount the Secret as a file instead."
}

violation contains finding.in_container(rego.metadata.chain(), entry, $"envFrom[{i}].secretRef", msg) if {
	some entry in k8s.containers
	some i, source in entry.container.envFrom
	_exposes(source.secretRef)
	msg := $"Secret {finding.name(source.secretRef)} becomes environment variables: mount the Secret as a file instead."
}

_exposes(reference) if {
	reference != null
	not _is_allowed(reference)
}

_is_allowed(reference) if reference.name in input.parameters.allowedSecrets
