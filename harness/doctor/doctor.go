// Package doctor tells what of the guardrails a cluster would not enforce, and why: from its webhook configurations,
// templates, constraints, SyncSets, Gatekeeper's Config and namespaces, as kubectl prints them or as they lie in files. It
// talks to no cluster.
package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/report"
)

// Config is what an examination needs to know.
type Config struct {
	Catalog *catalog.Catalog
	// Profile is the name that the report shows, Active and Waivers are what the cluster should enforce.
	Profile string
	Active  []config.Active
	Waivers []config.Waiver
	Stdin   io.Reader
	// Version is Rampart's.
	Version string
}

// Result is everything that an examination found out. Its JSON form is documented in the README and stable.
type Result struct {
	Version  string         `json:"version"`
	Summary  Summary        `json:"summary"`
	Findings []Finding      `json:"findings"`
	Errors   []report.Error `json:"errors"`
}

// Summary counts what was read and found.
type Summary struct {
	Profile    string `json:"profile"`
	Guardrails int    `json:"guardrails"`
	// The others count objects, by what they are.
	Webhooks    int `json:"webhooks"`
	Templates   int `json:"templates"`
	Constraints int `json:"constraints"`
	SyncSets    int `json:"syncSets"`
	Configs     int `json:"configs"`
	Namespaces  int `json:"namespaces"`
	// Findings counts by severity.
	Findings map[string]int `json:"findings"`
	Errors   int            `json:"errors"`
}

// Finding is one reason why something would not be enforced.
type Finding struct {
	Check    string `json:"check"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	// Remedy says what to do.
	Remedy string        `json:"remedy"`
	Object report.Object `json:"object"`
	// Path runs from the object's root to the field at fault.
	Path string `json:"path"`
	// File is "" where the object is missing; Document, Line and Column count from 1.
	File     string `json:"file"`
	Document int    `json:"document"`
	Item     string `json:"item,omitempty"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
}

// Problem is a finding before it is known where its object stands.
type Problem struct {
	Check *Check
	// Path runs from the object's root to the field at fault.
	Path    string
	Message string
}

func problem(c *Check, path, format string, args ...any) Problem {
	return Problem{Check: c, Path: path, Message: fmt.Sprintf(format, args...)}
}

// ErrNothing is what Run returns for input that says nothing about Gatekeeper.
var ErrNothing = errors.New("nothing to examine: the input holds no webhook configuration, template or constraint " +
	"(kubectl prints nothing at all where the cluster lacks one of the kinds that it was asked for)")

// Run examines what the paths (files, folders, globs or "-") hold. It returns an error where that could not take place at
// all; input that cannot be read is part of the result.
func Run(cfg Config, paths []string) (*Result, error) {
	wanted, err := expect(cfg)
	if err != nil {
		return nil, err
	}
	in, err := read(paths, cfg.Stdin)
	if err != nil {
		return nil, err
	}
	if len(in.errors) == 0 && len(in.webhooks)+len(in.templates)+len(in.constraints) == 0 {
		return nil, ErrNothing
	}
	e := &examination{cfg: cfg, in: in, wanted: wanted, result: &Result{Version: cfg.Version, Findings: []Finding{},
		Errors: append([]report.Error{}, in.errors...)}}
	e.webhooks()
	e.templates()
	e.constraints()
	e.sync()
	e.exemptions()
	e.duplicates()
	e.summarise()
	return e.result, nil
}

// examination is the state of one run.
type examination struct {
	cfg    Config
	in     *input
	wanted []wanted
	result *Result
}

// report adds what is wrong with an object.
func (e *examination) report(o *manifest.Object, problems ...Problem) {
	for _, p := range problems {
		f := newFinding(p, reference(o))
		f.File, f.Document, f.Item = o.File, o.Document, o.Item
		f.Line, f.Column = o.Position(p.Path)
		e.result.Findings = append(e.result.Findings, f)
	}
}

// missing adds a problem of an object that is not there.
func (e *examination) missing(o report.Object, p Problem) {
	e.result.Findings = append(e.result.Findings, newFinding(p, o))
}

func newFinding(p Problem, o report.Object) Finding {
	return Finding{Check: p.Check.ID, Severity: p.Check.Severity, Message: p.Message, Remedy: p.Check.Remedy, Object: o,
		Path: p.Path}
}

func reference(o *manifest.Object) report.Object {
	return report.Object{APIVersion: o.APIVersion(), Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}
}

func (e *examination) summarise() {
	slices.SortStableFunc(e.result.Findings, compareFindings)
	s := &e.result.Summary
	*s = Summary{Profile: e.cfg.Profile, Guardrails: len(e.wanted), Webhooks: len(e.in.webhooks),
		Templates: len(e.in.templates), Constraints: len(e.in.constraints), SyncSets: len(e.in.syncSets),
		Configs: len(e.in.configs), Namespaces: len(e.in.namespaces), Findings: map[string]int{}, Errors: len(e.result.Errors)}
	for _, f := range e.result.Findings {
		s.Findings[f.Severity]++
	}
}

// compareFindings puts the gravest first, and what one remedy cures together.
func compareFindings(a, b Finding) int {
	severity := func(f Finding) int { return slices.Index(catalog.Severities, f.Severity) }
	order := func(f Finding) int {
		return slices.IndexFunc(Checks, func(c *Check) bool { return c.ID == f.Check })
	}
	return cmp.Or(severity(b)-severity(a), order(a)-order(b), cmp.Compare(a.Object.Kind, b.Object.Kind),
		cmp.Compare(a.Object.Namespace, b.Object.Namespace), cmp.Compare(a.Object.Name, b.Object.Name),
		cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
}
