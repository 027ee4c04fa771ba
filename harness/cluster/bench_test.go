package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admission/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/yaml"
)

var (
	cost   = flag.Bool("cost", false, "measure what the guardrails cost in a cluster")
	window = flag.Duration("cost.window", 2*time.Second, "how long to measure each number, in each of two rounds")
)

// library holds policies in the style of the public library: each is small and brings copies of its helpers.
//
//go:embed testdata/library
var library embed.FS

// libraryPolicies are the names of the files, with parameters that the object below complies with.
var libraryPolicies = []struct{ name, parameters string }{
	{"allowed_repos", `{repos: [registry.example.com/, ghcr.io/task-api/]}`},
	{"required_labels", `{labels: [{key: app.kubernetes.io/name, allowedRegex: "^[a-z-]+$"}]}`},
	{"privileged", `{exemptImages: [registry.example.com/agent*]}`},
	{"host_namespaces", `{}`},
	{"container_limits", `{cpu: "2", memory: 1Gi}`},
	{"read_only_root", `{exemptImages: [registry.example.com/agent*]}`},
	{"capabilities", `{allowedCapabilities: [NET_BIND_SERVICE], requiredDropCapabilities: [ALL]}`},
	{"image_digests", `{exemptImages: [registry.example.com/agent*]}`},
}

// contender is a cluster of its own with one set of policies.
type contender struct {
	*cluster
	name        string
	constraints int
	ready       time.Duration
	resting     int64 // KiB
	http        *http.Client
	bodies      map[string][]byte
	deployment  *appsv1.Deployment
}

// TestCost compares the profile with as many constraints in the style of the public library, and with none: how long an
// admission takes, and how much memory Gatekeeper needs. The three take turns, so that a busy machine is busy for all.
func TestCost(t *testing.T) {
	if !*cost {
		t.Skip("run with -cost")
	}
	contenders := []*contender{
		newContender(t, "none", func(*cluster) int { return 0 }),
		newContender(t, "library-like", installLibrary),
		newContender(t, "rampart", func(c *cluster) int { c.install(profile); return len(profileConstraints(t)) }),
	}
	table := newTable(contenders)
	for _, kind := range []string{"Pod", "Deployment"} {
		for _, clients := range []int{1, 10, 50} {
			table.measure(t, fmt.Sprintf("webhook, %s, %d clients", kind, clients), clients, func(c *contender) func(context.Context) error {
				return func(ctx context.Context) error { return c.post(ctx, c.bodies[kind]) }
			})
		}
	}
	for _, clients := range []int{1, 10, 50} {
		table.measure(t, fmt.Sprintf("API server, Deployment, %d clients", clients), clients, (*contender).dryRunCreator)
	}
	table.memory(t)
	t.Logf("\n%s", table)
	require.NoError(t, os.WriteFile("../bench/GATEKEEPER.md", fmt.Appendf(nil, `# The constraints in Gatekeeper

Gatekeeper behind a real API server with the %d constraints of the %s profile, beside as many templates in the style of the
public library that match the same objects, and beside none.

%s, %d processors, %s; the machine may have had other work.

%s`, contenders[len(contenders)-1].constraints, profile, goruntime.Version(), goruntime.NumCPU(), time.Now().UTC().Format(time.DateOnly),
		"```\n"+table.String()+"```\n"), 0o644))
}

func newContender(t *testing.T, name string, install func(*cluster) int) *contender {
	t.Helper()
	c := &contender{cluster: startCluster(t), name: name, bodies: map[string][]byte{}}
	c.ensureNamespace("story")
	require.NoError(t, c.setup.Create(t.Context(), denyAll()))
	require.NoError(t, c.setup.Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "story", Namespace: "story"}}))
	c.constraints = install(c.cluster)
	// Of the process that has installed the policies much of the memory is for that; a fresh one is what a cluster runs.
	c.gatekeeper.kill()
	c.flags = []string{"--audit-interval=3600"}
	started := time.Now()
	c.startGatekeeper()
	c.ready = time.Since(started)

	c.http = c.trusting(filepath.Join(c.manager.certs, "ca.crt"))
	pod := newPod(t, "cost", func(pod *corev1.Pod) {
		pod.Finalizers, pod.Labels = nil, map[string]string{"app.kubernetes.io/name": "task-api"}
	})
	c.deployment = deploymentOf(pod)
	c.bodies["Pod"], c.bodies["Deployment"] = c.admissionReview(pod), c.admissionReview(c.deployment.DeepCopy())
	for kind, body := range c.bodies {
		require.NoError(t, c.post(t.Context(), body), "%s: %s", name, kind)
	}
	time.Sleep(2 * time.Second)
	c.resting = c.memory(t, "VmRSS")
	t.Logf("%s: %d constraints, ready after %s", name, c.constraints, c.ready.Round(100*time.Millisecond))
	return c
}

// trusting is a client that trusts the authority in the file.
func (c *cluster) trusting(file string) *http.Client {
	c.t.Helper()
	ca, err := os.ReadFile(file)
	require.NoError(c.t, err)
	roots := x509.NewCertPool()
	require.True(c.t, roots.AppendCertsFromPEM(ca))
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 50}}
}

