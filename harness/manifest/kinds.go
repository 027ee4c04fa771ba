package manifest

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	admissionv1 "k8s.io/api/admission/v1"
	admissionv1beta1 "k8s.io/api/admission/v1beta1"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	admissionregistrationv1alpha1 "k8s.io/api/admissionregistration/v1alpha1"
	admissionregistrationv1beta1 "k8s.io/api/admissionregistration/v1beta1"
	apiserverinternalv1alpha1 "k8s.io/api/apiserverinternal/v1alpha1"
	appsv1 "k8s.io/api/apps/v1"
	appsv1beta1 "k8s.io/api/apps/v1beta1"
	appsv1beta2 "k8s.io/api/apps/v1beta2"
	authenticationv1 "k8s.io/api/authentication/v1"
	authenticationv1alpha1 "k8s.io/api/authentication/v1alpha1"
	authenticationv1beta1 "k8s.io/api/authentication/v1beta1"
	authorizationv1 "k8s.io/api/authorization/v1"
	authorizationv1beta1 "k8s.io/api/authorization/v1beta1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	batchv1beta1 "k8s.io/api/batch/v1beta1"
	certificatesv1 "k8s.io/api/certificates/v1"
	certificatesv1alpha1 "k8s.io/api/certificates/v1alpha1"
	certificatesv1beta1 "k8s.io/api/certificates/v1beta1"
	coordinationv1 "k8s.io/api/coordination/v1"
	coordinationv1alpha2 "k8s.io/api/coordination/v1alpha2"
	coordinationv1beta1 "k8s.io/api/coordination/v1beta1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	discoveryv1beta1 "k8s.io/api/discovery/v1beta1"
	eventsv1 "k8s.io/api/events/v1"
	eventsv1beta1 "k8s.io/api/events/v1beta1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	flowcontrolv1beta1 "k8s.io/api/flowcontrol/v1beta1"
	flowcontrolv1beta2 "k8s.io/api/flowcontrol/v1beta2"
	flowcontrolv1beta3 "k8s.io/api/flowcontrol/v1beta3"
	imagepolicyv1alpha1 "k8s.io/api/imagepolicy/v1alpha1"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1beta1 "k8s.io/api/networking/v1beta1"
	nodev1 "k8s.io/api/node/v1"
	nodev1alpha1 "k8s.io/api/node/v1alpha1"
	nodev1beta1 "k8s.io/api/node/v1beta1"
	policyv1 "k8s.io/api/policy/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	rbacv1 "k8s.io/api/rbac/v1"
	rbacv1alpha1 "k8s.io/api/rbac/v1alpha1"
	rbacv1beta1 "k8s.io/api/rbac/v1beta1"
	resourcev1 "k8s.io/api/resource/v1"
	resourcev1alpha3 "k8s.io/api/resource/v1alpha3"
	resourcev1beta1 "k8s.io/api/resource/v1beta1"
	resourcev1beta2 "k8s.io/api/resource/v1beta2"
	schedulingv1 "k8s.io/api/scheduling/v1"
	schedulingv1alpha2 "k8s.io/api/scheduling/v1alpha2"
	schedulingv1beta1 "k8s.io/api/scheduling/v1beta1"
	storagev1 "k8s.io/api/storage/v1"
	storagev1alpha1 "k8s.io/api/storage/v1alpha1"
	storagev1beta1 "k8s.io/api/storage/v1beta1"
	storagemigrationv1beta1 "k8s.io/api/storagemigration/v1beta1"
)

// kindTable has the Go types of the kinds that the API server serves or once served.
type kindTable struct {
	types map[GroupVersionKind]reflect.Type
	// groups has, by the kind in lower case, the names and groups of the kinds.
	groups map[string][]GroupVersionKind
}

func (t *kindTable) add(group, version string, objects ...any) {
	for _, object := range objects {
		typ := reflect.TypeOf(object)
		gvk := GroupVersionKind{group, version, typ.Name()}
		t.types[gvk] = typ
		folded := strings.ToLower(gvk.Kind)
		t.groups[folded] = append(t.groups[folded], gvk)
	}
}

