package gatekeeper322

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	templatesv1 "github.com/open-policy-agent/frameworks/constraint/pkg/apis/templates/v1"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/drivers/rego"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/reviews"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/opa/v1/version"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const (
	// opaVersion is the one in Gatekeeper 3.22.
	opaVersion = "1.13.2"
	// webhook is Gatekeeper's enforcement point for admission.
	webhook = "validation.gatekeeper.sh"
)

// guardrail is what harness/internal/cases-dump prints.
type guardrail struct {
	ID       string
	Template *templatesv1.ConstraintTemplate
	Cases    []struct {
		Name       string
		Constraint *unstructured.Unstructured
		Inventory  []*unstructured.Unstructured
		Reviews    []struct {
			Request  *admissionv1.AdmissionRequest
			Findings []finding
		}
	}
}

type finding struct{ ID, Path, Message string }

func compare(a, b finding) int {
	return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Path, b.Path), strings.Compare(a.Message, b.Message))
}

// TestCases: in an audit and at every operation, each case has the findings that the embedded engine has.
func TestCases(t *testing.T) {
	require.Equal(t, opaVersion, version.Version)
	guardrails := load(t)
	var cases, judged, found, differing int
	t.Cleanup(func() {
		t.Logf("OPA %s: %d guardrails, %d cases, %d reviews, %d findings, %d reviews differing", opaVersion, len(guardrails),
			cases, judged, found, differing)
	})
	for _, g := range guardrails {
		t.Run(g.ID, func(t *testing.T) {
			c := newClient(t, g.Template)
			for _, cs := range g.Cases {
				cases++
				_, err := c.AddConstraint(t.Context(), cs.Constraint)
				require.NoError(t, err, cs.Name)
				withInventory(t, c, cs.Inventory, func() {
					for _, r := range cs.Reviews {
						got := review(t, c, r.Request)
						slices.SortFunc(r.Findings, compare)
						judged, found = judged+1, found+len(got)
						if !assert.Equal(t, r.Findings, got, "%s, operation %q", cs.Name, r.Request.Operation) {
							differing++
						}
					}
				})
			}
		})
	}
	require.Positive(t, found)
}

// load runs the root module's command: this module must not import that one, whose OPA is newer.
func load(t *testing.T) []*guardrail {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "run", "./harness/internal/cases-dump")
	command.Dir = "../.."
	var stderr strings.Builder
	command.Stderr = &stderr
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	var guardrails []*guardrail
	decoder := json.NewDecoder(stdout)
	for {
		g := &guardrail{}
		if err := decoder.Decode(g); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v\n%s", err, stderr.String())
		}
		guardrails = append(guardrails, g)
	}
	require.NoError(t, command.Wait(), "%s", &stderr)
	return guardrails
}

// newClient is Gatekeeper's engine with one template. A cluster has http.send off; so has the driver here.
func newClient(t *testing.T, template *templatesv1.ConstraintTemplate) *client.Client {
	t.Helper()
	driver, err := rego.New(rego.DisableBuiltins("http.send"))
	require.NoError(t, err)
	c, err := client.NewClient(client.Targets(&target.K8sValidationTarget{}), client.Driver(driver),
		client.EnforcementPoints(webhook))
	require.NoError(t, err)
	versionless, err := template.ToVersionless()
	require.NoError(t, err)
	_, err = c.AddTemplate(t.Context(), versionless)
	require.NoError(t, err)
	return c
}

func withInventory(t *testing.T, c *client.Client, objects []*unstructured.Unstructured, do func()) {
	t.Helper()
	for _, object := range objects {
		_, err := c.AddData(t.Context(), object)
		require.NoError(t, err)
	}
	do()
	for _, object := range objects {
		_, err := c.RemoveData(t.Context(), object)
		require.NoError(t, err)
	}
}

func review(t *testing.T, c *client.Client, request *admissionv1.AdmissionRequest) []finding {
	t.Helper()
	responses, err := c.Review(t.Context(), request, reviews.EnforcementPoint(webhook))
	require.NoError(t, err)
	findings := []finding{}
	for _, r := range responses.Results() {
		details, _ := r.Metadata["details"].(map[string]any)
		findings = append(findings, finding{fmt.Sprint(details["id"]), fmt.Sprint(details["path"]), r.Msg})
	}
	slices.SortFunc(findings, compare)
	return findings
}
