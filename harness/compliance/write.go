package compliance

import (
	"embed"
	"encoding/json"
	"fmt"
	htmltemplate "html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/rampart-policy/rampart/harness/report"
)

//go:embed templates
var templates embed.FS

// writers are the output formats by name.
var writers = map[string]func(io.Writer, *Assessment) error{
	"html":     writeHTML,
	"json":     writeJSON,
	"markdown": writeMarkdown,
}

// Formats are the names of the output formats.
func Formats() []string { return slices.Sorted(maps.Keys(writers)) }

// Write writes the assessment in one of the formats.
func Write(w io.Writer, format string, a *Assessment) error {
	write, ok := writers[format]
	if !ok {
		return fmt.Errorf("unknown output format %q", format)
	}
	return write(w, a)
}

func writeJSON(w io.Writer, a *Assessment) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(a)
}

func writeHTML(w io.Writer, a *Assessment) error {
	t, err := htmltemplate.ParseFS(templates, "templates/report.html.tmpl")
	if err != nil {
		return err
	}
	return t.Execute(w, a)
}

func writeMarkdown(w io.Writer, a *Assessment) error {
	cell := func(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
	t, err := template.New("report.md.tmpl").Funcs(template.FuncMap{"cell": cell}).ParseFS(templates, "templates/report.md.tmpl")
	if err != nil {
		return err
	}
	return t.Execute(w, a)
}

// ErrorCount is the number of errors with its noun.
func (a *Assessment) ErrorCount() string { return report.Plural(a.Errors, "error") }

// StatusCounts are sentences such as "3 controls failed."
func (a *Assessment) StatusCounts() []string {
	var sentences []string
	for _, s := range []Status{Failed, Passed, NotJudged, NotCovered, NotCheckable} {
		switch n := a.Statuses[s]; n {
		case 0:
		case 1:
			sentences = append(sentences, fmt.Sprintf("1 control %s.", s))
		default:
			sentences = append(sentences, fmt.Sprintf("%d controls %s.", n, s))
		}
	}
	return sentences
}

// Passed adds up the guardrails' objects without a finding.
func (r ControlResult) Passed() int { return r.sum(func(e Evidence) int { return e.Passed() }) }

// Failed adds up the guardrails' objects with findings.
func (r ControlResult) Failed() int { return r.sum(func(e Evidence) int { return e.Tally.Failed }) }

// Waived adds up the guardrails' objects whose findings are waived.
func (r ControlResult) Waived() int { return r.sum(func(e Evidence) int { return e.Tally.Waived }) }

func (r ControlResult) sum(count func(Evidence) int) int {
	total := 0
	for _, e := range r.Guardrails {
		total += count(e)
	}
	return total
}
