package doctor

import (
	"fmt"
	"slices"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// Where a constraint can have an action; everywhere stands for all of them.
const (
	webhookPoint = "validation.gatekeeper.sh"
	auditPoint   = "audit.gatekeeper.sh"
	everywhere   = "*"
)

var enforcementPoints = []string{webhookPoint, auditPoint, "gator.gatekeeper.sh", "vap.k8s.io", everywhere}

var actions = []catalog.Action{catalog.Deny, catalog.Warn, catalog.DryRun}

// scoped is the action that leaves it to scopedEnforcementActions.
const scoped = "scoped"

type scopedAction struct {
	Action            string `json:"action"`
	EnforcementPoints []struct {
		Name string `json:"name"`
	} `json:"enforcementPoints"`
}

// actionAt is the strongest action that the constraint has there, "" for none.
func (c constraint) actionAt(point string) catalog.Action {
	switch c.Spec.EnforcementAction {
	case "":
		return catalog.Deny
	case scoped:
	default:
		return catalog.Action(c.Spec.EnforcementAction)
	}
	var strongest catalog.Action
	for _, s := range c.Spec.ScopedEnforcementActions {
		for _, p := range s.EnforcementPoints {
			action := catalog.Action(s.Action)
			if (p.Name == point || p.Name == everywhere) && strength(action) > strength(strongest) {
				strongest = action
			}
		}
	}
	return strongest
}

// known tells whether the action is one of Gatekeeper's, or none.
func known(a catalog.Action) bool { return a == "" || slices.Contains(actions, a) }

// actionSlips are actions and enforcement points that Gatekeeper does not know.
func (c constraint) actionSlips() []Problem {
	action := c.Spec.EnforcementAction
	if action != scoped {
		if known(catalog.Action(action)) {
			return nil
		}
		return []Problem{problem(ConstraintUnknownAction, "spec.enforcementAction", "Gatekeeper does not know the enforcementAction %q%s.",
			action, suggestion(action, append(names(actions), scoped)))}
	}
	var all []Problem
	add := func(path, format string, args ...any) {
		all = append(all, problem(ConstraintUnknownAction, path, format, args...))
	}
	const list = "spec.scopedEnforcementActions"
	if len(c.Spec.ScopedEnforcementActions) == 0 {
		add(list, "The action is scoped, but scopedEnforcementActions is empty.")
	}
	for i, s := range c.Spec.ScopedEnforcementActions {
		path := fmt.Sprintf("%s[%d]", list, i)
		if !slices.Contains(actions, catalog.Action(s.Action)) {
			add(path+".action", "Gatekeeper does not know the action %q%s.", s.Action, suggestion(s.Action, names(actions)))
		}
		if len(s.EnforcementPoints) == 0 {
			add(path, "The action %s has no enforcementPoints.", s.Action)
		}
		for j, p := range s.EnforcementPoints {
			if !slices.Contains(enforcementPoints, p.Name) {
				add(fmt.Sprintf("%s.enforcementPoints[%d].name", path, j), "Gatekeeper does not know the enforcement point %q%s.", p.Name,
					suggestion(p.Name, enforcementPoints))
			}
		}
	}
	return all
}

func names(actions []catalog.Action) []string {
	all := make([]string, len(actions))
	for i, a := range actions {
		all[i] = string(a)
	}
	return all
}
