package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	k8sjson "sigs.k8s.io/json"
	"sigs.k8s.io/randfill"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

func TestUnknownFields(t *testing.T) {
	const known = "; the API server drops it silently or refuses it"
	for _, tc := range []struct {
		name, text string
		want       []Field
	}{
		{"none", podA + "spec: {hostPID: true, containers: [{name: a}]}\nstatus: {whatever: 1}\n", nil},
		{"wrong case", podA + "spec: {hostpid: true}\n", []Field{
			{"spec.hostpid", `field "hostpid" is not known in spec of Pod (v1)` + known + `; did you mean "hostPID"?`},
		}},
		{"wrong case beside the right one", podA + "spec:\n  containers:\n  - securityContext: {privileged: false, Privileged: true}\n", []Field{
			{"spec.containers[0].securityContext.Privileged", `field "Privileged" is not known in spec.containers[0].securityContext of Pod (v1)` + known + `; did you mean "privileged"?`},
		}},
		{"zero-width character", podA + "spec: {\"host\u200bPID\": true}\n", []Field{
			{`spec["host\u200bPID"]`, `field "host\u200bPID" is not known in spec of Pod (v1)` + known + `; did you mean "hostPID"?`},
		}},
		{"escaped zero-width character in JSON", `{"apiVersion":"v1","kind":"Pod","spec":{"host\ufeffPID":true}}`, []Field{
			{`spec["host\ufeffPID"]`, `field "host\ufeffPID" is not known in spec of Pod (v1)` + known + `; did you mean "hostPID"?`},
		}},
		{"no-break space", podA + "spec: {hostPID\u00a0: true}\n", []Field{
			{`spec["hostPID\u00a0"]`, `field "hostPID\u00a0" is not known in spec of Pod (v1)` + known + `; did you mean "hostPID"?`},
		}},
		{"at the root", podA + "review: {}\n", []Field{
			{"review", `field "review" is not known in Pod (v1)` + known},
		}},
		{"in metadata", podA + "metadat: 1\n", []Field{
			{"metadat", `field "metadat" is not known in Pod (v1)` + known},
		}},
		{"key with dots", podA + "spec: {a.b/c: 1}\n", []Field{
			{`spec["a.b/c"]`, `field "a.b/c" is not known in spec of Pod (v1)` + known},
		}},
		{"several, in order", podA + "spec: {b: 1, a: 1}\nx: 1\n", []Field{
			{"spec.a", `field "a" is not known in spec of Pod (v1)` + known},
			{"spec.b", `field "b" is not known in spec of Pod (v1)` + known},
			{"x", `field "x" is not known in Pod (v1)` + known},
		}},
		{"status of a part", "apiVersion: apps/v1\nkind: Deployment\nspec: {template: {status: {}}}\n", []Field{
			{"spec.template.status", `field "status" is not known in spec.template of Deployment (apps/v1)` + known},
		}},
		{"what the API server writes", "apiVersion: v1\nkind: Pod\nmetadata: {creationTimestamp: null, managedFields: [{x: y}]}\nstatus: []\n", nil},
		{"item of a List", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, spec: {x: 1}}]\n", []Field{
			{"spec.x", `field "x" is not known in spec of Pod (v1)` + known},
		}},
		{"removed API version", "apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {template: {spec: {hostpid: true}}}\n", []Field{
			{"spec.template.spec.hostpid", `field "hostpid" is not known in spec.template.spec of Deployment (extensions/v1beta1)` + known + `; did you mean "hostPID"?`},
		}},
		{"custom kind", "apiVersion: example.com/v1\nkind: X\nmetadata: {name: x}\nspec: {whatever: 1, é: 2}\n", nil},
		{"metadata of a custom kind", "apiVersion: example.com/v1\nkind: X\nmetadata: {Name: x}\n", []Field{
			{"metadata.Name", `field "Name" is not known in metadata of X (example.com/v1)` + known + `; did you mean "name"?`},
		}},
		{"invisible character in a custom kind", "apiVersion: example.com/v1\nkind: X\nspec: [{\"host\u200bPID\": true}]\n", []Field{
			{`spec[0]["host\u200bPID"]`, `field "host\u200bPID" is not known in spec[0] of X (example.com/v1)` + known + `; did you mean "hostPID"?`},
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			documents := readText(tc.text).Documents
			require.Len(t, documents, 1)
			assert.Empty(t, documents[0].Errors)
			require.Len(t, documents[0].Objects, 1)
			assert.Equal(t, tc.want, documents[0].Objects[0].Unknown)
		})
	}
}

