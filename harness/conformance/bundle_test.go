package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/bundle"
	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/config"
)

type object = map[string]any

// tarball is a built bundle.
func tarball(t testing.TB, o bundle.Options) []byte {
	t.Helper()
	b, err := bundle.Build(o)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, b.Write(&out))
	return out.Bytes()
}

// everything is a bundle of every guardrail, without exempt namespaces.
func everything(t testing.TB, c *catalog.Catalog) []byte {
	t.Helper()
	return denying(t, c, c.Guardrails)
}

// denying is a bundle of guardrails whose action is deny, without exempt namespaces.
func denying(t testing.TB, c *catalog.Catalog, guardrails []*catalog.Guardrail) []byte {
	t.Helper()
	var active []config.Active
	for _, g := range guardrails {
		parameters, err := g.FillParameters(nil)
		require.NoError(t, err)
		active = append(active, config.Active{Guardrail: g, Action: catalog.Deny, Parameters: parameters})
	}
	return tarball(t, bundle.Options{Catalog: c, Profile: "all", Active: active, Version: "v0.0.0"})
}

// plainOPA is an OPA that knows nothing of Rampart but the bundle. It processes no annotations, and takes only what the
// bundle's capabilities allow.
type plainOPA struct {
	compiler *ast.Compiler
	data     object
	// lax stands for OPA's default, where a built-in function that fails is undefined. The tests want to know of each.
	lax bool
}

func newPlainOPA(t testing.TB, tarball []byte) *plainOPA {
	t.Helper()
	capabilities := loadCapabilities(t)
	read, err := opabundle.NewReader(bytes.NewReader(tarball)).WithCapabilities(capabilities).Read()
	require.NoError(t, err)
	compiler := ast.NewCompiler().WithCapabilities(capabilities).WithStrict(true)
	compiler.Compile(read.ParsedModules("rampart"))
	require.False(t, compiler.Failed(), "%v", compiler.Errors)
	return &plainOPA{compiler: compiler, data: read.Data}
}

// with is the bundle's data with the parameters of a sample for one guardrail, and its inventory. Without other objects
// data.inventory is undefined, as with an operator who provides none.
func (o *plainOPA) with(t testing.TB, g *catalog.Guardrail, s *cases.Sample) object {
	t.Helper()
	data := maps.Clone(o.data)
	rampart := maps.Clone(data["rampart"].(object))
	all := maps.Clone(rampart["parameters"].(object))
	data["rampart"], rampart["parameters"] = rampart, all
	filled, err := g.FillParameters(s.Parameters)
	require.NoError(t, err)
	all[g.ID] = filled
	if len(s.Inventory) > 0 {
		inventory, err := cases.InventoryValue(s.Inventory)
		require.NoError(t, err)
		data["inventory"], err = ast.JSON(inventory)
		require.NoError(t, err)
	}
	return data
}

// query evaluates a reference on data and an input, and decodes the result.
func (o *plainOPA) query(t testing.TB, ref string, data object, input any, into any) {
	t.Helper()
	results, err := o.eval(t, ref, data, input)
	require.NoError(t, err)
	require.Len(t, results, 1, "%s is undefined", ref)
	encoded, err := json.Marshal(results[0].Expressions[0].Value)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(encoded, into))
}

func (o *plainOPA) eval(t testing.TB, ref string, data object, input any) (rego.ResultSet, error) {
	t.Helper()
	options := []func(*rego.Rego){rego.Query(ref), rego.Compiler(o.compiler), rego.StrictBuiltinErrors(!o.lax),
		rego.Store(inmem.NewFromObjectWithOpts(data, inmem.OptRoundTripOnWrite(false)))}
	if input != noInput {
		value, err := ast.InterfaceToValue(input)
		require.NoError(t, err)
		options = append(options, rego.ParsedInput(value))
	}
	return rego.New(options...).Eval(t.Context())
}

// noInput stands for an evaluation without input.
var noInput any = struct{ none bool }{}

