package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/engine"
)

// What one evaluation finds out must not leak into the next where it comes from the object, the clock or a `with`.
func TestShared(t *testing.T) {
	for name, body := range map[string]string{
		"constant": `violation contains {"msg": $"{_constant} {input.review.name}"}
			_constant := concat("", ["the ", "name"])`,
		"parameter": `violation contains {"msg": $"{_first} {input.review.name}"}
			_first := input.parameters.names[0]`,
		"input": `violation contains {"msg": $"{_name} {input.review.name}"}
			_name := input.review.name`,
		"input by call": `violation contains {"msg": $"{_name("x")} {input.review.name}"}
			_name(_) := input.review.name`,
		"input by else": `violation contains {"msg": $"{_name} {input.review.name}"}
			_name := 1 if { 1 > 2 } else := input.review.name`,
		"input by a call in else": `violation contains {"msg": $"{_name} {input.review.name}"}
			_name := 1 if { 1 > 2 } else := _other
			_other := input.review.name`,
		"input of a part": `violation contains {"msg": $"{_names} {input.review.name}"}
			_names[name] := 1 if some name in input.parameters.names
			_names["b"] := 2 if input.review.name == "b"`,
		"input below a part": `violation contains {"msg": $"{_names} {input.review.name}"}
			_names.x.y := 1
			_names.x[name] := 2 if name := input.review.name`,
		"clock": `violation contains {"msg": $"{_now} {input.review.name}"}
			_now := time.now_ns()`,
		"with": `violation contains {"msg": $"{_all} {input.review.name}"}
			_all := [x | x := _first with input.parameters as {"names": [input.review.name]}; y := _first]
			_first := input.parameters.names[0]`,
		"with alone": `violation contains {"msg": m} if { input.review.name == "a"; m := _first with input.parameters as {"names": ["x"]} }
			violation contains {"msg": _first} if input.review.name != "a"
			_first := input.parameters.names[0]`,
		"undefined": `violation contains {"msg": $"x {input.review.name}"} if not _never
			_never if 1 > 2`,
	} {
		t.Run(name, func(t *testing.T) {
			program := compile(t, body)
			data := newData()
			for i, object := range []string{"a", "b", "b", "a"} {
				at := time.Unix(int64(i), 0)
				review, err := engine.Review{Kind: "Pod", Version: "v1", Name: object, Object: map[string]any{}}.Value()
				require.NoError(t, err)
				want, err := program.Evaluate(t.Context(), newData(), "", "Pod", review, at)
				require.NoError(t, err)
				require.Len(t, want, 1)
				got, err := program.Evaluate(t.Context(), data, "", "Pod", review, at)
				require.NoError(t, err)
				assert.Equal(t, want, got)
			}
		})
	}
}

func newData() *engine.Data {
	return engine.NewData(map[string]map[string]any{"probe": {"names": []any{"first"}}}, nil)
}

// A failure stays one: what was found out on the way to it is not kept.
func TestSharedAfterFailure(t *testing.T) {
	program := compile(t, `violation contains {"msg": _pick("x")} if input.review.kind.kind == "Pod"
		_pick(x) := $"{x}1"
		_pick(x) := $"{x}2"`)
	data := newData()
	review, err := engine.Review{Kind: "Pod", Version: "v1", Object: map[string]any{}}.Value()
	require.NoError(t, err)
	for range 2 {
		_, err := program.Evaluate(t.Context(), data, "", "Pod", review, time.Now())
		assert.ErrorContains(t, err, "conflict")
	}
}
