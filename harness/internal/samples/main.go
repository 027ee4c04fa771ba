// Command samples prints, as JSON, every case of every guardrail that admission can see, with the verdict of the embedded
// engine under a whole profile. The test in a real cluster, a module of its own, compares that with what the cluster says.
// Run it from the repository's root.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/engine"
)

// sample is one object, and what the profile says to its creation.
type sample struct {
	Guardrail string `json:"guardrail"`
	Case      string `json:"case"`
	// Reads tells whether the guardrail reads other objects; only then Inventory is given.
	Reads     bool             `json:"reads"`
	Object    map[string]any   `json:"object"`
	Inventory []map[string]any `json:"inventory,omitempty"`
	Expected  []expectation    `json:"expected"`
}

// expectation is a finding in Gatekeeper's terms: the constraint's name is the guardrail's id.
type expectation struct {
	Guardrail string         `json:"guardrail"`
	Action    catalog.Action `json:"action"`
	Message   string         `json:"message"`
}

// gatekeeperNamespace is Gatekeeper's own, which its webhook leaves out.
const gatekeeperNamespace = "gatekeeper-system"

func main() {
	profile := config.DefaultProfile
	if len(os.Args) > 1 {
		profile = os.Args[1]
	}
	if err := run(profile, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "samples:", err)
		os.Exit(1)
	}
}

func run(profile string, w io.Writer) error {
	c, err := catalog.Load(os.DirFS("policies"))
	if err != nil {
		return err
	}
	profiles, err := config.ReadProfiles(os.DirFS("constraints"))
	if err != nil {
		return err
	}
	active, err := config.Resolve(c, profiles, config.Selection{Profile: profile})
	if err != nil {
		return err
	}
	j, err := newJudge(c, active)
	if err != nil {
		return err
	}
	bases, err := cases.LoadBases(os.DirFS("fixtures/base"), c.PodTemplates)
	if err != nil {
		return err
	}
	var samples []*sample
	for _, g := range c.Guardrails {
		if g.FilesOnly {
			continue
		}
		of, err := readSamples(c, bases, g)
		if err != nil {
			return fmt.Errorf("%s: %w", g.ID, err)
		}
		samples = append(samples, of...)
	}
	namespaces := allNamespaces(samples)
	for _, s := range samples {
		if err := j.expect(s, namespaces); err != nil {
			return fmt.Errorf("%s: %s: %w", s.Guardrail, s.Case, err)
		}
	}
	return json.NewEncoder(w).Encode(samples)
}

// allNamespaces are the namespaces that any sample uses: the cluster has them all, without labels.
func allNamespaces(samples []*sample) []map[string]any {
	names := map[string]bool{"default": true, "kube-system": true, "kube-public": true, "kube-node-lease": true,
		gatekeeperNamespace: true}
	for _, s := range samples {
		names[cases.ReviewOf(s.Object).Namespace] = true
		for _, o := range s.Inventory {
			if r := cases.ReviewOf(o); r.Kind == "Namespace" {
				names[r.Name] = true
			} else {
				names[r.Namespace] = true
			}
		}
	}
	delete(names, "")
	var namespaces []map[string]any
	for _, name := range slices.Sorted(maps.Keys(names)) {
		namespaces = append(namespaces, map[string]any{"apiVersion": "v1", "kind": "Namespace",
			"metadata": map[string]any{"name": name}})
	}
	return namespaces
}

// judge evaluates a profile.
type judge struct {
	active     map[string]config.Active
	program    *engine.Program
	parameters map[string]map[string]any
}

func newJudge(c *catalog.Catalog, active []config.Active) (*judge, error) {
	j := &judge{active: map[string]config.Active{}, parameters: map[string]map[string]any{}}
	var guardrails []*catalog.Guardrail
	for _, a := range active {
		if a.FilesOnly {
			continue
		}
		j.active[a.ID], j.parameters[a.ID] = a, a.Parameters
		guardrails = append(guardrails, a.Guardrail)
	}
	var err error
	j.program, err = engine.Compile(c, guardrails)
	return j, err
}

func readSamples(c *catalog.Catalog, bases *cases.Bases, g *catalog.Guardrail) ([]*sample, error) {
	file, err := cases.Load(g.Folder)
	if err != nil {
		return nil, err
	}
	var samples []*sample
	for _, cs := range file.Cases {
		if cs.Operation != "" && cs.Operation != "CREATE" || cs.Old != nil {
			continue
		}
		built, err := bases.Sample(cs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", cs.Name, err)
		}
		if !catalog.Admitted(built.Review.Group) || built.Review.Namespace == gatekeeperNamespace {
			continue
		}
		s := &sample{Guardrail: g.ID, Case: cs.Name, Object: built.Review.Object.(map[string]any), Expected: []expectation{}}
		inNamespace(c, s.Object)
		if len(g.Sync) > 0 {
			s.Reads, s.Inventory = true, built.Inventory
		}
		samples = append(samples, s)
	}
	return samples, nil
}

// expect fills in what the engine says to the creation of the sample's object.
func (j *judge) expect(s *sample, namespaces []map[string]any) error {
	inventory, err := cases.InventoryValue(slices.Concat(namespaces, s.Inventory))
	if err != nil {
		return err
	}
	review := cases.ReviewOf(s.Object)
	review.Operation = "CREATE"
	value, err := review.Value()
	if err != nil {
		return err
	}
	found, err := j.program.Evaluate(context.Background(), engine.NewData(j.parameters, inventory), review.Group, review.Kind,
		value, time.Now())
	if err != nil {
		return err
	}
	for _, v := range found {
		if a := j.active[v.Guardrail.ID]; !a.Exempts(review.Kind, review.Namespace, review.Name) {
			s.Expected = append(s.Expected, expectation{v.Guardrail.ID, a.Action, v.Message})
		}
	}
	return nil
}

// inNamespace puts a workload that names no namespace into one, as the API server would.
func inNamespace(c *catalog.Catalog, o map[string]any) {
	r := cases.ReviewOf(o)
	metadata, ok := o["metadata"].(map[string]any)
	if ok && r.Namespace == "" && slices.Contains(c.Workloads, catalog.Kind{Group: r.Group, Kind: r.Kind}) {
		metadata["namespace"] = "task-api"
	}
}
