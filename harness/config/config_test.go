package config_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
)

func resolve(t *testing.T, s config.Selection) (map[string]config.Active, error) {
	t.Helper()
	c, err := catalog.Load(os.DirFS("../../policies"))
	require.NoError(t, err)
	profiles, err := config.ReadProfiles(os.DirFS("../../constraints"))
	require.NoError(t, err)
	active, err := config.Resolve(c, profiles, s)
	byID := map[string]config.Active{}
	for _, a := range active {
		byID[a.ID] = a
	}
	return byID, err
}

// The command line outweighs the file, the file the profile, the profile the guardrail's METADATA.
func TestPrecedence(t *testing.T) {
	file, err := config.ReadFile("rampart.yaml", []byte(`
profile: baseline
exemptNamespaces: [sandbox]
guardrails:
  namespace-pod-security: {parameters: {minimumVersion: v1.30}, exemptNamespaces: [legacy]}
  resource-limits: {action: deny}
  image-tag: {action: "off"}
  volume-types: {action: warn}
`))
	require.NoError(t, err)
	active, err := resolve(t, config.Selection{File: file, Set: []string{"namespace-pod-security.level=restricted"},
		PSSVersion: "v1.30", Skip: []string{"host-ports"}})
	require.NoError(t, err)

	namespaces := active["namespace-pod-security"]
	assert.Equal(t, "restricted", namespaces.Parameters["level"], "--set outweighs the profile")
	assert.Equal(t, "v1.30", namespaces.Parameters["minimumVersion"], "the file's parameter")
	assert.True(t, namespaces.Exempts("Pod", "legacy", "x"))
	assert.True(t, namespaces.Exempts("Namespace", "", "sandbox"), "a Namespace is exempt by its name")
	assert.False(t, namespaces.Exempts("Pod", "", "sandbox"))
	assert.Equal(t, catalog.Deny, active["resource-limits"].Action, "the file outweighs the profile")
	assert.Equal(t, catalog.Warn, active["volume-types"].Action, "the file adds to the profile")
	assert.NotContains(t, active, "image-tag")
	assert.NotContains(t, active, "host-ports")
	assert.NotContains(t, active, "image-digest", "only in restricted")
	assert.Equal(t, "v1.30", active["privileged-containers"].Parameters["version"])
	assert.True(t, active["privileged-containers"].Exempts("Pod", "kube-system", "x"), "the profile exempts this layer")
	assert.False(t, active["rbac-wildcards"].Exempts("Role", "kube-system", "x"), "and no other")
	assert.True(t, active["image-registry"].Inactive())
}

func TestProfiles(t *testing.T) {
	restricted, err := resolve(t, config.Selection{})
	require.NoError(t, err)
	baseline, err := resolve(t, config.Selection{Profile: "baseline"})
	require.NoError(t, err)
	all, err := resolve(t, config.Selection{Profile: config.All})
	require.NoError(t, err)
	for id := range baseline {
		assert.Contains(t, restricted, id, "restricted contains baseline")
	}
	assert.Less(t, len(baseline), len(restricted))
	c, err := catalog.Load(os.DirFS("../../policies"))
	require.NoError(t, err)
	assert.Len(t, all, len(c.Guardrails))
	only, err := resolve(t, config.Selection{Profile: "baseline", Only: []string{"image-digest"}})
	require.NoError(t, err)
	assert.Len(t, only, 1)
	assert.Equal(t, catalog.Deny, only["image-digest"].Action, "--only reaches beyond the profile")
}

// A local cluster gets what production gets, but for what its profile says.
func TestDockerDesktop(t *testing.T) {
	profiles, err := config.ReadProfiles(os.DirFS("../../constraints"))
	require.NoError(t, err)
	own := profiles["docker-desktop"]
	require.NotNil(t, own)
	restricted, err := resolve(t, config.Selection{Profile: "restricted"})
	require.NoError(t, err)
	local, err := resolve(t, config.Selection{Profile: "docker-desktop"})
	require.NoError(t, err)
	for id, a := range restricted {
		want := a.Action
		if changed, ok := own.Actions[id]; ok {
			assert.NotEqual(t, changed, a.Action, "%s is no exception", id)
			want = changed
		}
		if want == config.Off {
			assert.NotContains(t, local, id)
			continue
		}
		assert.Equal(t, want, local[id].Action, id)
	}
	assert.Less(t, len(local), len(restricted))
	assert.Equal(t, "restricted", local["namespace-pod-security"].Parameters["level"], "from the profile that it extends")
	assert.Equal(t, json.Number("1"), local["encryption-at-rest"].Parameters["minStaticKeys"], "from its own file")
	assert.Subset(t, local["privileged-containers"].ExemptNamespaces, []string{"kube-system", "local-path-storage"})
	assert.NotContains(t, restricted["privileged-containers"].ExemptNamespaces, "local-path-storage")
}

