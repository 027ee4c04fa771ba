# METADATA
# title: Services are not exposed by accident
# description: |
#   Traffic from outside enters through the gateway, where TLS, authentication and limits are. A load balancer with a
#   public address, a node port and external IPs bypass it; external IPs can also take over other people's addresses
#   (CVE-2020-8554). An ExternalName that names the metadata service, the node itself or another namespace's Service
#   makes a proxy reach what its clients must not.
# scope: package
# related_resources:
#   - ref: https://kubernetes.io/docs/concepts/services-networking/service/
#     description: Service
#   - ref: https://nvd.nist.gov/vuln/detail/CVE-2020-8554
#     description: CVE-2020-8554, man in the middle using externalIPs
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         internalAnnotations:
#           type: array
#           description: |
#             Annotations that make a cloud's load balancer internal, with the values that do; an empty list stands for
#             any value. Where a Service carries several of them, each must have such a value.
#           default:
#             - {name: service.beta.kubernetes.io/aws-load-balancer-scheme, values: [internal]}
#             - {name: service.beta.kubernetes.io/aws-load-balancer-internal, values: ["true"]}
#             - {name: networking.gke.io/load-balancer-type, values: [Internal]}
#             - {name: cloud.google.com/load-balancer-type, values: [Internal, internal]}
#             - {name: service.beta.kubernetes.io/azure-load-balancer-internal, values: ["true"]}
#             - {name: service.beta.kubernetes.io/openstack-internal-load-balancer, values: ["true"]}
#             - {name: service.beta.kubernetes.io/oci-load-balancer-internal, values: ["true"]}
#             - {name: oci-network-load-balancer.oraclecloud.com/internal, values: ["true"]}
#             - {name: service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type, values: [private]}
#             - {name: service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type, values: [intranet]}
#             - {name: service.beta.kubernetes.io/alicloud-loadbalancer-address-type, values: [intranet]}
#             - {name: service.beta.kubernetes.io/cce-load-balancer-internal-vpc, values: ["true"]}
#             - {name: service.kubernetes.io/qcloud-loadbalancer-internal-subnetid, values: []}
#           items:
#             type: object
#             required: [name, values]
#             additionalProperties: false
#             properties:
#               name: {type: string, description: Name of the annotation.}
#               values: {type: array, items: {type: string}, description: Values that make it internal.}
#         internalClasses:
#           type: array
#           default: [networking.gke.io/l4-regional-internal]
#           description: Values of loadBalancerClass that stand for internal load balancers.
#           items: {type: string}
#         allowNodePort:
#           type: boolean
#           default: false
#           description: Whether Services of type NodePort are allowed, as on a local cluster.
#         allowedExternalIPs:
#           type: array
#           default: []
#           description: CIDRs of the external IPs that Services may have.
#           items: {type: string}
#         clusterDomain:
#           type: string
#           default: cluster.local
#           description: The cluster's DNS domain.
# custom:
#   id: service-exposure
#   severity: high
#   profiles: {restricted: deny}
#   match: [{groups: [""], kinds: [Service]}]
#   mentions: [type, nodePort, externalIPs]
#   controls:
#     soc2: [CC6.1, CC6.6]
#     hipaa: ["164.312(a)(1)", "164.312(e)(1)"]
#     cis: ["5.3.2"]
#     nsa: [network-separation]
#   remediation: |
#     Use type ClusterIP behind an Ingress or Gateway, or make the load balancer internal (by your cloud's annotation)
#     or bounded by loadBalancerSourceRanges. Remove externalIPs.
package rampart.cluster.service_exposure

import data.lib.finding
import data.lib.k8s
import data.lib.network

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	some [path, msg] in _faults[_type]
}

