package check_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/config"
)

// foundAt are the messages of the two guardrails on scans, by guardrail, for the secure story and the paths beside it.
func foundAt(t *testing.T, moment time.Time, paths ...string) map[string][]string {
	t.Helper()
	selection := config.Selection{Profile: "restricted", Only: []string{"trivy-findings", "image-vulnerabilities"}}
	result, err := check.Run(context.Background(), check.Config{
		Catalog: loadCatalog(t), Profile: "restricted", Active: resolve(t, selection), Now: moment,
	}, append([]string{filepath.Join(fixtures, "task-api", "secure")}, paths...))
	require.NoError(t, err)
	require.Empty(t, result.Errors)
	found := map[string][]string{}
	for _, f := range result.Findings {
		found[f.Guardrail] = append(found[f.Guardrail], f.Object.String()+": "+f.Message)
	}
	return found
}

// TestScans holds the secure story against the reports on its images, which are true for some days only.
func TestScans(t *testing.T) {
	scans := filepath.Join(fixtures, "task-api", "scans")
	server, valkey := filepath.Join(scans, "trivy-server.json"), filepath.Join(scans, "trivy-valkey.json")

	assert.Empty(t, foundAt(t, now, scans))
	assert.Empty(t, judge(t, config.Selection{Profile: "restricted"}, filepath.Join(fixtures, "task-api", "secure"), scans).Findings)
	assert.Empty(t, foundAt(t, now.AddDate(1, 0, 0)), "without any report none is missing")

	late := foundAt(t, now.AddDate(0, 0, 8), scans)
	assert.Len(t, late["trivy-findings"], 2)
	assert.Len(t, late["image-vulnerabilities"], 2)
	assert.Contains(t, late["image-vulnerabilities"][0], "older than 168h")

	later := foundAt(t, time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC), scans)
	assert.Len(t, later["trivy-findings"], 3, "what is ignored until the last day of the year is no more")

	early := foundAt(t, now.AddDate(0, 0, -2), scans)
	assert.Len(t, early["trivy-findings"], 2, "a report from the future proves nothing")

	for kept, missing := range map[string]string{server: "StatefulSet task-api/task-store", valkey: "Deployment task-api/task-api"} {
		found := foundAt(t, now, kept)
		assert.Empty(t, found["trivy-findings"])
		require.Len(t, found["image-vulnerabilities"], 1)
		assert.Contains(t, found["image-vulnerabilities"][0], missing)
		assert.Contains(t, found["image-vulnerabilities"][0], "there is no report on its vulnerabilities")
	}
}

// TestScanOfAnotherBuild: a report on what was built, but not on what is deployed, is no proof.
func TestScanOfAnotherBuild(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(fixtures, "task-api", "scans", "trivy-valkey.json"))
	require.NoError(t, err)
	const deployed, built = "5840c5bbdbc315ff5cd4fb9236ed51a0d2138ac7b379f8078823662c9ff8bf0b",
		"1165eced7d3f1679ae331c83a04181bfb077fbd7bce59410eaeb84a71137df28"
	file := filepath.Join(t.TempDir(), "trivy.json")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(data), deployed, built)), 0o644))
	found := foundAt(t, now, file)
	require.Len(t, found["trivy-findings"], 1)
	assert.Contains(t, found["trivy-findings"][0], "but StatefulSet task-api/task-store uses ghcr.io/task-api/valkey:8.1.4@sha256:"+deployed)
	assert.Len(t, found["image-vulnerabilities"], 2)
}
