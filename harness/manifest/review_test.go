package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const review = `{
  "apiVersion": "admission.k8s.io/v1",
  "kind": "AdmissionReview",
  "request": {
    "uid": "1",
    "kind": {"group": "", "version": "v1", "kind": "Pod"},
    "resource": {"group": "", "version": "v1", "resource": "pods"},
    "subResource": "ephemeralcontainers",
    "name": "from-request",
    "namespace": "shop",
    "operation": "UPDATE",
    "userInfo": {"username": "eve", "groups": ["system:masters"]},
    "object": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
      "spec": {"hostPID": true}},
    "oldObject": {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},
    "dryRun": true,
    "options": {"kind": "UpdateOptions", "apiVersion": "meta.k8s.io/v1"}
  }
}`

func TestAdmissionReview(t *testing.T) {
	for _, text := range []string{review, strings.Replace(review, "/v1\"", "/v1beta1\"", 1)} {
		documents := readText(text).Documents
		require.Len(t, documents, 1)
		assert.Empty(t, documents[0].Errors)
		require.Len(t, documents[0].Objects, 1)
		o := documents[0].Objects[0]
		assert.Equal(t, "/v1 Pod shop/from-request", fmt.Sprintf("%s/%s %s %s/%s", o.Group, o.Version, o.Kind, o.Namespace, o.Name))
		assert.Equal(t, "v1", o.APIVersion())
		assert.Equal(t, map[string]any{"hostPID": true}, o.Value["spec"])
		assert.Equal(t, &Request{
			Operation:   "UPDATE",
			Kind:        GroupVersionKind{"", "v1", "Pod"},
			Resource:    GroupVersionResource{"", "v1", "pods"},
			SubResource: "ephemeralcontainers",
			Namespace:   "shop", Name: "from-request",
			OldObject: map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "a"}},
			UserInfo:  map[string]any{"username": "eve", "groups": []any{"system:masters"}},
			Options:   map[string]any{"kind": "UpdateOptions", "apiVersion": "meta.k8s.io/v1"},
			DryRun:    true,
		}, o.Request)
		line, column := o.Position("spec.hostPID")
		assert.Equal(t, [2]int{14, 16}, [2]int{line, column})
	}
}

func TestAdmissionReviews(t *testing.T) {
	request := func(fields string) string {
		return "apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {" + fields + "}\n"
	}
	for _, tc := range []struct{ name, text, want string }{
		{"create", request("operation: CREATE, object: " + jsonA), "Pod/a"},
		{"delete", request("operation: DELETE, object: null, oldObject: " + jsonA), "Pod/a"},
		{"delete with an object", request("operation: DELETE, object: " + jsonA + ", oldObject: " + jsonB), "Pod/a"},
		{"connect", request("operation: CONNECT, name: a, object: {apiVersion: v1, kind: PodExecOptions}"), "PodExecOptions/a"},
		{"no request", "apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nresponse: {}\n", "error: the AdmissionReview has no request"},
		{"request of a wrong type", "apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: []\n", "error: request of AdmissionReview is a list; it must be an object, error: the AdmissionReview has no request"},
		{"no object", request("operation: CREATE"), "error: object of the request is null; a Kubernetes object is a mapping"},
		{"update without an object", request("operation: UPDATE, oldObject: " + jsonA), "error: object of the request is null; a Kubernetes object is a mapping"},
		{"object of a wrong type", request("operation: CREATE, object: [1]"), "error: object of the request is a list; a Kubernetes object is a mapping"},
		{"object without a kind", request("operation: CREATE, object: {apiVersion: v1}"), "error: the object has no kind"},
		{"object of another kind", request("operation: CREATE, kind: {version: v1, kind: Secret}, object: " + jsonA), "error: the object is a Pod (v1), but the request is about a Secret (v1)"},
		{"no operation", request("object: " + jsonA), `error: operation "" is none of CREATE, UPDATE, DELETE and CONNECT`},
		{"operation in lower case", request("operation: create, object: " + jsonA), `error: operation "create" is none of CREATE, UPDATE, DELETE and CONNECT`},
		{"field of a wrong type", request("operation: CREATE, dryRun: 'true', object: " + jsonA), "Pod/a, error: request.dryRun of AdmissionReview is a string; it must be a boolean"},
		{"unknown field", request("operation: CREATE, Object: {}, object: " + jsonA), `Pod/a, error: field "Object" is not known in request of AdmissionReview (admission.k8s.io/v1); the API server drops it silently or refuses it; did you mean "object"?`},
		{"in a List", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: {operation: CREATE, object: " + jsonA + "}}\n", "items[0]=Pod/a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, []string{tc.want}, outcome(readText(tc.text)))
		})
	}
}

