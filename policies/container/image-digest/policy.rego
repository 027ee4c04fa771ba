# METADATA
# title: Images are pinned by digest
# description: |
#   Only a digest names one image for good: a tag can be moved to another image at any time, by the registry's owner or
#   by whoever breaks into it. The digest must be sha256 with 64 or sha512 with 128 lower-case hex digits; a tag beside
#   it does no harm. Judged for containers of every type and for image volumes.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/containers/images/
#     description: Images
#   - ref: https://github.com/opencontainers/image-spec/blob/main/descriptor.md
#     description: OCI content descriptors, digests
# custom:
#   id: image-digest
#   severity: medium
#   profiles: {restricted: deny}
#   match: [pods]
#   controls:
#     soc2: [CC6.8, CC7.1, CC8.1]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.5.1"]
#     nsa: [supply-chain]
#   remediation: Write the image with its digest, name@sha256:… or name:tag@sha256:…, as the registry gives it.
package rampart.container.image_digest

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

_problem(text) := _of_digest(text, image.digest) if {
	image := images.parse(text)
}

_problem(text) := images.refusal(text) if images.parse(text).problem

_of_digest(text, "") := $"uses the image {text} without a digest: write name@sha256:… so that it stays the same image."

# The grammar of references knows a third algorithm, which registries need not support.
_of_digest(text, digest) := $"uses the image {text} by another digest than sha256 or sha512: write one of these." if {
	startswith(digest, "sha384:")
}
