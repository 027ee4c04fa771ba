package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/yaml"
)

// TestOPA holds every verdict of an API server that asks a plain OPA with the bundle against the embedded engine's.
func TestOPA(t *testing.T) {
	log.SetLogger(logr.Discard())
	c := startControlPlane(t)
	samples := loadSamples(t, profile)
	c.prepare(samples)
	c.ensureNamespace("story")
	o := c.startOPA()
	o.provide(t, o.namespaces())
	require.NoError(t, c.setup.Create(t.Context(), denyAll()))
	o.enable()
	for _, step := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"cases", func(t *testing.T) { o.testCases(t, samples) }},
		{"ephemeral containers", o.testEphemeralContainers},
		{"OPA fails", o.testFailure},
	} {
		t.Run(step.name, func(t *testing.T) {
			c.t = t
			defer func() { c.t = c.root }()
			step.run(t)
		})
	}
}

// opa is a cluster that asks an OPA.
type opa struct {
	*cluster
	certs, bundle, address string
	process                *process
	http                   *http.Client
}

// startOPA builds the profile's bundle and serves it over TLS.
func (c *cluster) startOPA() *opa {
	c.t.Helper()
	o := &opa{cluster: c, certs: filepath.Join(c.dir, "opa-certs"), bundle: filepath.Join(c.dir, "rampart.tar.gz"),
		address: fmt.Sprintf("127.0.0.1:%d", freePort(c.t))}
	writeCertificates(c.t, o.certs)
	build := exec.CommandContext(c.t.Context(), "go", "run", "./harness/cmd/rampart", "bundle", "build", "--profile", profile, "-o", o.bundle)
	build.Dir = "../.."
	output, err := build.CombinedOutput()
	require.NoError(c.t, err, "%s", output)
	o.http = o.trusting(filepath.Join(o.certs, "ca.crt"))
	o.start()
	return o
}

func (o *opa) start() {
	o.t.Helper()
	program, err := exec.LookPath("opa")
	require.NoError(o.t, err, "run make test-real, which builds it")
	command := exec.Command(program, "run", "--server", "--addr", o.address, "--skip-version-check", "--log-level", "error",
		"--tls-cert-file", filepath.Join(o.certs, "tls.crt"), "--tls-private-key-file", filepath.Join(o.certs, "tls.key"),
		"--bundle", o.bundle)
	o.process = startProcess(o.root, command, filepath.Join(o.dir, "opa.log"))
	o.eventually(time.Minute, "OPA has its bundle", func() error {
		response, err := o.http.Get("https://" + o.address + "/health?bundles")
		if err == nil {
			err = response.Body.Close()
		}
		if err == nil && response.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s\n%s", response.Status, o.process.tail())
		}
		return err
	})
}

// enable installs the webhook that Rampart ships, with the address of this OPA in it.
func (o *opa) enable() {
	o.t.Helper()
	text, err := os.ReadFile("../../bundle/webhook.yaml")
	require.NoError(o.t, err)
	webhooks := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	require.NoError(o.t, yaml.UnmarshalStrict(text, webhooks))
	require.Len(o.t, webhooks.Webhooks, 1)
	w := &webhooks.Webhooks[0]
	url := "https://" + o.address + *w.ClientConfig.Service.Path
	ca, err := os.ReadFile(filepath.Join(o.certs, "ca.crt"))
	require.NoError(o.t, err)
	w.ClientConfig = admissionregistrationv1.WebhookClientConfig{URL: &url, CABundle: ca}
	w.MatchConditions = append(w.MatchConditions, notSetup)
	require.NoError(o.t, o.setup.Create(o.t.Context(), webhooks))
	o.eventually(time.Minute, "the webhook is asked", func() error {
		if v := o.dryRun(o.t, o.content(o.t, newPod(o.t, "first", privileged))); len(v.denied) == 0 {
			return fmt.Errorf("%+v", v)
		}
		return nil
	})
}