func TestAdmissionReviewOfTheClusterScoped(t *testing.T) {
	text := `{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"operation":"CREATE","namespace":"x","object":{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"}}}}`
	o := readText(text).Documents[0].Objects[0]
	assert.Empty(t, o.Namespace)
	assert.Equal(t, GroupVersionKind{"", "v1", "Namespace"}, o.Request.Kind)
	assert.Equal(t, "x", o.Request.Namespace)
}

func TestEmbedded(t *testing.T) {
	config := func(kind string) string {
		return "apiVersion: v1\nkind: " + kind + "\ndata:\n  pod.yaml: |\n    apiVersion: v1\n    kind: Pod\n  second: |\n    # x\n    ---\n    {\"apiVersion\": \"apps/v1\", \"kind\": \"Deployment\"}\n" +
			"  role: |\n    apiVersion: rbac.authorization.k8s.io/v1\n    kind: Role\n  text: apiVersion and kind\n  broken: '{apiVersion: v1, kind: Pod, ['\n" +
			"  custom: |\n    apiVersion: example.com/v1\n    kind: Deployment\n  list: '{apiVersion: v1, kind: PodList, items: [{}]}'\n  zero: 0\n"
	}
	assert.Equal(t, []string{"data.list", `data["pod.yaml"]`, "data.second"}, readText(config("ConfigMap")).Documents[0].Objects[0].Embedded())
	assert.Empty(t, readText(config("Secret")).Documents[0].Objects[0].Embedded())
	assert.Empty(t, readText(podA).Documents[0].Objects[0].Embedded())
	assert.Empty(t, (&Object{Kind: "ConfigMap"}).Embedded())
}

func TestEmbeddedInWorkflows(t *testing.T) {
	workflow := func(resource string) string {
		return "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nspec:\n  workflowSpec:\n    templates:\n      - name: a\n        resource: " + resource
	}
	for resource, want := range map[string]int{
		`{action: create, manifest: "apiVersion: v1\nkind: Pod"}`:                            1,
		`{action: apply, manifest: "apiVersion: batch/v1\nkind: Job\nspec: {{x}}"}`:          1,
		`{action: create, manifest: "{{inputs.parameters.manifest}}"}`:                       1,
		`{action: create, manifest: "apiVersion: v1\nkind: ConfigMap"}`:                      0,
		`{action: get, manifest: "apiVersion: v1\nkind: Pod"}`:                               0,
		`{action: delete, manifest: "apiVersion: v1\nkind: Pod"}`:                            0,
		`{action: create, manifestFrom: {}}`:                                                 0,
		`{action: create, manifest: {}}`:                                                     0,
		`[{resource: {action: create, manifest: "apiVersion: apps/v1\nkind: StatefulSet"}}]`: 1,
	} {
		paths := readText(workflow(resource)).Documents[0].Objects[0].Embedded()
		require.Len(t, paths, want, resource)
		if want == 1 && resource[0] == '{' {
			assert.Equal(t, []string{"spec.workflowSpec.templates[0].resource.manifest"}, paths, resource)
		}
	}
}
