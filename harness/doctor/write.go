package doctor

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/fatih/color"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/report"
)

// WriteJSON writes the result as one indented JSON object.
func WriteJSON(w io.Writer, result *Result) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(result)
}

// WriteText writes the result for a person: the gravest first, and what one remedy cures together. What the input names is
// cleaned of control characters, so that it can't steer the terminal.
func WriteText(w io.Writer, result *Result, colored bool) error {
	t := text{bufio.NewWriter(w), colored}
	for i, f := range result.Findings {
		if i == 0 || f.Check != result.Findings[i-1].Check {
			t.printf("%s  %s\n", t.paint(fmt.Sprintf("%-8s", f.Severity), severityColors[f.Severity]...), t.paint(f.Check, color.Bold))
		}
		t.printf("          %s\n            %s\n", t.object(f), clean(f.Message))
		if i == len(result.Findings)-1 || f.Check != result.Findings[i+1].Check {
			t.printf("          %s\n\n", t.paint("→ "+f.Remedy, color.FgGreen))
		}
	}
	for _, e := range result.Errors {
		t.printf("%s  %s\n          %s\n\n", t.paint("error   ", color.FgHiRed, color.Bold), t.paint(clean(e.Place()), color.FgCyan),
			clean(e.Message))
	}
	t.summary(result.Summary)
	return t.Flush()
}

type text struct {
	*bufio.Writer
	colored bool
}

var severityColors = map[string][]color.Attribute{
	critical: {color.FgHiRed, color.Bold},
	high:     {color.FgRed},
	medium:   {color.FgYellow},
	low:      {color.FgBlue},
}

func (t text) printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

func (t text) paint(s string, attributes ...color.Attribute) string {
	c := color.New(attributes...)
	if t.colored {
		c.EnableColor()
	} else {
		c.DisableColor()
	}
	return c.Sprint(s)
}

// object names the object and where it stands.
func (t text) object(f Finding) string {
	if f.File == "" {
		return clean(f.Object.String()) + "  " + t.paint("(missing)", color.Faint)
	}
	place := report.Error{File: f.File, Line: f.Line, Column: f.Column}.Place()
	return clean(f.Object.String()) + "  " + t.paint(clean(place), color.FgCyan)
}

func (t text) summary(s Summary) {
	t.printf("read %s, %s, %s, %s, %s, %s; expected %s (profile %s)\n", count(s.Webhooks, "webhook configuration"),
		count(s.Templates, "template"), count(s.Constraints, "constraint"), count(s.SyncSets, "SyncSet"), count(s.Configs, "Config"),
		count(s.Namespaces, "namespace"), count(s.Guardrails, "guardrail"), s.Profile)
	var parts []string
	total := 0
	for _, severity := range slices.Backward(catalog.Severities) {
		if n := s.Findings[severity]; n > 0 {
			total += n
			parts = append(parts, fmt.Sprintf("%d %s", n, severity))
		}
	}
	verdict := "Nothing found."
	if total > 0 {
		verdict = count(total, "finding") + ": " + strings.Join(parts, ", ")
	}
	if s.Errors > 0 {
		verdict = strings.TrimPrefix(verdict, "Nothing found.")
		verdict = strings.TrimPrefix(verdict+"; "+count(s.Errors, "error"), "; ")
	}
	t.printf("%s\n", t.paint(verdict, color.Bold))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// clean replaces control and invisible format characters.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
