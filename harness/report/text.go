package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/fatih/color"
	"github.com/muesli/reflow/wordwrap"
)

// textReporter is the report for a person: findings grouped by object, each with a place that editors can open.
type textReporter struct{ Options }

// Report writes to w; what the input names is cleaned of control characters, so that it can't steer the terminal.
func (r textReporter) Report(w io.Writer, result *Result) error {
	out := bufio.NewWriter(w)
	r.findings(out, result.Findings)
	r.errors(out, result.Errors)
	r.skipped(out, result.Skipped)
	for _, n := range result.Waivers {
		fmt.Fprintf(out, "%s the waiver of %s for %s %s\n", r.paint("note", color.FgYellow), n.Guardrail,
			clean(n.Object.String()), n.Reason)
	}
	r.summary(out, result)
	return out.Flush()
}

func (r textReporter) findings(out io.Writer, findings []Finding) {
	for i, f := range findings {
		if i == 0 || !sameObject(f, findings[i-1]) {
			title := clean(f.Object.String())
			fmt.Fprintf(out, "%s  %s\n", r.paint(title, color.Bold), r.paint("("+clean(f.Object.APIVersion)+")", color.Faint))
		}
		severity := r.paint(fmt.Sprintf("%-8s", f.Severity), severityColors[f.Severity]...)
		action := ""
		if f.Action != "deny" {
			action = " (" + f.Action + ")"
		}
		fmt.Fprintf(out, "  %s  %s%s  %s\n", severity, r.paint(f.Guardrail, color.Bold), action,
			r.paint(clean(place(f.File, f.Line, f.Column)), color.FgCyan))
		fmt.Fprintln(out, r.wrap(clean(f.Message)))
		if i == len(findings)-1 || !sameObject(f, findings[i+1]) {
			fmt.Fprintln(out)
		}
	}
}

func sameObject(a, b Finding) bool {
	return a.File == b.File && a.Document == b.Document && a.Item == b.Item
}

var severityColors = map[string][]color.Attribute{
	"critical": {color.FgHiRed, color.Bold},
	"high":     {color.FgRed},
	"medium":   {color.FgYellow},
	"low":      {color.FgBlue},
}

func (r textReporter) errors(out io.Writer, errs []Error) {
	for _, e := range errs {
		document := ""
		if e.Document > 0 {
			document = fmt.Sprintf(" (document %d)", e.Document)
		}
		fmt.Fprintf(out, "%s  %s%s\n%s\n\n", r.paint("error", color.FgHiRed, color.Bold),
			r.paint(clean(e.Place()), color.FgCyan), document, r.wrap(clean(e.Message)))
	}
}

// wrap indents a message, and breaks it between words where the terminal's lines end.
func (r textReporter) wrap(message string) string {
	const margin = "            "
	if r.Width > 2*len(margin) {
		message = wordwrap.String(message, r.Width-len(margin))
	}
	return margin + strings.ReplaceAll(message, "\n", "\n"+margin)
}

// skipped lists everything when asked to, and else how much there is of what.
func (r textReporter) skipped(out io.Writer, skipped []Skipped) {
	if len(skipped) == 0 {
		return
	}
	if r.Verbose {
		for _, s := range skipped {
			fmt.Fprintf(out, "%s  %s  %s\n", r.paint("skipped", color.Faint), clean(place(s.File, s.Line, 0)), clean(s.Reason))
		}
		fmt.Fprintln(out)
		return
	}
	counts := map[string]int{}
	for _, s := range skipped {
		reason, _, _ := strings.Cut(s.Reason, ":")
		counts[reason]++
	}
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(out, "%s %d × %s\n", r.paint("skipped", color.Faint), counts[reason], clean(reason))
	}
	fmt.Fprintf(out, "%s\n\n", r.paint("(--verbose lists what was skipped)", color.Faint))
}

func (r textReporter) summary(out io.Writer, result *Result) {
	s := result.Summary
	for _, e := range result.Exempted {
		fmt.Fprintf(out, "%s exempt from guardrails: %s in namespace %s (%s left out)\n", r.paint("note", color.FgYellow),
			Plural(e.Objects, "object"), clean(e.Namespace), Plural(e.Evaluations, "evaluation"))
	}
	if len(s.Inactive) > 0 {
		fmt.Fprintf(out, "%s inactive until their parameters are set: %s (rampart explain says which)\n", r.paint("note", color.FgYellow),
			strings.Join(s.Inactive, ", "))
	}
	fmt.Fprintf(out, "%s, %s, %s judged by %s (profile %s)", Plural(s.Files, "file"), Plural(s.Documents, "document"),
		Plural(s.Objects, "object"), Plural(s.Guardrails, "guardrail"), s.Profile)
	if s.Unmatched > 0 {
		fmt.Fprintf(out, "; %s of kinds that none of them judges", Plural(s.Unmatched, "object"))
	}
	if s.Waived > 0 {
		fmt.Fprintf(out, "; %s waived", Plural(s.Waived, "finding"))
	}
	fmt.Fprintln(out)
	total := len(result.Findings)
	if s.Evaluations == 0 && s.Errors == 0 {
		fmt.Fprintln(out, r.paint("Nothing was judged.", color.FgYellow, color.Bold))
		return
	}
	if total == 0 && s.Errors == 0 {
		fmt.Fprintln(out, r.paint("No findings.", color.FgGreen, color.Bold))
		return
	}
	verdict := Plural(total, "finding")
	if total > 0 {
		verdict += ": " + counted(s.Findings, []string{"critical", "high", "medium", "low"}) + "; " +
			counted(s.Actions, []string{"deny", "warn", "dryrun"})
	}
	if s.Errors > 0 {
		verdict += "; " + Plural(s.Errors, "error")
	}
	fmt.Fprintln(out, r.paint(verdict, color.Bold))
}

func counted(counts map[string]int, order []string) string {
	var parts []string
	for _, name := range order {
		if counts[name] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
		}
	}
	return strings.Join(parts, ", ")
}

// Plural is a number with its noun.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func (r textReporter) paint(text string, attributes ...color.Attribute) string {
	c := color.New(attributes...)
	if r.Color {
		c.EnableColor()
	} else {
		c.DisableColor()
	}
	return c.Sprint(text)
}

// clean replaces control and invisible format characters by what Go would write for them.
func clean(text string) string {
	if !strings.ContainsFunc(text, unsafe) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unsafe(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unsafe(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }
