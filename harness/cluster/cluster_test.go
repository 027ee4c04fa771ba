package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/yaml"
)

const profile = "restricted"

// TestCluster installs the restricted profile in a real cluster and holds every verdict of the API server against the
// embedded engine's. The steps share one cluster and build on each other.
func TestCluster(t *testing.T) {
	log.SetLogger(logr.Discard())
	c := startCluster(t)
	samples := loadSamples(t, profile)
	c.prepare(samples)
	old := c.createOldObjects()
	started := time.Now()
	c.install(profile)
	c.syncOptionalKinds(profile)
	t.Logf("the %s profile was enforced after %s", profile, time.Since(started).Round(time.Second))
	for _, step := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"cases", func(t *testing.T) { c.testCases(t, samples) }},
		{"ephemeral containers", c.testEphemeralContainers},
		{"updates", func(t *testing.T) { c.testUpdates(t, old) }},
		{"a NetworkPolicy comes and goes", c.testNetworkPolicy},
		{"what Kubernetes ships", c.testShippedRoles},
		{"audit", func(t *testing.T) { c.testAudit(t, old) }},
		{"wrong parameters", c.testWrongParameters},
		{"exemption by subresource", c.testExemption},
		{"Gatekeeper fails", c.testFailure},
	} {
		t.Run(step.name, func(t *testing.T) {
			c.t = t
			defer func() { c.t = c.root }()
			step.run(t)
		})
	}
}

// testCases creates every case's object in a dry run, which admission judges like any other request.
func (c *cluster) testCases(t *testing.T, samples []*sample) {
	var denied, admitted, refused, unprepared, reworded, differing int
	for _, s := range samples {
		v, difference, err := c.judge(t, s)
		switch {
		case err != nil:
			unprepared++
			continue
		case v.refused != "":
			refused++
			continue
		case len(v.denied) > 0:
			denied++
		default:
			admitted++
		}
		if difference != "" {
			differing++
			t.Errorf("%s: %s:\n%s", s.Guardrail, s.Case, difference)
		} else if s.reworded(v) {
			reworded++
		}
	}
	t.Logf("cases: %d denied, %d admitted, %d differing (%d in other words after defaulting); "+
		"%d objects and the inventories of %d not possible in an API server", denied, admitted, differing, reworded, refused, unprepared)
	assert.Positive(t, denied)
	assert.Positive(t, admitted)
}