func TestMismatches(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"string for a boolean", podA + "spec:\n  containers:\n  - securityContext: {privileged: \"true\"}\n", `<stdin>:6:23: document 1: spec.containers[0].securityContext.privileged of Pod (v1) is a string; it must be a boolean; the API server refuses it`},
		{"string for an integer", podA + "spec: {securityContext: {runAsUser: '0'}}\n", `<stdin>:4:26: document 1: spec.securityContext.runAsUser of Pod (v1) is a string; it must be an integer; the API server refuses it`},
		{"fraction for an integer", podA + "spec: {securityContext: {runAsUser: 0.5}}\n", `<stdin>:4:26: document 1: spec.securityContext.runAsUser of Pod (v1) is 0.5; it must be an integer of 64 bits; the API server refuses it`},
		{"integer that is too large", podA + "spec: {priority: 2147483648}\n", `<stdin>:4:8: document 1: spec.priority of Pod (v1) is 2147483648; it must be an integer of 32 bits; the API server refuses it`},
		{"object for a list", podA + "spec: {containers: {}}\n", `<stdin>:4:8: document 1: spec.containers of Pod (v1) is an object; it must be a list; the API server refuses it`},
		{"list for an object", podA + "spec: []\n", `<stdin>:4:1: document 1: spec of Pod (v1) is a list; it must be an object; the API server refuses it`},
		{"object for a string", podA + "spec: {nodeName: {}}\n", `<stdin>:4:8: document 1: spec.nodeName of Pod (v1) is an object; it must be a string; the API server refuses it`},
		{"boolean for an annotation", "apiVersion: v1\nkind: Pod\nmetadata: {annotations: {a.b/c: yes}}\n", `<stdin>:3:26: document 1: metadata.annotations["a.b/c"] of Pod (v1) is a boolean; it must be a string; the API server refuses it`},
		{"quantity", podA + "spec: {overhead: {cpu: lots}}\n", `<stdin>:4:19: document 1: spec.overhead.cpu of Pod (v1) is a string that is no Quantity: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'; the API server refuses it`},
		{"base64", "apiVersion: v1\nkind: Secret\ndata: {a: secret!}\n", `<stdin>:3:8: document 1: data.a of Secret (v1) is not valid base64; the API server refuses it`},
		{"number in a Secret", "apiVersion: v1\nkind: Secret\nstringData: {a: 1234}\n", `<stdin>:3:14: document 1: stringData.a of Secret (v1) is a number; it must be a string; the API server refuses it`},
		{"in a List", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, spec: 1}\n", `<stdin>:4:31: document 1: items[0]: spec of Pod (v1) is a number; it must be an object; the API server refuses it`},
		{"metadata of a custom kind", "apiVersion: example.com/v1\nkind: X\nmetadata: {labels: {a: 1}}\n", `<stdin>:3:21: document 1: metadata.labels.a of X (example.com/v1) is a number; it must be a string; the API server refuses it`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			documents := readText(tc.text).Documents
			require.Len(t, documents, 1)
			require.Len(t, documents[0].Errors, 1, "%v", documents[0].Errors)
			assert.Equal(t, tc.want, documents[0].Errors[0].Error())
			assert.Len(t, documents[0].Objects, 1, "it is judged all the same")
		})
	}
	t.Run("all of them", func(t *testing.T) {
		errors := readText(podA + "spec: {hostPID: 1, hostIPC: 2, nodeName: 3}\n").Documents[0].Errors
		require.Len(t, errors, 3)
		assert.Contains(t, errors[0].Message, "spec.hostIPC")
		assert.Contains(t, errors[1].Message, "spec.hostPID")
		assert.Contains(t, errors[2].Message, "spec.nodeName")
	})
	t.Run("null and numbers that fit", func(t *testing.T) {
		text := podA + "spec: {containers: null, securityContext: {runAsUser: 1e3}, overhead: {cpu: 0.5}, priority: null}\n"
		assert.Empty(t, readText(text).Documents[0].Errors)
	})
}

// TestKindsAreComplete compares the table with the scheme of client-go.
func TestKindsAreComplete(t *testing.T) {
	table := builtinKinds().types
	for gvk, typ := range scheme.Scheme.AllKnownTypes() {
		own := strings.HasPrefix(typ.PkgPath(), "k8s.io/api/")
		if !own || strings.HasSuffix(gvk.Kind, "List") || gvk.Version == runtime.APIVersionInternal || strings.HasPrefix(typ.PkgPath(), "k8s.io/api/apidiscovery") {
			continue
		}
		assert.Equal(t, typ, table[GroupVersionKind(gvk)], "%v", gvk)
	}
	assert.Greater(t, len(table), 150)
	for gvk := range table {
		_, ok := clusterScopedKinds[gvk.Group]
		assert.True(t, ok || strings.HasPrefix(gvk.Group, "admission.k8s.io"), "scope of group %q", gvk.Group)
	}
}

