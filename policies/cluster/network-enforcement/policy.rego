# METADATA
# title: The cluster's network enforces NetworkPolicies
# description: |
#   A NetworkPolicy holds only if the cluster's network plugin enforces it, and some do not: the API server accepts the
#   policy all the same, and every pod stays reachable. Reported where the DaemonSets and Nodes of the cluster show a
#   plugin that is known to enforce nothing, and none that does; an unknown plugin is no finding.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/network-policies/#prerequisites
#     description: Network Policies, prerequisites
#   - ref: https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/
#     description: Network plugins
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         enforcers:
#           type: array
#           items: {type: string}
#           default: []
#           description: Names of further DaemonSets that enforce NetworkPolicies.
# custom:
#   id: network-enforcement
#   severity: high
#   profiles: {baseline: warn, restricted: warn}
#   match:
#     - {groups: [networking.k8s.io, extensions], kinds: [NetworkPolicy]}
#   sync:
#     - {group: "", version: v1, kind: Node}
#     - {group: apps, version: v1, kind: DaemonSet}
#   controls:
#     soc2: [CC6.6]
#     hipaa: ["164.312(e)(1)"]
#     cis: ["5.3.1"]
#     nsa: [network-separation]
#   remediation: |
#     Install a network plugin that enforces NetworkPolicies, such as Calico or Cilium, or switch its enforcement on.
package rampart.cluster.network_enforcement

import data.lib.finding
import data.lib.inventory
import data.lib.k8s
import data.lib.network

violation contains finding.at(rego.metadata.chain(), "spec", msg) if {
	k8s.resource
	plugins := _powerless
	count(plugins) > 0
	not _enforced
	names := concat(" and ", sort(plugins))
	msg := concat("", [
		$"Nothing enforces this policy, for the cluster's network is {names}: ",
		"install a plugin that does, such as Calico or Cilium.",
	])
}

_daemon_sets := [{"name": daemon_set.metadata.name, "containers": containers} |
	some daemon_set in inventory.everywhere("apps", "DaemonSet")
	containers := network.array_of(object.get(daemon_set, ["spec", "template", "spec"], null), "containers")
]

# Images of agents that enforce, without registry, tag and digest.
_enforcing_images := {
	"aojea/kindnetd", "calico/node", "cilium/cilium", "cloudnativelabs/kube-router", "kube-network-policies",
	"weaveworks/weave-npc",
}

# Names of DaemonSets that enforce, for images come from many registries.
_enforcing_names := {
	"anetd", "antrea-agent", "azure-npm", "calico-node", "canal", "cilium", "kube-network-policies", "kube-ovn-cni",
	"kube-router", "ovnkube-node", "ovs-ovn", "rke2-canal", "sdn", "weave-net",
}

_enforced if {
	some daemon_set in _daemon_sets
	daemon_set.name in _enforcing_names
}

_enforced if {
	some daemon_set in _daemon_sets
	daemon_set.name in input.parameters.enforcers
}

_enforced if {
	some daemon_set in _daemon_sets
	some container in daemon_set.containers
	some name in _image_names(container)
	name in _enforcing_images
}

# Since v0.24 kind's own plugin enforces; its images are tagged with the day of their making.
_enforced if {
	some daemon_set in _daemon_sets
	some container in daemon_set.containers
	"kindnetd" in _image_names(container)
	not _old_kindnet(container)
}

_enforced if {
	some daemon_set in _daemon_sets
	some container in daemon_set.containers
	_aws_agent_that_enforces(container)
}

_powerless contains "flannel" if {
	some daemon_set in _daemon_sets
	some container in daemon_set.containers
	some name in _image_names(container)
	name in {"flannel", "mirrored-flannelcni-flannel", "mirrored-flannel-io-flannel"}
}

_powerless contains "an old kindnet" if {
	some daemon_set in _daemon_sets
	some container in daemon_set.containers
	_old_kindnet(container)
}

_powerless contains "the Amazon VPC CNI without its network policy agent" if {
	some daemon_set in _daemon_sets
	daemon_set.name == "aws-node"
	every container in daemon_set.containers {
		not _aws_agent_that_enforces(container)
	}
}

_powerless contains "Docker Desktop's own" if {
	some node in inventory.cluster_named("", "Node", "docker-desktop")
	node.status.nodeInfo.osImage == "Docker Desktop"
}

_old_kindnet(container) if {
	"kindnetd" in _image_names(container)
	day := regex.find_n(`:v20[0-9]{6}`, container.image, 1)[0]
	day < ":v20240701"
}

_aws_agent_that_enforces(container) if {
	container.name in {"aws-eks-nodeagent", "aws-network-policy-agent"}
	not "--enable-network-policy=false" in network.array_of(container, "args")
}

# The last segment of an image's name, and the last two.
_image_names(container) := {last, $"{_before(segments)}{last}"} if {
	is_string(container.image)
	name := regex.replace(container.image, `(:[^/]*)?(@.*)?$`, "")
	segments := split(name, "/")
	last := segments[count(segments) - 1]
}

_before(segments) := $"{segments[count(segments) - 2]}/" if count(segments) > 1

else := ""
