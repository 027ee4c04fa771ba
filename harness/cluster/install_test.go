package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

const installTimeout = 8 * time.Minute

// install follows the README: templates, wait, constraints.
func (c *cluster) install(profile string) {
	c.t.Helper()
	c.mustKubectl("apply", "-k", "constraints/templates")
	c.mustKubectl("wait", "--timeout=480s", "--for=jsonpath={.status.created}=true", "constrainttemplates",
		"-l", "app.kubernetes.io/part-of=rampart")
	c.mustKubectl("apply", "-k", filepath.Join("constraints", profile))
	c.waitEnforced(filepath.Join("../../constraints", profile))
}

// syncOptionalKinds applies the SyncSets for kinds that a cluster can lack, once it has them.
func (c *cluster) syncOptionalKinds(profile string) {
	c.t.Helper()
	files, err := filepath.Glob(filepath.Join("../../constraints", profile, "optional", "*.yaml"))
	require.NoError(c.t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(c.t, err)
		o := &unstructured.Unstructured{}
		require.NoError(c.t, yaml.Unmarshal(data, &o.Object))
		kinds, _, err := unstructured.NestedSlice(o.Object, "spec", "gvks")
		require.NoError(c.t, err)
		for _, k := range kinds {
			kind := k.(map[string]any)
			c.ensureKind(&unstructured.Unstructured{Object: map[string]any{
				"apiVersion": fmt.Sprintf("%s/%s", kind["group"], kind["version"]), "kind": kind["kind"],
				"metadata": map[string]any{"namespace": "any"},
			}})
		}
		require.NoError(c.t, c.setup.Create(c.t.Context(), o))
	}
}

func (c *cluster) mustKubectl(arguments ...string) {
	c.t.Helper()
	output, err := c.kubectl(arguments...)
	require.NoError(c.t, err, "kubectl %s\n%s", strings.Join(arguments, " "), output)
}

// waitEnforced waits until Gatekeeper says of every constraint in the folder that it enforces it. Broken Rego is accepted
// by the webhook and shows only in the status.
func (c *cluster) waitEnforced(folder string) {
	c.t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	require.NoError(c.t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(c.t, err)
		o := &unstructured.Unstructured{}
		require.NoError(c.t, yaml.Unmarshal(data, &o.Object))
		if o.GroupVersionKind().Group != "constraints.gatekeeper.sh" {
			continue
		}
		c.eventually(installTimeout, o.GetName()+" is enforced", func() error { return c.enforced(o) })
	}
}

func (c *cluster) enforced(constraint *unstructured.Unstructured) error {
	current := &unstructured.Unstructured{}
	current.SetGroupVersionKind(constraint.GroupVersionKind())
	if err := c.setup.Get(c.t.Context(), client.ObjectKeyFromObject(constraint), current); err != nil {
		return err
	}
	pods, _, err := unstructured.NestedSlice(current.Object, "status", "byPod")
	if err != nil {
		return err
	}
	for _, pod := range pods {
		status, _ := pod.(map[string]any)
		if problems, ok := status["errors"]; ok {
			return fmt.Errorf("errors: %v", problems)
		}
		if status["enforced"] == true && status["observedGeneration"] == current.GetGeneration() {
			return nil
		}
	}
	return errors.New("no status says enforced")
}

// sample is what harness/internal/samples prints.
type sample struct {
	Guardrail string
	Case      string
	Reads     bool
	Object    map[string]any
	Inventory []map[string]any
	Expected  []expectation
}

type expectation struct {
	Guardrail string
	Action    string
	Message   string
}

// loadSamples runs the root module's command: this module must not import that one, whose OPA is newer than Gatekeeper's.
func loadSamples(t *testing.T, profile string) []*sample {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "run", "./harness/internal/samples", profile)
	command.Dir = "../.."
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	require.NoError(t, err, stderr.String())
	var samples []*sample
	require.NoError(t, json.Unmarshal(output, &samples))
	// Constraints in samples would be in the way of those that are installed here, whose kinds Gatekeeper itself makes.
	samples = slices.DeleteFunc(samples, func(s *sample) bool {
		return slices.ContainsFunc(append(slices.Clip(s.Inventory), s.Object), isConstraint)
	})
	require.NotEmpty(t, samples)
	return samples
}

func isConstraint(object map[string]any) bool {
	o := &unstructured.Unstructured{Object: object}
	return o.GroupVersionKind().Group == "constraints.gatekeeper.sh"
}

// prepare makes the namespaces and the custom kinds that the samples need.
func (c *cluster) prepare(samples []*sample) {
	c.t.Helper()
	for _, s := range samples {
		for _, object := range append([]map[string]any{s.Object}, s.Inventory...) {
			o := &unstructured.Unstructured{Object: object}
			c.ensureNamespace(o.GetNamespace())
			c.ensureKind(o)
		}
		for _, object := range s.Inventory {
			if o := (&unstructured.Unstructured{Object: object}); o.GetKind() == "Namespace" {
				c.ensureNamespace(o.GetName())
			}
		}
	}
}

func (c *cluster) ensureNamespace(name string) {
	c.t.Helper()
	if name == "" || len(name) > 63 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return
	}
	o := namespaceObject(name)
	if err := c.setup.Create(c.t.Context(), o); err != nil {
		require.True(c.t, strings.Contains(err.Error(), "already exists") || strings.Contains(err.Error(), "invalid"), "%v", err)
	}
}

func namespaceObject(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": name}}}
}

