package compliance_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/bundle"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/compliance"
	"github.com/rampart-policy/rampart/harness/config"
)

func load(t *testing.T) (compliance.Frameworks, *catalog.Catalog) {
	t.Helper()
	frameworks, err := compliance.Load(bundle.FS)
	require.NoError(t, err)
	c, err := catalog.Load(os.DirFS("../../policies"))
	require.NoError(t, err)
	return frameworks, c
}

// assess judges the manifests with a selection of guardrails and sorts the result by a framework.
func assess(t *testing.T, framework string, s config.Selection, manifests string) *compliance.Assessment {
	t.Helper()
	frameworks, c := load(t)
	profiles, err := config.ReadProfiles(os.DirFS("../../constraints"))
	require.NoError(t, err)
	active, err := config.Resolve(c, profiles, s)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "manifests.yaml")
	require.NoError(t, os.WriteFile(file, []byte(manifests), 0o600))
	cfg := check.Config{Catalog: c, Profile: s.ProfileName(), Active: active, Now: time.Now()}
	if s.File != nil {
		cfg.Waivers = s.File.Waivers
	}
	result, err := check.Run(t.Context(), cfg, []string{file})
	require.NoError(t, err)
	return compliance.Assess(frameworks[framework], c, active, result)
}

func control(t *testing.T, a *compliance.Assessment, id string) compliance.ControlResult {
	t.Helper()
	for _, c := range a.Controls {
		if c.ID == id {
			return c
		}
	}
	require.Fail(t, "no control "+id)
	return compliance.ControlResult{}
}

// Every guardrail is evidence for something, and names no control that does not exist.
func TestMappings(t *testing.T) {
	frameworks, c := load(t)
	assert.Equal(t, []string{"4c", "cis", "hipaa", "nsa", "pss", "soc2"}, frameworks.Names())
	require.NoError(t, frameworks.Check(c.Guardrails, "soc2", "hipaa"))
	checks := map[string]bool{}
	for _, control := range frameworks["pss"].Controls {
		checks[control.ID] = true
	}
	for _, g := range c.Guardrails {
		if g.PSS != nil {
			assert.True(t, checks[g.PSS.Check], "%s: %s", g.ID, g.PSS.Check)
		}
	}

	broken := *c.Find("image-tag")
	for _, wrong := range []struct {
		controls map[string][]string
		message  string
	}{
		{map[string][]string{"soc2": {"CC6.1"}}, "no control of hipaa"},
		{map[string][]string{"soc2": {"CC6.99"}, "hipaa": {"164.312(b)"}}, `soc2 has no control "CC6.99"`},
		{map[string][]string{"soc2": {"CC1"}, "hipaa": {"164.312(b)"}}, `soc2 has no control "CC1" that a manifest can show`},
		{map[string][]string{"soc2": {"CC6.1"}, "hipaa": {"164.312(b)"}, "iso": {"A.5"}}, `unknown framework "iso"`},
	} {
		broken.Controls = wrong.controls
		require.ErrorContains(t, frameworks.Check([]*catalog.Guardrail{&broken}, "soc2", "hipaa"), wrong.message)
	}
}

const pods = `
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: ns}
spec: {hostPID: true, containers: [{name: a, image: nginx}], volumes: [{name: v, hostPath: {path: /}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: ns}
spec: {containers: [{name: a, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: c, namespace: kube-system}
spec: {hostPID: true, containers: [{name: a, image: nginx}]}
`

func TestStatuses(t *testing.T) {
	file, err := config.ReadFile("f", []byte(`
guardrails: {host-ports: {action: off}}
waivers: [{guardrail: host-namespaces, kind: Pod, namespace: ns, name: a, reason: r, expires: "2999-01-01"}]`))
	require.NoError(t, err)
	a := assess(t, "pss", config.Selection{File: file}, pods)

	waived := control(t, a, "hostNamespaces")
	assert.Equal(t, compliance.Passed, waived.Status)
	assert.Equal(t, []int{1, 0, 1}, []int{waived.Passed(), waived.Failed(), waived.Waived()})
	assert.Equal(t, 1, waived.Guardrails[0].Exempted)
	assert.Equal(t, compliance.NotJudged, control(t, a, "hostPorts").Status)
	assert.Equal(t, compliance.Passed, control(t, a, "privileged").Status)
	// What the restricted check finds in its place counts for the baseline check too.
	assert.Equal(t, compliance.Failed, control(t, a, "hostPathVolumes").Status)
	assert.Equal(t, 1, control(t, a, "hostPathVolumes").Failed())

	a = assess(t, "soc2", config.Selection{}, pods)
	assert.Equal(t, compliance.NotCheckable, control(t, a, "CC1").Status)
	assert.Equal(t, compliance.Failed, control(t, a, "CC6.1").Status)
	total := 0
	for _, n := range a.Statuses {
		total += n
	}
	assert.Len(t, a.Controls, total)
	assert.Equal(t, compliance.NotJudged, control(t, assess(t, "cis", config.Selection{}, pods), "5.1.1").Status)
}

func TestWeakestLayer(t *testing.T) {
	assert.Equal(t, "cluster", assess(t, "4c", config.Selection{}, pods).WeakestLayer)
	assert.Equal(t, "container", assess(t, "4c", config.Selection{Only: []string{"host-namespaces"}}, pods).WeakestLayer)
	assert.Empty(t, assess(t, "4c", config.Selection{Only: []string{"host-ports"}}, pods).WeakestLayer)
	assert.Empty(t, assess(t, "soc2", config.Selection{}, pods).WeakestLayer)
}

func TestFormats(t *testing.T) {
	a := assess(t, "4c", config.Selection{Only: []string{"host-namespaces"}}, pods)
	a.Controls[0].Title, a.Errors = "a|b <script>", 2
	written := map[string]string{}
	for _, format := range compliance.Formats() {
		var b bytes.Buffer
		require.NoError(t, compliance.Write(&b, format, a))
		written[format] = b.String()
	}
	assert.Contains(t, written["markdown"], `a\|b <script>`)
	assert.Contains(t, written["html"], `a|b &lt;script&gt;`)
	for _, format := range []string{"markdown", "html"} {
		assert.Contains(t, written[format], "Incomplete: 2 errors")
		assert.Contains(t, written[format], "1 control failed. 3 controls not judged.")
		assert.Contains(t, written[format], "The weakest outer layer is ")
	}
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte(written["json"]), &decoded))
	assert.Equal(t, "container", decoded["weakestLayer"])
	guardrails := decoded["controls"].([]any)[2].(map[string]any)["guardrails"].([]any)
	for _, g := range guardrails {
		if e := g.(map[string]any); e["id"] == "host-namespaces" {
			assert.Equal(t, []any{true, 2.0, 1.0, 0.0, 1.0}, []any{e["active"], e["judged"], e["failed"], e["waived"], e["exempted"]})
			return
		}
	}
	assert.Fail(t, "no evidence of host-namespaces")
}