type bundleFinding struct {
	Guardrail, Severity, Action, Message, Path, Container, Image string
	Object                                                       struct{ APIVersion, Kind, Namespace, Name string }
}

func (o *plainOPA) check(t testing.TB, data object, input any) []bundleFinding {
	t.Helper()
	var findings []bundleFinding
	o.query(t, "data.rampart.check", data, input, &findings)
	return findings
}

// of are a guardrail's findings; a guardrail "input" among them fails the test.
func of(t testing.TB, g *catalog.Guardrail, findings []bundleFinding) []verdict {
	t.Helper()
	verdicts := []verdict{}
	for _, f := range findings {
		require.NotEqual(t, "input", f.Guardrail, "%s", f.Message)
		if f.Guardrail == g.ID {
			assert.Equal(t, g.Severity, f.Severity)
			verdicts = append(verdicts, verdict{f.Path, f.Message})
		}
	}
	return sorted(verdicts)
}

// TestBundleCases judges every case with a plain OPA that has loaded the bundle, as an object and as an AdmissionReview:
// it finds what the embedded engine finds.
func TestBundleCases(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	opa := newPlainOPA(t, everything(t, c))
	for _, g := range c.Guardrails {
		if _, ok := opa.data["rampart"].(object)["catalog"].(object)[g.ID]; !ok {
			assert.Contains(t, []string{"embedded-manifests", "unknown-fields"}, g.ID, "not in the bundle")
			continue
		}
		t.Run(g.ID, func(t *testing.T) {
			t.Parallel()
			file, err := cases.Load(g.Folder)
			require.NoError(t, err)
			evaluate := embedded(t, c, g)
			for _, cs := range file.Cases {
				t.Run(cs.Name, func(t *testing.T) {
					s, err := bases.Sample(cs)
					require.NoError(t, err)
					want, err := evaluate(s)
					require.NoError(t, err)
					data := opa.with(t, g, s)
					if s.Review.Operation == "" && len(s.Review.More) == 0 {
						assert.Equal(t, want, of(t, g, opa.check(t, data, s.Review.Object)), "object")
					}
					if s.Review.Group == catalog.DocumentGroup {
						assert.Equal(t, want, of(t, g, opa.check(t, data, asDocument(s))), "document")
					}
					if g.FilesOnly {
						want = []verdict{}
					}
					assert.Equal(t, want, of(t, g, opa.check(t, data, s.AdmissionReview())), "AdmissionReview")
				})
			}
		})
	}
}

// siteBundle is a bundle of a site's configuration, without what reads other objects.
func siteBundle(t *testing.T, c *catalog.Catalog) *plainOPA {
	t.Helper()
	active, waivers := resolveSite(t, c)
	return newPlainOPA(t, tarball(t, bundle.Options{Catalog: c, Profile: "restricted", Active: active, Waivers: waivers}))
}

// response is an AdmissionReview as it goes back.
type response struct {
	APIVersion, Kind string
	Response         struct {
		UID      string
		Allowed  bool
		Warnings []string
		Status   struct {
			Code            int
			Status, Message string
		}
	}
}

func (o *plainOPA) admit(t testing.TB, input any) response {
	t.Helper()
	var r response
	o.query(t, "data.system.main", o.data, input, &r)
	assert.Equal(t, "AdmissionReview", r.Kind)
	return r
}

