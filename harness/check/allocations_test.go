package check_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/constraints"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/compiled"
	"github.com/rampart-policy/rampart/harness/config"
)

const allocationsFile = "testdata/allocations.json"

// TestAllocations holds what a check allocates against committed figures. Unlike time, allocations are the same on every
// machine, and time follows them. A change that costs more on purpose writes new figures: go test ./harness/check -update.
func TestAllocations(t *testing.T) {
	const tolerance = 0.1
	got := map[string]float64{}
	for _, name := range []string{"pod", "clusterrole", "configmap", "networkpolicy", "service"} {
		got["start and one "+name] = allocations(t, filepath.Join(fixtures, "base", name+".yaml"))
	}
	got["a whole application"] = allocations(t, filepath.Join(fixtures, "task-api", "secure"))
	got["an application of mistakes"] = allocations(t, filepath.Join(fixtures, "task-api", "broken"))
	if *update {
		text, err := json.MarshalIndent(got, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(allocationsFile, append(text, '\n'), 0o644))
	}
	text, err := os.ReadFile(allocationsFile)
	require.NoError(t, err)
	var want map[string]float64
	require.NoError(t, json.Unmarshal(text, &want))
	require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
	for name := range want {
		assert.InEpsilon(t, want[name], got[name], tolerance, "%s: if it must be so, go test ./harness/check -update", name)
	}
}

// allocations are those of a check, from reading the catalogue to the result.
func allocations(t *testing.T, path string) float64 {
	t.Helper()
	return testing.AllocsPerRun(2, func() {
		pack, err := compiled.Load()
		require.NoError(t, err)
		profiles, err := config.ReadProfiles(constraints.FS)
		require.NoError(t, err)
		active, err := config.Resolve(pack.Catalog, profiles, config.Selection{})
		require.NoError(t, err)
		_, err = check.Run(t.Context(), check.Config{Catalog: pack.Catalog, Pack: pack, Active: active, Now: now}, []string{path})
		require.NoError(t, err)
	})
}
