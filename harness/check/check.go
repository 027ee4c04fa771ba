// Package check judges files: it reads them, evaluates the active guardrails on every object, in parallel but with a
// fixed order of results, and says where each finding stands.
package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/compiled"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/report"
)

// Config is what a check needs to know.
type Config struct {
	Catalog *catalog.Catalog
	// Pack has the catalogue's guardrails in compiled form; where it is nil, all active ones are compiled from source.
	Pack *compiled.Pack
	// Profile is the name that the report shows, Active what is evaluated.
	Profile string
	Active  []config.Active
	Waivers []config.Waiver
	// Namespace is given to namespaced objects that name none.
	Namespace string
	Stdin     io.Reader
	// Version is Rampart's, Now the time of the check.
	Version string
	Now     time.Time
}

// Run judges the paths (files, folders, globs or "-"). It returns an error where the check could not take place at all;
// input that cannot be read or judged is part of the result.
func Run(ctx context.Context, cfg Config, paths []string) (*report.Result, error) {
	options := manifest.Options{Namespace: cfg.Namespace, Stdin: cfg.Stdin, Documents: documents(ctx, cfg)}
	sources, err := manifest.Find(paths, options)
	if err != nil {
		return nil, err
	}
	r := newRun(cfg)
	inputs := make([]input, len(sources))
	parallel(len(sources), func(i int) { inputs[i] = r.read(ctx, sources[i], options) })
	subjects := r.collect(inputs)
	program, err := r.compile(r.needed(subjects))
	if err != nil {
		return nil, err
	}
	if err := r.judge(ctx, program, subjects); err != nil {
		return nil, err
	}
	r.summarise()
	return r.result, nil
}

// run is the state of one check.
type run struct {
	cfg        Config
	active     map[string]config.Active
	parameters map[string]map[string]any
	synced     map[catalog.Kind]bool
	// universal prepares the guardrails on objects of every kind that read no other object.
	universal func() (*judge, error)
	kinds     sync.Map // of *ofKind by catalog.Kind
	// values are used by one reader at a time.
	values  sync.Pool // of *engine.Values
	waivers *waivers

	mu     sync.Mutex // for result, while objects are judged
	result *report.Result
}

// judge is what it takes to evaluate guardrails.
type judge struct {
	program *engine.Program
	data    *engine.Data
}

func newRun(cfg Config) *run {
	r := &run{cfg: cfg, active: map[string]config.Active{}, parameters: map[string]map[string]any{}, synced: syncedKinds(cfg),
		values: sync.Pool{New: func() any { return engine.NewValues() }}, waivers: newWaivers(cfg.Waivers, cfg.Now),
		result: &report.Result{Version: cfg.Version, Findings: []report.Finding{}, Errors: []report.Error{},
			Skipped: []report.Skipped{}, Exempted: []report.Exempted{}, Guardrails: map[string]report.Tally{}, Waivers: []report.WaiverNote{}}}
	var universal []*catalog.Guardrail
	for _, a := range cfg.Active {
		r.active[a.ID], r.parameters[a.ID] = a, a.Parameters
		if isUniversal(a) {
			universal = append(universal, a.Guardrail)
		}
	}
	r.universal = sync.OnceValues(func() (*judge, error) {
		program, err := r.compile(universal)
		return &judge{program, engine.NewData(r.parameters, nil)}, err
	})
	return r
}

func isUniversal(a config.Active) bool {
	return a.Matches("*", "*") && len(a.Sync)+len(a.Documents) == 0
}

// ofKind is what the active guardrails make of a kind of object.
type ofKind struct {
	// mentioning are the guardrails on it that say what they look for.
	mentioning []*catalog.Guardrail
	// atOnce tells whether only universal guardrails judge it, and none asks for it when it judges another. That is so for custom
	// resources and their definitions, most of the bytes of many inputs, of which nothing need be kept.
	atOnce bool
}

