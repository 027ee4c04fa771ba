// Package conformance runs every case of every guardrail through the engines that Rampart supports. All must give the
// findings that the case names.
package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/harness/manifest"
)

// verdict is a finding as every engine can show it.
type verdict struct{ Path, Message string }

// loadCatalog reads the policies of the checkout, so that a changed policy needs no new test binary.
func loadCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(os.DirFS("../../policies"))
	require.NoError(t, err)
	return c
}

func loadBases(t testing.TB, c *catalog.Catalog) *cases.Bases {
	t.Helper()
	bases, err := cases.LoadBases(os.DirFS("../../fixtures/base"), c.PodTemplates)
	require.NoError(t, err)
	return bases
}

// evaluator judges samples with one guardrail.
type evaluator func(s *cases.Sample) ([]verdict, error)

// embedded evaluates the guardrail alone.
func embedded(t testing.TB, c *catalog.Catalog, g *catalog.Guardrail) evaluator {
	t.Helper()
	program, err := engine.Compile(c, []*catalog.Guardrail{g})
	require.NoError(t, err)
	return within(t, program, nil, g)
}

// within evaluates a program of many guardrails, the others with the parameters given, and keeps what one of them finds.
func within(t testing.TB, program *engine.Program, others map[string]map[string]any, g *catalog.Guardrail) evaluator {
	t.Helper()
	return func(s *cases.Sample) ([]verdict, error) {
		parameters := maps.Clone(others)
		if parameters == nil {
			parameters = map[string]map[string]any{}
		}
		var err error
		if parameters[g.ID], err = g.FillParameters(s.Parameters); err != nil {
			return nil, err
		}
		inventory, err := cases.InventoryValue(s.Inventory)
		if err != nil {
			return nil, err
		}
		review, err := s.Review.Value()
		if err != nil {
			return nil, err
		}
		found, err := program.Evaluate(t.Context(), engine.NewData(parameters, inventory), s.Review.Group, s.Review.Kind, review,
			time.Now())
		verdicts := make([]verdict, 0, len(found))
		for _, v := range found {
			if v.Guardrail.ID == g.ID {
				verdicts = append(verdicts, verdict{v.Path, v.Message})
			}
		}
		if len(verdicts) > 0 {
			require.False(t, silent(t, g, s.Review), "a finding in an object without any text of custom.mentions: %v", verdicts)
		}
		return sorted(verdicts), err
	}
}

// silent tells whether a check of a file that holds the object would not ask the guardrail about it.
func silent(t testing.TB, g *catalog.Guardrail, review engine.Review) bool {
	t.Helper()
	text, err := json.Marshal(review.Object)
	require.NoError(t, err)
	file := manifest.Read(manifest.Source{Path: "-"}, manifest.Options{Stdin: bytes.NewReader(text)})
	for _, document := range file.Documents {
		for _, o := range document.Objects {
			if o.Conforms && len(engine.Silent([]*catalog.Guardrail{g}, o.Value)) > 0 {
				return true
			}
		}
	}
	return false
}

func sorted(verdicts []verdict) []verdict {
	slices.SortFunc(verdicts, func(a, b verdict) int {
		return strings.Compare(a.Path+"\x00"+a.Message, b.Path+"\x00"+b.Message)
	})
	return verdicts
}

// mismatch explains how the verdicts differ from what a case expects, "" if they don't: each finding must be expected
// and each expectation found.
func mismatch(expected []cases.Finding, got []verdict) string {
	rest := slices.Clone(expected)
	var unexpected []string
	for _, v := range got {
		i := slices.IndexFunc(rest, func(f cases.Finding) bool {
			return cases.Matches(f.Path, v.Path) && cases.Matches(f.Message, v.Message)
		})
		if i < 0 {
			unexpected = append(unexpected, fmt.Sprintf("  unexpected: %s: %s", v.Path, v.Message))
			continue
		}
		rest = slices.Delete(rest, i, i+1)
	}
	for _, f := range rest {
		unexpected = append(unexpected, fmt.Sprintf("  missing:    %s: %s", f.Path, f.Message))
	}
	return strings.Join(unexpected, "\n")
}

// junk is what makes no sense in most places.
var junk = []any{nil, "junk", "", 7, -1.5, true, false, []any{}, []any{"junk", nil, 7}, map[string]any{},
	map[string]any{"junk": []any{nil}}}

// allGarbage yields copies of the object in which one field after the other is replaced by each value of junk.
func allGarbage(object map[string]any, yield func(map[string]any)) {
	for _, value := range junk {
		pick := func(string, any) (any, bool) { return value, true }
		replaceEach("", object, pick, func(changed any) { yield(changed.(map[string]any)) })
	}
}

// someGarbage yields copies in which one field after the other is replaced by one value of junk, but for fields
// that it has met before with the same value.
type someGarbage map[string]bool

func (seen someGarbage) each(object map[string]any, yield func(map[string]any)) {
	pick := func(path string, value any) (any, bool) {
		field := fmt.Sprint(path, "=", value)
		known := seen[field]
		seen[field] = true
		return junk[len(seen)%len(junk)], !known
	}
	replaceEach("", object, pick, func(changed any) { yield(changed.(map[string]any)) })
}

// replaceEach yields copies of the node with one field after the other replaced by what pick has for its path and value.
func replaceEach(path string, node any, pick func(path string, value any) (any, bool), yield func(any)) {
	each := func(path string, value any, put func(any)) {
		if other, ok := pick(path, value); ok {
			put(other)
		}
		replaceEach(path, value, pick, put)
	}
	switch node := node.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			each(path+"."+key, node[key], func(changed any) {
				c := maps.Clone(node)
				c[key] = changed
				yield(c)
			})
		}
	case []any:
		for i, item := range node {
			each(fmt.Sprintf("%s[%d]", path, i), item, func(changed any) {
				c := slices.Clone(node)
				c[i] = changed
				yield(c)
			})
		}
	}
}
