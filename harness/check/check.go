// Package check judges files: it reads them, evaluates the active guardrails on every object, in parallel but with a
// fixed order of results, and says where each finding stands.
package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"golang.org/x/sync/errgroup"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/report"
)

// Config is what a check needs to know.
type Config struct {
	Catalog *catalog.Catalog
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
	options := manifest.Options{Namespace: cfg.Namespace, Stdin: cfg.Stdin}
	sources, err := manifest.Find(paths, options)
	if err != nil {
		return nil, err
	}
	r := &run{cfg: cfg, active: map[string]config.Active{}, waivers: newWaivers(cfg.Waivers, cfg.Now),
		result: &report.Result{Version: cfg.Version, Findings: []report.Finding{}, Errors: []report.Error{},
			Skipped: []report.Skipped{}, Exempted: []report.Exempted{}, Waivers: []report.WaiverNote{}}}
	if err := r.compile(); err != nil {
		return nil, err
	}
	files := make([]manifest.File, len(sources))
	parallel(len(sources), func(i int) { files[i] = manifest.Read(sources[i], options) })
	objects := r.collect(files)
	if err := r.judge(ctx, objects); err != nil {
		return nil, err
	}
	r.summarise()
	return r.result, nil
}

// run is the state of one check.
type run struct {
	cfg     Config
	active  map[string]config.Active
	program *engine.Program
	data    *engine.Data
	waivers *waivers
	result  *report.Result
}

func (r *run) compile() error {
	guardrails := make([]*catalog.Guardrail, len(r.cfg.Active))
	for i, a := range r.cfg.Active {
		guardrails[i] = a.Guardrail
		r.active[a.ID] = a
	}
	var err error
	r.program, err = engine.Compile(r.cfg.Catalog, guardrails)
	return err
}

func parallel(n int, do func(i int)) {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error { do(i); return nil })
	}
	_ = group.Wait() // do returns no error
}

// collect lists the objects in the order of the input, and notes what is skipped or wrong.
func (r *run) collect(files []manifest.File) []*manifest.Object {
	var objects []*manifest.Object
	for _, file := range files {
		switch {
		case file.Err != nil:
			r.addError(file.Err)
			continue
		case file.Skipped != "":
			r.result.Skipped = append(r.result.Skipped, report.Skipped{File: file.Path, Reason: file.Skipped})
			continue
		}
		r.result.Summary.Files++
		for i := range file.Documents {
			d := &file.Documents[i]
			r.result.Summary.Documents++
			if d.Skipped != "" {
				r.result.Skipped = append(r.result.Skipped, report.Skipped{File: file.Path, Document: d.Number,
					Line: d.Line, Reason: d.Skipped})
			}
			for _, err := range d.Errors {
				r.addError(err)
			}
			objects = append(objects, d.Objects...)
		}
	}
	r.result.Summary.Objects = len(objects)
	return objects
}

func (r *run) addError(err *manifest.Error) {
	r.result.Errors = append(r.result.Errors, report.Error{File: err.File, Document: err.Document, Line: err.Line,
		Column: err.Column, Message: err.Message})
}

// verdict is what became of one object.
type verdict struct {
	findings            []report.Finding
	errors              []report.Error
	evaluated, exempted int
}

func (r *run) judge(ctx context.Context, objects []*manifest.Object) error {
	values := make([]ast.Value, len(objects))
	errs := make([]error, len(objects))
	parallel(len(objects), func(i int) { values[i], errs[i] = ast.InterfaceToValue(objects[i].Value) })
	inventory := engine.NewInventory()
	parameters := map[string]map[string]any{}
	for _, a := range r.cfg.Active {
		parameters[a.ID] = a.Parameters
	}
	for i, o := range objects {
		if errs[i] == nil && o.Name != "" {
			inventory.Add(o.APIVersion(), o.Kind, o.Namespace, o.Name, values[i])
		}
	}
	all, err := inventory.Value()
	if err != nil {
		return err
	}
	r.data = engine.NewData(parameters, all)
	verdicts := make([]verdict, len(objects))
	parallel(len(objects), func(i int) {
		if errs[i] == nil {
			verdicts[i] = r.judgeObject(ctx, objects[i], values[i])
		} else {
			verdicts[i].errors = []report.Error{objectError(objects[i], errs[i])}
		}
	})
	for i, v := range verdicts {
		r.result.Findings = append(r.result.Findings, v.findings...)
		r.result.Errors = append(r.result.Errors, v.errors...)
		r.count(objects[i], v)
	}
	return ctx.Err()
}