func (r *run) ofKind(kind catalog.Kind) *ofKind {
	if known, ok := r.kinds.Load(kind); ok {
		return known.(*ofKind)
	}
	k := &ofKind{atOnce: !r.synced[kind]}
	for _, a := range r.cfg.Active {
		if !a.Matches(kind.Group, kind.Kind) {
			continue
		}
		k.atOnce = k.atOnce && isUniversal(a)
		if len(a.Mentions) > 0 {
			k.mentioning = append(k.mentioning, a.Guardrail)
		}
	}
	r.kinds.Store(kind, k)
	return k
}

// silent are the guardrails that need not be asked about an object; one that is not of its type's form is judged by all.
func (r *run) silent(o *manifest.Object) []*catalog.Guardrail {
	guardrails := r.ofKind(kindOf(o)).mentioning
	if !o.Conforms || len(guardrails) == 0 {
		return nil
	}
	return engine.Silent(guardrails, o.Value)
}

func (r *run) compile(guardrails []*catalog.Guardrail) (*engine.Program, error) {
	if r.cfg.Pack != nil {
		return r.cfg.Pack.Program(guardrails)
	}
	return engine.Compile(r.cfg.Catalog, guardrails)
}

// needed are the active guardrails that judge any of the objects, or all that are read from source: they may be new, and
// wrong.
func (r *run) needed(subjects []*subject) []*catalog.Guardrail {
	kinds := map[catalog.Kind]bool{}
	for _, s := range subjects {
		kinds[kindOf(s.Object)] = true
	}
	var needed []*catalog.Guardrail
	for _, a := range r.cfg.Active {
		matches := func(kind catalog.Kind) bool { return a.Matches(kind.Group, kind.Kind) }
		if r.cfg.Pack == nil || slices.ContainsFunc(slices.Collect(maps.Keys(kinds)), matches) {
			needed = append(needed, a.Guardrail)
		}
	}
	return needed
}

// parallel does n things on all processors. Each processor has one worker for all that it does: evaluating a policy takes
// a deep stack, which a goroutine for each object would have to grow again and again.
func parallel(n int, do func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	workers.Wait()
}

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

func (r *run) judge(ctx context.Context, program *engine.Program, subjects []*subject) error {
	inventory, err := r.inventory(subjects)
	if err != nil {
		return err
	}
	all := &judge{program, engine.NewData(r.parameters, inventory)}
	outcomes := make([]outcome, len(subjects))
	parallel(len(subjects), func(i int) {
		if s := subjects[i]; s.outcome != nil {
			outcomes[i] = *s.outcome
		} else {
			outcomes[i] = r.judgeObject(ctx, all, s)
		}
		subjects[i] = nil // It is not needed any more, nor is the text that it comes from.
	})
	r.report(outcomes)
	return ctx.Err()
}

// report adds the outcomes to the result.
func (r *run) report(outcomes []outcome) {
	total := 0
	for _, o := range outcomes {
		total += len(o.findings)
	}
	r.result.Findings = slices.Grow(r.result.Findings, total)
	for i, o := range outcomes {
		for _, f := range o.findings {
			r.result.Findings = append(r.result.Findings, r.finding(o.object, f))
		}
		r.result.Errors = append(r.result.Errors, o.errors...)
		outcomes[i] = outcome{}
	}
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

func (r *run) summarise() {
	s := &r.result.Summary
	s.Profile = r.cfg.Profile
	s.Guardrails, s.Inactive = len(r.cfg.Active), []string{}
	for _, a := range r.cfg.Active {
		if a.Inactive() {
			s.Inactive = append(s.Inactive, a.ID)
		}
	}
	slices.Sort(s.Inactive)
	s.Skipped, s.Errors = len(r.result.Skipped), len(r.result.Errors)
	s.Findings, s.Actions = map[string]int{}, map[string]int{}
	for _, f := range r.result.Findings {
		s.Findings[f.Severity]++
		s.Actions[f.Action]++
	}
	s.Waived = r.waivers.covered()
	r.result.Waivers = r.waivers.notes()
}
