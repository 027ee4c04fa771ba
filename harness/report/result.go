// Package report shows the result of a check: one file for each output format, behind one small interface.
package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Result is everything that a check found out. Its JSON form is documented in the README and stable.
type Result struct {
	// Version is Rampart's.
	Version  string    `json:"version"`
	Summary  Summary   `json:"summary"`
	Findings []Finding `json:"findings"`
	Errors   []Error   `json:"errors"`
	Skipped  []Skipped `json:"skipped"`
	// Exempted counts, by namespace, what was left out because the namespace is exempt.
	Exempted []Exempted `json:"exempted"`
	// Waivers lists those that no finding needed, and those that have expired.
	Waivers []WaiverNote `json:"waivers"`
	// Guardrails counts, by the id of each guardrail that judged anything, what became of the objects.
	Guardrails map[string]Tally `json:"-"`
}

// Tally counts objects: Judged in all, those Failed by findings and those Waived, whose findings are all covered by
// waivers; Exempted were not judged because of their namespace.
type Tally struct {
	Judged   int `json:"judged"`
	Failed   int `json:"failed"`
	Waived   int `json:"waived"`
	Exempted int `json:"exempted"`
}

// Passed counts the objects without a finding.
func (t Tally) Passed() int { return t.Judged - t.Failed - t.Waived }

// Summary counts what was read and found.
type Summary struct {
	Profile string `json:"profile"`
	// Files counts those that were read, Documents all in them, Objects those in the documents.
	Files     int `json:"files"`
	Documents int `json:"documents"`
	Objects   int `json:"objects"`
	// Unmatched counts objects of kinds that no active guardrail judges.
	Unmatched int `json:"unmatched"`
	// Guardrails counts the active ones, Evaluations how often one judged an object.
	Guardrails  int `json:"guardrails"`
	Evaluations int `json:"evaluations"`
	// Inactive lists the guardrails among them that judge nothing until a parameter is set.
	Inactive []string `json:"inactive"`
	// Exempted counts evaluations left out because of an exempt namespace, Waived findings that a waiver covers.
	Exempted int `json:"exempted"`
	Waived   int `json:"waived"`
	Skipped  int `json:"skipped"`
	Errors   int `json:"errors"`
	// Findings counts by severity, Actions by action.
	Findings map[string]int `json:"findings"`
	Actions  map[string]int `json:"actions"`
}

// Object names a Kubernetes object.
type Object struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
	// GenerateName is the prefix of the name that the API server is to make.
	GenerateName string `json:"generateName,omitempty"`
}

// String is "Kind namespace/name", with what is known.
func (o Object) String() string {
	name := o.Name
	if name == "" {
		name = "(no name)"
		if o.GenerateName != "" {
			name = o.GenerateName + "*"
		}
	}
	if o.Namespace != "" {
		name = o.Namespace + "/" + name
	}
	return o.Kind + " " + name
}

// Finding is one violation, with where it stands.
type Finding struct {
	Guardrail string `json:"guardrail"`
	Severity  string `json:"severity"`
	Action    string `json:"action"`
	Message   string `json:"message"`
	// Path runs from the object's root to the field at fault.
	Path   string `json:"path"`
	Object Object `json:"object"`
	File   string `json:"file"`
	// Document counts the file's documents from 1; Item is the place in a List, such as items[2].
	Document int    `json:"document"`
	Item     string `json:"item,omitempty"`
	// Line and Column count from 1.
	Line   int `json:"line"`
	Column int `json:"column"`
}

// Error is input that could not be read or judged.
type Error struct {
	File     string `json:"file"`
	Document int    `json:"document"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Message  string `json:"message"`
}

// Place is file:line:column with what is known.
func (e Error) Place() string { return place(e.File, e.Line, e.Column) }

func place(file string, line, column int) string {
	switch {
	case line == 0:
		return file
	case column == 0:
		return fmt.Sprintf("%s:%d", file, line)
	default:
		return fmt.Sprintf("%s:%d:%d", file, line, column)
	}
}

// Skipped is a file or a document that holds nothing to judge, with the reason.
type Skipped struct {
	File string `json:"file"`
	// Document is 0 where the whole file was skipped.
	Document int    `json:"document"`
	Line     int    `json:"line"`
	Reason   string `json:"reason"`
}

// Exempted is a namespace whose objects some guardrails do not judge: how many objects, and how many evaluations less.
type Exempted struct {
	Namespace   string `json:"namespace"`
	Objects     int    `json:"objects"`
	Evaluations int    `json:"evaluations"`
}

// WaiverNote is a waiver that does nothing, with the reason.
type WaiverNote struct {
	Guardrail string `json:"guardrail"`
	Object    Object `json:"object"`
	Reason    string `json:"reason"`
}

// Options are the user's wishes about a report.
type Options struct {
	// Color allows escape sequences, Verbose lists what was skipped.
	Color, Verbose bool
	// Width is that of the terminal, in columns: messages are wrapped; 0 leaves them in one line.
	Width int
}

// Reporter writes a result in one format.
type Reporter interface {
	Report(w io.Writer, result *Result) error
}

// reporters are the output formats by name.
var reporters = map[string]func(Options) Reporter{
	"text": func(o Options) Reporter { return textReporter{o} },
	"json": func(Options) Reporter { return jsonReporter{} },
}

// Formats are the names of the output formats.
func Formats() []string { return slices.Sorted(maps.Keys(reporters)) }

// New returns the reporter for a format, or an error that names the known ones.
func New(format string, options Options) (Reporter, error) {
	make, ok := reporters[format]
	if !ok {
		return nil, fmt.Errorf("unknown output format %q: choose one of %s", format, strings.Join(Formats(), ", "))
	}
	return make(options), nil
}
