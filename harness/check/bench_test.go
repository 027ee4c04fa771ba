package check_test

import (
	"os"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/constraints"
	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/engine"
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
	c, err := catalog.Load(policies.FS)
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

// BenchmarkGuardrail is the cost of each guardrail alone, libraries included, on an object that it allows: what every
// object pays although nothing fires.
func BenchmarkGuardrail(b *testing.B) {
	cfg := benchmarkConfig(b)
	bases, err := cases.LoadBases(os.DirFS("../../fixtures/base"), cfg.Catalog.PodTemplates)
	require.NoError(b, err)
	for _, a := range cfg.Active {
		review, found := baseReview(b, bases, a)
		if !found {
			continue
		}
		b.Run(a.ID, func(b *testing.B) {
			program, err := engine.Compile(cfg.Catalog, []*catalog.Guardrail{a.Guardrail})
			require.NoError(b, err)
			data := engine.NewData(map[string]map[string]any{a.ID: a.Parameters}, nil)
			value, err := review.Value()
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_, err := program.Evaluate(b.Context(), data, review.Group, review.Kind, value, cfg.Now)
				require.NoError(b, err)
			}
		})
	}
}

// baseReview is a base object that the guardrail judges: a Deployment where it judges pods.
func baseReview(b *testing.B, bases *cases.Bases, a config.Active) (engine.Review, bool) {
	b.Helper()
	for _, name := range append([]string{"deployment"}, bases.Names()...) {
		object, err := bases.Build(cases.Object{Base: name})
		require.NoError(b, err)
		review := cases.ReviewOf(object)
		if a.Matches(review.Group, review.Kind) {
			value, err := ast.InterfaceToValue(object)
			require.NoError(b, err)
			review.Object = value
			return review, true
		}
	}
	return engine.Review{}, false
}
