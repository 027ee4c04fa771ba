package doctor_test

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// webhookFolder holds what makes Gatekeeper's webhook see everything and fail closed.
const webhookFolder = "../../constraints/webhook/"

// patchedWebhooks is the shipped configuration after constraints/webhook, as a kustomization that uses it makes it.
func patchedWebhooks(t *testing.T) object {
	t.Helper()
	shipped, err := yaml.Marshal(shippedWebhooks(t))
	require.NoError(t, err)
	disk := filesys.MakeFsInMemory()
	write := func(name string, content []byte) { require.NoError(t, disk.WriteFile(name, content)) }
	write("/install/gatekeeper.yaml", shipped)
	write("/install/kustomization.yaml", []byte("resources: [gatekeeper.yaml]\ncomponents: [../webhook]\n"))
	for _, name := range []string{"kustomization.yaml", "validating-webhook.yaml"} {
		write("/webhook/"+name, readFile(t, webhookFolder+name))
	}
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(disk, "/install")
	require.NoError(t, err)
	require.Equal(t, 1, resources.Size())
	data, err := resources.AsYaml()
	require.NoError(t, err)
	return parse(t, data)[0]
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}

func typed(t *testing.T, o object) *admissionregistrationv1.ValidatingWebhookConfiguration {
	t.Helper()
	data, err := yaml.Marshal(o)
	require.NoError(t, err)
	c := &admissionregistrationv1.ValidatingWebhookConfiguration{}
	require.NoError(t, yaml.UnmarshalStrict(data, c))
	return c
}

func TestComponent(t *testing.T) {
	shipped, patched := typed(t, shippedWebhooks(t)), typed(t, patchedWebhooks(t))
	require.Len(t, patched.Webhooks, 2)
	all := admissionregistrationv1.AllScopes
	for i, w := range patched.Webhooks {
		assert.Equal(t, shipped.Webhooks[i].Name, w.Name)
		assert.Equal(t, admissionregistrationv1.Fail, *w.FailurePolicy)
		assert.EqualValues(t, 10, *w.TimeoutSeconds)
		assert.Equal(t, shipped.Webhooks[i].ClientConfig, w.ClientConfig)
		assert.Equal(t, shipped.Webhooks[i].NamespaceSelector, w.NamespaceSelector)
		assert.Nil(t, w.ObjectSelector)
		require.Len(t, w.Rules, 1)
		old, rule := shipped.Webhooks[i].Rules[0], w.Rules[0]
		assert.Subset(t, rule.Resources, old.Resources, "nothing that Gatekeeper ships with is lost")
		assert.Subset(t, rule.Resources, []string{"namespaces/status", "namespaces/finalize"})
		rule.Resources, old.Resources = nil, nil
		old.Scope = &all
		assert.Equal(t, old, rule)
	}
	assert.Subset(t, patched.Webhooks[0].Rules[0].Resources, []string{"*", "pods/ephemeralcontainers", "pods/resize"})
}

// TestKubectlPatch: kubectl patch --type strategic makes of the file what kustomize makes of it.
func TestKubectlPatch(t *testing.T) {
	original, err := json.Marshal(shippedWebhooks(t))
	require.NoError(t, err)
	patch, err := yaml.YAMLToJSON(readFile(t, webhookFolder+"validating-webhook.yaml"))
	require.NoError(t, err)
	patched, err := strategicpatch.StrategicMergePatch(original, patch, admissionregistrationv1.ValidatingWebhookConfiguration{})
	require.NoError(t, err)
	var o object
	require.NoError(t, json.Unmarshal(patched, &o))
	assert.Equal(t, typed(t, patchedWebhooks(t)), typed(t, o))
}

