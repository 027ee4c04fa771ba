package doctor

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/report"
)

const constraintGroup = "constraints.gatekeeper.sh"

// constraint is the part of a constraint that matters here.
type constraint struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		EnforcementAction        string         `json:"enforcementAction"`
		ScopedEnforcementActions []scopedAction `json:"scopedEnforcementActions"`
		Match                    match          `json:"match"`
		Parameters               map[string]any `json:"parameters"`
	} `json:"spec"`
	Status struct {
		AuditTimestamp string      `json:"auditTimestamp"`
		ByPod          []podStatus `json:"byPod"`
	} `json:"status"`
}

// constraints holds those that are there against those that the pack renders, and looks into all for slips.
func (e *examination) constraints() {
	for _, w := range e.wanted {
		e.constraintsOf(w)
	}
	for _, c := range e.in.constraints {
		e.report(c.Object, LintConstraint(c.Value)...)
		e.report(c.Object, c.body.enforcementProblems()...)
	}
	e.audit()
}

// constraintsOf judges a guardrail by the best of its constraints: each adds to what the others deny.
func (e *examination) constraintsOf(w wanted) {
	var own []found[constraint]
	for _, c := range e.in.constraints {
		if c.Kind == w.kind {
			own = append(own, c)
		}
	}
	if len(own) == 0 {
		if e.hasTemplate(w.kind) { // Without its template there can be no constraint.
			e.missing(constraintReference(w), problem(ConstraintMissing, "", "No constraint turns %s on.", w.ID))
		}
		return
	}
	best := slices.MinFunc(own, func(a, b found[constraint]) int {
		return len(weaknesses(w, a.body)) - len(weaknesses(w, b.body))
	})
	e.report(best.Object, weaknesses(w, best.body)...)
	for _, c := range own {
		if c.Name != best.Name {
			e.report(c.Object, problem(ConstraintDuplicate, "metadata.name", "%s has the constraint %s too.", w.ID, best.Name))
		}
	}
}

func (e *examination) hasTemplate(kind string) bool {
	return slices.ContainsFunc(e.in.templates, func(t found[template]) bool { return t.body.kind() == kind })
}

func constraintReference(w wanted) report.Object {
	version, _ := w.constraint["apiVersion"].(string)
	return report.Object{APIVersion: version, Kind: w.kind, Name: w.ID}
}

// weaknesses are what makes the constraint less than the one that the pack renders.
func weaknesses(w wanted, c constraint) []Problem {
	all := append(actionWeaknesses(w, c), matchWeaknesses(w, c.Spec.Match)...)
	return append(all, parameterDifferences(w, c.Spec.Parameters)...)
}

// actionWeaknesses: an unknown action, which denies nothing, is LintConstraint's matter.
func actionWeaknesses(w wanted, c constraint) []Problem {
	var all []Problem
	action := c.actionAt(webhookPoint)
	if known(action) && strength(action) < strength(w.Action) {
		all = append(all, problem(ConstraintAction, "spec.enforcementAction", "At admission its action is %s; the profile asks for %s.",
			orNone(action), w.Action))
	}
	if c.actionAt(auditPoint) == "" {
		all = append(all, problem(ConstraintAudit, "spec.scopedEnforcementActions", "The audit leaves it out."))
	}
	return all
}

// strength orders the actions by what they do to an object with a finding.
func strength(a catalog.Action) int {
	return slices.Index([]catalog.Action{"", catalog.DryRun, catalog.Warn, catalog.Deny}, a)
}

func orNone(a catalog.Action) string {
	if a == "" {
		return "none"
	}
	return string(a)
}

// parameterDifferences compares after defaults: which of two values is the stricter one only the guardrail knows.
func parameterDifferences(w wanted, given map[string]any) []Problem {
	wantedParameters, _ := field(w.constraint, "spec", "parameters").(map[string]any)
	own := maps.Clone(given)
	delete(own, waiversParameter)
	filled, err := w.FillParameters(own)
	if err != nil {
		return []Problem{problem(ConstraintParameters, "spec.parameters", "The parameters are wrong: %s.", oneLine(err))}
	}
	if waivers, _ := given[waiversParameter].([]any); len(waivers) > 0 {
		filled[waiversParameter] = waivers
	}
	var all []Problem
	for _, name := range unionKeys(filled, wantedParameters) {
		is, should := canonical(filled[name]), canonical(wantedParameters[name])
		if !reflect.DeepEqual(is, should) {
			all = append(all, problem(ConstraintParameters, "spec.parameters."+name, "%s is %s; your configuration comes to %s.", name,
				brief(is), brief(should)))
		}
	}
	return all
}

// waiversParameter is what every rendered template takes beside the guardrail's own parameters.
const waiversParameter = "waivers"

func unionKeys(a, b map[string]any) []string {
	union := maps.Clone(a)
	maps.Copy(union, b)
	return slices.Sorted(maps.Keys(union))
}

// brief is the value as text that fits into a sentence.
func brief(value any) string {
	const limit = 120
	if value == nil {
		return "not set"
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	text := []rune(string(data))
	if len(text) > limit {
		return string(text[:limit]) + "…"
	}
	return string(text)
}

func oneLine(err error) string {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return err.Error()
	}
	var parts []string
	for _, e := range joined.Unwrap() {
		parts = append(parts, fmt.Sprint(e))
	}
	return strings.Join(parts, "; ")
}
