// Package check judges files: it reads them, evaluates the active guardrails on every object, in parallel but with a
// fixed order of results, and says where each finding stands.
package check

import (
	"context"
	"io"
	"maps"
	"runtime"
	"slices"
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
