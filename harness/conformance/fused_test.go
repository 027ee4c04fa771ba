package conformance

import (
	"testing"
	"time"

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
					assertVerdict(t, func(s *cases.Sample) ([]verdict, error) {
						parameters := map[string]map[string]any{}
						for id, p := range defaults {
							parameters[id] = p
						}
						if parameters[g.ID], err = g.FillParameters(s.Parameters); err != nil {
							return nil, err
						}
						inventory, err := cases.InventoryValue(s.Inventory)
						if err != nil {
							return nil, err
						}
						review, err := s.Review.Value()
						if err != nil {
							return nil, err
						}
						found, err := program.Evaluate(t.Context(), engine.NewData(parameters, inventory), s.Review.Group,
							s.Review.Kind, review, time.Now())
						var verdicts []verdict
						for _, v := range found {
							if v.Guardrail.ID == g.ID {
								verdicts = append(verdicts, verdict{v.Path, v.Message})
							}
						}
						return sorted(verdicts), err
					}, s, cs.Deny)
				})
			}
		})
	}
}
