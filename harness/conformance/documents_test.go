package conformance

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
)

// asDocument is a sample of a document as it is in its file: the cases add apiVersion and kind.
func asDocument(s *cases.Sample) object {
	document := maps.Clone(s.Review.Object.(map[string]any))
	delete(document, "apiVersion")
	delete(document, "kind")
	return document
}

// TestDocuments: every document in the cases is recognised by its form as what the case takes it for.
func TestDocuments(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	documents, err := engine.NewDocuments(c)
	require.NoError(t, err)
	recognised := 0
	for _, g := range c.Guardrails {
		file, err := cases.Load(g.Folder)
		require.NoError(t, err)
		for _, cs := range file.Cases {
			s, err := bases.Sample(cs)
			require.NoError(t, err)
			if s.Review.Group != catalog.DocumentGroup {
				continue
			}
			recognised++
			found, err := documents.Find(t.Context(), asDocument(s))
			require.NoError(t, err)
			if assert.Len(t, found, 1, "%s: %s", g.ID, cs.Name) {
				assert.Equal(t, s.Review.Kind, found[0].Kind, "%s: %s", g.ID, cs.Name)
			}
		}
	}
	assert.Positive(t, recognised)
}