// judge asks the cluster. Where a guardrail reads other objects those are there for as long as it takes, and the verdict
// may lag behind them a little.
func (c *cluster) judge(t *testing.T, s *sample) (v verdict, difference string, err error) {
	t.Helper()
	if !s.Reads {
		v = c.dryRun(t, s.Object)
		return v, s.differences(v), nil
	}
	if slices.ContainsFunc(s.Inventory, isDocument) {
		return verdict{}, "", errors.New("no API server has the documents of files")
	}
	undo, err := c.putInventory(t, s.Inventory)
	defer undo()
	if err != nil {
		return verdict{}, "", err
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		v = c.dryRun(t, s.Object)
		difference = s.differences(v)
		if v.refused != "" || difference == "" || time.Now().After(deadline) {
			return v, difference, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// isDocument tells whether the object is a document that is no Kubernetes object, such as the report of a scanner.
func isDocument(object map[string]any) bool {
	version, _ := object["apiVersion"].(string)
	return strings.HasPrefix(version, "documents.rampart/")
}

func (c *cluster) dryRun(t *testing.T, object map[string]any) verdict {
	t.Helper()
	o := (&unstructured.Unstructured{Object: object}).DeepCopy()
	admin, warnings := c.recordingClient(t)
	// Strict, since admission cannot see a field that the API server has dropped.
	err := admin.Create(t.Context(), o, client.DryRunAll, client.FieldValidation(metav1.FieldValidationStrict))
	if apierrors.IsAlreadyExists(err) { // admission comes before storage: nobody denied it
		err = nil
	}
	return readVerdict(err, warnings.list())
}

// recordingClient is the admin's client with a record of the API server's warnings.
func (c *cluster) recordingClient(t *testing.T) (client.Client, *warningRecorder) {
	t.Helper()
	recorder := &warningRecorder{}
	config := rest.CopyConfig(c.config)
	config.WarningHandlerWithContext = recorder
	httpClient, err := rest.HTTPClientFor(config)
	require.NoError(t, err)
	recording, err := client.New(config, client.Options{HTTPClient: httpClient, Mapper: c.admin.RESTMapper(), Scheme: c.admin.Scheme()})
	require.NoError(t, err)
	return recording, recorder
}

type warningRecorder struct {
	mu       sync.Mutex
	warnings []string
}

func (w *warningRecorder) HandleWarningHeaderWithContext(_ context.Context, _ int, _, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.warnings = append(w.warnings, text)
}

func (w *warningRecorder) list() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.warnings)
}

// putInventory creates the objects, and returns what takes them away again. Namespaces stay and only lose their labels: no
// controller is there to end them. An error means that the API server refuses an object.
func (c *cluster) putInventory(t *testing.T, objects []map[string]any) (undo func(), err error) {
	t.Helper()
	var created []*unstructured.Unstructured
	undo = func() {
		for _, o := range created {
			if o.GetKind() == "Namespace" {
				c.labelNamespace(t, namespaceObject(o.GetName()))
				continue
			}
			require.NoError(t, client.IgnoreNotFound(c.setup.Delete(t.Context(), o, client.GracePeriodSeconds(0))))
		}
	}
	for _, object := range objects {
		o := (&unstructured.Unstructured{Object: object}).DeepCopy()
		if o.GetUID() != "" || len(o.GetOwnerReferences()) > 0 {
			return undo, errors.New("the API server gives out uids itself")
		}
		if o.GetKind() == "Namespace" {
			c.labelNamespace(t, o)
		} else if err := c.setup.Create(t.Context(), o); err != nil {
			return undo, err
		}
		created = append(created, o)
	}
	return undo, nil
}

func (c *cluster) labelNamespace(t *testing.T, wanted *unstructured.Unstructured) {
	t.Helper()
	current := &corev1.Namespace{}
	require.NoError(t, c.setup.Get(t.Context(), client.ObjectKey{Name: wanted.GetName()}, current))
	current.Labels, current.Annotations = wanted.GetLabels(), wanted.GetAnnotations()
	require.NoError(t, c.setup.Update(t.Context(), current))
}

// basePod passes every guardrail that does not read other objects.
const basePod = `
apiVersion: v1
kind: Pod
metadata: {name: %s, namespace: story, finalizers: [example.com/hold]}
spec:
  serviceAccountName: story
  automountServiceAccountToken: false
  securityContext: {runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: app
      image: ghcr.io/task-api/server:1.4.2@sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
      resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: 500m, memory: 256Mi}}
      securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
`

func newPod(t *testing.T, name string, change func(*corev1.Pod)) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{}
	require.NoError(t, yaml.UnmarshalStrict(fmt.Appendf(nil, basePod, name), pod))
	if change != nil {
		change(pod)
	}
	return pod
}

func privileged(pod *corev1.Pod) {
	yes := true
	pod.Spec.Containers[0].SecurityContext.Privileged = &yes
	pod.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = nil
}

// denyAll isolates a namespace in both directions.
func denyAll() *networkingv1.NetworkPolicy {
	return &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "default-deny", Namespace: "story"},
		Spec: networkingv1.NetworkPolicySpec{PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress,
			networkingv1.PolicyTypeEgress}},
	}
}

// createOldObjects makes objects that are older than any policy, good and bad ones.
func (c *cluster) createOldObjects() []*corev1.Pod {
	c.t.Helper()
	c.ensureNamespace("story")
	require.NoError(c.t, c.setup.Create(c.t.Context(), denyAll()))
	var pods []*corev1.Pod
	for i := range 3 {
		pod := newPod(c.t, fmt.Sprintf("old-%d", i), privileged)
		require.NoError(c.t, c.setup.Create(c.t.Context(), pod))
		pods = append(pods, pod)
	}
	require.NoError(c.t, c.setup.Create(c.t.Context(), newPod(c.t, "good", nil)))
	return pods
}

