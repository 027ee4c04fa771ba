package engine_test

import (
	"strings"
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

// compile makes a program of one guardrail, probe, with the body given.
func compile(t *testing.T, body string) *engine.Program {
	t.Helper()
	return compileAll(t, map[string]string{"probe": body})
}

// compileAll makes a program of guardrails by their IDs.
func compileAll(t *testing.T, bodies map[string]string) *engine.Program {
	t.Helper()
	files := fstest.MapFS{
		"lib/workloads/workloads.rego": {Data: []byte("package lib.workloads\n\npod_templates := {\"/Pod\": [[]]}\n")},
	}
	for id, body := range bodies {
		files["code/"+id+"/policy.rego"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(header, "probe", id) + body)}
	}
	c, err := catalog.Load(files)
	require.NoError(t, err)
	program, err := engine.Compile(c, c.Guardrails)
	require.NoError(t, err)
	return program
}

func evaluate(t *testing.T, program *engine.Program, names ...any) ([]engine.Violation, error) {
	t.Helper()
	data := engine.NewData(map[string]map[string]any{"probe": {"names": names}}, nil)
	review, err := engine.Review{Kind: "Pod", Version: "v1", Object: map[string]any{
		"kind": "Pod", "pattern": "[", "labels": map[string]any{},
	}}.Value()
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
	require.ErrorContains(t, err, "guardrail probe failed to evaluate: code/probe/policy.rego")

	_, err = evaluate(t, compile(t, `violation := "yes"`))
	require.EqualError(t, err, "guardrail probe failed to evaluate: violation must be a set (violation contains … if …)")

	_, err = evaluate(t, compile(t, `violation contains {"text": "no msg"}`))
	require.EqualError(t, err, "guardrail probe failed to evaluate: a violation has no msg")
}

// A built-in function that fails is no condition that does not hold: the guardrail is named, and what the other one
// finds stays.
func TestFailingBuiltinIsNoPass(t *testing.T) {
	for expression, message := range map[string]string{
		`1 / count(input.parameters.names) > 0`:                      "div: divide by zero",
		`to_number(input.review.object.kind) > 0`:                    "to_number: ",
		`regex.match(input.review.object.pattern, "Pod")`:            "regex.match: error parsing regexp",
		`regex.match("a", input.review.object)`:                      "regex.match: operand 2 must be string",
		`some x in input.review; startswith(x, "a")`:                 "startswith: operand 1 must be string",
		`object.get(input.review.object.kind, "a", 1) == 1`:          "object.get: operand 1 must be object",
		`json.unmarshal(input.review.object.kind).a`:                 "json.unmarshal: ",
		`yaml.unmarshal(input.review.object.pattern).a`:              "yaml.unmarshal: ",
		`base64.decode(input.review.object.kind) == ""`:              "base64.decode: illegal base64",
		`net.cidr_contains(input.review.object.kind, "10.0.0.1")`:    "net.cidr_contains: invalid CIDR",
		`time.parse_rfc3339_ns(input.review.object.kind) > 0`:        "time.parse_rfc3339_ns: ",
		`not regex.match(input.review.object.pattern, "Pod")`:        "regex.match: error parsing regexp",
		`every n in [1] { n / count(input.parameters.names) > 0 }`:   "div: divide by zero",
		`count([x | x := 1 / count(input.parameters.names)]) == 1`:   "div: divide by zero",
		`x := {k: 1 | some k in input.review.object; lower(k)}; x.a`: "lower: operand 1 must be string",
	} {
		program := compileAll(t, map[string]string{
			"aside": `violation contains {"msg": "beside it"}`,
			"probe": `violation contains {"msg": "denied"} if { ` + expression + ` }
violation contains {"msg": "another rule of the same guardrail"}`,
		})
		found, err := evaluate(t, program)
		require.ErrorContains(t, err, "guardrail probe failed to evaluate: code/probe/policy.rego:", expression)
		require.ErrorContains(t, err, message, expression)
		assert.NotContains(t, err.Error(), "aside", expression)
		require.Len(t, found, 1, expression)
		assert.Equal(t, "beside it", found[0].Message, expression)
	}
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
