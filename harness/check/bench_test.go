package check_test

import (
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/constraints"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/policies"
)

// corpus is the folder that is judged: RAMPART_CORPUS, or the applications that come with the project.
func corpus() string {
	if folder := os.Getenv("RAMPART_CORPUS"); folder != "" {
		return folder
	}
	return "../../fixtures/applications"
}

func benchmarkConfig(b *testing.B) check.Config {
	b.Helper()
	c, err := catalog.Load(fs.FS(policies.FS))
	require.NoError(b, err)
	profiles, err := config.ReadProfiles(constraints.FS)
	require.NoError(b, err)
	active, err := config.Resolve(c, profiles, config.Selection{})
	require.NoError(b, err)
	return check.Config{Catalog: c, Profile: config.DefaultProfile, Active: active, Now: time.Now()}
}

// BenchmarkStart is what every run pays before it reads a file: reading the catalogue and the profiles.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		benchmarkConfig(b)
	}
}

// BenchmarkCheck judges the corpus with the default profile; compiling the policies is part of it.
func BenchmarkCheck(b *testing.B) {
	cfg := benchmarkConfig(b)
	objects := 0
	for b.Loop() {
		result, err := check.Run(b.Context(), cfg, []string{corpus()})
		require.NoError(b, err)
		objects = result.Summary.Objects
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(objects), "µs/object")
}
