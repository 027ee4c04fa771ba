package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/compiled"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/report"
)

// TestFused judges whole applications (or RAMPART_CORPUS) with all guardrails at once and in the compiled form, as the
// command does, and with one guardrail after the other, each read from source and with only the other objects that it
// asks for. Both must find the same.
func TestFused(t *testing.T) {
	folders := []string{fixtures + "/attacks", fixtures + "/task-api", corpus()}
	pack, err := compiled.Load()
	require.NoError(t, err)
	active := resolve(t, config.Selection{Profile: config.All})
	run := func(cfg check.Config) *report.Result {
		cfg.Catalog, cfg.Profile, cfg.Now = loadCatalog(t), config.All, now
		result, err := check.Run(t.Context(), cfg, folders)
		require.NoError(t, err)
		return result
	}
	fused := run(check.Config{Active: active, Pack: pack})
	var separate []report.Finding
	evaluations := 0
	for _, a := range active {
		result := run(check.Config{Active: []config.Active{a}})
		assert.Equal(t, fused.Errors, result.Errors, a.ID)
		separate = append(separate, result.Findings...)
		evaluations += result.Summary.Evaluations
	}
	assert.Positive(t, evaluations)
	assert.Equal(t, fused.Summary.Evaluations, evaluations)
	assert.Equal(t, sortedFindings(separate), sortedFindings(fused.Findings))
}

func sortedFindings(findings []report.Finding) []report.Finding {
	return slices.SortedFunc(slices.Values(findings), func(a, b report.Finding) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
}
