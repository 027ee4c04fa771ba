package pss

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
)

// namespaceAdmission judges pods by the labels of their namespace.
const namespaceAdmission = "namespace-admission"

// procMountRestricted has no guardrail of its own: it is what proc-mount does at level restricted.
const procMount, procMountRestricted policy.CheckID = "procMount", "procMount_restricted"

// ours are the guardrails, compiled into one query, with the parameters of both profiles for each version.
type ours struct {
	// programs holds all guardrails for level baseline; for level restricted those whose parameters differ there.
	programs map[api.Level]*engine.Program
	bases    *cases.Bases
	checks   map[policy.CheckID]*catalog.Guardrail
	data     map[api.LevelVersion]*engine.Data
}

func newOurs(t *testing.T) *ours {
	t.Helper()
	c, err := catalog.Load(os.DirFS("../../policies"))
	require.NoError(t, err)
	bases, err := cases.LoadBases(os.DirFS("../../fixtures/base"), c.PodTemplates)
	require.NoError(t, err)
	o := &ours{programs: map[api.Level]*engine.Program{}, bases: bases, checks: map[policy.CheckID]*catalog.Guardrail{},
		data: map[api.LevelVersion]*engine.Data{}}
	guardrails := map[api.Level][]*catalog.Guardrail{}
	for _, g := range c.Guardrails {
		if g.PSS == nil && g.ID != namespaceAdmission {
			continue
		}
		if g.PSS != nil {
			o.checks[policy.CheckID(g.PSS.Check)] = g
		}
		guardrails[api.LevelBaseline] = append(guardrails[api.LevelBaseline], g)
		if g.PSS == nil || hasParameter(g, "level") {
			guardrails[api.LevelRestricted] = append(guardrails[api.LevelRestricted], g)
		}
	}
	for level, matching := range guardrails {
		o.programs[level], err = engine.Compile(c, matching)
		require.NoError(t, err)
		for _, version := range versions() {
			lv := api.LevelVersion{Level: level, Version: version}
			o.data[lv] = engine.NewData(parameters(t, matching, lv), nil)
		}
	}
	return o
}

func hasParameter(g *catalog.Guardrail, name string) bool {
	properties, _ := g.Parameters["properties"].(map[string]any)
	return properties[name] != nil
}

// parameters are what the profile of the level sets.
func parameters(t *testing.T, guardrails []*catalog.Guardrail, lv api.LevelVersion) map[string]map[string]any {
	t.Helper()
	byID := map[string]map[string]any{}
	for _, g := range guardrails {
		given := map[string]any{}
		if hasParameter(g, "version") {
			given["version"] = lv.Version.String()
		}
		if hasParameter(g, "level") {
			given["level"] = string(lv.Level)
		}
		filled, err := g.FillParameters(given)
		require.NoError(t, err)
		byID[g.ID] = filled
	}
	return byID
}

// verdict holds which guardrails refuse an object.
type verdict map[string]bool

func (o *ours) judge(ctx context.Context, lv api.LevelVersion, object map[string]any) (verdict, error) {
	group, kind, _ := strings.Cut(cases.GroupKind(object), "/")
	review := engine.Review{Group: group, Version: "v1", Kind: kind, Namespace: "task-api", Object: object,
		More: map[string]any{"namespaceObject": map[string]any{"metadata": map[string]any{
			"name": "task-api",
			"labels": map[string]any{
				api.EnforceLevelLabel:   string(lv.Level),
				api.EnforceVersionLabel: lv.Version.String(),
			},
		}}}}
	value, err := review.Value()
	if err != nil {
		return nil, err
	}
	found, err := o.programs[lv.Level].Evaluate(ctx, o.data[lv], group, kind, value, time.Unix(0, 0))
	if err != nil {
		return nil, err
	}
	denies := verdict{}
	for _, v := range found {
		if len(engine.Silent([]*catalog.Guardrail{v.Guardrail}, object)) > 0 {
			return nil, fmt.Errorf("%s finds something in an object without any text of its custom.mentions", v.Guardrail.ID)
		}
		denies[v.Guardrail.ID] = true
	}
	return denies, nil
}

// difference is one verdict that is not the official one; want and got tell whether the object is refused.
type difference struct {
	what      string
	want, got bool
}

// compare judges an object that holds the pod, at one version: every check, both levels and what the namespace would do.
func (o *ours) compare(ctx context.Context, k *official, version api.Version, pod *corev1.Pod, object map[string]any,
	count func(policy.CheckID, bool)) ([]difference, error) {
	denies, err := o.judge(ctx, api.LevelVersion{Level: api.LevelBaseline, Version: version}, object)
	if err != nil {
		return nil, err
	}
	restricted, err := o.judge(ctx, api.LevelVersion{Level: api.LevelRestricted, Version: version}, object)
	if err != nil {
		return nil, err
	}
	var differences []difference
	differ := func(what string, want, got bool) {
		if want != got {
			differences = append(differences, difference{what, want, got})
		}
	}
	check := func(id policy.CheckID, got bool) {
		want := k.denies(id, version, pod)
		count(id, want)
		differ("check "+string(id), want, got)
	}
	level := func(level api.Level, got, namespace bool) {
		want := k.levelDenies(level, version, pod)
		count(policy.CheckID("level "+level), want)
		differ("level "+string(level), want, got)
		differ("namespace that enforces "+string(level), want, namespace)
	}
	baselineDenies, restrictedDenies := false, false
	for id, g := range o.checks {
		check(id, denies[g.ID])
		if g.PSS.Level == string(api.LevelBaseline) {
			baselineDenies = baselineDenies || denies[g.ID]
		}
		if hasParameter(g, "level") {
			restrictedDenies = restrictedDenies || restricted[g.ID]
			replaced := k.replaced(id, version)
			if !replaced || id != procMount {
				differ("check "+string(id)+" at level restricted", denies[g.ID] && !replaced, restricted[g.ID])
			}
		} else {
			restrictedDenies = restrictedDenies || denies[g.ID]
		}
	}
	if k.replaced(procMount, version) {
		check(procMountRestricted, restricted[o.checks[procMount].ID])
	}
	level(api.LevelBaseline, baselineDenies, denies[namespaceAdmission])
	level(api.LevelRestricted, restrictedDenies, restricted[namespaceAdmission])
	return differences, nil
}

// TestEveryCheckHasAGuardrail: no official check is left out, and none is made up.
func TestEveryCheckHasAGuardrail(t *testing.T) {
	k, o := newOfficial(t), newOurs(t)
	want := slices.Sorted(maps.Keys(k.checks))
	got := slices.Sorted(maps.Keys(o.checks))
	got = append(got, procMountRestricted)
	slices.Sort(got)
	require.Equal(t, want, got)
	for id, g := range o.checks {
		require.Equal(t, string(k.levels[id]), g.PSS.Level, "level of %s", id)
		_, inBaseline := g.Profiles["baseline"]
		require.Equal(t, k.levels[id] == api.LevelBaseline, inBaseline, "profile baseline of %s", id)
		require.Equal(t, catalog.Deny, g.Profiles["restricted"], "profile restricted of %s", id)
	}
}
