package conformance

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/compiled"
	"github.com/rampart-policy/rampart/harness/engine"
)

// TestFused judges every case with all guardrails in one query and in the compiled form, as the command does: each
// guardrail must find what it finds alone.
func TestFused(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	program := compiledProgram(t, c)
	var err error
	defaults := map[string]map[string]any{}
	for _, g := range c.Guardrails {
		defaults[g.ID], err = g.FillParameters(nil)
		require.NoError(t, err)
	}
	for _, g := range c.Guardrails {
		t.Run(g.ID, func(t *testing.T) {
			t.Parallel()
			file, err := cases.Load(g.Folder)
			require.NoError(t, err)
			for _, cs := range file.Cases {
				t.Run(cs.Name, func(t *testing.T) {
					s, err := bases.Sample(cs)
					require.NoError(t, err)
					assertVerdict(t, within(t, program, defaults, g), s, cs.Deny)
				})
			}
		})
	}
}

func compiledProgram(t *testing.T, c *catalog.Catalog) *engine.Program {
	t.Helper()
	files, err := compiled.Files(c)
	require.NoError(t, err)
	folder := fstest.MapFS{}
	for name, data := range files {
		folder[name] = &fstest.MapFile{Data: data}
	}
	pack, err := compiled.Read(folder)
	require.NoError(t, err)
	program, err := pack.Program(c.Guardrails)
	require.NoError(t, err)
	return program
}
