package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
)

func TestScaffold(t *testing.T) {
	policies := t.TempDir()
	require.NoError(t, os.CopyFS(policies, os.DirFS("../../../policies")))

	folder, err := scaffold(policies, "cloud", "brand-new")
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(policies, "cloud", "brand-new"), folder)
	c, err := catalog.Load(os.DirFS(policies))
	require.NoError(t, err)
	g := c.Find("brand-new")
	require.NotNil(t, g)
	assert.Equal(t, "cloud", g.Layer)
	file, err := cases.Load(g.Folder)
	require.NoError(t, err)
	assert.NotEmpty(t, file.Cases)

	for name, tc := range map[string]struct{ layer, id, message string }{
		"existing id":            {"cloud", "brand-new", "exists already"},
		"existing, other layer":  {"container", "brand-new", "exists already"},
		"existing empty folder":  {"container", "empty", "file exists"},
		"unknown layer":          {"lib", "fine", "LAYER=lib: write one of cloud, cluster"},
		"no layer":               {"", "fine", "LAYER=: write one of"},
		"no id":                  {"cloud", "", "ID=: write lower-case"},
		"id that is no slug":     {"cloud", "Not_A_Slug", "lower-case words"},
		"id outside of the tree": {"cloud", "../../../x", "lower-case words"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.MkdirAll(filepath.Join(policies, "container", "empty"), 0o755))
			_, err := scaffold(policies, tc.layer, tc.id)
			assert.ErrorContains(t, err, tc.message)
		})
	}
}
