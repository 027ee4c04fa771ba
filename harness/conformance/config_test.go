package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/frameworks/constraint/pkg/apis"
	constraintclient "github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/drivers/rego"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/reviews"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/gator/reader"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/render"
	"github.com/rampart-policy/rampart/harness/report"
)

const siteConfig = `
exemptNamespaces: ["sandbox-*"]
guardrails:
  image-registry: {parameters: {allowed: [ghcr.io/task-api]}}
  root-group: {action: deny}
  resource-limits: {action: warn}
  host-ports: {action: "off"}
  privileged-containers: {exemptNamespaces: [ingress]}
waivers:
  - {guardrail: privileged-containers, kind: Pod, namespace: shop, name: waived, reason: r, expires: "2999-12-31"}
  - {guardrail: privileged-containers, kind: Pod, namespace: shop, name: expired, reason: r, expires: "2020-01-31"}
  - {guardrail: privileged-containers, kind: Pod, namespace: shop, name: other-container, container: x, reason: r, expires: "2999-12-31"}
  - {guardrail: privileged-containers, kind: Pod, namespace: shop, name: one-container, container: app, reason: r, expires: "2999-12-31"}
  - {guardrail: privileged-containers, kind: Pod, namespace: shop, name: one-image, image: "ghcr.io/other/x:1", reason: r, expires: "2999-12-31"}
  - {guardrail: privileged-containers, kind: Pod, namespace: elsewhere, name: bad, reason: r, expires: "2999-12-31"}
  - {guardrail: namespace-pod-security, kind: Namespace, name: unlabelled, reason: r, expires: "2999-12-31"}
`

// siteObjects are objects that the configuration treats in different ways.
func siteObjects(t *testing.T, bases *cases.Bases) []map[string]any {
	t.Helper()
	var objects []map[string]any
	add := func(base string, set map[string]any) {
		object, err := bases.Build(cases.Object{Base: base, Set: set})
		require.NoError(t, err)
		objects = append(objects, object)
	}
	privileged := "spec.containers[0].securityContext.privileged"
	for _, name := range []string{"bad", "waived", "expired", "other-container", "one-container", "one-image"} {
		add("pod", map[string]any{"metadata.namespace": "shop", "metadata.name": name, privileged: true})
	}
	for _, namespace := range []string{"sandbox-1", "sandbox", "ingress", "kube-system"} {
		add("pod", map[string]any{"metadata.namespace": namespace, "metadata.name": "bad", privileged: true,
			"spec.containers[0].ports[0].hostPort": 80})
	}
	add("pod", map[string]any{"metadata.namespace": "shop", "metadata.name": "foreign-image",
		"spec.containers[0].image": "docker.io/library/nginx:latest"})
	add("pod", map[string]any{"metadata.namespace": "shop", "metadata.name": "root-group", "spec.securityContext.fsGroup": 0})
	add("pod", map[string]any{"metadata.namespace": "shop", "metadata.name": "no-limits",
		"spec.containers[0].resources": map[string]any{}})
	for _, name := range []string{"unlabelled", "sandbox-2", "bare"} {
		add("namespace", map[string]any{"metadata.name": name, "metadata.labels": map[string]any{}})
	}
	return objects
}

// resolveSite gives what the configuration comes to, but for guardrails that read other objects: they depend on the
// inventory, which is not what is compared.
func resolveSite(t *testing.T, c *catalog.Catalog) ([]config.Active, []config.Waiver) {
	t.Helper()
	file, err := config.ReadFile("rampart.yaml", []byte(siteConfig))
	require.NoError(t, err)
	profiles, err := config.ReadProfiles(os.DirFS("../../constraints"))
	require.NoError(t, err)
	active, err := config.Resolve(c, profiles, config.Selection{File: file})
	require.NoError(t, err)
	return slices.DeleteFunc(active, func(a config.Active) bool { return len(a.Sync) > 0 }), file.Waivers
}

