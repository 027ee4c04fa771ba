package conformance

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/open-policy-agent/frameworks/constraint/pkg/apis"
	constraintclient "github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/drivers/rego"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/reviews"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/gator/reader"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admission/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/harness/render"
)

// TestGatekeeper judges every case with Gatekeeper's own constraint client, on the rendered template and constraint.
func TestGatekeeper(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	for _, g := range c.Guardrails {
		if g.FilesOnly {
			continue
		}
		t.Run(g.ID, func(t *testing.T) {
			t.Parallel()
			file, err := cases.Load(g.Folder)
			require.NoError(t, err)
			evaluate := gatekeeper(t, c, g)
			for _, cs := range file.Cases {
				t.Run(cs.Name, func(t *testing.T) {
					s, err := bases.Sample(cs)
					require.NoError(t, err)
					if !catalog.Admitted(s.Review.Group) {
						assertVerdict(t, evaluate, s, nil) // The constraint leaves out what is only in files.
						return
					}
					assertVerdict(t, evaluate, s, cs.Deny)
					if s.Review.Operation == "" {
						assertOperationsAgree(t, evaluate, s, cs)
						assertGenerateName(t, evaluate, s, cs)
					}
				})
			}
		})
	}
}

// assertGenerateName: an object whose name the API server will generate gets the same number of findings. (Messages may
// name the object.)
func assertGenerateName(t *testing.T, evaluate evaluator, s *cases.Sample, cs *cases.Case) {
	t.Helper()
	object, ok := s.Review.Object.(map[string]any)
	metadata, named := object["metadata"].(map[string]any)
	if !ok || !named || s.Review.Kind != "Pod" {
		return
	}
	clean := map[string]any{"generateName": "task-api-"}
	for key, value := range metadata {
		if key != "name" {
			clean[key] = value
		}
	}
	unnamed := map[string]any{}
	for key, value := range object {
		unnamed[key] = value
	}
	unnamed["metadata"] = clean
	got, err := evaluate(s.With(func(r *engine.Review) { r.Operation, r.Name, r.Object = "CREATE", "", unnamed }))
	require.NoError(t, err)
	require.Len(t, got, len(cs.Deny))
}

func gatekeeper(t testing.TB, c *catalog.Catalog, g *catalog.Guardrail) evaluator {
	t.Helper()
	scheme := runtime.NewScheme()
	require.NoError(t, apis.AddToScheme(scheme))
	template, err := render.Template(c, g)
	require.NoError(t, err)
	converted, err := reader.ToTemplate(scheme, toUnstructured(t, template))
	require.NoError(t, err)
	// A cluster has http.send off; so has the driver here.
	driver, err := rego.New(rego.DisableBuiltins("http.send"))
	require.NoError(t, err)
	client, err := constraintclient.NewClient(constraintclient.Targets(&target.K8sValidationTarget{}),
		constraintclient.Driver(driver), constraintclient.EnforcementPoints(util.WebhookEnforcementPoint))
	require.NoError(t, err)
	_, err = client.AddTemplate(t.Context(), converted)
	require.NoError(t, err)
	return func(s *cases.Sample) ([]verdict, error) {
		parameters, err := g.FillParameters(s.Parameters)
		if err != nil {
			return nil, err
		}
		if _, err := client.AddConstraint(t.Context(), toUnstructured(t, render.Constraint(config.Active{Guardrail: g,
			Action: catalog.Deny, Parameters: parameters}, nil))); err != nil {
			return nil, err
		}
		for _, object := range s.Inventory {
			if _, err := client.AddData(t.Context(), toUnstructured(t, object)); err != nil {
				return nil, err
			}
		}
		defer func() {
			for _, object := range s.Inventory {
				_, err := client.RemoveData(t.Context(), toUnstructured(t, object))
				require.NoError(t, err)
			}
		}()
		request, err := admissionRequest(s.Review)
		if err != nil {
			return nil, err
		}
		review := target.AugmentedReview{AdmissionRequest: request, Namespace: namespaceObject(t, g, s), IsAdmission: true}
		responses, err := client.Review(t.Context(), &review, reviews.EnforcementPoint(util.WebhookEnforcementPoint))
		if err != nil {
			return nil, err
		}
		verdicts := []verdict{}
		for _, r := range responses.Results() {
			details, _ := r.Metadata["details"].(map[string]any)
			if details["id"] != g.ID {
				return nil, fmt.Errorf("finding without the guardrail's id: %s %v", r.Msg, r.Metadata)
			}
			verdicts = append(verdicts, verdict{fmt.Sprint(details["path"]), r.Msg})
		}
		return sorted(verdicts), nil
	}
}

// namespaceObject is what the webhook adds to a request and gator does not: the object's Namespace, as the inventory has it.
// A guardrail that reads Namespaces from the inventory gets none that is not there.
func namespaceObject(t testing.TB, g *catalog.Guardrail, s *cases.Sample) *corev1.Namespace {
	t.Helper()
	for _, object := range s.Inventory {
		if r := cases.ReviewOf(object); r.Kind == "Namespace" && r.Name == s.Review.Namespace {
			data, err := json.Marshal(object)
			require.NoError(t, err)
			namespace := &corev1.Namespace{}
			if json.Unmarshal(data, namespace) == nil { // malformed ones are part of some cases
				return namespace
			}
			return nil
		}
	}
	reads := slices.ContainsFunc(g.Sync, func(k catalog.GroupVersionKind) bool { return k.Kind == "Namespace" })
	if reads || s.Review.Namespace == "" || s.Review.Operation == "" {
		return nil
	}
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.Review.Namespace}}
}

func toUnstructured(t testing.TB, object map[string]any) *unstructured.Unstructured {
	t.Helper()
	data, err := json.Marshal(object)
	require.NoError(t, err)
	u := &unstructured.Unstructured{}
	require.NoError(t, u.UnmarshalJSON(data))
	return u
}

func admissionRequest(r engine.Review) (*admissionv1.AdmissionRequest, error) {
	request := &admissionv1.AdmissionRequest{
		Kind:      metav1.GroupVersionKind{Group: r.Group, Version: r.Version, Kind: r.Kind},
		Name:      r.Name,
		Namespace: r.Namespace,
		Operation: admissionv1.Operation(r.Operation),
		UserInfo:  authenticationv1.UserInfo{},
	}
	var err error
	if r.Object != nil {
		if request.Object.Raw, err = json.Marshal(r.Object); err != nil {
			return nil, err
		}
	}
	if r.OldObject != nil {
		request.OldObject.Raw, err = json.Marshal(r.OldObject)
	}
	return request, err
}
