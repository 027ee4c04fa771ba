package engine_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
)

const header = `# METADATA
# title: T
# description: D.
# scope: package
# related_resources: [{ref: https://example.com}]
# schemas:
#   - input.parameters: {type: object, default: {}, properties: {names: {type: array, items: {type: string}, default: []}}}
# custom: {id: probe, severity: low, match: [{groups: [""], kinds: [Pod]}], controls: {soc2: [CC6.1]}, remediation: R.}
package rampart.code.probe

`

// compile makes a program of one guardrail with the body given.
func compile(t *testing.T, body string) *engine.Program {
	t.Helper()
	c, err := catalog.Load(fstest.MapFS{
		"lib/workloads/workloads.rego": {Data: []byte("package lib.workloads\n\npod_templates := {\"/Pod\": [[]]}\n")},
		"code/probe/policy.rego":       {Data: []byte(header + body)},
	})
	require.NoError(t, err)
	program, err := engine.Compile(c, c.Guardrails)
	require.NoError(t, err)
	return program
}

func evaluate(t *testing.T, program *engine.Program, names ...any) ([]engine.Violation, error) {
	t.Helper()
	data := engine.NewData(map[string]map[string]any{"probe": {"names": names}}, nil)
	review, err := engine.Review{Kind: "Pod", Version: "v1", Object: map[string]any{"kind": "Pod"}}.Value()
	require.NoError(t, err)
	return program.Evaluate(t.Context(), data, "", "Pod", review, time.Now())
}

// Every place in which a policy can read its parameters must see them; `some … in` is the one that OPA's own
// transformer passes over.
func TestParametersEverywhere(t *testing.T) {
	for _, body := range []string{
		`violation contains {"msg": name} if some name in input.parameters.names`,
		`violation contains {"msg": name} if { some i; name := input.parameters.names[i] }`,
		`violation contains {"msg": name} if { name := input.parameters.names[_]; every n in input.parameters.names { n == name } }`,
		`violation contains {"msg": m} if { all := [n | some n in input.parameters.names]; m := all[0] }`,
		`violation contains {"msg": m} if { p := input.parameters; m := p.names[0] }`,
		`violation contains {"msg": m} if { m := $"{input.parameters.names[0]}" }`,
		`violation contains {"msg": m} if { not count(input.parameters.names) == 0; m := object.get(input, ["parameters"], input.parameters).names[0] }`,
		`violation contains {"msg": input.parameters.names[0]}`,
		`f(x) := x.names[0]
violation contains {"msg": m} if m := f(input.parameters)`,
	} {
		program := compile(t, body)
		found, err := evaluate(t, program, "a")
		require.NoError(t, err, body)
		require.Len(t, found, 1, body)
		assert.Equal(t, "a", found[0].Message, body)
	}
}

func TestFailureIsNoPass(t *testing.T) {
	program := compile(t, `
name := "a" if input.review.kind.kind == "Pod"
name := "b" if input.review.kind.kind == "Pod"
violation contains {"msg": name}`)
	_, err := evaluate(t, program)
	require.ErrorContains(t, err, "guardrail probe failed to evaluate")

	_, err = evaluate(t, compile(t, `violation := "yes"`))
	require.ErrorContains(t, err, "violation must be a set")

	_, err = evaluate(t, compile(t, `violation contains {"text": "no msg"}`))
	require.ErrorContains(t, err, "has no msg")
}

func TestInventory(t *testing.T) {
	inventory := engine.NewInventory()
	object := ast.MustInterfaceToValue(map[string]any{"a": 1})
	inventory.Add("v1", "Secret", "ns", "s", object)
	inventory.Add("rbac.authorization.k8s.io/v1", "ClusterRole", "", "r", object)
	value, err := inventory.Value()
	require.NoError(t, err)
	want := ast.MustParseTerm(`{
		"namespace": {"ns": {"v1": {"Secret": {"s": {"a": 1}}}}},
		"cluster": {"rbac.authorization.k8s.io/v1": {"ClusterRole": {"r": {"a": 1}}}}}`)
	assert.Zero(t, value.Compare(want.Value), "%s", value)
}
