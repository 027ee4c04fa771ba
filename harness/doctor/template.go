package doctor

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/rampart-policy/rampart/harness/report"
)

// template is the part of a ConstraintTemplate that matters here.
type template struct {
	Metadata metadata `json:"metadata"`
	Spec     struct {
		CRD struct {
			Spec struct {
				Names struct {
					Kind string `json:"kind"`
				} `json:"names"`
			} `json:"spec"`
		} `json:"crd"`
		Targets []struct {
			// Rego and Libs are the older place for what Code holds.
			source
			Code []struct {
				Engine string `json:"engine"`
				Source source `json:"source"`
			} `json:"code"`
		} `json:"targets"`
	} `json:"spec"`
	Status struct {
		Created bool        `json:"created"`
		ByPod   []podStatus `json:"byPod"`
	} `json:"status"`
}

// source is Rego with its libraries.
type source struct {
	Version string   `json:"version"`
	Rego    string   `json:"rego"`
	Libs    []string `json:"libs"`
}

// kind is that of the template's constraints.
func (t template) kind() string { return t.Spec.CRD.Spec.Names.Kind }

// templates holds those that are there against those that the pack renders, and looks into all for what none may do.
func (e *examination) templates() {
	for _, w := range e.wanted {
		there := false
		for _, t := range e.in.templates {
			if t.body.kind() == w.kind {
				there = true
				e.report(t.Object, outdated(w, t.Value)...)
			}
		}
		if !there {
			e.missing(templateReference(w), problem(TemplateMissing, "", "The template of %s is not installed.", w.ID))
		}
	}
	for _, t := range e.in.templates {
		e.report(t.Object, LintTemplate(t.Value)...)
		e.report(t.Object, t.body.statusProblems()...)
	}
}

func templateReference(w wanted) report.Object {
	name, _ := field(w.template, "metadata", "name").(string)
	version, _ := w.template["apiVersion"].(string)
	return report.Object{APIVersion: version, Kind: "ConstraintTemplate", Name: name}
}

// outdated compares what decides about verdicts: the code, and the schema with its defaults.
func outdated(w wanted, value map[string]any) []Problem {
	var differ []string
	for _, part := range []struct {
		name string
		path []string
	}{
		{"the policy", []string{"spec", "targets"}},
		{"the schema of the parameters", []string{"spec", "crd", "spec", "validation", "openAPIV3Schema"}},
	} {
		if !reflect.DeepEqual(canonical(field(value, part.path...)), canonical(field(w.template, part.path...))) {
			differ = append(differ, part.name)
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return []Problem{problem(TemplateOutdated, "spec", "It has not %s of %s that this version of Rampart renders.",
		strings.Join(differ, " and "), w.ID)}
}

func (t template) statusProblems() []Problem {
	if !t.Metadata.live() {
		return nil
	}
	all := statusProblems(TemplateError, t.Metadata, t.Status.ByPod)
	if !t.Status.Created && len(all) == 0 {
		all = append(all, problem(TemplateNotCreated, "status", "Gatekeeper has made no constraint kind of it: status.created is not true."))
	}
	return all
}

// sources are the Rego of a template, by path.
func (t template) sources() map[string]source {
	all := map[string]source{}
	for i, target := range t.Spec.Targets {
		path := fmt.Sprintf("spec.targets[%d]", i)
		if target.Rego != "" {
			all[path] = target.source
		}
		for j, code := range target.Code {
			if code.Engine == "Rego" {
				all[fmt.Sprintf("%s.code[%d].source", path, j)] = code.Source
			}
		}
	}
	return all
}
