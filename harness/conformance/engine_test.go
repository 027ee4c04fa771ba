package conformance

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
)

// TestCases judges every case of every guardrail with the embedded engine, and checks the properties that hold for any
// case: lifting a Pod into a workload changes nothing but the paths, admission operations agree, garbage is no error.
func TestCases(t *testing.T) {
	c := loadCatalog(t)
	bases := loadBases(t, c)
	for _, g := range c.Guardrails {
		t.Run(g.ID, func(t *testing.T) {
			t.Parallel()
			file, err := cases.Load(g.Folder)
			require.NoError(t, err)
			evaluate := embedded(t, c, g)
			assertBothVerdicts(t, file)
			for _, cs := range file.Cases {
				t.Run(cs.Name, func(t *testing.T) {
					s, err := bases.Sample(cs)
					require.NoError(t, err)
					require.True(t, g.Matches(s.Review.Group, s.Review.Kind), "%s does not match %s %s", g.ID,
						s.Review.Group, s.Review.Kind)
					assertVerdict(t, evaluate, s, cs.Deny)
					if s.Review.Operation == "" {
						assertOperationsAgree(t, evaluate, s, cs)
					}
					if s.Review.Kind == "Pod" && (cs.Lift == nil || *cs.Lift) {
						assertLifted(t, bases, evaluate, s, cs)
					}
				})
			}
			t.Run("garbage", func(t *testing.T) { assertGarbageIsNoError(t, bases, evaluate, g, file) })
		})
	}
}

// assertBothVerdicts refuses a specification that could not notice a policy that always or never fires.
func assertBothVerdicts(t *testing.T, file *cases.File) {
	t.Helper()
	allowed, denied := 0, 0
	for _, cs := range file.Cases {
		if cs.Allow {
			allowed++
		} else {
			denied++
		}
	}
	assert.Positive(t, allowed, "cases.yaml has no allowed case")
	assert.Positive(t, denied, "cases.yaml has no denied case")
}

func assertVerdict(t *testing.T, evaluate evaluator, s *cases.Sample, expected []cases.Finding) {
	t.Helper()
	got, err := evaluate(s)
	require.NoError(t, err)
	assertReadable(t, got)
	if diff := mismatch(expected, got); diff != "" {
		t.Errorf("%s %s %s:\n%s", s.Review.Operation, s.Review.Kind, s.Review.Name, diff)
	}
}

// assertOperationsAgree: CREATE gives what an audit gives; an UPDATE that changes nothing and a DELETE are allowed.
func assertOperationsAgree(t *testing.T, evaluate evaluator, s *cases.Sample, cs *cases.Case) {
	t.Helper()
	assertVerdict(t, evaluate, s.With(func(r *engine.Review) { r.Operation = "CREATE" }), cs.Deny)
	assertVerdict(t, evaluate, s.With(func(r *engine.Review) { r.Operation, r.OldObject = "UPDATE", r.Object }), nil)
	assertVerdict(t, evaluate, s.With(func(r *engine.Review) { r.Operation, r.OldObject = "DELETE", r.Object }), nil)
}

func assertLifted(t *testing.T, bases *cases.Bases, evaluate evaluator, s *cases.Sample, cs *cases.Case) {
	t.Helper()
	for _, name := range bases.Workloads() {
		object, err := bases.Lift(s.Review.Object.(map[string]any), name)
		require.NoError(t, err)
		lifted := &cases.Sample{Review: cases.ReviewOf(object), Parameters: s.Parameters, Inventory: s.Inventory}
		lifted.Review.Operation = s.Review.Operation
		if old, ok := s.Review.OldObject.(map[string]any); ok {
			lifted.Review.OldObject, err = bases.Lift(old, name)
			require.NoError(t, err)
		}
		var expected []cases.Finding
		for _, f := range cs.Deny {
			if !strings.HasPrefix(f.Path, "...") {
				f.Path = bases.LiftPath(f.Path, name)
			}
			expected = append(expected, f)
		}
		assertVerdict(t, evaluate, lifted, expected)
	}
}

// assertGarbageIsNoError replaces fields by junk: a policy must neither fail on it nor show it in full. All junk goes into
// each field of the first denied case, and stands for it as a whole; some of it into what the other cases and their inventories have of their own, and
// into what the object was before an update.
func assertGarbageIsNoError(t *testing.T, bases *cases.Bases, evaluate evaluator, g *catalog.Guardrail, file *cases.File) {
	t.Helper()
	judge := func(s *cases.Sample, junk any) {
		got, err := evaluate(s)
		require.NoError(t, err, "with %v", junk)
		assertReadable(t, got)
	}
	complete, objects, olds, inventories := false, someGarbage{}, someGarbage{}, someGarbage{}
	for _, cs := range file.Cases {
		s, err := bases.Sample(cs)
		require.NoError(t, err)
		object := s.Review.Object.(map[string]any)
		asObject := func(changed map[string]any) { judge(s.With(func(r *engine.Review) { r.Object = changed }), changed) }
		if !cs.Allow && !complete {
			complete = true
			allGarbage(object, asObject)
			for _, value := range junk {
				judge(s.With(func(r *engine.Review) { r.Object = value }), value)
				judge(s.With(func(r *engine.Review) { r.Operation, r.OldObject = "UPDATE", value }), value)
			}
		}
		objects.each(object, asObject)
		if !g.FilesOnly {
			olds.each(object, func(changed map[string]any) {
				judge(s.With(func(r *engine.Review) { r.Operation, r.OldObject = "UPDATE", changed }), changed)
			})
		}
		for i, other := range s.Inventory {
			inventories.each(other, func(changed map[string]any) {
				strange := *s
				strange.Inventory = slices.Clone(s.Inventory)
				strange.Inventory[i] = changed
				judge(&strange, changed)
			})
		}
	}
}

// unreadable is what a message shows of a field that is not there, or of one with parts.
var unreadable = regexp.MustCompile(`<undefined>|\{["}]|\[\]|\["junk"`)

func assertReadable(t *testing.T, verdicts []verdict) {
	t.Helper()
	for _, v := range verdicts {
		assert.NotRegexp(t, unreadable, v.Message, v.Path)
	}
}