func (c *cluster) testEphemeralContainers(t *testing.T) {
	yes := true
	add := func(change func(*corev1.EphemeralContainer)) error {
		pod, err := c.clientset.CoreV1().Pods("story").Get(t.Context(), "good", metav1.GetOptions{})
		require.NoError(t, err)
		debug := corev1.EphemeralContainer{EphemeralContainerCommon: corev1.EphemeralContainerCommon(pod.Spec.Containers[0])}
		debug.Name, debug.Resources = "debug", corev1.ResourceRequirements{}
		debug.SecurityContext = debug.SecurityContext.DeepCopy()
		change(&debug)
		pod.Spec.EphemeralContainers = append(pod.Spec.EphemeralContainers, debug)
		_, err = c.clientset.CoreV1().Pods("story").UpdateEphemeralContainers(t.Context(), "good", pod,
			metav1.UpdateOptions{DryRun: []string{metav1.DryRunAll}})
		return err
	}
	require.NoError(t, add(func(*corev1.EphemeralContainer) {}), "a clean debug container is admitted")
	err := add(func(e *corev1.EphemeralContainer) {
		e.SecurityContext.Privileged, e.SecurityContext.AllowPrivilegeEscalation = &yes, nil
	})
	require.ErrorContains(t, err, "[privileged-containers] Container debug must not set securityContext.privileged to true")
	err = add(func(e *corev1.EphemeralContainer) {
		e.SecurityContext.Capabilities.Add = []corev1.Capability{"SYS_ADMIN"}
	})
	require.ErrorContains(t, err, "[restricted-capabilities]")
	err = add(func(e *corev1.EphemeralContainer) { e.Image = "busybox:latest" })
	require.ErrorContains(t, err, "[image-digest]")
}

// testUpdates: what was there before does not block an update that leaves it alone; what is new is judged.
func (c *cluster) testUpdates(t *testing.T, old []*corev1.Pod) {
	pod := &corev1.Pod{}
	require.NoError(t, c.admin.Get(t.Context(), client.ObjectKeyFromObject(old[0]), pod))
	labelled := pod.DeepCopy()
	labelled.Labels = map[string]string{"new": "label"}
	require.NoError(t, c.admin.Update(t.Context(), labelled), "a label on an old bad Pod is admitted")
	require.NoError(t, c.admin.Get(t.Context(), client.ObjectKeyFromObject(old[0]), pod))
	swapped := pod.DeepCopy()
	swapped.Spec.Containers[0].Image = "docker.io/library/nginx:latest"
	require.ErrorContains(t, c.admin.Update(t.Context(), swapped), "[image-digest]", "a swapped image is judged")
	unheld := pod.DeepCopy()
	unheld.Finalizers = nil
	require.NoError(t, c.admin.Update(t.Context(), unheld), "the finalizer of an old bad Pod can be removed")
	require.NoError(t, c.admin.Delete(t.Context(), unheld, client.GracePeriodSeconds(0)), "an old bad Pod can be deleted")
	require.ErrorContains(t, c.admin.Create(t.Context(), newPod(t, "new", privileged)), "[privileged-containers]")
}

// testNetworkPolicy: the verdict on a workload follows the NetworkPolicies of its namespace, through the SyncSet.
func (c *cluster) testNetworkPolicy(t *testing.T) {
	blocked := func() error { return c.admin.Create(t.Context(), newPod(t, "follower", nil), client.DryRunAll) }
	isDenied := func() error {
		if err := blocked(); err == nil || !strings.Contains(err.Error(), "[network-default-deny]") {
			return fmt.Errorf("got %v", err)
		}
		return nil
	}
	c.eventually(30*time.Second, "a Pod behind a default-deny policy is admitted", blocked)
	require.NoError(t, c.admin.Delete(t.Context(), denyAll()))
	c.eventually(30*time.Second, "without the policy it is denied", isDenied)
	require.NoError(t, c.setup.Create(t.Context(), denyAll()))
	c.eventually(30*time.Second, "with the policy again it is admitted", blocked)
}

// testShippedRoles: nothing is found in the roles and bindings that the API server makes at its start.
func (c *cluster) testShippedRoles(t *testing.T) {
	roles, err := c.kubectl("get", "clusterroles,clusterrolebindings,roles,rolebindings", "--all-namespaces",
		"--selector", "kubernetes.io/bootstrapping=rbac-defaults", "--output", "yaml")
	require.NoError(t, err, roles)
	require.Contains(t, roles, "system:controller:clusterrole-aggregation-controller")
	check := exec.CommandContext(t.Context(), "go", "run", "./harness/cmd/rampart", "check", "--profile", profile, "-")
	check.Dir = "../.."
	check.Stdin = strings.NewReader(roles)
	output, err := check.CombinedOutput()
	require.NoError(t, err, string(output))
}

