package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/report"
)

// outcome is what the report says of one object.
type outcome struct {
	object   *manifest.Object // without its text; nil where there are no findings
	findings []found
	errors   []report.Error
}

// found is a finding, as short as it can be kept: there may be hundreds of thousands.
type found struct {
	guardrail    *catalog.Guardrail
	path         string
	message      string
	line, column int
}

// verdict is what became of one object.
type verdict struct {
	outcome
	// namespace is what exemptions go by: the object's, or its name where it is one.
	namespace string
	// evaluated and exempted are the guardrails that judged the object, or would have but for its namespace; waived those
	// with a finding that is waived.
	evaluated, exempted, waived []string
}

// count adds a verdict to the summary, and what is left out in exempt namespaces to their list, sorted by name.
func (r *run) count(v verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally(v)
	r.result.Summary.Evaluations += len(v.evaluated)
	r.result.Summary.Exempted += len(v.exempted)
	if len(v.evaluated)+len(v.exempted) == 0 {
		r.result.Summary.Unmatched++
	}
	if len(v.exempted) == 0 {
		return
	}
	i, found := slices.BinarySearchFunc(r.result.Exempted, v.namespace, func(e report.Exempted, name string) int {
		return strings.Compare(e.Namespace, name)
	})
	if !found {
		r.result.Exempted = slices.Insert(r.result.Exempted, i, report.Exempted{Namespace: v.namespace})
	}
	r.result.Exempted[i].Objects++
	r.result.Exempted[i].Evaluations += len(v.exempted)
}

// tally adds a verdict to the counts of the guardrails.
func (r *run) tally(v verdict) {
	failed := map[string]bool{}
	for _, f := range v.findings {
		failed[f.guardrail.ID] = true
	}
	for _, id := range v.evaluated {
		t := r.result.Guardrails[id]
		t.Judged++
		switch {
		case failed[id]:
			t.Failed++
		case slices.Contains(v.waived, id):
			t.Waived++
		}
		r.result.Guardrails[id] = t
	}
	for _, id := range v.exempted {
		t := r.result.Guardrails[id]
		t.Exempted++
		r.result.Guardrails[id] = t
	}
}

// judgeObject judges an object and counts the verdict.
func (r *run) judgeObject(ctx context.Context, j *judge, s *subject) outcome {
	v := r.verdict(ctx, j, s)
	r.count(v)
	return v.outcome
}

func (r *run) verdict(ctx context.Context, j *judge, s *subject) verdict {
	v := verdict{namespace: s.Namespace}
	if s.Kind == "Namespace" {
		v.namespace = s.Name
	}
	if s.err != nil {
		v.errors = []report.Error{objectError(s.Object, s.err)}
		return v
	}
	for _, g := range j.program.Guardrails(s.Group, s.Kind) {
		if r.active[g.ID].Exempts(s.Kind, s.Namespace, s.Name) {
			v.exempted = append(v.exempted, g.ID)
		} else {
			v.evaluated = append(v.evaluated, g.ID)
		}
	}
	review, err := s.review().Value()
	if err != nil {
		v.errors = []report.Error{objectError(s.Object, err)}
		return v
	}
	violations, err := j.program.EvaluateBut(ctx, s.silent, j.data, s.Group, s.Kind, review, r.cfg.Now)
	for _, failure := range each(err) {
		v.errors = append(v.errors, objectError(s.Object, failure))
	}
	r.keep(&v, s.Object, violations)
	return v
}

// keep adds the violations to the verdict but those that are exempt or waived.
func (r *run) keep(v *verdict, o *manifest.Object, violations []engine.Violation) {
	if len(violations) == 0 {
		return
	}
	v.findings = make([]found, 0, len(violations))
	for _, violation := range violations {
		g := violation.Guardrail
		switch {
		case r.active[g.ID].Exempts(o.Kind, o.Namespace, o.Name):
		case r.waivers.cover(o, violation):
			v.waived = append(v.waived, g.ID)
		default:
			line, column := o.Position(violation.Path)
			v.findings = append(v.findings, found{g, violation.Path, violation.Message, line, column})
		}
	}
	slices.SortStableFunc(v.findings, compareFindings)
	v.object = withoutText(o)
}

func compareFindings(a, b found) int {
	return cmp.Or(cmp.Compare(a.line, b.line), strings.Compare(a.guardrail.ID, b.guardrail.ID),
		strings.Compare(a.path+"\x00"+a.message, b.path+"\x00"+b.message))
}

// withoutText is a copy of an object that says which one it is and where.
func withoutText(o *manifest.Object) *manifest.Object {
	return &manifest.Object{File: o.File, Document: o.Document, Item: o.Item, Group: o.Group, Version: o.Version, Kind: o.Kind,
		Namespace: o.Namespace, Name: o.Name, GenerateName: o.GenerateName}
}

func (r *run) finding(o *manifest.Object, f found) report.Finding {
	return report.Finding{
		Guardrail: f.guardrail.ID, Severity: f.guardrail.Severity, Action: string(r.active[f.guardrail.ID].Action), Message: f.message,
		Path: f.path, Object: named(o), File: o.File, Document: o.Document, Item: o.Item, Line: f.line, Column: f.column,
	}
}

func objectError(o *manifest.Object, err error) report.Error {
	line, column := o.Position("")
	return report.Error{File: o.File, Document: o.Document, Line: line, Column: column,
		Message: fmt.Sprintf("%s: %v", named(o), err)}
}

func named(o *manifest.Object) report.Object {
	return report.Object{APIVersion: o.APIVersion(), Kind: o.Kind, Namespace: o.Namespace, Name: o.Name,
		GenerateName: o.GenerateName}
}

// each is the errors that were joined, or the one that there is.
func each(err error) []error {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &joined):
		return joined.Unwrap()
	default:
		return []error{err}
	}
}
