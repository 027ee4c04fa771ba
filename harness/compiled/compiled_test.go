package compiled

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/policies"
)

func TestCurrent(t *testing.T) {
	c, err := catalog.Load(policies.FS)
	require.NoError(t, err)
	want, err := Files(c)
	require.NoError(t, err)
	got := map[string][]byte{}
	require.NoError(t, fs.WalkDir(data, "data", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		got[strings.TrimPrefix(path, "data/")], err = data.ReadFile(path)
		return err
	}))
	require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)), "run make generate")
	for name := range want {
		assert.True(t, bytes.Equal(want[name], got[name]), "%s is out of date: run make generate", name)
	}
}

// The index says all that the METADATA says.
func TestCatalog(t *testing.T) {
	c, err := catalog.Load(policies.FS)
	require.NoError(t, err)
	pack, err := Load()
	require.NoError(t, err)
	assert.Equal(t, c.Workloads, pack.Catalog.Workloads)
	require.Len(t, pack.Catalog.Guardrails, len(c.Guardrails))
	for i, want := range c.Guardrails {
		got := pack.Catalog.Guardrails[i]
		wantText, err := json.Marshal(want)
		require.NoError(t, err)
		gotText, err := json.Marshal(got)
		require.NoError(t, err)
		assert.JSONEq(t, string(wantText), string(gotText))
		parameters, err := want.FillParameters(nil)
		require.NoError(t, err)
		filled, err := got.FillParameters(nil)
		require.NoError(t, err)
		assert.Equal(t, parameters, filled)
	}
}

// Writing what was read gives the same, and the same Rego but for the names of local variables.
func TestRoundTrip(t *testing.T) {
	c, err := catalog.Load(policies.FS)
	require.NoError(t, err)
	modules, err := engine.Precompile(c, c.Guardrails)
	require.NoError(t, err)
	for file, module := range modules.ByFile {
		first, err := encode(modules, module)
		require.NoError(t, err)
		read := empty()
		require.NoError(t, decode(read, file, first))
		second, err := encode(read, read.ByFile[file])
		require.NoError(t, err)
		require.True(t, bytes.Equal(first, second), "%s changes from writing to reading", file)
		require.Equal(t, withoutLocals(t, module), withoutLocals(t, read.ByFile[file]))
	}
}

func withoutLocals(t *testing.T, module *ast.Module) string {
	t.Helper()
	text := ""
	for _, rule := range module.Rules {
		rule.Annotations = nil
		e := &encoder{locals: map[ast.Var]ast.Var{}}
		e.countLocals(rule)
		renamed, err := ast.TransformVars(rule.Copy(), func(v ast.Var) (ast.Value, error) { return e.local(v), nil })
		require.NoError(t, err)
		text += fmt.Sprintf("%v %v %v\n", rule.Location, rule.Default, renamed)
	}
	return text
}

// Whatever is not what encode wrote is an error: nothing is left out for it.
func TestDamaged(t *testing.T) {
	const name = "container/host-ports/policy.rego"
	whole, err := data.ReadFile("data/" + encodedName(name))
	require.NoError(t, err)
	require.NoError(t, decode(empty(), name, whole))
	require.ErrorContains(t, decode(empty(), name, append(slices.Clone(whole), 0)), "too long")
	for i := range whole {
		require.Error(t, decode(empty(), name, whole[:i]), "cut off after %d bytes", i)
	}
}

// What the form has no place for must not get lost on the way to it.
func TestUnsupported(t *testing.T) {
	for text, want := range map[string]string{
		"p if input.x with input as {}":        "`with` is not supported",
		"p if { some x; input.x = x; not x }":  "",
		`p contains x if some x in input.list`: "",
	} {
		compiler := ast.MustCompileModules(map[string]string{"p.rego": "package p\n" + text})
		_, err := encode(&engine.Modules{}, compiler.Modules["p.rego"])
		if want == "" {
			require.NoError(t, err, text)
		} else {
			require.ErrorContains(t, err, want, text)
		}
	}
}