// checkFiles judges the objects as files, the way the command does.
func checkFiles(t *testing.T, c *catalog.Catalog, active []config.Active, waivers []config.Waiver,
	objects []map[string]any) []report.Finding {
	t.Helper()
	folder := t.TempDir()
	for i, object := range objects {
		data, err := yaml.Marshal(object)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%02d.yaml", i)), data, 0o600))
	}
	result, err := check.Run(t.Context(), check.Config{Catalog: c, Active: active, Waivers: waivers, Now: time.Now()},
		[]string{folder})
	require.NoError(t, err)
	require.Empty(t, result.Errors)
	return result.Findings
}

// TestConfiguration: a site's configuration gives the same verdicts in files and, rendered, in Gatekeeper.
func TestConfiguration(t *testing.T) {
	c := loadCatalog(t)
	active, waivers := resolveSite(t, c)
	active = slices.DeleteFunc(active, func(a config.Active) bool { return a.FilesOnly })
	objects := siteObjects(t, loadBases(t, c))
	inFiles := map[string][]string{}
	for _, f := range checkFiles(t, c, active, waivers, objects) {
		inFiles[f.Object.String()] = append(inFiles[f.Object.String()], fmt.Sprintf("%s [%s] %s", f.Action, f.Guardrail, f.Message))
	}

	scheme := runtime.NewScheme()
	require.NoError(t, apis.AddToScheme(scheme))
	driver, err := rego.New()
	require.NoError(t, err)
	client, err := constraintclient.NewClient(constraintclient.Targets(&target.K8sValidationTarget{}),
		constraintclient.Driver(driver), constraintclient.EnforcementPoints(util.WebhookEnforcementPoint))
	require.NoError(t, err)
	for _, a := range active {
		template, err := render.Template(c, a.Guardrail)
		require.NoError(t, err)
		converted, err := reader.ToTemplate(scheme, toUnstructured(t, template))
		require.NoError(t, err)
		_, err = client.AddTemplate(t.Context(), converted)
		require.NoError(t, err)
		_, err = client.AddConstraint(t.Context(), toUnstructured(t, render.Constraint(a, waivers)))
		require.NoError(t, err)
	}
	total := 0
	for _, object := range objects {
		review := cases.ReviewOf(object)
		review.Operation = "CREATE"
		request, err := admissionRequest(review)
		require.NoError(t, err)
		responses, err := client.Review(t.Context(), request, reviews.EnforcementPoint(util.WebhookEnforcementPoint))
		require.NoError(t, err)
		var inCluster []string
		for _, r := range responses.Results() {
			inCluster = append(inCluster, fmt.Sprintf("%s [%s] %s", r.EnforcementAction, r.Constraint.GetName(), r.Msg))
		}
		name := strings.TrimSuffix(review.Kind+" "+review.Namespace+"/"+review.Name, "/")
		if review.Namespace == "" {
			name = review.Kind + " " + review.Name
		}
		assert.ElementsMatch(t, inFiles[name], inCluster, name)
		total += len(inCluster)
	}
	assert.Positive(t, total)
	denies := func(object, guardrail string) bool {
		return slices.ContainsFunc(inFiles[object], func(f string) bool { return strings.HasPrefix(f, "deny ["+guardrail+"]") })
	}
	for object, want := range map[string]bool{
		"Pod shop/bad": true, "Pod shop/waived": false, "Pod shop/expired": true, "Pod shop/other-container": true,
		"Pod shop/one-container": false, "Pod shop/one-image": true, "Pod sandbox-1/bad": false, "Pod sandbox/bad": true,
		"Pod ingress/bad": false, "Pod kube-system/bad": false,
	} {
		assert.Equal(t, want, denies(object, "privileged-containers"), object)
	}
	assert.False(t, denies("Namespace unlabelled", "namespace-pod-security"))
	assert.False(t, denies("Namespace sandbox-2", "namespace-pod-security"))
	assert.True(t, denies("Namespace bare", "namespace-pod-security"))
	assert.True(t, denies("Pod shop/foreign-image", "image-registry"))
	assert.True(t, denies("Pod shop/root-group", "root-group"))
	assert.False(t, denies("Pod sandbox/bad", "host-ports"))
}