func deploymentOf(pod *corev1.Pod) *appsv1.Deployment {
	d := &appsv1.Deployment{ObjectMeta: *pod.ObjectMeta.DeepCopy()}
	d.Spec.Selector = &metav1.LabelSelector{MatchLabels: pod.Labels}
	d.Spec.Template.Labels, d.Spec.Template.Spec = pod.Labels, *pod.Spec.DeepCopy()
	return d
}

// admissionReview is what the API server would send for the creation of the object, with defaults filled in.
func (c *contender) admissionReview(object client.Object) []byte {
	c.t.Helper()
	require.NoError(c.t, c.setup.Create(c.t.Context(), object, client.DryRunAll))
	gvk, err := apiutil.GVKForObject(object, c.setup.Scheme())
	require.NoError(c.t, err)
	mapping, err := c.setup.RESTMapper().RESTMapping(gvk.GroupKind(), gvk.Version)
	require.NoError(c.t, err)
	object.GetObjectKind().SetGroupVersionKind(gvk)
	raw, err := json.Marshal(object)
	require.NoError(c.t, err)
	review := &admissionv1.AdmissionReview{Request: &admissionv1.AdmissionRequest{UID: "cost",
		Kind:     metav1.GroupVersionKind{Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind},
		Resource: metav1.GroupVersionResource{Group: gvk.Group, Version: gvk.Version, Resource: mapping.Resource.Resource},
		Name:     object.GetName(), Namespace: object.GetNamespace(), Operation: admissionv1.Create,
		Object: runtime.RawExtension{Raw: raw}}}
	review.SetGroupVersionKind(admissionv1.SchemeGroupVersion.WithKind("AdmissionReview"))
	review.Request.UserInfo.Username = "someone"
	body, err := json.Marshal(review)
	require.NoError(c.t, err)
	return body
}

// post asks Gatekeeper's webhook; an error means that it does not admit the object.
func (c *contender) post(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("https://127.0.0.1:%d/v1/admit", c.manager.port),
		bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	var review admissionv1.AdmissionReview
	if err := json.Unmarshal(data, &review); err != nil {
		return fmt.Errorf("%s: %w", response.Status, err)
	}
	if review.Response == nil || !review.Response.Allowed {
		return fmt.Errorf("not admitted: %s", data)
	}
	return nil
}

// dryRunCreator creates the Deployment through the API server, without the client's own limits.
func (c *contender) dryRunCreator() func(context.Context) error {
	config := rest.CopyConfig(c.config)
	config.QPS = -1
	admin, err := client.New(config, client.Options{Mapper: c.admin.RESTMapper(), Scheme: c.admin.Scheme()})
	require.NoError(c.t, err)
	return func(ctx context.Context) error { return admin.Create(ctx, c.deployment.DeepCopy(), client.DryRunAll) }
}

// profileConstraints are the profile's constraints.
func profileConstraints(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("../../constraints", profile, "*.yaml"))
	require.NoError(t, err)
	var constraints []*unstructured.Unstructured
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		o := &unstructured.Unstructured{}
		require.NoError(t, yaml.Unmarshal(data, &o.Object))
		if o.GroupVersionKind().Group == "constraints.gatekeeper.sh" {
			constraints = append(constraints, o)
		}
	}
	require.NotEmpty(t, constraints)
	return constraints
}

// installLibrary installs a template and a constraint for each constraint of the profile, matching the same objects.
func installLibrary(c *cluster) int {
	c.t.Helper()
	var constraints, templates []*unstructured.Unstructured
	for i, like := range profileConstraints(c.t) {
		policy := libraryPolicies[i%len(libraryPolicies)]
		kind := fmt.Sprintf("Library%02d%s", i, strings.ReplaceAll(policy.name, "_", ""))
		templates = append(templates, libraryTemplate(c.t, kind, policy.name))
		parameters := map[string]any{}
		require.NoError(c.t, yaml.Unmarshal([]byte(policy.parameters), &parameters))
		match, _, err := unstructured.NestedMap(like.Object, "spec", "match")
		require.NoError(c.t, err)
		constraints = append(constraints, &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind, "metadata": map[string]any{"name": like.GetName()},
			"spec": map[string]any{"enforcementAction": "deny", "match": match, "parameters": parameters},
		}})
	}
	for _, o := range templates {
		require.NoError(c.t, c.setup.Create(c.t.Context(), o))
	}
	for _, o := range templates {
		c.eventually(installTimeout, o.GetName()+" is created", func() error {
			if err := c.setup.Get(c.t.Context(), client.ObjectKeyFromObject(o), o); err != nil {
				return err
			}
			if created, _, _ := unstructured.NestedBool(o.Object, "status", "created"); !created {
				return errors.New("not yet")
			}
			return nil
		})
	}
	for _, o := range constraints {
		c.eventually(installTimeout, o.GetName()+" is accepted", func() error { return c.setup.Create(c.t.Context(), o) })
	}
	for _, o := range constraints {
		c.eventually(installTimeout, o.GetName()+" is enforced", func() error { return c.enforced(o) })
	}
	return len(constraints)
}