// misplacedKind tells what is wrong with a kind that exists, but is written in another way or in another group.
func misplacedKind(gvk GroupVersionKind) string {
	if _, ok := clusterScopedKinds[gvk.Group]; !ok && strings.Contains(gvk.Group, ".") {
		return "" // A group of custom resources, which may have any kind; the API server wants a dot in its name.
	}
	var best GroupVersionKind
	for _, other := range builtinKinds().groups[strings.ToLower(gvk.Kind)] {
		if other.Group == gvk.Group && other.Kind == gvk.Kind {
			return "" // Perhaps in a version that is no more.
		}
		if best.Kind == "" || other.Group == gvk.Group || best.Group != gvk.Group && other.Version == "v1" {
			best = other
		}
	}
	if best.Kind == "" {
		return ""
	}
	return fmt.Sprintf("kind %q is not known in %s; the API server refuses it; did you mean %s in %s?",
		gvk.Kind, joinGroupVersion(gvk.Group, gvk.Version), best.Kind, joinGroupVersion(best.Group, best.Version))
}

// builtinKinds is the table of all kinds of k8s.io/api but lists.
var builtinKinds = sync.OnceValue(func() *kindTable {
	t := &kindTable{types: map[GroupVersionKind]reflect.Type{}, groups: map[string][]GroupVersionKind{}}
	t.add("admission.k8s.io", "v1",
		admissionv1.AdmissionReview{})
	t.add("admission.k8s.io", "v1beta1",
		admissionv1beta1.AdmissionReview{})
	t.add("admissionregistration.k8s.io", "v1",
		admissionregistrationv1.ValidatingWebhookConfiguration{},
		admissionregistrationv1.MutatingWebhookConfiguration{}, admissionregistrationv1.ValidatingAdmissionPolicy{},
		admissionregistrationv1.ValidatingAdmissionPolicyBinding{},
		admissionregistrationv1.MutatingAdmissionPolicy{}, admissionregistrationv1.MutatingAdmissionPolicyBinding{})
	t.add("admissionregistration.k8s.io", "v1alpha1",
		admissionregistrationv1alpha1.ValidatingAdmissionPolicy{},
		admissionregistrationv1alpha1.ValidatingAdmissionPolicyBinding{},
		admissionregistrationv1alpha1.MutatingAdmissionPolicy{},
		admissionregistrationv1alpha1.MutatingAdmissionPolicyBinding{})
	t.add("admissionregistration.k8s.io", "v1beta1",
		admissionregistrationv1beta1.ValidatingWebhookConfiguration{},
		admissionregistrationv1beta1.MutatingWebhookConfiguration{},
		admissionregistrationv1beta1.ValidatingAdmissionPolicy{},
		admissionregistrationv1beta1.ValidatingAdmissionPolicyBinding{},
		admissionregistrationv1beta1.MutatingAdmissionPolicy{},
		admissionregistrationv1beta1.MutatingAdmissionPolicyBinding{})
	t.add("internal.apiserver.k8s.io", "v1alpha1",
		apiserverinternalv1alpha1.StorageVersion{})
	t.add("apps", "v1",
		appsv1.Deployment{}, appsv1.StatefulSet{}, appsv1.DaemonSet{}, appsv1.ReplicaSet{},
		appsv1.ControllerRevision{})
	t.add("apps", "v1beta1",
		appsv1beta1.Deployment{}, appsv1beta1.DeploymentRollback{}, appsv1beta1.Scale{}, appsv1beta1.StatefulSet{},
		appsv1beta1.ControllerRevision{})
	t.add("apps", "v1beta2",
		appsv1beta2.Deployment{}, appsv1beta2.Scale{}, appsv1beta2.StatefulSet{}, appsv1beta2.DaemonSet{},
		appsv1beta2.ReplicaSet{}, appsv1beta2.ControllerRevision{})
	t.add("authentication.k8s.io", "v1",
		authenticationv1.TokenReview{}, authenticationv1.TokenRequest{}, authenticationv1.SelfSubjectReview{})
	t.add("authentication.k8s.io", "v1alpha1",
		authenticationv1alpha1.SelfSubjectReview{})
	t.add("authentication.k8s.io", "v1beta1",
		authenticationv1beta1.SelfSubjectReview{}, authenticationv1beta1.TokenReview{})
	t.add("authorization.k8s.io", "v1",
		authorizationv1.SelfSubjectRulesReview{}, authorizationv1.SelfSubjectAccessReview{},
		authorizationv1.SubjectAccessReview{}, authorizationv1.LocalSubjectAccessReview{})
	t.add("authorization.k8s.io", "v1beta1",
		authorizationv1beta1.SelfSubjectRulesReview{}, authorizationv1beta1.SelfSubjectAccessReview{},
		authorizationv1beta1.SubjectAccessReview{}, authorizationv1beta1.LocalSubjectAccessReview{})
	t.add("autoscaling", "v1",
		autoscalingv1.HorizontalPodAutoscaler{}, autoscalingv1.Scale{})
	t.add("autoscaling", "v2",
		autoscalingv2.HorizontalPodAutoscaler{})
	t.add("batch", "v1",
		batchv1.Job{}, batchv1.CronJob{})
	t.add("batch", "v1beta1",
		batchv1beta1.CronJob{})
	t.add("certificates.k8s.io", "v1",
		certificatesv1.CertificateSigningRequest{})
	t.add("certificates.k8s.io", "v1alpha1",
		certificatesv1alpha1.ClusterTrustBundle{})
	t.add("certificates.k8s.io", "v1beta1",
		certificatesv1beta1.CertificateSigningRequest{}, certificatesv1beta1.ClusterTrustBundle{},
		certificatesv1beta1.PodCertificateRequest{})
	t.add("coordination.k8s.io", "v1",
		coordinationv1.Lease{})
	t.add("coordination.k8s.io", "v1alpha2",
		coordinationv1alpha2.LeaseCandidate{})
	t.add("coordination.k8s.io", "v1beta1",
		coordinationv1beta1.Lease{}, coordinationv1beta1.LeaseCandidate{})
	t.add("", "v1",
		corev1.Pod{}, corev1.PodStatusResult{}, corev1.PodTemplate{}, corev1.ReplicationController{},
		corev1.Service{}, corev1.ServiceProxyOptions{}, corev1.Node{}, corev1.NodeProxyOptions{},
		corev1.Endpoints{}, //nolint:staticcheck // deprecated, and still in manifests
		corev1.Binding{}, corev1.Event{}, corev1.LimitRange{}, corev1.ResourceQuota{}, corev1.Namespace{},
		corev1.Secret{}, corev1.ServiceAccount{}, corev1.PersistentVolume{}, corev1.PersistentVolumeClaim{},
		corev1.PodAttachOptions{}, corev1.PodLogOptions{}, corev1.PodExecOptions{}, corev1.PodPortForwardOptions{},
		corev1.PodProxyOptions{}, corev1.ComponentStatus{}, corev1.SerializedReference{}, corev1.RangeAllocation{},
		corev1.ConfigMap{})
	t.add("discovery.k8s.io", "v1",
		discoveryv1.EndpointSlice{})
	t.add("discovery.k8s.io", "v1beta1",
		discoveryv1beta1.EndpointSlice{})
	t.add("events.k8s.io", "v1",
		eventsv1.Event{})
	t.add("events.k8s.io", "v1beta1",
		eventsv1beta1.Event{})
	t.add("extensions", "v1beta1",
		extensionsv1beta1.Deployment{}, extensionsv1beta1.DeploymentRollback{}, extensionsv1beta1.Scale{},
		extensionsv1beta1.DaemonSet{}, extensionsv1beta1.Ingress{}, extensionsv1beta1.ReplicaSet{},
		extensionsv1beta1.NetworkPolicy{})
	t.add("flowcontrol.apiserver.k8s.io", "v1",
		flowcontrolv1.FlowSchema{}, flowcontrolv1.PriorityLevelConfiguration{})
	t.add("flowcontrol.apiserver.k8s.io", "v1beta1",
		flowcontrolv1beta1.FlowSchema{}, flowcontrolv1beta1.PriorityLevelConfiguration{})
	t.add("flowcontrol.apiserver.k8s.io", "v1beta2",
		flowcontrolv1beta2.FlowSchema{}, flowcontrolv1beta2.PriorityLevelConfiguration{})
	t.add("flowcontrol.apiserver.k8s.io", "v1beta3",
		flowcontrolv1beta3.FlowSchema{}, flowcontrolv1beta3.PriorityLevelConfiguration{})
	t.add("imagepolicy.k8s.io", "v1alpha1",
		imagepolicyv1alpha1.ImageReview{})
	t.add("networking.k8s.io", "v1",
		networkingv1.Ingress{}, networkingv1.IngressClass{}, networkingv1.NetworkPolicy{}, networkingv1.IPAddress{},
		networkingv1.ServiceCIDR{})
	t.add("networking.k8s.io", "v1beta1",
		networkingv1beta1.Ingress{}, networkingv1beta1.IngressClass{}, networkingv1beta1.IPAddress{},
		networkingv1beta1.ServiceCIDR{})
	t.add("node.k8s.io", "v1",
		nodev1.RuntimeClass{})
	t.add("node.k8s.io", "v1alpha1",
		nodev1alpha1.RuntimeClass{})
	t.add("node.k8s.io", "v1beta1",
		nodev1beta1.RuntimeClass{})
	t.add("policy", "v1",
		policyv1.PodDisruptionBudget{}, policyv1.Eviction{})
	t.add("policy", "v1beta1",
		policyv1beta1.PodDisruptionBudget{}, policyv1beta1.Eviction{})
	t.add("rbac.authorization.k8s.io", "v1",
		rbacv1.Role{}, rbacv1.RoleBinding{}, rbacv1.ClusterRole{}, rbacv1.ClusterRoleBinding{})
	t.add("rbac.authorization.k8s.io", "v1alpha1",
		rbacv1alpha1.Role{}, rbacv1alpha1.RoleBinding{}, rbacv1alpha1.ClusterRole{},
		rbacv1alpha1.ClusterRoleBinding{})
	t.add("rbac.authorization.k8s.io", "v1beta1",
		rbacv1beta1.Role{}, rbacv1beta1.RoleBinding{}, rbacv1beta1.ClusterRole{}, rbacv1beta1.ClusterRoleBinding{})
	t.add("resource.k8s.io", "v1",
		resourcev1.DeviceClass{}, resourcev1.ResourceClaim{}, resourcev1.ResourceClaimTemplate{},
		resourcev1.ResourceSlice{})
	t.add("resource.k8s.io", "v1alpha3",
		resourcev1alpha3.DeviceTaintRule{}, resourcev1alpha3.ResourcePoolStatusRequest{})
	t.add("resource.k8s.io", "v1beta1",
		resourcev1beta1.DeviceClass{}, resourcev1beta1.ResourceClaim{}, resourcev1beta1.ResourceClaimTemplate{},
		resourcev1beta1.ResourceSlice{})
	t.add("resource.k8s.io", "v1beta2",
		resourcev1beta2.DeviceClass{}, resourcev1beta2.DeviceTaintRule{}, resourcev1beta2.ResourceClaim{},
		resourcev1beta2.ResourceClaimTemplate{}, resourcev1beta2.ResourceSlice{})
	t.add("scheduling.k8s.io", "v1",
		schedulingv1.PriorityClass{})
	t.add("scheduling.k8s.io", "v1alpha2",
		schedulingv1alpha2.Workload{}, schedulingv1alpha2.PodGroup{})
	t.add("scheduling.k8s.io", "v1beta1",
		schedulingv1beta1.PriorityClass{})
	t.add("storage.k8s.io", "v1",
		storagev1.StorageClass{}, storagev1.VolumeAttachment{}, storagev1.CSINode{}, storagev1.CSIDriver{},
		storagev1.CSIStorageCapacity{}, storagev1.VolumeAttributesClass{})
	t.add("storage.k8s.io", "v1alpha1",
		storagev1alpha1.VolumeAttachment{}, storagev1alpha1.CSIStorageCapacity{},
		storagev1alpha1.VolumeAttributesClass{})
	t.add("storage.k8s.io", "v1beta1",
		storagev1beta1.StorageClass{}, storagev1beta1.VolumeAttachment{}, storagev1beta1.CSIDriver{},
		storagev1beta1.CSINode{}, storagev1beta1.CSIStorageCapacity{}, storagev1beta1.VolumeAttributesClass{})
	t.add("storagemigration.k8s.io", "v1beta1",
		storagemigrationv1beta1.StorageVersionMigration{})
	return t
})
