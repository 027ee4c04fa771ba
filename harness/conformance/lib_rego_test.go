package conformance

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/stretchr/testify/require"
)

// TestRego runs the Rego unit tests, policies/**/*_test.rego, as `opa test policies` does.
func TestRego(t *testing.T) {
	modules, store, err := tester.Load([]string{"../../policies"}, func(file string, info fs.FileInfo, _ int) bool {
		return !info.IsDir() && !strings.HasSuffix(file, ".rego")
	})
	require.NoError(t, err)
	txn, err := store.NewTransaction(t.Context(), storage.WriteParams)
	require.NoError(t, err)
	defer store.Abort(t.Context(), txn)
	// The trace is for the report of a failure: it shows the expression that was not true, and its variables.
	results, err := tester.NewRunner().SetStore(store).SetModules(modules).EnableTracing(true).RaiseBuiltinErrors(true).
		SetTimeout(time.Minute).RunTests(t.Context(), txn)
	require.NoError(t, err)
	ran := 0
	for result := range results {
		ran++
		t.Run(strings.TrimPrefix(result.Package, "data.")+"."+result.Name, func(t *testing.T) {
			if !result.Pass() {
				t.Error(explainFailure(t, result))
			}
		})
	}
	require.Positive(t, ran, "there are no Rego tests")
}

func explainFailure(t *testing.T, result *tester.Result) string {
	t.Helper()
	single := make(chan *tester.Result, 1)
	single <- result
	close(single)
	var text strings.Builder
	require.NoError(t, tester.PrettyReporter{Output: &text, FailureLine: true, LocalVars: true}.Report(single))
	return text.String()
}
