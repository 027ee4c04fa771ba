// Command cases-dump prints, for every guardrail that admission can see, what a Gatekeeper needs to judge its cases, and
// what the embedded engine finds in them: one JSON value per guardrail. The test on the engine of an older Gatekeeper, a
// module of its own, compares the two. Run it from the repository's root.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/harness/render"
)

// guardrail is one template with everything that it shall judge.
type guardrail struct {
	ID       string         `json:"id"`
	Template map[string]any `json:"template"`
	Cases    []judged       `json:"cases"`
}

// judged is a case. Its reviews differ in the operation and the old object.
type judged struct {
	Name       string           `json:"name"`
	Constraint map[string]any   `json:"constraint"`
	Inventory  []map[string]any `json:"inventory,omitempty"`
	Reviews    []review         `json:"reviews"`
}

type review struct {
	// Request is an AdmissionRequest.
	Request  map[string]any `json:"request"`
	Findings []finding      `json:"findings"`
}

type finding struct {
	ID      string `json:"id"`
	Path    string `json:"path"`
	Message string `json:"message"`
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	err := run(out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cases-dump:", err)
		os.Exit(1)
	}
}

func run(w io.Writer) error {
	c, err := catalog.Load(os.DirFS("policies"))
	if err != nil {
		return err
	}
	bases, err := cases.LoadBases(os.DirFS("fixtures/base"), c.PodTemplates)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(w)
	for _, g := range c.Guardrails {
		if g.FilesOnly {
			continue
		}
		dumped, err := dump(c, bases, g)
		if err == nil {
			err = encoder.Encode(dumped)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", g.ID, err)
		}
	}
	return nil
}

func dump(c *catalog.Catalog, bases *cases.Bases, g *catalog.Guardrail) (*guardrail, error) {
	template, err := render.Template(c, g)
	if err != nil {
		return nil, err
	}
	program, err := engine.Compile(c, []*catalog.Guardrail{g})
	if err != nil {
		return nil, err
	}
	file, err := cases.Load(g.Folder)
	if err != nil {
		return nil, err
	}
	dumped := &guardrail{ID: g.ID, Template: template}
	for _, cs := range file.Cases {
		s, err := bases.Sample(cs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cs.Name, err)
		}
		if !catalog.Admitted(s.Review.Group) {
			continue
		}
		j, err := judge(program, g, cs.Name, s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cs.Name, err)
		}
		dumped.Cases = append(dumped.Cases, j)
	}
	return dumped, nil
}

func judge(program *engine.Program, g *catalog.Guardrail, name string, s *cases.Sample) (judged, error) {
	parameters, err := g.FillParameters(s.Parameters)
	if err != nil {
		return judged{}, err
	}
	inventory, err := cases.InventoryValue(s.Inventory)
	if err != nil {
		return judged{}, err
	}
	data := engine.NewData(map[string]map[string]any{g.ID: parameters}, inventory)
	j := judged{
		Name:       name,
		Constraint: render.Constraint(config.Active{Guardrail: g, Action: catalog.Deny, Parameters: parameters}, nil),
		Inventory:  s.Inventory,
	}
	for _, r := range reviews(s.Review) {
		value, err := r.Value()
		if err != nil {
			return judged{}, err
		}
		found, err := program.Evaluate(context.Background(), data, r.Group, r.Kind, value, time.Now())
		if err != nil {
			return judged{}, err
		}
		findings := make([]finding, 0, len(found))
		for _, v := range found {
			findings = append(findings, finding{v.Guardrail.ID, v.Path, v.Message})
		}
		j.Reviews = append(j.Reviews, review{request(r), findings})
	}
	return j, nil
}

// reviews are the shapes in which Gatekeeper can be shown the case: in an audit, and at each operation. An UPDATE has the
// case's old object, or changes nothing.
func reviews(written engine.Review) []engine.Review {
	old := written.OldObject
	if old == nil {
		old = written.Object
	}
	var shapes []engine.Review
	for _, shape := range []struct {
		operation string
		old       any
	}{{"", nil}, {"CREATE", nil}, {"UPDATE", old}, {"DELETE", written.Object}} {
		r := written
		r.Operation, r.OldObject = shape.operation, shape.old
		shapes = append(shapes, r)
	}
	if !slices.Contains([]string{"", "CREATE", "UPDATE", "DELETE"}, written.Operation) {
		shapes = append(shapes, written)
	}
	return shapes
}

func request(r engine.Review) map[string]any {
	request := map[string]any{
		"kind":      map[string]any{"group": r.Group, "version": r.Version, "kind": r.Kind},
		"name":      r.Name,
		"namespace": r.Namespace,
		"operation": r.Operation,
		"object":    r.Object,
	}
	if r.OldObject != nil {
		request["oldObject"] = r.OldObject
	}
	return request
}
