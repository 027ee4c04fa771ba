package manifest

import (
	"slices"
	"strings"
	"unicode"
)

// ClusterScoped tells whether objects of the kind are outside of namespaces. It knows the built-in kinds and widespread
// custom ones; of other custom kinds it takes those for cluster-scoped that are called Cluster something.
func ClusterScoped(group, kind string) bool {
	if knownClusterScoped(group, kind) {
		return true
	}
	if _, ok := clusterScopedKinds[group]; ok || group == "" {
		return false // Its other kinds are namespaced.
	}
	if group == "constraints.gatekeeper.sh" {
		return true
	}
	rest, ok := strings.CutPrefix(kind, "Cluster")
	return ok && rest != "" && unicode.IsUpper(rune(rest[0])) && !slices.Contains(namespacedClusterKinds, kind)
}

// ClusterScopedKinds lists the cluster-scoped kinds that are known by name, as "group/Kind", sorted; the core group is "".
func ClusterScopedKinds() []string {
	var names []string
	for _, byGroup := range []map[string][]string{clusterScopedKinds, clusterScopedCustomKinds} {
		for group, kinds := range byGroup {
			for _, kind := range kinds {
				names = append(names, group+"/"+kind)
			}
		}
	}
	slices.Sort(names)
	return names
}

// knownClusterScoped tells whether the kind is among them.
func knownClusterScoped(group, kind string) bool {
	return slices.Contains(clusterScopedKinds[group], kind) || slices.Contains(clusterScopedCustomKinds[group], kind)
}

var (
	clusterScopedKinds = map[string][]string{
		"": {"ComponentStatus", "Namespace", "Node", "PersistentVolume"},
		"admissionregistration.k8s.io": {
			"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration",
			"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
		},
		"apiextensions.k8s.io":         {"CustomResourceDefinition"},
		"apiregistration.k8s.io":       {"APIService"},
		"apps":                         {},
		"authentication.k8s.io":        {"SelfSubjectReview", "TokenReview"},
		"authorization.k8s.io":         {"SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"},
		"autoscaling":                  {},
		"batch":                        {},
		"certificates.k8s.io":          {"CertificateSigningRequest", "ClusterTrustBundle"},
		"coordination.k8s.io":          {},
		"discovery.k8s.io":             {},
		"events.k8s.io":                {},
		"extensions":                   {"PodSecurityPolicy"},
		"flowcontrol.apiserver.k8s.io": {"FlowSchema", "PriorityLevelConfiguration"},
		"imagepolicy.k8s.io":           {"ImageReview"},
		"internal.apiserver.k8s.io":    {"StorageVersion"},
		"networking.k8s.io":            {"IPAddress", "IngressClass", "ServiceCIDR"},
		"node.k8s.io":                  {"RuntimeClass"},
		"policy":                       {"PodSecurityPolicy"},
		"rbac.authorization.k8s.io":    {"ClusterRole", "ClusterRoleBinding"},
		"resource.k8s.io":              {"DeviceClass", "DeviceTaintRule", "ResourcePoolStatusRequest", "ResourceSlice"},
		"scheduling.k8s.io":            {"PriorityClass"},
		"storage.k8s.io":               {"CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"},
		"storagemigration.k8s.io":      {"StorageVersionMigration"},
	}
	clusterScopedCustomKinds = map[string][]string{
		// Configuration that components of Kubernetes read from files.
		"apiserver.config.k8s.io": {
			"AdmissionConfiguration", "AuthenticationConfiguration", "AuthorizationConfiguration",
			"EncryptionConfiguration", "TracingConfiguration",
		},
		"apiserver.k8s.io": {"AdmissionConfiguration", "EgressSelectorConfiguration"},
		"audit.k8s.io":     {"Event", "Policy"},
		"kubeadm.k8s.io": {
			"ClusterConfiguration", "InitConfiguration", "JoinConfiguration", "ResetConfiguration", "UpgradeConfiguration",
		},
		"kubelet.config.k8s.io":                {"KubeletConfiguration"},
		"kubeproxy.config.k8s.io":              {"KubeProxyConfiguration"},
		"kubescheduler.config.k8s.io":          {"KubeSchedulerConfiguration"},
		"pod-security.admission.config.k8s.io": {"PodSecurityConfiguration"},
		"cilium.io": {
			"CiliumCIDRGroup", "CiliumClusterwideEnvoyConfig", "CiliumClusterwideNetworkPolicy", "CiliumEgressGatewayPolicy",
			"CiliumLoadBalancerIPPool", "CiliumNode",
		},
		"crd.projectcalico.org":      {"GlobalNetworkPolicy", "GlobalNetworkSet", "HostEndpoint", "IPPool"},
		"expansion.gatekeeper.sh":    {"ExpansionTemplate"},
		"externaldata.gatekeeper.sh": {"Provider"},
		"gateway.networking.k8s.io":  {"GatewayClass"},
		"karpenter.k8s.aws":          {"EC2NodeClass"},
		"karpenter.sh":               {"NodeClaim", "NodePool"},
		"external-secrets.io":        {"ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore"},
		"kyverno.io":                 {"ClusterPolicy"},
		"mutations.gatekeeper.sh":    {"Assign", "AssignImage", "AssignMetadata", "ModifySet"},
		"networking.gke.io":          {"GKENetworkParamSet", "Network"},
		"policy.sigstore.dev":        {"ClusterImagePolicy", "TrustRoot"},
		"policy.networking.k8s.io":   {"AdminNetworkPolicy", "BaselineAdminNetworkPolicy"},
		"projectcalico.org":          {"GlobalNetworkPolicy", "GlobalNetworkSet", "HostEndpoint", "IPPool"},
		"security.openshift.io":      {"SecurityContextConstraints"},
		"snapshot.storage.k8s.io":    {"VolumeSnapshotClass", "VolumeSnapshotContent"},
		"syncset.gatekeeper.sh":      {"SyncSet"},
		"templates.gatekeeper.sh":    {"ConstraintTemplate"},
		"trust.cert-manager.io":      {"Bundle"},
	}
	// namespacedClusterKinds are namespaced in spite of their names.
	namespacedClusterKinds = []string{
		"ClusterClass", "ClusterDeployment", "ClusterImageSet", "ClusterLogForwarder", "ClusterLogging",
		"ClusterResourceSet", "ClusterResourceSetBinding", "ClusterServiceVersion",
	}
)