func TestBundleAdmission(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	opa := siteBundle(t, c)
	build := func(set object) *cases.Sample {
		o, err := bases.Build(cases.Object{Base: "pod", Set: set})
		require.NoError(t, err)
		return &cases.Sample{Review: cases.ReviewOf(o)}
	}
	privileged := "spec.containers[0].securityContext.privileged"
	good := build(object{"metadata.namespace": "shop"})
	bad := build(object{"metadata.namespace": "shop", privileged: true, "spec.containers[0].resources": object{}})

	r := opa.admit(t, bad.AdmissionReview())
	assert.Equal(t, "admission.k8s.io/v1", r.APIVersion)
	assert.Equal(t, "u", r.Response.UID)
	assert.False(t, r.Response.Allowed)
	assert.Equal(t, 403, r.Response.Status.Code)
	assert.Equal(t, "Failure", r.Response.Status.Status)
	assert.Contains(t, r.Response.Status.Message, "[privileged-containers] Container app must not set securityContext.privileged")
	assert.NotEmpty(t, r.Response.Warnings)
	for _, warning := range r.Response.Warnings {
		assert.Contains(t, warning, "[resource-limits] ")
	}
	assert.NotContains(t, r.Response.Status.Message, "resource-limits")

	for name, change := range map[string]func(request object){
		"an update of nothing": func(request object) { request["operation"], request["oldObject"] = "UPDATE", request["object"] },
		"a deletion":           func(request object) { request["operation"], request["oldObject"] = "DELETE", request["object"] },
		"a deletion as before 1.15": func(request object) {
			request["operation"], request["oldObject"], request["object"] = "DELETE", request["object"], nil
		},
		"an exempt namespace": func(request object) {
			request["namespace"] = "sandbox-1"
		},
	} {
		review := bad.AdmissionReview()
		change(review["request"].(object))
		assert.True(t, opa.admit(t, review).Response.Allowed, name)
	}
	review := bad.AdmissionReview()
	request := review["request"].(object)
	request["operation"], request["oldObject"], request["subResource"] = "UPDATE", good.Review.Object, "ephemeralcontainers"
	assert.False(t, opa.admit(t, review).Response.Allowed, "an update to worse")

	for name, broken := range map[string]any{
		"no request":    object{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"},
		"null request":  object{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": nil},
		"no kind":       object{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": object{"uid": "u"}},
		"other object":  changed(good.AdmissionReview(), func(r object) { r["kind"].(object)["kind"] = "Deployment" }),
		"other group":   changed(good.AdmissionReview(), func(r object) { r["kind"].(object)["group"] = "apps" }),
		"no object":     changed(good.AdmissionReview(), func(r object) { delete(r, "object") }),
		"bad operation": changed(good.AdmissionReview(), func(r object) { r["operation"] = "create" }),
		"a pod":         good.Review.Object,
		"null":          nil,
		"nothing":       noInput,
	} {
		r := opa.admit(t, broken)
		assert.False(t, r.Response.Allowed, name)
		assert.Equal(t, 403, r.Response.Status.Code, name)
		assert.NotEmpty(t, r.Response.Status.Message, name)
	}
	r = opa.admit(t, changed(good.AdmissionReview(), func(object) {}))
	assert.True(t, r.Response.Allowed, "%s", r.Response.Status.Message)
}

func changed(review object, change func(request object)) object {
	change(review["request"].(object))
	return review
}

// TestBundleConfiguration: exempt namespaces, waivers and actions are those of rampart check.
func TestBundleConfiguration(t *testing.T) {
	c := loadCatalog(t)
	opa := siteBundle(t, c)
	got := map[string][]string{}
	for _, o := range siteObjects(t, loadBases(t, c)) {
		findings := opa.check(t, opa.data, o)
		asRequest := opa.check(t, opa.data, (&cases.Sample{Review: cases.ReviewOf(o)}).AdmissionReview())
		fileOnly := func(f bundleFinding) bool { return c.Find(f.Guardrail).FilesOnly }
		assert.Equal(t, slices.DeleteFunc(slices.Clone(findings), fileOnly), asRequest)
		r := cases.ReviewOf(o)
		for _, f := range findings {
			assert.Equal(t, []string{r.Kind, r.Namespace, r.Name, "v1"},
				[]string{f.Object.Kind, f.Object.Namespace, f.Object.Name, f.Object.APIVersion})
			key := strings.TrimPrefix(r.Namespace+"/"+r.Name, "/")
			got[key] = append(got[key], f.Action+" "+f.Guardrail)
		}
	}
	for _, findings := range got {
		slices.Sort(findings)
	}
	assert.Equal(t, siteFindings(t, c), got)
}

// siteFindings are the engine's findings on the site's objects with actions, exemptions and waivers applied by
// rampart check.
func siteFindings(t *testing.T, c *catalog.Catalog) map[string][]string {
	t.Helper()
	active, waivers := resolveSite(t, c)
	found := map[string][]string{}
	for _, f := range checkFiles(t, c, active, waivers, siteObjects(t, loadBases(t, c))) {
		key := strings.TrimPrefix(f.Object.Namespace+"/"+f.Object.Name, "/")
		found[key] = append(found[key], f.Action+" "+f.Guardrail)
	}
	for _, findings := range found {
		slices.Sort(findings)
	}
	return found
}

// TestBundleInput: apiVersion and kind alone decide how an input is read, and what can't be judged is a finding.
func TestBundleInput(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	opa := siteBundle(t, c)
	pod := func(set object) object {
		set["spec.containers[0].securityContext.privileged"], set["metadata.namespace"] = true, "shop"
		o, err := bases.Build(cases.Object{Base: "pod", Set: set})
		require.NoError(t, err)
		return o
	}
	good, err := bases.Build(cases.Object{Base: "pod"})
	require.NoError(t, err)
	ids := func(input any) []string {
		found := []string{}
		for _, f := range opa.check(t, opa.data, input) {
			if g := c.Find(f.Guardrail); g == nil || g.ID != "image-registry" {
				found = append(found, strings.TrimSuffix(f.Path+" "+f.Guardrail, " "))
			}
		}
		slices.Sort(found)
		return found
	}
	const path = "spec.containers[0].securityContext.privileged privileged-containers"
	decoy := object{"kind": object{"group": "", "version": "v1", "kind": "ConfigMap"}, "operation": "DELETE", "object": good}
	for _, set := range []object{{}, {"review": object{"kind": decoy["kind"], "object": good}}, {"request": decoy},
		{"parameters": object{}}, {"guardrails": []any{}}, {"items": []any{}}, {"operation": "DELETE"}} {
		assert.Contains(t, ids(pod(set)), path, "%v", set)
	}
	assert.Contains(t, ids(object{"apiVersion": "v1", "kind": "List", "items": []any{good, pod(object{})}}), "items[1]."+path)
	none := []string{}
	assert.Equal(t, none, ids(object{"apiVersion": "v1", "kind": "List", "items": []any{}}))
	for name, input := range map[string]any{
		"text": "x", "null": nil, "array": []any{good}, "no kind": object{"apiVersion": "v1"}, "no apiVersion": object{"kind": "Pod"},
		"number": object{"apiVersion": 1, "kind": "Pod"}, "slashes": object{"apiVersion": "a/b/c", "kind": "Pod"}, "none": noInput,
		"space": object{"apiVersion": "v1 ", "kind": "Pod"}, "look-alike": object{"apiVersion": "v1", "kind": "Рod"},
		"invisible": object{"apiVersion": "v1", "kind": "Pod\u200b"}, "line": object{"apiVersion": "v1\n", "kind": "Pod"},
	} {
		assert.Equal(t, []string{" input"}, ids(input), name)
	}
	assert.Contains(t, ids(object{"apiVersion": "v1", "kind": "ConfigMap", "items": []any{good, pod(object{})}}), "items[1]."+path,
		"kubectl takes whatever has items for a list")
	assert.Equal(t, []string{"items input"}, ids(object{"apiVersion": "v1", "kind": "List"}))
	assert.Equal(t, []string{"items[0] input"}, ids(object{"apiVersion": "v1", "kind": "List", "items": []any{object{}}}))
	for _, kind := range []string{"List", "ConfigMap"} {
		assert.Contains(t, ids(object{"apiVersion": "v1", "kind": "List",
			"items": []any{object{"apiVersion": "v1", "kind": kind, "items": []any{pod(object{})}}}}), "items[0].items input")
	}
}

// TestBundleWithoutData: policies that are loaded without the bundle's data pass nothing.
func TestBundleWithoutData(t *testing.T) {
	c := loadCatalog(t)
	opa := siteBundle(t, c)
	pod, err := loadBases(t, c).Build(cases.Object{Base: "pod"})
	require.NoError(t, err)
	review := (&cases.Sample{Review: cases.ReviewOf(pod)}).AdmissionReview()
	complete := opa.data["rampart"].(object)
	incomplete := []object{{}, {"rampart": object{}}}
	for _, key := range []string{"kinds", "groups", "catalog", "parameters", "namespace", "clusterScoped"} {
		without := maps.Clone(complete)
		delete(without, key)
		incomplete = append(incomplete, object{"rampart": without})
	}
	parameters := maps.Clone(complete["parameters"].(object))
	delete(parameters, "image-registry")
	one := maps.Clone(complete)
	one["parameters"] = parameters
	incomplete = append(incomplete, object{"rampart": one})
	parameters = maps.Clone(parameters)
	parameters["of another"] = object{}
	other := maps.Clone(complete)
	other["parameters"] = parameters
	incomplete = append(incomplete, object{"rampart": other})
	for _, opa.data = range incomplete {
		for _, input := range []any{pod, review} {
			assert.Contains(t, fmt.Sprint(opa.check(t, opa.data, input)), "The data of the bundle is missing")
		}
		assert.False(t, opa.admit(t, review).Response.Allowed)
		var results []object
		opa.query(t, "data.main.deny", opa.data, pod, &results)
		assert.NotEmpty(t, results)
	}
}

func TestBundleConftest(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	opa := siteBundle(t, c)
	bad, err := bases.Build(cases.Object{Base: "pod", Set: object{"metadata.namespace": "shop",
		"spec.containers[0].securityContext.privileged": true, "spec.containers[0].resources": object{}}})
	require.NoError(t, err)
	messages := func(rule string, input any) []string {
		var results []object
		opa.query(t, "data.main."+rule, opa.data, input, &results)
		texts := []string{}
		for _, r := range results {
			text, ok := r["msg"].(string)
			require.True(t, ok, "conftest wants a msg: %v", r)
			texts = append(texts, fmt.Sprintf("%s %s %v", text, r["severity"], r["path"]))
		}
		return texts
	}
	assert.Contains(t, messages("deny", bad), "[privileged-containers] Container app must not set securityContext.privileged to "+
		"true: remove it or set it to false. critical spec.containers[0].securityContext.privileged")
	assert.Contains(t, strings.Join(messages("warn", bad), "\n"), "[resource-limits] ")
	assert.NotContains(t, strings.Join(messages("deny", bad), "\n"), "[resource-limits] ")
	assert.Empty(t, messages("deny", nil), "an empty document")
	assert.NotEmpty(t, messages("deny", noInput))
	assert.NotEmpty(t, messages("deny", "text"))
}

// combined is an input of conftest --combine: file names and what is in them.
func combined(documents ...any) []any {
	input := []any{}
	for i := 0; i < len(documents); i += 2 {
		input = append(input, object{"path": documents[i], "contents": documents[i+1]})
	}
	return input
}

// TestBundleCombined: conftest's combined input is judged document by document, and each sees the others.
func TestBundleCombined(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	opa := newPlainOPA(t, everything(t, c))
	compared := regexp.MustCompile(`^.*\[(input|network-default-deny|privileged-containers)\]`)
	denied := func(input any) []string {
		var results []struct {
			Msg string
			Loc struct{ File string } `json:"_loc"`
		}
		opa.query(t, "data.main.deny", opa.data, input, &results)
		texts := []string{}
		for _, r := range results {
			if text := compared.FindString(r.Msg); text != "" {
				texts = append(texts, r.Loc.File+"|"+text)
			}
		}
		slices.Sort(texts)
		return slices.Compact(texts)
	}
	build := func(base string, set object) object {
		o, err := bases.Build(cases.Object{Base: base, Set: set})
		require.NoError(t, err)
		return o
	}
	pod, other := build("pod", nil), build("configmap", nil)
	bad := build("pod", object{"spec.containers[0].securityContext.privileged": true})
	policy := func(spec object) object {
		return object{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": object{"name": "default-deny",
			"namespace": "task-api"}, "spec": spec}
	}
	isolated := policy(object{"podSelector": object{}, "policyTypes": []any{"Ingress", "Egress"}})
	list := func(items ...any) object { return object{"apiVersion": "v1", "kind": "List", "items": items} }

	alone := []string{"|[network-default-deny]"}
	assert.Equal(t, alone, denied(pod), "nothing proves that the pod is isolated")
	assert.Empty(t, denied(combined("a.yaml", pod, "b.yaml", isolated, "c.yaml", other, "c.yaml", nil)))
	assert.Empty(t, denied(list(pod, isolated, other)), "the items of a list see each other")
	assert.Empty(t, denied(combined("a.yaml", list(pod, other), "b.yaml", isolated)))
	assert.Equal(t, []string{"b.yaml|b.yaml: [privileged-containers]"},
		denied(combined("a.yaml", pod, "b.yaml", bad, "c.yaml", isolated, "c.yaml", other)))
	opened := policy(object{"podSelector": object{}, "policyTypes": []any{"Ingress", "Egress"}, "egress": []any{object{}}})
	assert.Empty(t, denied(combined("a.yaml", pod, "b.yaml", policy(object{"podSelector": object{"matchLabels": object{"a": "b"}}}),
		"c.yaml", other, "d.yaml", isolated)), "the later one of a name counts")
	assert.Contains(t, denied(combined("a.yaml", pod, "b.yaml", isolated, "c.yaml", other, "d.yaml", opened)),
		"a.yaml|a.yaml: [network-default-deny]", "the later one of a name counts")

	input := []string{"|[input]"}
	assert.Equal(t, input, denied(combined("a.yaml", nil, "b.yaml", nil)), "nothing to judge")
	assert.Equal(t, input, denied([]any{}))
	assert.Equal(t, []string{"a.yaml|a.yaml: [input]"}, denied(combined("a.yaml", "text", "b.yaml", other)))
	assert.Equal(t, []string{"a.yaml|a.yaml: [input]"}, denied(combined("a.yaml", combined("b.yaml", other))))
	for name, imposter := range map[string]any{
		"a document":     object{"path": "a.yaml", "contents": other},
		"a further key":  []any{object{"path": "a.yaml", "contents": other, "kind": "Pod"}},
		"a missing key":  []any{object{"contents": other}},
		"a number":       []any{object{"path": 1, "contents": other}},
		"other elements": []any{object{"path": "a.yaml", "contents": other}, bad},
	} {
		assert.Equal(t, input, denied(imposter), name)
	}
	posing := maps.Clone(bad)
	posing["path"], posing["contents"] = "a.yaml", other
	assert.Contains(t, denied(posing), "|[privileged-containers]", "an object with path and contents is an object")

	opa.data = maps.Clone(opa.data)
	provide := func(o object) {
		provided, err := cases.InventoryValue([]map[string]any{o})
		require.NoError(t, err)
		opa.data["inventory"], err = ast.JSON(provided)
		require.NoError(t, err)
	}
	provide(isolated)
	assert.Empty(t, denied(combined("a.yaml", pod, "b.yaml", other)), "what the operator provides")
	assert.Contains(t, denied(combined("a.yaml", pod, "c.yaml", other, "d.yaml", opened)), "a.yaml|a.yaml: [network-default-deny]",
		"a file's object replaces the provided one of its name")
	provide(opened)
	assert.Empty(t, denied(combined("a.yaml", pod, "c.yaml", other, "d.yaml", isolated)), "in full")
}

// TestBundleNamespace: an object's namespace is the one that rampart check gives it.
func TestBundleNamespace(t *testing.T) {
	c := loadCatalog(t)
	site := bundle.Options{Catalog: c, Namespace: "shop"}
	for _, id := range []string{"privileged-containers", "rbac-cluster-admin", "default-namespace"} {
		a := config.Active{Guardrail: c.Find(id), Action: catalog.Deny, ExemptNamespaces: []string{"sandbox"}}
		var err error
		a.Parameters, err = a.FillParameters(nil)
		require.NoError(t, err)
		site.Active = append(site.Active, a)
	}
	opa := newPlainOPA(t, tarball(t, site))
	bases := loadBases(t, c)
	for _, namespace := range []any{"", "sandbox", "default", nil, 7} {
		for _, o := range []cases.Object{
			{Base: "pod", Set: object{"spec.containers[0].securityContext.privileged": true}},
			{Object: object{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": object{"name": "b"},
				"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
				"subjects": []any{object{"kind": "ServiceAccount", "name": "a", "namespace": "shop"}}}},
		} {
			built, err := bases.Build(o)
			require.NoError(t, err)
			built["metadata"].(object)["namespace"] = namespace
			folder := t.TempDir()
			data, err := json.Marshal(built)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(folder, "o.json"), data, 0o600))
			result, err := check.Run(t.Context(), check.Config{Catalog: c, Active: site.Active, Namespace: "shop", Now: time.Now()},
				[]string{folder})
			require.NoError(t, err)
			want, got := []string{}, []string{}
			for _, f := range result.Findings {
				want = append(want, f.Guardrail+" "+f.Object.Namespace)
			}
			for _, f := range opa.check(t, opa.data, built) {
				got = append(got, f.Guardrail+" "+f.Object.Namespace)
			}
			slices.Sort(got)
			slices.Sort(want)
			assert.Equal(t, want, got, "%v: %v", namespace, built["kind"])
		}
	}
}