// TestCheckerEqualsTheStrictDecoder fills an object of every kind at random, changes one field after the other, and
// compares with the decoder of the API server.
func TestCheckerEqualsTheStrictDecoder(t *testing.T) {
	kinds := slices.SortedFunc(maps.Keys(builtinKinds().types), func(a, b GroupVersionKind) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
	random := rand.New(rand.NewSource(1))
	fill := randfill.NewWithSeed(1).NilChance(0.2).NumElements(1, 2).MaxDepth(12).Funcs(
		func(v *metav1.ManagedFieldsEntry, _ randfill.Continue) { *v = metav1.ManagedFieldsEntry{} },
		func(v *metav1.FieldsV1, _ randfill.Continue) { v.SetRawBytes([]byte("{}")) },
		func(v *runtime.RawExtension, _ randfill.Continue) { v.Raw = []byte(`{"a":1}`) },
		func(v *metav1.Time, _ randfill.Continue) { *v = metav1.Unix(1, 0) },
		func(v *metav1.MicroTime, _ randfill.Continue) { *v = metav1.NewMicroTime(metav1.Unix(1, 0).Time) },
	)
	replacements := []any{
		nil, true, "x", "", "1", json.Number("1"), json.Number("1.5"), json.Number("-1"), json.Number("300"),
		json.Number("4294967296"), json.Number("9223372036854775808"), []any{}, []any{"x"}, []any{nil},
		map[string]any{}, map[string]any{"x": json.Number("1")},
	}
	cases := 0
	for _, gvk := range kinds {
		if gvk.Kind == "AdmissionReview" {
			continue
		}
		typ := builtinKinds().types[gvk]
		for range 2 {
			object := reflect.New(typ).Interface()
			fill.Fill(object)
			value := jsonValue(t, object)
			delete(value, "status")
			metadata, _ := value["metadata"].(map[string]any)
			delete(metadata, "managedFields")
			compareWithDecoder(t, gvk, value)
			var paths [][]any
			fieldsOf(value, nil, func(path []any) { paths = append(paths, slices.Clone(path)) })
			slices.SortFunc(paths, func(a, b []any) int { return strings.Compare(fieldpath.Path(a).String(), fieldpath.Path(b).String()) })
			for _, path := range paths {
				if random.Intn(1+len(paths)/8) > 0 {
					continue
				}
				for _, replacement := range replacements {
					compareWithDecoder(t, gvk, changed(value, path, replacement))
					cases++
				}
				compareWithDecoder(t, gvk, renamed(value, path))
				cases++
			}
			if t.Failed() {
				return
			}
		}
	}
	assert.Greater(t, cases, 20000)
}

func jsonValue(t *testing.T, object any) map[string]any {
	t.Helper()
	data, err := json.Marshal(object)
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value map[string]any
	require.NoError(t, decoder.Decode(&value))
	return value
}

// compareWithDecoder expects an error where the decoder returns one, and the unknown fields that it names.
func compareWithDecoder(t *testing.T, gvk GroupVersionKind, value map[string]any) {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	object := reflect.New(builtinKinds().types[gvk]).Interface()
	strict, err := k8sjson.UnmarshalStrict(data, object)
	got := checkObject(gvk, value)
	if err != nil {
		assert.NotEmpty(t, got.mismatches, "%v: %v\n%s", gvk, err, data)
		return
	}
	assert.Empty(t, got.mismatches, "%v\n%s", gvk, data)
	var want, have []string
	for _, e := range strict {
		var field k8sjson.FieldError
		require.ErrorAs(t, e, &field)
		want = append(want, field.FieldPath())
	}
	for _, f := range got.unknown {
		have = append(have, dotted(t, f.Path))
	}
	slices.Sort(want)
	slices.Sort(have)
	if len(want) < 100 { // Both stop there.
		assert.Equal(t, want, have, "%v\n%s", gvk, data)
	}
}

// dotted writes a path as the decoder does.
func dotted(t *testing.T, text string) string {
	t.Helper()
	path, err := fieldpath.Parse(text)
	require.NoError(t, err)
	var b strings.Builder
	for _, step := range path {
		if _, ok := step.(int); ok {
			fmt.Fprintf(&b, "[%d]", step)
		} else {
			fmt.Fprintf(&b, ".%s", step)
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}

// changed returns a copy with another value at the path.
func changed(value any, path []any, replacement any) map[string]any {
	result, _ := edit(value, path, func(parent any, last any) {
		switch parent := parent.(type) {
		case map[string]any:
			parent[last.(string)] = replacement
		case []any:
			parent[last.(int)] = replacement
		}
	}).(map[string]any)
	return result
}

// renamed returns a copy in which the key at the end of the path is in upper case.
func renamed(value any, path []any) map[string]any {
	result, _ := edit(value, path, func(parent any, last any) {
		if parent, ok := parent.(map[string]any); ok {
			key := last.(string)
			v := parent[key]
			delete(parent, key)
			parent[strings.ToUpper(key)] = v
		}
	}).(map[string]any)
	return result
}

func edit(value any, path []any, change func(parent, last any)) any {
	var copied any
	switch value := value.(type) {
	case map[string]any:
		c := maps.Clone(value)
		if len(path) > 1 {
			c[path[0].(string)] = edit(c[path[0].(string)], path[1:], change)
		}
		copied = c
	case []any:
		c := slices.Clone(value)
		if len(path) > 1 {
			c[path[0].(int)] = edit(c[path[0].(int)], path[1:], change)
		}
		copied = c
	}
	if len(path) == 1 {
		change(copied, path[0])
	}
	return copied
}

func TestClusterScoped(t *testing.T) {
	for _, tc := range []struct {
		group, kind string
		want        bool
	}{
		{"", "Namespace", true},
		{"", "Node", true},
		{"", "PersistentVolume", true},
		{"", "PersistentVolumeClaim", false},
		{"", "Pod", false},
		{"", "ClusterThing", false},
		{"rbac.authorization.k8s.io", "ClusterRole", true},
		{"rbac.authorization.k8s.io", "Role", false},
		{"example.com", "Node", false},
		{"apiextensions.k8s.io", "CustomResourceDefinition", true},
		{"cert-manager.io", "ClusterIssuer", true},
		{"cert-manager.io", "Issuer", false},
		{"external-secrets.io", "ClusterSecretStore", true},
		{"kyverno.io", "ClusterPolicy", true},
		{"gateway.networking.k8s.io", "GatewayClass", true},
		{"gateway.networking.k8s.io", "Gateway", false},
		{"policy.sigstore.dev", "ClusterImagePolicy", true},
		{"templates.gatekeeper.sh", "ConstraintTemplate", true},
		{"constraints.gatekeeper.sh", "Anything", true},
		{"audit.k8s.io", "Policy", true},
		{"apiserver.config.k8s.io", "EncryptionConfiguration", true},
		{"postgresql.cnpg.io", "Cluster", false},
		{"example.com", "Clustered", false},
		{"operators.coreos.com", "ClusterServiceVersion", false},
	} {
		assert.Equal(t, tc.want, ClusterScoped(tc.group, tc.kind), "%s/%s", tc.group, tc.kind)
	}
}

type embeddedFields struct {
	Hidden  int `json:"hidden"`
	Visible int `json:"visible"`
}

type moreFields struct {
	More int `json:"more"`
}

// oddFields has what no kind has now, but what the decoder treats in a way of its own.
type oddFields struct {
	embeddedFields `json:",inline"`
	*moreFields    `json:",inline"`
	Hidden         string `json:"hidden"`
	Left           string `json:"-"`
	Untagged       string
	private        string
	Pointer        *metav1.Duration `json:"pointer"`
	Value          metav1.Duration  `json:"value"`
	Any            any              `json:"any"`
	Float          float32          `json:"float"`
}

func TestCheckerOnOddTypes(t *testing.T) {
	_ = oddFields{}.private
	for _, text := range []string{
		`{"hidden": "x"}`, `{"hidden": 1}`, `{"visible": 1}`, `{"visible": "x"}`,
		`{"left": "x"}`, `{"Left": "x"}`, `{"-": "x"}`, `{"Untagged": "x"}`, `{"untagged": "x"}`, `{"private": "x"}`,
		`{"pointer": null}`, `{"pointer": "1s"}`, `{"pointer": 1}`, `{"value": null}`, `{"value": "1s"}`,
		`{"any": null}`, `{"any": [1, {"x": "y"}]}`, `{"float": 1.5}`, `{"float": 1e300}`, `{"float": "1"}`,
	} {
		value, _, err := decodeJSON([]byte(text))
		require.NoError(t, err)
		var c checker
		c.check(shapeOf(reflect.TypeFor[oddFields]()), value)
		var target oddFields
		strict, err := k8sjson.UnmarshalStrict([]byte(text), &target)
		assert.Equal(t, err != nil, len(c.mismatches) > 0, "%s: %v", text, err)
		assert.Len(t, c.unknown, len(strict), text)
	}
}