violation contains finding.at(rego.metadata.chain(), "spec.type", msg) if {
	not _type in {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"}
	msg := $"Service type {finding.shown(_type)} does not exist: write ClusterIP, or the type with its exact spelling."
}

violation contains finding.at(rego.metadata.chain(), "spec.externalIPs", msg) if {
	ips := _spec.externalIPs
	not ips in [null, []]
	not _allowed_ips(ips)
	msg := "Service must not have externalIPs, which route addresses that it may not own: remove them."
}

# What is at fault with a Service of a type, as [path, message].

_faults.NodePort contains ["spec.type", msg] if {
	not input.parameters.allowNodePort == true
	msg := "Service of type NodePort opens a port on every node: use ClusterIP behind an Ingress or Gateway."
}

_faults[type] contains [$"spec.ports[{i}].nodePort", msg] if {
	some type in ["ClusterIP", "ExternalName"]
	some i
	port := _spec.ports[i].nodePort
	not port in {0, null}
	msg := $"A Service of type {type} must not ask for a node port: remove nodePort."
}

_faults.LoadBalancer contains ["spec.type", msg] if {
	not _internal
	network.array_of(_spec, "loadBalancerSourceRanges") == []
	not _annotated_ranges
	msg := concat("", [
		"Service of type LoadBalancer is open to the Internet: add your cloud's annotation for internal load balancers, ",
		"or write the clients' networks into loadBalancerSourceRanges.",
	])
}

_faults.LoadBalancer contains [found.path, msg] if {
	not _internal
	some found in _ranges
	not _bounded(found.ranges)
	msg := $"{found.name} are no limit, or are no CIDRs: write the clients' networks only."
}

_faults.ExternalName contains ["spec.externalName", msg] if {
	name := object.get(_spec, "externalName", null)
	reason := _forbidden(name)
	msg := $"ExternalName {_shown(name)} {reason}: name a host outside of the cluster."
}

_internal_annotations := input.parameters.internalAnnotations

_allowed_cidrs := input.parameters.allowedExternalIPs

_spec := spec if {
	spec := k8s.annotated_resource.spec
	is_object(spec)
}

_type := type if {
	type := _spec.type
	not type in ["", null]
} else := "ClusterIP" if _spec

# An internal load balancer

_internal if _spec.loadBalancerClass in input.parameters.internalClasses

_internal if {
	_spec_class != "networking.gke.io/l4-regional-external"
	present := [internal |
		some annotation in _internal_annotations
		value := k8s.annotated_resource.metadata.annotations[annotation.name]
		internal := _is_internal(annotation.values, value)
	]
	count(present) > 0
	every internal in present {
		internal
	}
}

_spec_class := object.get(_spec, "loadBalancerClass", "")

_is_internal([], value) if not value in {"", null}

else := false

_is_internal(values, value) := value in values if count(values) > 0

# Source ranges: the annotation counts only where the field is empty.

_annotation := "service.beta.kubernetes.io/load-balancer-source-ranges"

_annotated_ranges := [trim_space(range) | some range in split(text, ",")] if {
	text := k8s.annotated_resource.metadata.annotations[_annotation]
	is_string(text)
	trim_space(text) != ""
}

_ranges contains {"path": "spec.loadBalancerSourceRanges", "name": "loadBalancerSourceRanges", "ranges": ranges} if {
	ranges := network.array_of(_spec, "loadBalancerSourceRanges")
}

_ranges contains {"path": path, "name": "Source ranges", "ranges": _annotated_ranges} if {
	path := $`metadata.annotations["{_annotation}"]`
	network.array_of(_spec, "loadBalancerSourceRanges") == []
}

_bounded(ranges) if {
	every range in ranges {
		network.valid_cidr(range)
	}
	not network.wide([{"cidr": range} | some range in ranges])
}

_allowed_ips(ips) if {
	is_array(ips)
	every ip in ips {
		some cidr in _allowed_cidrs
		network.holds(cidr, ip)
	}
}

# Names that lead back inside

_forbidden(name) := "is no host name" if {
	not is_string(name)
} else := "is no host name" if {
	_host(name) == ""
} else := "is the node or pod itself" if {
	regex.match(`(?:^|\.)localhost$|^localhost\.|^ip6-(?:localhost|loopback)$`, _host(name))
} else := "is a cloud's metadata service" if {
	regex.match(_metadata_names, _host(name))
} else := "is a Service of the cluster, whose namespace can forbid this" if {
	_cluster_internal(_host(name))
} else := "is an address, not a host name" if {
	regex.match(`^[0-9.]+$|^0x[0-9a-f.x]+$|:`, _host(name))
} else := "is an address in the form of a host name" if {
	regex.match(`(?:^|[.-])(?:127[.-]\d+|169[.-]254|0[.-]0)[.-]\d+[.-]\d+\.(?:nip|sslip|xip)\.io$`, _host(name))
} else := "is an address in the form of a host name" if {
	regex.match(`(?:^|\.)(?:7f|a9fe)[0-9a-f]{4,6}\.(?:nip|sslip)\.io$`, _host(name))
}

_host(name) := trim_right(lower(trim_space(name)), ".")

_metadata_names := concat("", [
	`^(?:metadata|instance-data)$|^metadata\.google\.internal$|^metadata\.goog$|^instance-data\.(?:.*\.)?internal$`,
	`|^metadata\.(?:.*\.)?(?:internal|azure\.com|azure\.internal|tencentyun\.com|platformequinix\.com|packet\.net)$`,
	`|^169\.254\.\d+\.\d+$|^100\.100\.100\.200$|^168\.63\.129\.16$|^fd00:ec2::`,
])

_cluster_internal(host) if regex.match(`\.svc$|^kubernetes(?:\.default)?$`, host)

_cluster_internal(host) if endswith($".{host}", $".{trim(lower(input.parameters.clusterDomain), ".")}")

_shown(name) := name if is_string(name)

_shown(name) := "" if not is_string(name)