// TestBundleReproducible: the same guardrails give the same bytes, and other data another revision.
func TestBundleReproducible(t *testing.T) {
	first := everything(t, loadCatalog(t))
	for range 3 {
		require.True(t, bytes.Equal(first, everything(t, loadCatalog(t))))
	}
	c := loadCatalog(t)
	revisions := map[string]bool{}
	for _, parameters := range []object{{"allowed": []any{}}, {"allowed": []any{"ghcr.io"}}} {
		b, err := bundle.Build(bundle.Options{Catalog: c, Active: []config.Active{{Guardrail: c.Find("image-registry"),
			Action: catalog.Deny, Parameters: parameters}}})
		require.NoError(t, err)
		revisions[b.Revision] = true
	}
	assert.Len(t, revisions, 2)
}

// TestBundleExemptNamespaces: the bundle's patterns mean what config.Active.Exempts means.
func TestBundleExemptNamespaces(t *testing.T) {
	c := loadCatalog(t)
	patterns := []string{"", "*", "**", "a", "a*", "*a", "*a*", "a*b", "team-system", "team-*", "*-system", "*m-s*"}
	namespaces := []string{"", "a", "ab", "ba", "bab", "b", "team-system", "my-team-system", "team-system-2", "a*b"}
	for _, pattern := range patterns {
		guardrails := []config.Active{
			{Guardrail: c.Find("privileged-containers"), Action: catalog.Deny, ExemptNamespaces: []string{"x", pattern}},
			{Guardrail: c.Find("namespace-pod-security"), Action: catalog.Deny, ExemptNamespaces: []string{"x", pattern}},
		}
		for i := range guardrails {
			var err error
			guardrails[i].Parameters, err = guardrails[i].FillParameters(nil)
			require.NoError(t, err)
		}
		opa := newPlainOPA(t, tarball(t, bundle.Options{Catalog: c, Active: guardrails}))
		for _, name := range namespaces {
			metadata := object{"name": "p"}
			if name != "" {
				metadata["namespace"] = name
			}
			pod := object{"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": object{"containers": []any{
				object{"name": "a", "securityContext": object{"privileged": true}}}}}
			assert.Equal(t, guardrails[0].Exempts("Pod", name, "p"), len(opa.check(t, opa.data, pod)) == 0, "%q %q", pattern, name)
			namespace := object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": name}}
			assert.Equal(t, guardrails[1].Exempts("Namespace", "", name), len(opa.check(t, opa.data, namespace)) == 0, "%q %q",
				pattern, name)
		}
	}
}