// count adds a verdict to the summary, and what is left out in exempt namespaces to their list, sorted by name.
func (r *run) count(o *manifest.Object, v verdict) {
	r.result.Summary.Evaluations += v.evaluated
	r.result.Summary.Exempted += v.exempted
	if v.evaluated+v.exempted == 0 {
		r.result.Summary.Unmatched++
	}
	if v.exempted == 0 {
		return
	}
	namespace := o.Namespace
	if o.Kind == "Namespace" {
		namespace = o.Name
	}
	i, found := slices.BinarySearchFunc(r.result.Exempted, namespace, func(e report.Exempted, name string) int {
		return strings.Compare(e.Namespace, name)
	})
	if !found {
		r.result.Exempted = slices.Insert(r.result.Exempted, i, report.Exempted{Namespace: namespace})
	}
	r.result.Exempted[i].Objects++
	r.result.Exempted[i].Evaluations += v.exempted
}

func (r *run) judgeObject(ctx context.Context, o *manifest.Object, value ast.Value) verdict {
	var v verdict
	guardrails, err := r.program.Guardrails(o.Group, o.Kind)
	if err != nil {
		v.errors = append(v.errors, objectError(o, err))
		return v
	}
	for _, g := range guardrails {
		if r.active[g.ID].Exempts(o.Kind, o.Namespace, o.Name) {
			v.exempted++
		} else {
			v.evaluated++
		}
	}
	review, err := reviewOf(o, value).Value()
	if err != nil {
		v.errors = append(v.errors, objectError(o, err))
		return v
	}
	violations, err := r.program.Evaluate(ctx, r.data, o.Group, o.Kind, review, r.cfg.Now)
	for _, failure := range each(err) {
		v.errors = append(v.errors, objectError(o, failure))
	}
	for _, violation := range violations {
		active := r.active[violation.Guardrail.ID]
		if !active.Exempts(o.Kind, o.Namespace, o.Name) && !r.waivers.cover(o, violation) {
			v.findings = append(v.findings, finding(o, violation, active.Action))
		}
	}
	slices.SortStableFunc(v.findings, compareFindings)
	return v
}

func compareFindings(a, b report.Finding) int {
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	if a.Guardrail != b.Guardrail {
		return strings.Compare(a.Guardrail, b.Guardrail)
	}
	return strings.Compare(a.Path+"\x00"+a.Message, b.Path+"\x00"+b.Message)
}

func reviewOf(o *manifest.Object, value ast.Value) engine.Review {
	review := engine.Review{Group: o.Group, Version: o.Version, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name,
		Object: value, More: map[string]any{}}
	if len(o.Unknown) > 0 {
		unknown := make([]any, len(o.Unknown))
		for i, f := range o.Unknown {
			unknown[i] = map[string]any{"path": f.Path, "message": f.Message}
		}
		review.More["unknownFields"] = unknown
	}
	if keys := o.Embedded(); len(keys) > 0 {
		review.More["embeddedManifests"] = keys
	}
	if request := o.Request; request != nil {
		review.Operation = request.Operation
		review.More["userInfo"] = request.UserInfo
		review.More["dryRun"] = request.DryRun
		review.More["subResource"] = request.SubResource
		if request.OldObject != nil {
			review.OldObject = request.OldObject
		}
	}
	return review
}

func finding(o *manifest.Object, v engine.Violation, action catalog.Action) report.Finding {
	line, column := o.Position(v.Path)
	return report.Finding{
		Guardrail: v.Guardrail.ID, Severity: v.Guardrail.Severity, Action: string(action), Message: v.Message,
		Path: v.Path, Object: named(o),
		File: o.File, Document: o.Document, Item: o.Item, Line: line, Column: column,
	}
}

func objectError(o *manifest.Object, err error) report.Error {
	line, column := o.Position("")
	return report.Error{File: o.File, Document: o.Document, Line: line, Column: column,
		Message: fmt.Sprintf("%s: %v", named(o), err)}
}

func named(o *manifest.Object) report.Object {
	return report.Object{APIVersion: o.APIVersion(), Kind: o.Kind, Namespace: o.Namespace, Name: o.Name,
		GenerateName: o.GenerateName()}
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
