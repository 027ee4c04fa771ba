# METADATA
# title: Images come from allowed registries
# description: |
#   Every image of a pod, image volumes included, must be of a registry or repository on the list. Names are compared
#   after normalisation (nginx is docker.io/library/nginx, hosts in lower case) and by whole path components, so that
#   ghcr.io/team allows ghcr.io/team/app but not ghcr.io/teamevil/app. A reference that no container runtime can read
#   is denied. With an empty list the guardrail is inactive.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/containers/images/
#     description: Images
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowed:
#           type: array
#           items:
#             type: string
#             pattern: '^([A-Za-z0-9][A-Za-z0-9._-]*|\[[A-Fa-f0-9:]+\])(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*/?$'
#           default: []
#           description: |
#             Registries (ghcr.io), parts of a registry (ghcr.io/team, docker.io/library) and repositories
#             (docker.io/library/nginx), without tag or digest.
# custom:
#   id: image-registry
#   severity: high
#   needs: [allowed]
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   controls:
#     soc2: [CC6.8, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: Copy the image to an allowed registry and write it from there, or add its repository to `allowed`.
package rampart.container.image_registry

import data.lib.finding
import data.lib.images
import data.lib.k8s

violation contains finding.in_container(rego.metadata.chain(), entry, "image", msg) if {
	_active
	some entry in k8s.containers
	problem := _problem(object.get(entry.container, "image", null))
	msg := $"Container {finding.name(entry.container)} {problem}"
}

violation contains finding.at(rego.metadata.chain(), volume.path, msg) if {
	_active
	some volume in images.volumes
	problem := _problem(volume.reference)
	msg := $"Volume {finding.name(volume)} {problem}"
}

_active if count(input.parameters.allowed) > 0

_problem(text) := $"uses an image of {image.repository}, which is not allowed: take it from {_allowed}." if {
	image := images.parse(text)
	not image.problem
	not images.listed(image, input.parameters.allowed)
}

_problem(text) := images.refusal(text) if images.parse(text).problem

_allowed := concat(" or ", input.parameters.allowed)