// provide makes the objects the inventory.
func (o *opa) provide(t *testing.T, objects []map[string]any) {
	t.Helper()
	inventory := map[string]any{}
	for _, object := range objects {
		u := &unstructured.Unstructured{Object: object}
		path := []string{"cluster"}
		if u.GetNamespace() != "" {
			path = []string{"namespace", u.GetNamespace()}
		}
		node := inventory
		for _, key := range append(path, u.GetAPIVersion(), u.GetKind()) {
			next, ok := node[key].(map[string]any)
			if !ok {
				next = map[string]any{}
				node[key] = next
			}
			node = next
		}
		node[u.GetName()] = object
	}
	text, err := json.Marshal(inventory)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://"+o.address+"/v1/data/inventory", bytes.NewReader(text))
	require.NoError(t, err)
	response, err := o.http.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusNoContent, response.StatusCode)
}

// namespaces are all that the cluster has, without labels, as the samples expect them.
func (o *opa) namespaces() []map[string]any {
	o.t.Helper()
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion("v1")
	list.SetKind("NamespaceList")
	require.NoError(o.t, o.setup.List(o.t.Context(), list))
	var namespaces []map[string]any
	for _, item := range list.Items {
		namespaces = append(namespaces, namespaceObject(item.GetName()).Object)
	}
	return namespaces
}

func (o *opa) testCases(t *testing.T, samples []*sample) {
	var denied, admitted, warned, refused, reworded, differing int
	namespaces := o.namespaces()
	for _, s := range samples {
		o.provide(t, slices.Concat(namespaces, s.Inventory))
		v := o.dryRun(t, s.Object)
		warned += len(v.warned)
		switch {
		case v.refused != "":
			refused++
			continue
		case len(v.denied) > 0:
			denied++
		default:
			admitted++
		}
		if difference := s.differences(v); difference != "" {
			differing++
			t.Errorf("%s: %s:\n%s", s.Guardrail, s.Case, difference)
		} else if s.reworded(v) {
			reworded++
		}
	}
	t.Logf("cases: %d denied, %d admitted, %d warnings, %d differing (%d in other words after defaulting); %d objects not possible in "+
		"an API server", denied, admitted, warned, differing, reworded, refused)
	assert.Positive(t, denied)
	assert.Positive(t, admitted)
	assert.Positive(t, warned)
}

func (o *opa) testEphemeralContainers(t *testing.T) {
	o.provide(t, append(o.namespaces(), o.content(t, denyAll())))
	require.NoError(t, o.setup.Create(t.Context(), newPod(t, "good", nil)))
	o.cluster.testEphemeralContainers(t)
}

// testFailure: without OPA, and with an OPA without a bundle, nothing is admitted.
func (o *opa) testFailure(t *testing.T) {
	good := newPod(t, "unseen", nil)
	require.NoError(t, o.admin.Create(t.Context(), good.DeepCopy(), client.DryRunAll))
	o.process.kill()
	require.ErrorContains(t, o.admin.Create(t.Context(), good.DeepCopy(), client.DryRunAll), "failed calling webhook")
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: "node", Namespace: "story"}}
	require.NoError(t, o.admin.Create(t.Context(), lease), "the cluster's own leases go on, or it could not recover")
	rampart := o.bundle
	o.bundle = filepath.Join(o.dir, "empty")
	require.NoError(t, os.MkdirAll(o.bundle, 0o700))
	o.start()
	err := o.admin.Create(t.Context(), good.DeepCopy(), client.DryRunAll)
	require.ErrorContains(t, err, "failed calling webhook")
	o.process.kill()
	o.bundle = rampart
	o.start()
	o.provide(t, append(o.namespaces(), o.content(t, denyAll())))
	require.NoError(t, o.admin.Create(t.Context(), good.DeepCopy(), client.DryRunAll))
	err = o.admin.Create(t.Context(), newPod(t, "bad", privileged), client.DryRunAll)
	require.Error(t, err)
	require.True(t, strings.Contains(err.Error(), "[privileged-containers]"), "%v", err)
}

// content is the object as JSON, with its type.
func (o *opa) content(t *testing.T, object client.Object) map[string]any {
	t.Helper()
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	require.NoError(t, err)
	kind, err := o.admin.GroupVersionKindFor(object)
	require.NoError(t, err)
	content["apiVersion"], content["kind"] = kind.GroupVersion().String(), kind.Kind
	return content
}