func TestExtends(t *testing.T) {
	read := func(files map[string]string) (config.Profiles, error) {
		folder := fstest.MapFS{"profiles/restricted.yaml": {Data: []byte(
			"{actions: {image-tag: warn, image-digest: warn}, parameters: {image-tag: {a: 1, b: 1}}, exemptNamespaces: {code: [a]}}")}}
		for name, text := range files {
			folder["profiles/"+name+".yaml"] = &fstest.MapFile{Data: []byte(text)}
		}
		return config.ReadProfiles(folder)
	}
	profiles, err := read(map[string]string{"own": "{title: Own, extends: restricted, actions: {image-tag: deny}, " +
		"parameters: {image-tag: {b: 2}, root-group: {c: 3}}, exemptNamespaces: {code: [b]}}"})
	require.NoError(t, err)
	assert.Equal(t, &config.Profile{
		Title: "Own", Extends: "restricted", ExemptNamespaces: map[string][]string{"code": {"a", "b"}},
		Actions:    map[string]catalog.Action{"image-tag": catalog.Deny, "image-digest": catalog.Warn},
		Parameters: map[string]map[string]any{"image-tag": {"a": 1.0, "b": 2.0}, "root-group": {"c": 3.0}},
	}, profiles["own"])
	assert.Equal(t, map[string]any{"a": 1.0, "b": 1.0}, profiles["restricted"].Parameters["image-tag"], "left as it was")
	for name, files := range map[string]map[string]string{
		"missing": {"own": "{extends: nothing}"},
		"itself":  {"own": "{extends: own}"},
		"chain":   {"own": "{extends: other}", "other": "{extends: restricted}"},
		"all":     {"own": "{extends: all}"},
	} {
		_, err := read(files)
		assert.ErrorContains(t, err, "profiles/own.yaml: extends is", name)
	}
}

// A check that a stricter one stands for judges by itself where that one is left out or weaker.
func TestReplaced(t *testing.T) {
	for text, want := range map[string]string{
		"{}": "restricted",
		"{guardrails: {volume-types: {action: warn}}}":                                                           "baseline",
		"{guardrails: {volume-types: {action: \"off\"}}}":                                                        "baseline",
		"{guardrails: {volume-types: {exemptNamespaces: [a]}}}":                                                  "baseline",
		"{guardrails: {volume-types: {exemptNamespaces: [a]}, host-path-volumes: {exemptNamespaces: [b, a]}}}":   "restricted",
		"{guardrails: {volume-types: {action: warn}, host-path-volumes: {action: warn}}}":                        "restricted",
		"{guardrails: {volume-types: {parameters: {version: v1.20}}}}":                                           "baseline",
		"{guardrails: {volume-types: {action: dryrun}, host-path-volumes: {parameters: {level: restricted}}}}":   "baseline",
		"{guardrails: {restricted-seccomp: {action: warn}, host-path-volumes: {parameters: {level: baseline}}}}": "baseline",
		"{exemptNamespaces: [sandbox]}":                                                                          "restricted",
	} {
		file, err := config.ReadFile("rampart.yaml", []byte(text))
		require.NoError(t, err)
		active, err := resolve(t, config.Selection{File: file})
		require.NoError(t, err)
		assert.Equal(t, want, active["host-path-volumes"].Parameters["level"], text)
	}
	for _, s := range []config.Selection{{Skip: []string{"volume-types", "restricted-seccomp", "restricted-capabilities"}},
		{Only: []string{"host-path-volumes", "baseline-seccomp", "baseline-capabilities"}}} {
		active, err := resolve(t, s)
		require.NoError(t, err)
		for _, id := range []string{"host-path-volumes", "baseline-seccomp", "baseline-capabilities"} {
			assert.Equal(t, "baseline", active[id].Parameters["level"], id)
		}
	}
	c, err := catalog.Load(os.DirFS("../../policies"))
	require.NoError(t, err)
	replaced := 0
	for _, g := range c.Guardrails {
		if g.ReplacedBy != "" {
			replaced++
			severity := func(of *catalog.Guardrail) int { return slices.Index(catalog.Severities, of.Severity) }
			assert.GreaterOrEqual(t, severity(c.Find(g.ReplacedBy)), severity(g), "%s: --fail-on must not lose it", g.ID)
		}
	}
	assert.Equal(t, 3, replaced)
}

func TestExempts(t *testing.T) {
	for pattern, want := range map[string][2][]string{
		"kube-*":   {{"kube-system", "kube-"}, {"kube", "my-kube-system"}},
		"*-system": {{"kube-system", "-system"}, {"system", "kube-system-x"}},
		"*kube*":   {{"my-kube-x", "kube"}, {"kub"}},
		"exact":    {{"exact"}, {"exact-not", "not-exact"}},
	} {
		a := config.Active{ExemptNamespaces: []string{pattern}}
		for _, namespace := range want[0] {
			assert.True(t, a.Exempts("Pod", namespace, "x"), "%s %s", pattern, namespace)
		}
		for _, namespace := range append(want[1], "") {
			assert.False(t, a.Exempts("Pod", namespace, "x"), "%s %s", pattern, namespace)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, s := range []struct {
		selection config.Selection
		message   string
	}{
		{config.Selection{Set: []string{"image-registry.allowed=7"}}, "image-registry.allowed: "},
		{config.Selection{Set: []string{"image-registry=7"}}, "write guardrail.parameter=value"},
		{config.Selection{Set: []string{"nothing.at=all"}}, `unknown guardrail "nothing"`},
		{config.Selection{Set: []string{"image-registry.allowed=[a"}}, "the value is no YAML"},
		{config.Selection{PSSVersion: "1.30"}, "--pss-version 1.30: write a version such as v1.30, or latest"},
		{config.Selection{File: &config.File{Waivers: []config.Waiver{{Guardrail: "image-tags"}}}}, "did you mean image-tag?"},
		{config.Selection{Only: []string{"image-tag"}, Skip: []string{"image-tag"}}, "no guardrail is left"},
	} {
		_, err := resolve(t, s.selection)
		require.ErrorContains(t, err, s.message)
	}
}
