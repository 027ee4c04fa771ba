package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/engine"
)

type object = map[string]any

// finding is what all programs say of one.
type finding struct{ Guardrail, Severity, Action, Message, Path, Container, Image string }

// textReaders are the guardrails that read the text of a file, which only rampart check has.
var textReaders = []string{"embedded-manifests", "unknown-fields"}

// sample is a case of a guardrail.
type sample struct {
	*cases.Sample
	name string
}

// plain tells whether the object alone says what the case is about; else only an AdmissionReview can.
func (s sample) plain() bool { return s.Review.Operation == "" && len(s.Review.More) == 0 }

// pack is the checkout's guardrails with what the tests need to judge their cases.
type pack struct {
	catalog  *catalog.Catalog
	bases    *cases.Bases
	profiles config.Profiles
	program  *engine.Program
}

func loadPack(t testing.TB) *pack {
	t.Helper()
	c, err := catalog.Load(os.DirFS("../../policies"))
	require.NoError(t, err)
	bases, err := cases.LoadBases(os.DirFS("../../fixtures/base"), c.PodTemplates)
	require.NoError(t, err)
	profiles, err := config.ReadProfiles(os.DirFS("../../constraints"))
	require.NoError(t, err)
	guardrails := slices.DeleteFunc(slices.Clone(c.Guardrails), func(g *catalog.Guardrail) bool {
		return slices.Contains(textReaders, g.ID)
	})
	program, err := engine.Compile(c, guardrails)
	require.NoError(t, err)
	return &pack{catalog: c, bases: bases, profiles: profiles, program: program}
}

// build is a base object with changes.
func (p *pack) build(t testing.TB, base string, set object) object {
	t.Helper()
	built, err := p.bases.Build(cases.Object{Base: base, Set: set})
	require.NoError(t, err)
	return built
}

// revision is a configuration of the site, and the cases that it serves: a bundle holds one set of parameters for each
// guardrail, so the cases of a guardrail that wants others belong to the next revision.
type revision struct {
	configuration string // a file for --config
	samples       []sample
	oracle        *oracle
}

// revisions spread all cases of all guardrails over as few configurations as they need.
func (p *pack) revisions(t testing.TB) []*revision {
	t.Helper()
	var settings []object
	var samples [][]sample
	for _, g := range p.catalog.Guardrails {
		if slices.Contains(textReaders, g.ID) {
			continue
		}
		file, err := cases.Load(g.Folder)
		require.NoError(t, err)
		known := []string{}
		for _, cs := range file.Cases {
			s, err := p.bases.Sample(cs)
			require.NoError(t, err)
			s.Review.Object, s.Review.OldObject = exact(t, s.Review.Object), exact(t, s.Review.OldObject)
			filled, err := g.FillParameters(s.Parameters)
			require.NoError(t, err)
			text, err := json.Marshal(filled)
			require.NoError(t, err)
			i := slices.Index(known, string(text))
			if i < 0 {
				i, known = len(known), append(known, string(text))
				if i == len(settings) {
					settings, samples = append(settings, object{}), append(samples, nil)
				}
				settings[i][g.ID] = object{"parameters": filled}
			}
			samples[i] = append(samples[i], sample{Sample: s, name: g.ID + ": " + cs.Name})
		}
	}
	var all []*revision
	for i := range settings {
		text, err := yaml.Marshal(object{"guardrails": settings[i]})
		require.NoError(t, err)
		file, err := config.ReadFile("rampart.yaml", text)
		require.NoError(t, err)
		r := &revision{configuration: write(t, t.TempDir(), "rampart.yaml", text), samples: samples[i], oracle: p.newOracle(t, file)}
		all = append(all, r)
	}
	return all
}

// exact is the value as JSON carries it, with numbers as they are written.
func exact(t testing.TB, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var same any
	require.NoError(t, decoder.Decode(&same))
	return same
}

// oracle is the embedded engine, as rampart check uses it with --profile all and a configuration file.
type oracle struct {
	*pack
	active     map[string]config.Active
	parameters map[string]map[string]any
}

func (p *pack) newOracle(t testing.TB, file *config.File) *oracle {
	t.Helper()
	active, err := config.Resolve(p.catalog, p.profiles, config.Selection{Profile: config.All, File: file})
	require.NoError(t, err)
	o := &oracle{pack: p, active: map[string]config.Active{}, parameters: map[string]map[string]any{}}
	for _, a := range active {
		o.active[a.ID], o.parameters[a.ID] = a, a.Parameters
	}
	return o
}

// expectation is what the engine finds in a sample, as an object, if it is a plain one, and as an AdmissionReview.
type expectation struct {
	sample
	asObject, asReview []finding
}

func (o *oracle) expect(t testing.TB, samples []sample) []expectation {
	t.Helper()
	expected := make([]expectation, len(samples))
	for i, s := range samples {
		others, _ := inventory(t, s.Inventory)
		review := s.Review
		e := expectation{sample: s}
		if s.plain() {
			e.asObject = o.judge(t, review, others)
		}
		if review.Operation == "" {
			review.Operation = "CREATE" // as the AdmissionReview says
		}
		e.asReview = slices.DeleteFunc(o.judge(t, review, others), func(f finding) bool { return o.active[f.Guardrail].FilesOnly })
		expected[i] = e
	}
	return expected
}

func (o *oracle) judge(t testing.TB, review engine.Review, inventory ast.Value) []finding {
	t.Helper()
	value, err := review.Value()
	require.NoError(t, err)
	found, err := o.program.Evaluate(t.Context(), engine.NewData(o.parameters, inventory), review.Group, review.Kind, value, time.Now())
	require.NoError(t, err)
	findings := []finding{}
	for _, v := range found {
		if a, ok := o.active[v.Guardrail.ID]; ok && !a.Exempts(review.Kind, review.Namespace, review.Name) {
			findings = append(findings, finding{a.ID, a.Severity, string(a.Action), v.Message, v.Path, v.Container, v.Image})
		}
	}
	return sorted(findings)
}

func sorted(findings []finding) []finding {
	slices.SortFunc(findings, func(a, b finding) int {
		return slices.Compare([]string{a.Guardrail, a.Path, a.Message}, []string{b.Guardrail, b.Path, b.Message})
	})
	return slices.Compact(findings)
}

// inventory is data.inventory with the objects, as a value and as JSON.
func inventory(t testing.TB, objects []object) (ast.Value, object) {
	t.Helper()
	value, err := cases.InventoryValue(objects)
	require.NoError(t, err)
	plain, err := ast.JSON(value)
	require.NoError(t, err)
	return value, plain.(object)
}

// buildBundle runs rampart bundle build for every guardrail.
func buildBundle(t testing.TB, key signingKey, arguments ...string) string {
	t.Helper()
	file := t.TempDir() + "/rampart.tar.gz"
	arguments = append([]string{"bundle", "build", "--profile", config.All, "-o", file}, arguments...)
	if key.file != "" {
		arguments = append(arguments, "--signing-key", key.file, "--signing-alg", "ES256", "--signing-key-id", keyID)
	}
	run(t, "rampart", arguments...)
	return file
}
