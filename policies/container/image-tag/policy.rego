# METADATA
# title: Images don't run under a mutable tag
# description: |
#   A tag such as latest names another image tomorrow: a pod that restarts can run what nobody has reviewed, and no one
#   can say which image ran yesterday. An image needs a tag that is not expected to move, or a digest. A reference that
#   no container runtime can read is denied as well. Judged for containers of every type and for image volumes.
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
#         mutableTags:
#           type: array
#           items: {type: string}
#           default:
#             [latest, stable, edge, main, master, trunk, head, dev, devel, develop, nightly, snapshot, canary, rolling]
#           description: |
#             Tags that are expected to move, in their exact case. A reference without a tag means latest and is denied
#             whatever the list says.
# custom:
#   id: image-tag
#   severity: medium
#   profiles: {baseline: deny, restricted: deny}
#   match: [pods]
#   controls:
#     soc2: [CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: Write the image with the tag of one release, or better with its digest (name:1.4.2@sha256:…).
package rampart.container.image_tag

import data.lib.finding
import data.lib.images
import data.lib.k8s

violation contains finding.in_container(rego.metadata.chain(), entry, "image", msg) if {
	some entry in k8s.containers
	problem := _problem(object.get(entry.container, "image", null))
	msg := $"Container {finding.name(entry.container)} {problem}"
}

violation contains finding.at(rego.metadata.chain(), volume.path, msg) if {
	some volume in images.volumes
	problem := _problem(volume.reference)
	msg := $"Volume {finding.name(volume)} {problem}"
}

_problem(text) := _of_tag(image.tag) if {
	image := images.parse(text)
	image.digest == ""
}

_problem(text) := images.refusal(text) if images.parse(text).problem

_of_tag("") := "uses an image without a tag, which means latest: write the tag of one release, or the digest."

_of_tag(tag) := $"uses the mutable tag {tag}: write the tag of one release, or the digest." if {
	tag != ""
	tag in input.parameters.mutableTags
}