// ensureKind makes a CustomResourceDefinition without a schema for a kind that the API server does not have.
func (c *cluster) ensureKind(o *unstructured.Unstructured) {
	c.t.Helper()
	if isConstraint(o.Object) {
		return // Gatekeeper makes these kinds.
	}
	gvk := o.GroupVersionKind()
	if gvk.Version == "" || gvk.Kind == "" {
		return
	}
	if _, err := c.setup.RESTMapper().RESTMapping(gvk.GroupKind(), gvk.Version); err == nil || gvk.Group == "" ||
		!strings.Contains(gvk.Group, ".") || strings.HasSuffix(gvk.Group, ".k8s.io") && !strings.HasPrefix(gvk.Group, "policy.networking") {
		return
	}
	plural := strings.ToLower(gvk.Kind) + "s"
	if strings.HasSuffix(plural, "ys") {
		plural = strings.TrimSuffix(plural, "ys") + "ies"
	}
	scope := apiextensionsv1.NamespaceScoped
	if o.GetNamespace() == "" {
		scope = apiextensionsv1.ClusterScoped
	}
	preserve := true
	schema := &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object",
		XPreserveUnknownFields: &preserve}}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	crd.Name = plural + "." + gvk.Group
	crd.Annotations = map[string]string{"api-approved.kubernetes.io": "unapproved, for a test"}
	key := client.ObjectKeyFromObject(crd)
	if err := c.setup.Get(c.t.Context(), key, crd); err == nil {
		for _, v := range crd.Spec.Versions {
			if v.Name == gvk.Version {
				return
			}
		}
		crd.Spec.Versions = append(crd.Spec.Versions, apiextensionsv1.CustomResourceDefinitionVersion{Name: gvk.Version,
			Served: true, Schema: schema})
		require.NoError(c.t, c.setup.Update(c.t.Context(), crd))
	} else {
		crd.Spec = apiextensionsv1.CustomResourceDefinitionSpec{Group: gvk.Group, Scope: scope,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: plural, Singular: strings.ToLower(gvk.Kind), Kind: gvk.Kind},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: gvk.Version, Served: true, Storage: true,
				Schema: schema}}}
		require.NoError(c.t, c.setup.Create(c.t.Context(), crd))
	}
	c.eventually(30*time.Second, crd.Name+" is served", func() error {
		_, err := c.setup.RESTMapper().RESTMapping(gvk.GroupKind(), gvk.Version)
		if err != nil {
			return err
		}
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(gvk)
		return c.setup.List(c.t.Context(), list, client.Limit(1))
	})
}

// verdict is what the API server says to an object.
type verdict struct {
	denied, warned []string
	// refused is the API server's own refusal, before or after admission.
	refused string
}

// deniedPrefix begins a webhook's refusals.
var deniedPrefix = regexp.MustCompile(`^admission webhook "[^"]+" denied the request: `)

func readVerdict(err error, warnings []string) verdict {
	v := verdict{}
	for _, w := range warnings {
		if strings.HasPrefix(w, "[") {
			v.warned = append(v.warned, strings.Split(w, "\n")...)
		}
	}
	if err == nil {
		return v
	}
	message := deniedPrefix.ReplaceAllLiteralString(err.Error(), "")
	if message == err.Error() {
		v.refused = message
		return v
	}
	for line := range strings.SplitSeq(message, "\n") {
		if strings.HasPrefix(line, "[") || len(v.denied) == 0 {
			v.denied = append(v.denied, line)
		} else {
			v.denied[len(v.denied)-1] += "\n" + line
		}
	}
	return v
}

// differences compares the verdict with what the embedded engine said, "" for none.
func (s *sample) differences(v verdict) string {
	var denied, warned []string
	for _, e := range s.Expected {
		line := fmt.Sprintf("[%s] %s", e.Guardrail, e.Message)
		switch e.Action {
		case "deny":
			denied = append(denied, line)
		case "warn":
			warned = append(warned, line)
		}
	}
	// The API server fills in defaults before admission (a hostPort, a request equal to the limit, a generated name), so a
	// message can name a field that was not written. The guardrails that fire are the same.
	return diff("denied", guardrails(denied), guardrails(v.denied)) +
		diff("warned", withoutDefaulted(guardrails(warned)), withoutDefaulted(guardrails(v.warned)))
}

// reworded tells whether the guardrails agree but not to the letter.
func (s *sample) reworded(v verdict) bool {
	lines := append(slices.Clone(v.denied), v.warned...)
	for _, e := range s.Expected {
		if !slices.Contains(lines, fmt.Sprintf("[%s] %s", e.Guardrail, e.Message)) {
			return true
		}
	}
	return len(lines) != len(s.Expected)
}

func guardrails(lines []string) []string {
	ids := make([]string, len(lines))
	for i, line := range lines {
		ids[i], _, _ = strings.Cut(line, "]")
		if strings.HasPrefix(line, "Only exempt namespace can have") {
			ids[i] = "[gatekeeper-exemption" // Gatekeeper's own webhook for that label, where it was quicker.
		}
	}
	return ids
}

// withoutDefaulted leaves out what admission cannot see: the API server has filled in policyTypes by then. Files show what
// was written.
func withoutDefaulted(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return line == "[network-policy-types"
	})
}

func diff(what string, want, got []string) string {
	var b strings.Builder
	for _, line := range want {
		if !slices.Contains(got, line) {
			fmt.Fprintf(&b, "  not %s: %s\n", what, line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			fmt.Fprintf(&b, "  %s without reason: %s\n", what, line)
		}
	}
	return b.String()
}
