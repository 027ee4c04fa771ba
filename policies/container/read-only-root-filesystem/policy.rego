# METADATA
# title: The root filesystem is read-only
# description: |
#   Whoever breaks into a container with a writable root filesystem can change the program, add tools and stay. Judged
#   for containers, init containers, sidecars and ephemeral containers; not for Windows, which has no such switch.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#     description: Configure a security context for a Pod or container
# custom:
#   id: read-only-root-filesystem
#   severity: medium
#   profiles: {baseline: warn, restricted: deny}
#   match: [pods]
#   controls:
#     soc2: [CC6.1, CC6.8]
#     hipaa: ["164.312(c)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: |
#     Set securityContext.readOnlyRootFilesystem to true on every container, and mount an emptyDir with a sizeLimit where
#     the program must write.
package rampart.container.read_only_root_filesystem

import data.lib.finding
import data.lib.k8s

violation contains finding.in_container(rego.metadata.chain(), entry, "securityContext.readOnlyRootFilesystem", msg) if {
	some entry in k8s.containers
	not entry.container.securityContext.readOnlyRootFilesystem == true
	not entry.pod.spec.os.name == "windows"
	name := finding.name(entry.container)
	msg := $"Container {name} has a writable root filesystem: set securityContext.readOnlyRootFilesystem to true."
}
