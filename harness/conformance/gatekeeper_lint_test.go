package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/doctor"
	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/render"
)

// TestRenderedLint: nothing that is rendered has a slip that Gatekeeper would pass over, or calls http.send. Gator, which
// runs the cases elsewhere, is laxer than a cluster: it accepts an unknown enforcementAction and leaves http.send on.
func TestRenderedLint(t *testing.T) {
	c := loadCatalog(t)
	rendered := 0
	for _, g := range c.Guardrails {
		if g.FilesOnly {
			continue
		}
		template, err := render.Template(c, g)
		require.NoError(t, err)
		assert.Empty(t, doctor.LintTemplate(template), g.ID)
		rendered++
	}
	linted := 0
	for _, o := range readObjects(t, "../../constraints") {
		switch o.Group {
		case "templates.gatekeeper.sh":
			assert.Empty(t, doctor.LintTemplate(o.Value), o.File)
		case "constraints.gatekeeper.sh":
			assert.Empty(t, doctor.LintConstraint(o.Value), o.File)
		default:
			continue
		}
		linted++
	}
	assert.Greater(t, linted, 2*rendered)
}

func readObjects(t *testing.T, folder string) []*manifest.Object {
	t.Helper()
	sources, err := manifest.Find([]string{folder}, manifest.Options{})
	require.NoError(t, err)
	var objects []*manifest.Object
	for _, source := range sources {
		file := manifest.Read(source, manifest.Options{})
		require.Nil(t, file.Err, source.Path)
		for _, d := range file.Documents {
			require.Empty(t, d.Errors, source.Path)
			objects = append(objects, d.Objects...)
		}
	}
	return objects
}
