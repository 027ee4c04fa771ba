package conformance

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/engine"
)

// TestFused judges every case with all guardrails in one query, as the command does: each guardrail must find what it
// finds alone.
func TestFused(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	program, err := engine.Compile(c, c.Guardrails)
	require.NoError(t, err)
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