// testAudit: the audit reports every object that is older than the policy, and no other.
func (c *cluster) testAudit(t *testing.T, old []*corev1.Pod) {
	want := map[string]bool{}
	for _, pod := range old[1:] { // the first one is deleted by now
		want[pod.Name] = true
	}
	constraint := &unstructured.Unstructured{}
	constraint.SetAPIVersion("constraints.gatekeeper.sh/v1beta1")
	constraint.SetKind("RampartPrivilegedContainers")
	c.eventually(2*time.Minute, "the audit reports the old Pods", func() error {
		if err := c.setup.Get(t.Context(), client.ObjectKey{Name: "privileged-containers"}, constraint); err != nil {
			return err
		}
		violations, _, err := unstructured.NestedSlice(constraint.Object, "status", "violations")
		if err != nil {
			return err
		}
		var names []string
		for _, v := range violations {
			violation := v.(map[string]any)
			if violation["namespace"] == "story" {
				names = append(names, fmt.Sprint(violation["name"]))
			}
		}
		slices.Sort(names) // Gatekeeper lists the last one first
		if !slices.Equal(names, slices.Sorted(maps.Keys(want))) {
			return fmt.Errorf("reported: %v", names)
		}
		return nil
	})
}

// testWrongParameters: the schema of each constraint's CRD refuses parameters of the wrong type.
func (c *cluster) testWrongParameters(t *testing.T) {
	constraint := &unstructured.Unstructured{}
	constraint.SetAPIVersion("constraints.gatekeeper.sh/v1beta1")
	constraint.SetKind("RampartPrivilegedContainers")
	constraint.SetName("wrong")
	constraint.Object["spec"] = map[string]any{"parameters": map[string]any{"version": int64(7)}}
	err := c.admin.Create(t.Context(), constraint)
	require.ErrorContains(t, err, "spec.parameters.version")
	constraint.Object["spec"] = map[string]any{"parameters": map[string]any{"waivers": []any{map[string]any{"kind": "Pod"}}}}
	require.ErrorContains(t, c.admin.Create(t.Context(), constraint), "spec.parameters.waivers")
}

// testExemption: the label that switches Gatekeeper off for a namespace is denied on every way in.
func (c *cluster) testExemption(t *testing.T) {
	exempt := func() *corev1.Namespace {
		namespace := &corev1.Namespace{}
		require.NoError(t, c.admin.Get(t.Context(), client.ObjectKey{Name: "story"}, namespace))
		namespace.Labels["admission.gatekeeper.sh/ignore"] = "true"
		return namespace
	}
	dryRun := metav1.UpdateOptions{DryRun: []string{metav1.DryRunAll}}
	namespaces := c.clientset.CoreV1().Namespaces()
	_, err := namespaces.Update(t.Context(), exempt(), dryRun)
	require.ErrorContains(t, err, "denied the request")
	_, err = namespaces.UpdateStatus(t.Context(), exempt(), dryRun)
	require.ErrorContains(t, err, "denied the request")
	_, err = namespaces.Finalize(t.Context(), exempt(), dryRun)
	require.ErrorContains(t, err, "denied the request")
}

// testFailure: without Gatekeeper nothing is admitted; with it again, everything is enforced as before.
func (c *cluster) testFailure(t *testing.T) {
	c.gatekeeper.kill()
	err := c.admin.Create(t.Context(), newPod(t, "unseen", nil), client.DryRunAll)
	require.Error(t, err)
	status, ok := err.(apierrors.APIStatus)
	require.True(t, ok)
	require.EqualValues(t, http.StatusInternalServerError, status.Status().Code)
	require.ErrorContains(t, err, "failed calling webhook")
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: "node", Namespace: "story"}}
	require.NoError(t, c.admin.Create(t.Context(), lease), "the cluster's own leases go on, or it could not recover")
	c.startGatekeeper()
	c.waitEnforced("../../constraints/" + profile)
	c.eventually(time.Minute, "a bad Pod is denied again", func() error {
		err := c.admin.Create(t.Context(), newPod(t, "bad", privileged), client.DryRunAll)
		if err == nil || !strings.Contains(err.Error(), "[privileged-containers]") {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})
	c.eventually(time.Minute, "a good Pod is admitted again", func() error {
		return c.admin.Create(t.Context(), newPod(t, "good-again", nil), client.DryRunAll)
	})
}
