package doctor_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/rampart-policy/rampart/constraints"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/doctor"
	"github.com/rampart-policy/rampart/harness/render"
	"github.com/rampart-policy/rampart/policies"
)

type object = map[string]any

// pack reads the catalogue once for all tests.
var pack = sync.OnceValues(func() (*catalog.Catalog, error) { return catalog.Load(policies.FS) })

// settings are those of an examination that asks for these guardrails of the restricted profile; none means all.
func settings(t *testing.T, only ...string) doctor.Config {
	t.Helper()
	c, err := pack()
	require.NoError(t, err)
	profiles, err := config.ReadProfiles(constraints.FS)
	require.NoError(t, err)
	active, err := config.Resolve(c, profiles, config.Selection{Only: only})
	require.NoError(t, err)
	return doctor.Config{Catalog: c, Profile: "restricted", Active: active}
}

// install is what a cluster, or the files for one, hold.
type install []object

// find returns the object of the name, which the test then changes.
func (in install) find(t *testing.T, kind, name string) object {
	t.Helper()
	i := slices.IndexFunc(in, func(o object) bool { return o["kind"] == kind && at(o, "metadata", "name") == name })
	require.GreaterOrEqual(t, i, 0, "%s %s", kind, name)
	return in[i]
}

// without leaves the object out.
func (in install) without(kind, name string) install {
	return slices.DeleteFunc(in, func(o object) bool { return o["kind"] == kind && at(o, "metadata", "name") == name })
}

// copy is a deep copy, in the types of encoding/json.
func (in install) copy(t *testing.T) install {
	t.Helper()
	data, err := json.Marshal(in)
	require.NoError(t, err)
	var c install
	require.NoError(t, json.Unmarshal(data, &c))
	return c
}

// examine hands the objects over as kubectl prints them.
func (in install) examine(t *testing.T, cfg doctor.Config) *doctor.Result {
	t.Helper()
	data, err := yaml.Marshal(object{"apiVersion": "v1", "kind": "List", "items": in})
	require.NoError(t, err)
	cfg.Stdin = bytes.NewReader(data)
	result, err := doctor.Run(cfg, []string{"-"})
	require.NoError(t, err)
	return result
}

// at follows keys (string) and indexes (int); it fails the test by a panic where there is nothing.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			value = value.(object)[step]
		case int:
			value = value.([]any)[step]
		}
	}
	return value
}

// set puts a value at the path.
func set(o object, value any, path ...any) {
	parent := at(o, path[:len(path)-1]...)
	switch last := path[len(path)-1].(type) {
	case string:
		parent.(object)[last] = value
	case int:
		parent.([]any)[last] = value
	}
}

// files is what the README says to install: the patched webhooks, the templates and a profile.
func files(t *testing.T, cfg doctor.Config) install {
	t.Helper()
	guardrails := make([]*catalog.Guardrail, len(cfg.Active))
	for i, a := range cfg.Active {
		guardrails[i] = a.Guardrail
	}
	templates, err := render.Templates(cfg.Catalog, guardrails)
	require.NoError(t, err)
	profile, err := render.Constraints(cfg.Active, cfg.Waivers)
	require.NoError(t, err)
	return append(install{patchedWebhooks(t)}, append(parse(t, templates.Stream()), parse(t, profile.Stream())...)...)
}

func parse(t *testing.T, stream []byte) install {
	t.Helper()
	var all install
	for document := range bytes.SplitSeq(stream, []byte("\n---\n")) {
		var o object
		require.NoError(t, yaml.Unmarshal(document, &o))
		if o != nil {
			all = append(all, o)
		}
	}
	return all
}

// cluster is the install after Gatekeeper has taken it up, with what the API server fills in.
func cluster(t *testing.T, cfg doctor.Config) install {
	t.Helper()
	in := files(t, cfg)
	for _, name := range []string{"gatekeeper-system", "shop"} {
		in = append(in, object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": name,
			"labels": object{"kubernetes.io/metadata.name": name}}})
	}
	namespace := in.find(t, "Namespace", "gatekeeper-system")
	set(namespace, "no-self-managing", "metadata", "labels", "admission.gatekeeper.sh/ignore")
	in = append(in, object{"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config",
		"metadata": object{"name": "config", "namespace": "gatekeeper-system"},
		"spec": object{"match": []any{object{"processes": []any{"*"}, "excludedNamespaces": []any{"gatekeeper-system"}},
			object{"processes": []any{"mutation-webhook"}, "excludedNamespaces": []any{"shop"}}}}})
	for _, o := range in {
		set(o, "4711", "metadata", "uid")
		set(o, 2, "metadata", "generation")
		group, _, _ := strings.Cut(o["apiVersion"].(string), "/")
		switch group {
		case "templates.gatekeeper.sh":
			o["status"] = object{"created": true, "byPod": byPod(object{})}
			set(o, false, "spec", "crd", "spec", "validation", "legacySchema")
		case "constraints.gatekeeper.sh":
			o["status"] = object{"auditTimestamp": "2030-01-01T00:00:00Z", "byPod": byPod(object{"enforced": true})}
		case "admissionregistration.k8s.io":
			for _, w := range at(o, "webhooks").([]any) {
				set(w.(object), "Y2E=", "clientConfig", "caBundle")
			}
		}
	}
	return in.copy(t)
}

// byPod is the status of the pods that Gatekeeper ships with.
func byPod(more object) []any {
	var pods []any
	for id, operations := range map[string][]any{
		"gatekeeper-audit-0":              {"audit", "generate", "mutation-status", "status"},
		"gatekeeper-controller-manager-0": {"mutation-webhook", "webhook"},
	} {
		pod := object{"id": id, "operations": operations, "observedGeneration": 2}
		for key, value := range more {
			pod[key] = value
		}
		pods = append(pods, pod)
	}
	slices.SortFunc(pods, func(a, b any) int { return strings.Compare(at(a, "id").(string), at(b, "id").(string)) })
	return pods
}

// gatekeeperFile reads a file of Gatekeeper's module.
func gatekeeperFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(gatekeeperModule(t), filepath.FromSlash(name)))
	require.NoError(t, err)
	return data
}

func gatekeeperModule(t *testing.T) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/open-policy-agent/gatekeeper/v3").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(output))
}

// shippedWebhooks is the validating webhook configuration of Gatekeeper's release manifest.
func shippedWebhooks(t *testing.T) object {
	t.Helper()
	for document := range bytes.SplitSeq(gatekeeperFile(t, "deploy/gatekeeper.yaml"), []byte("\n---\n")) {
		if bytes.Contains(document, []byte("\nkind: ValidatingWebhookConfiguration\n")) {
			return parse(t, document)[0]
		}
	}
	require.Fail(t, "no ValidatingWebhookConfiguration")
	return nil
}
