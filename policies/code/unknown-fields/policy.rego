# METADATA
# title: Manifests have no fields that the API server does not know
# description: |
#   The API server drops a field that it does not know, or refuses the object: a security setting that is misspelt
#   (hostpid, readonlyRootFilesystem, a key with an invisible character) is not in force although the manifest seems to
#   say so. The reader of files compares every object of a built-in kind with the API's own types.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
#     description: Field validation of the API server
# custom:
#   id: unknown-fields
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: ["*"], kinds: ["*"]}]
#   files_only: true
#   controls:
#     soc2: [CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: Spell the field as the API reference does, or remove it.
package rampart.code.unknown_fields

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), field.path, field.message) if {
	some field in input.review.unknownFields
	k8s.annotated_resource
}
