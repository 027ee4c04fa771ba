package compliance

import (
	"slices"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/report"
)

// Status is what is known of a control.
type Status string

// The states of a control. Only Passed and Failed rest on judged objects.
const (
	Passed Status = "passed"
	Failed Status = "failed"
	// NotJudged: no object was there to judge, or no guardrail for it is active.
	NotJudged Status = "not judged"
	// NotCovered: no guardrail is evidence for it.
	NotCovered Status = "not covered"
	// NotCheckable: no manifest can show it.
	NotCheckable Status = "not checkable here"
)

// Assessment is the state of each control of a framework after a check. Its JSON form is documented in the README.
type Assessment struct {
	Version   string     `json:"version"`
	Framework *Framework `json:"framework"`
	Profile   string     `json:"profile"`
	// Statuses counts the controls by status.
	Statuses map[Status]int  `json:"statuses"`
	Controls []ControlResult `json:"controls"`
	// WeakestLayer, of the 4C model only, is the outermost layer in which something failed; "" if nothing did.
	WeakestLayer string `json:"weakestLayer,omitempty"`
	// Errors counts what could not be read or judged; with any, nothing here is complete.
	Errors int `json:"errors"`
}

// ControlResult is a control with its evidence.
type ControlResult struct {
	Control
	Status     Status     `json:"status"`
	Guardrails []Evidence `json:"guardrails"`
}

// Evidence is what one guardrail found, in numbers of objects.
type Evidence struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// Active is false for a guardrail that the profile or the configuration leaves out, or that awaits a parameter.
	Active bool `json:"active"`
	report.Tally
}

// Assess sorts the result of a check by the framework's controls.
func Assess(f *Framework, c *catalog.Catalog, active []config.Active, result *report.Result) *Assessment {
	a := &Assessment{Version: result.Version, Framework: f, Profile: result.Summary.Profile, Statuses: map[Status]int{},
		Errors: result.Summary.Errors}
	for _, control := range f.Controls {
		r := ControlResult{Control: control, Guardrails: []Evidence{}}
		for _, g := range c.Guardrails {
			if slices.Contains(f.controls(g), control.ID) {
				r.Guardrails = append(r.Guardrails, evidence(g, active, result))
			}
		}
		r.Status = r.status()
		a.Statuses[r.Status]++
		a.Controls = append(a.Controls, r)
	}
	if f.ID == "4c" {
		a.WeakestLayer = weakest(a.Controls)
	}
	return a
}

func evidence(g *catalog.Guardrail, active []config.Active, result *report.Result) Evidence {
	e := Evidence{ID: g.ID, Title: g.Title, Tally: result.Guardrails[g.ID]}
	i := slices.IndexFunc(active, func(a config.Active) bool { return a.ID == g.ID })
	if i < 0 {
		return e
	}
	e.Active = !active[i].Inactive()
	if active[i].Replaced() {
		e.Tally = result.Guardrails[g.ReplacedBy]
	}
	return e
}

func (r ControlResult) status() Status {
	switch {
	case r.NotCheckable != "":
		return NotCheckable
	case len(r.Guardrails) == 0:
		return NotCovered
	case slices.ContainsFunc(r.Guardrails, func(e Evidence) bool { return e.Failed > 0 }):
		return Failed
	case slices.ContainsFunc(r.Guardrails, func(e Evidence) bool { return e.Active && e.Judged > 0 }):
		return Passed
	default:
		return NotJudged
	}
}

// weakest is the outermost layer that failed: what is inside of it cannot make up for it.
func weakest(layers []ControlResult) string {
	for _, layer := range catalog.Layers {
		for _, r := range layers {
			if r.ID == layer && r.Status == Failed {
				return layer
			}
		}
	}
	return ""
}
