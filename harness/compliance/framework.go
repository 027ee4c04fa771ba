// Package compliance tells, for each control of a framework, what the guardrails that are evidence for it found.
package compliance

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
)

// Framework is a list of controls, in the framework's own order.
type Framework struct {
	// ID is soc2, hipaa, cis, nsa, pss or 4c.
	ID string `json:"id"`
	// Title, Edition and Source say which text the controls are from.
	Title    string    `json:"title"`
	Edition  string    `json:"edition"`
	Source   string    `json:"source"`
	Controls []Control `json:"controls"`
}

// Control is one requirement.
type Control struct {
	ID string `json:"id"`
	// Title says in a few words what is required.
	Title string `json:"title"`
	// NotCheckable is why no manifest can show it; "" where one can.
	NotCheckable string `json:"notCheckable,omitempty"`
}

// Frameworks are the frameworks by id.
type Frameworks map[string]*Framework

// Load reads frameworks/<id>.yaml, strictly.
func Load(folder fs.FS) (Frameworks, error) {
	frameworks, err := config.ReadAll[Framework](folder, "frameworks")
	for id, f := range frameworks {
		f.ID = id
	}
	return frameworks, err
}

// Names are the ids, sorted.
func (f Frameworks) Names() []string { return slices.Sorted(maps.Keys(f)) }

// Check reports every guardrail that names a control which its framework does not have or which no manifest can show, and
// every one that is evidence for none of the required frameworks' controls.
func (f Frameworks) Check(guardrails []*catalog.Guardrail, required ...string) error {
	var errs []error
	for _, g := range guardrails {
		for _, id := range required {
			if len(g.Controls[id]) == 0 {
				errs = append(errs, fmt.Errorf("guardrail %s: no control of %s", g.ID, id))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(g.Controls)) {
			framework := f[name]
			if framework == nil {
				errs = append(errs, fmt.Errorf("guardrail %s: unknown framework %q", g.ID, name))
				continue
			}
			for _, id := range g.Controls[name] {
				i := slices.IndexFunc(framework.Controls, func(c Control) bool { return c.ID == id })
				if i < 0 || framework.Controls[i].NotCheckable != "" {
					errs = append(errs, fmt.Errorf("guardrail %s: %s has no control %q that a manifest can show", g.ID, name, id))
				}
			}
		}
	}
	return errors.Join(errs...)
}

// controls are the ids of the framework's controls that the guardrail is evidence for.
func (f *Framework) controls(g *catalog.Guardrail) []string {
	switch {
	case f.ID == "4c":
		return []string{g.Layer}
	case f.ID == "pss" && g.PSS != nil:
		return []string{g.PSS.Check}
	default:
		return g.Controls[f.ID]
	}
}
