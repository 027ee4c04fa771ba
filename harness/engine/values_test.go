package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/engine"
)

// FuzzValues: what Values makes is what OPA itself makes, whatever it has made before.
func FuzzValues(f *testing.F) {
	values := engine.NewValues()
	for _, text := range []string{`null`, `true`, `""`, `0`, `1.0`, `1e400`, `18446744073709552000`, `[]`, `{}`, `[[], {}, [{}], {"": []}]`,
		`{"1": 1, "true": [true, "true"], "null": null}`, `[1, 1.0, 1e0, "1"]`, `[{"a": "b", "c": "d"}, {"c": "d", "a": "b"}, {"a": "d", "c": "b"}]`,
		`{"a": ["b"], "b": ["a"]}`, `[["a", "b"], ["b", "a"], ["a", ["b"]]]`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var value any
		if decoder.Decode(&value) != nil {
			return
		}
		want, err := ast.InterfaceToValue(value)
		for range 2 {
			got, gotErr := values.Value(value)
			assert.Equal(t, err, gotErr)
			if err == nil {
				assert.Zero(t, want.Compare(got), "%v, not %v", got, want)
				assert.Equal(t, want.Hash(), got.Hash())
			}
		}
	})
}

// TestValues: equal parts are made once.
func TestValues(t *testing.T) {
	values := engine.NewValues()
	labels := func() any { return map[string]any{"app": "shop", "tiers": []any{"web", json.Number("1"), nil, true}} }
	first, err := values.Value(map[string]any{"labels": labels(), "name": "a"})
	require.NoError(t, err)
	second, err := values.Value([]any{labels(), map[string]any{"app": "shop"}})
	require.NoError(t, err)
	shared := first.(ast.Object).Get(ast.StringTerm("labels"))
	assert.Same(t, shared, second.(*ast.Array).Elem(0))
	assert.NotSame(t, shared, second.(*ast.Array).Elem(1))

	plain, err := values.Value(map[string]any{"a": []string{"b"}, "c": 7})
	require.NoError(t, err)
	assert.JSONEq(t, `{"a": ["b"], "c": 7}`, plain.String())
}