// TestHelmValues: every value exists in the chart, with its type, and they come to what the patch says.
func TestHelmValues(t *testing.T) {
	var chart, values object
	require.NoError(t, yaml.UnmarshalStrict(gatekeeperFile(t, "charts/gatekeeper/values.yaml"), &chart))
	require.NoError(t, yaml.UnmarshalStrict(readFile(t, webhookFolder+"helm-values.yaml"), &values))
	assertKnownValues(t, "", chart, values)

	patched := typed(t, patchedWebhooks(t))
	admit, guard := patched.Webhooks[0], patched.Webhooks[1]
	assert.EqualValues(t, *admit.FailurePolicy, values["validatingWebhookFailurePolicy"])
	assert.EqualValues(t, *guard.FailurePolicy, values["validatingWebhookCheckIgnoreFailurePolicy"])
	assert.EqualValues(t, *admit.TimeoutSeconds, values["validatingWebhookTimeoutSeconds"])
	conditions, err := yaml.Marshal(admit.MatchConditions)
	require.NoError(t, err)
	wanted, err := yaml.Marshal(values["validatingWebhookMatchConditions"])
	require.NoError(t, err)
	assert.YAMLEq(t, string(wanted), string(conditions))
	resources := []any{}
	for _, r := range admit.Rules[0].Resources {
		if r != "*" {
			resources = append(resources, r)
		}
	}
	assert.Equal(t, resources, values["validatingWebhookSubResources"])
	assert.EqualValues(t, *admit.Rules[0].Scope, values["validatingWebhookScope"])
	for _, name := range []string{"validatingWebhookCustomRules", "validatingWebhookObjectSelector", "validatingWebhookExemptNamespacesLabels"} {
		assert.Empty(t, values[name], name)
	}
	template := string(gatekeeperFile(t, "charts/gatekeeper/templates/gatekeeper-validating-webhook-configuration-validatingwebhookconfiguration.yaml"))
	for name := range maps.Keys(values) {
		if strings.HasPrefix(name, "validatingWebhook") || strings.HasPrefix(name, "enable") {
			assert.Contains(t, template, ".Values."+name, "the template of the webhook reads it")
		}
	}
}

func assertKnownValues(t *testing.T, path string, chart, values object) {
	t.Helper()
	for name, value := range values {
		known, ok := chart[name]
		assert.True(t, ok, "%s%s is no value of the chart", path, name)
		assert.IsType(t, known, value, "%s%s", path, name)
		if below, ok := value.(object); ok && len(below) > 0 {
			assertKnownValues(t, path+name+".", known.(object), below)
		}
	}
}

// TestConditions: the matchConditions spare leases, events and access reviews, and nothing that a guardrail judges.
func TestConditions(t *testing.T) {
	admit := typed(t, patchedWebhooks(t)).Webhooks[0]
	environment, err := cel.NewEnv(cel.Variable("request", cel.DynType))
	require.NoError(t, err)
	sees := func(group, resource string) bool {
		return !slices.ContainsFunc(admit.MatchConditions, func(c admissionregistrationv1.MatchCondition) bool {
			compiled, issues := environment.Compile(c.Expression)
			require.NoError(t, issues.Err())
			program, err := environment.Program(compiled)
			require.NoError(t, err)
			result, _, err := program.Eval(object{"request": object{"resource": object{"group": group, "resource": resource}}})
			require.NoError(t, err)
			require.Equal(t, reflect.Bool, reflect.TypeOf(result.Value()).Kind())
			return result.Value() == false
		})
	}
	assert.False(t, sees("coordination.k8s.io", "leases"))
	assert.False(t, sees("", "events"))
	assert.False(t, sees("events.k8s.io", "events"))
	assert.False(t, sees("authorization.k8s.io", "subjectaccessreviews"))
	assert.False(t, sees("authentication.k8s.io", "tokenreviews"))
	c, err := pack()
	require.NoError(t, err)
	for _, g := range c.Guardrails {
		for _, k := range g.Kinds {
			resource, _ := meta.UnsafeGuessKindToResource(schema.GroupVersionKind{Group: k.Group, Kind: k.Kind})
			assert.True(t, sees(k.Group, resource.Resource), "%s judges %s.%s", g.ID, k.Kind, k.Group)
		}
	}
}
