package conformance

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
)

const failing = `# METADATA
# title: Fails
# description: Fails to evaluate.
# scope: package
# related_resources: [{ref: https://example.com}]
# custom:
#   id: failing
#   severity: low
#   match: [{groups: [""], kinds: [Pod]}]
#   controls: {soc2: [CC6.1]}
#   remediation: None.
package rampart.container.failing

import data.lib.finding

`

// Two ways to fail: rules that contradict each other, and a built-in function that cannot take its arguments.
const (
	contradicting = failing + `
word := "a" if input.review.kind.kind == "Pod"

word := "b" if input.review.kind.kind == "Pod"

violation contains finding.at(rego.metadata.chain(), "", word)
`
	dividing = failing + `
violation contains finding.at(rego.metadata.chain(), "", "Fails.") if {
	count(input.review.object.spec.containers) / count(object.get(input.review.object, "none", [])) > 1
}
`
)

// withFailing is the catalogue with one more guardrail, failing, on a Pod that every other guardrail allows.
func withFailing(t *testing.T, policy string) (*catalog.Catalog, *catalog.Guardrail, *cases.Sample) {
	t.Helper()
	c, err := catalog.Load(os.DirFS("../../policies"), fstest.MapFS{"container/failing/policy.rego": {Data: []byte(policy)}})
	require.NoError(t, err)
	s, err := loadBases(t, c).Sample(&cases.Case{Object: cases.Object{Base: "pod"}})
	require.NoError(t, err)
	return c, c.Find("failing"), s
}

// TestBundleFailure: where one guardrail of a bundle fails, there is no answer, and so none that allows. A failing
// built-in function is a failure only to those who ask OPA to take it for one.
func TestBundleFailure(t *testing.T) {
	bundleOf := func(policy string) (*plainOPA, *cases.Sample) {
		c, g, s := withFailing(t, policy)
		return newPlainOPA(t, denying(t, c, []*catalog.Guardrail{c.Find("host-ports"), g})), s
	}
	for message, policy := range map[string]string{"eval_conflict_error": contradicting, "divide by zero": dividing} {
		opa, s := bundleOf(policy)
		for _, entry := range []string{"data.rampart.check", "data.system.main", "data.main.deny", "data.main.warn"} {
			_, err := opa.eval(t, entry, opa.data, s.AdmissionReview())
			require.ErrorContains(t, err, message, entry)
		}
	}
	opa, s := bundleOf(contradicting)
	opa.lax = true
	_, err := opa.eval(t, "data.system.main", opa.data, s.AdmissionReview())
	require.ErrorContains(t, err, "eval_conflict_error")
	opa, s = bundleOf(dividing)
	opa.lax = true
	assert.True(t, opa.admit(t, s.AdmissionReview()).Response.Allowed, "as README.md says")
}

// TestGatekeeperFailure: to Gatekeeper a template that fails is a violation, but for built-in functions.
func TestGatekeeperFailure(t *testing.T) {
	c, g, s := withFailing(t, contradicting)
	_, err := gatekeeper(t, c, g)(s)
	require.ErrorContains(t, err, "finding without the guardrail's id")
	require.ErrorContains(t, err, "eval_conflict_error")

	c, g, s = withFailing(t, dividing)
	found, err := gatekeeper(t, c, g)(s)
	require.NoError(t, err)
	assert.Empty(t, found, "as README.md says")
}
