# METADATA
# title: What Kubernetes itself brings
# description: |
#   The roles and accounts that every API server makes at its start (v1.36), by exact name: manifests refer to them
#   without containing them. Knowing a name is no reason to trust what an object of that name holds.
package lib.rbac.builtin

# METADATA
# description: The ClusterRoles that Kubernetes makes.
cluster_roles := _user_facing | {$"system:controller:{name}" | some name in controllers}

_user_facing := {
	"admin", "cluster-admin", "edit", "system:aggregate-to-admin", "system:aggregate-to-edit",
	"system:aggregate-to-view", "system:auth-delegator", "system:basic-user",
	"system:certificates.k8s.io:certificatesigningrequests:nodeclient",
	"system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
	"system:certificates.k8s.io:kube-apiserver-client-approver",
	"system:certificates.k8s.io:kube-apiserver-client-kubelet-approver",
	"system:certificates.k8s.io:kubelet-serving-approver", "system:certificates.k8s.io:legacy-unknown-approver",
	"system:cluster-trust-bundle-discovery", "system:discovery", "system:heapster", "system:kube-aggregator",
	"system:kube-controller-manager", "system:kube-dns", "system:kube-scheduler", "system:kubelet-api-admin",
	"system:monitoring", "system:node", "system:node-bootstrapper", "system:node-problem-detector",
	"system:node-proxier", "system:persistent-volume-provisioner", "system:public-info-viewer",
	"system:service-account-issuer-discovery", "system:volume-scheduler", "view",
}

# METADATA
# description: |
#   The controllers of Kubernetes. Each has the ClusterRole system:controller:NAME and is the ServiceAccount NAME of
#   kube-system.
controllers := {
	"attachdetach-controller", "certificate-controller", "clusterrole-aggregation-controller",
	"cronjob-controller", "daemon-set-controller", "deployment-controller", "device-taint-eviction-controller",
	"disruption-controller", "endpoint-controller", "endpointslice-controller",
	"endpointslicemirroring-controller", "ephemeral-volume-controller", "expand-controller",
	"generic-garbage-collector", "horizontal-pod-autoscaler", "job-controller",
	"legacy-service-account-token-cleaner", "namespace-controller", "node-controller", "persistent-volume-binder",
	"pod-garbage-collector", "pv-protection-controller", "pvc-protection-controller", "replicaset-controller",
	"replication-controller", "resource-claim-controller", "resourcequota-controller", "root-ca-cert-publisher",
	"route-controller", "selinux-warning-controller", "service-account-controller", "service-cidrs-controller",
	"service-controller", "statefulset-controller", "ttl-after-finished-controller", "ttl-controller",
	"validatingadmissionpolicy-status-controller", "volumeattributesclass-protection-controller",
}

# METADATA
# description: The Roles that Kubernetes makes, as NAMESPACE/NAME.
roles := {
	"kube-public/system:controller:bootstrap-signer", "kube-system/extension-apiserver-authentication-reader",
	"kube-system/system::leader-locking-kube-controller-manager",
	"kube-system/system::leader-locking-kube-scheduler", "kube-system/system:controller:bootstrap-signer",
	"kube-system/system:controller:cloud-provider", "kube-system/system:controller:token-cleaner",
}

# METADATA
# description: Whether Kubernetes names the account in bindings of its own, whether or not the account exists.
account({"namespace": "kube-system", "name": name}) if name in (controllers | _other_accounts)

_other_accounts := {
	"bootstrap-signer", "cloud-provider", "kube-controller-manager", "kube-dns", "kube-scheduler",
	"leader-election-controller", "token-cleaner",
}

# METADATA
# description: |
#   Whether a resource of Kubernetes itself, or a subresource of one, belongs to no namespace. A Namespace belongs to
#   itself: a RoleBinding in it gives rights on it, except for making one.
cluster_scoped(api_group, resource) if split(resource, "/")[0] in _cluster_scoped[api_group]

_cluster_scoped := {
	"": {"componentstatuses", "groups", "nodes", "persistentvolumes", "users"},
	"admissionregistration.k8s.io": {
		"*", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "mutatingwebhookconfigurations",
		"validatingadmissionpolicies", "validatingadmissionpolicybindings", "validatingwebhookconfigurations",
	},
	"apiextensions.k8s.io": {"*", "customresourcedefinitions"},
	"apiregistration.k8s.io": {"*", "apiservices"},
	"authentication.k8s.io": {"*", "selfsubjectreviews", "tokenreviews", "uids", "userextras"},
	"authorization.k8s.io": {"selfsubjectaccessreviews", "selfsubjectrulesreviews", "subjectaccessreviews"},
	"certificates.k8s.io": {"certificatesigningrequests", "clustertrustbundles", "signers"},
	"flowcontrol.apiserver.k8s.io": {"*", "flowschemas", "prioritylevelconfigurations"},
	"internal.apiserver.k8s.io": {"*", "storageversions"},
	"networking.k8s.io": {"ingressclasses", "ipaddresses", "servicecidrs"},
	"node.k8s.io": {"*", "runtimeclasses"},
	"rbac.authorization.k8s.io": {"clusterrolebindings", "clusterroles"},
	"resource.k8s.io": {"deviceclasses", "devicetaintrules", "resourceslices"},
	"scheduling.k8s.io": {"priorityclasses"},
	"storage.k8s.io": {"csidrivers", "csinodes", "storageclasses", "volumeattachments", "volumeattributesclasses"},
	"storagemigration.k8s.io": {"*", "storageversionmigrations"},
}