func libraryTemplate(t *testing.T, kind, policy string) *unstructured.Unstructured {
	t.Helper()
	source, err := library.ReadFile("testdata/library/" + policy + ".rego")
	require.NoError(t, err)
	shared, err := library.ReadFile("testdata/library/lib_exempt.rego")
	require.NoError(t, err)
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate",
		"metadata": map[string]any{"name": strings.ToLower(kind)},
		"spec": map[string]any{
			"crd": map[string]any{"spec": map[string]any{"names": map[string]any{"kind": kind}, "validation": map[string]any{
				"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}},
			"targets": []any{map[string]any{"target": "admission.k8s.gatekeeper.sh", "rego": string(source),
				"libs": []any{string(shared)}}},
		},
	}}
}

// memory is a field of Gatekeeper's /proc/PID/status, in KiB.
func (c *contender) memory(t *testing.T, field string) int64 {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.gatekeeper.command.Process.Pid))
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		if rest, found := strings.CutPrefix(line, field+":"); found {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			require.NoError(t, err)
			return n
		}
	}
	t.Fatalf("no %s in /proc", field)
	return 0
}

// cpu is the time that Gatekeeper has used on the processors.
func (c *contender) cpu(t *testing.T) time.Duration {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.gatekeeper.command.Process.Pid))
	require.NoError(t, err)
	fields := strings.Fields(string(data)[bytes.LastIndexByte(data, ')')+1:])
	var ticks time.Duration
	for _, field := range fields[11:13] { // utime and stime
		n, err := strconv.Atoi(field)
		require.NoError(t, err)
		ticks += time.Duration(n)
	}
	return ticks * time.Second / 100
}

// table collects a row of numbers per measurement, with a column per contender.
type table struct {
	contenders []*contender
	text       bytes.Buffer
	w          *tabwriter.Writer
}

func newTable(contenders []*contender) *table {
	b := &table{contenders: contenders}
	b.w = tabwriter.NewWriter(&b.text, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, c := range contenders {
		fmt.Fprintf(b.w, "\t%s", c.name)
	}
	last := len(contenders) - 1
	fmt.Fprintf(b.w, "\t%s/%s\t\n", contenders[last].name, contenders[last-1].name)
	return b
}

func (b *table) row(title string, value func(*contender) float64) {
	fmt.Fprint(b.w, title)
	last := make([]float64, 0, len(b.contenders))
	for _, c := range b.contenders {
		last = append(last, value(c))
		fmt.Fprintf(b.w, "\t%.2f", value(c))
	}
	fmt.Fprintf(b.w, "\t%.2f\t\n", last[len(last)-1]/last[len(last)-2])
}

func (b *table) String() string {
	_ = b.w.Flush() // a buffer takes everything
	return b.text.String()
}

// measure runs two rounds, in each of which every contender has its turn.
func (b *table) measure(t *testing.T, title string, clients int, prepare func(*contender) func(context.Context) error) {
	t.Helper()
	latencies := map[*contender][]time.Duration{}
	cpu := map[*contender]time.Duration{}
	for range 2 {
		for _, c := range b.contenders {
			do := prepare(c)
			before := c.cpu(t)
			latencies[c] = append(latencies[c], load(t, clients, do)...)
			cpu[c] += c.cpu(t) - before
		}
	}
	for _, l := range latencies {
		slices.Sort(l)
	}
	percentile := func(p int) func(*contender) float64 {
		return func(c *contender) float64 { return milliseconds(latencies[c][len(latencies[c])*p/100]) }
	}
	b.row(title+": p50 ms", percentile(50))
	b.row("p99 ms", percentile(99))
	b.row("requests/s", func(c *contender) float64 { return float64(len(latencies[c])) / (2 * window.Seconds()) })
	b.row("Gatekeeper's CPU ms per request", func(c *contender) float64 { return milliseconds(cpu[c]) / float64(len(latencies[c])) })
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// load makes each client ask again and again until the window is over.
func load(t *testing.T, clients int, do func(context.Context) error) []time.Duration {
	t.Helper()
	var (
		mu        sync.Mutex
		latencies []time.Duration
		failure   error
		group     sync.WaitGroup
	)
	end := time.Now().Add(*window)
	for range clients {
		group.Go(func() {
			for time.Now().Before(end) {
				started := time.Now()
				err := do(t.Context())
				mu.Lock()
				latencies = append(latencies, time.Since(started))
				failure = errors.Join(failure, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	group.Wait()
	require.NoError(t, failure)
	return latencies
}

func (b *table) memory(t *testing.T) {
	t.Helper()
	mib := func(kib int64) float64 { return float64(kib) / 1024 }
	b.row("constraints", func(c *contender) float64 { return float64(c.constraints) })
	b.row("seconds to ready", func(c *contender) float64 { return c.ready.Seconds() })
	b.row("MiB resident before load", func(c *contender) float64 { return mib(c.resting) })
	b.row("MiB resident after load", func(c *contender) float64 { return mib(c.memory(t, "VmRSS")) })
	b.row("MiB at the peak", func(c *contender) float64 { return mib(c.memory(t, "VmHWM")) })
}
