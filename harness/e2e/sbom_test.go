package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSBOM: what a real generator lists of rampart itself passes, in all versions of CycloneDX that it writes; without the
// package URLs, or with nothing in the list, it doesn't.
func TestSBOM(t *testing.T) {
	for _, version := range []string{"1.2", "1.3", "1.4", "1.5", "1.6"} {
		t.Run(version, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "bom.json")
			run(t, "cyclonedx-gomod", "bin", "-json", "-output-version", version, "-version", "v1.0.0", "-output", file, program(t, "rampart"))
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			var bom object
			require.NoError(t, json.Unmarshal(text, &bom))
			require.Equal(t, version, bom["specVersion"])
			require.Greater(t, len(bom["components"].([]any)), 20)

			judge := func(text string) []finding {
				require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
				found, result := rampartCheck(t, "--only", "sbom-integrity", file)
				require.Empty(t, result.Errors)
				require.Equal(t, 1, result.Summary.Objects)
				return found[file]
			}
			assert.Empty(t, judge(string(text)))
			assert.NotEmpty(t, judge(strings.ReplaceAll(string(text), `"purl"`, `"other"`)))
			bom["components"] = []any{}
			empty, err := json.Marshal(bom)
			require.NoError(t, err)
			assert.NotEmpty(t, judge(string(empty)))
		})
	}
}
