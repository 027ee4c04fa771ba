package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/constraints"
	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/policies"
)

// budget is what a guardrail may add to the judgment of an object on which it finds nothing.
const budget = 20 * time.Microsecond

// judge evaluates guardrails on one object.
type judge struct {
	program *engine.Program
	data    *engine.Data
	review  ast.Value
	kind    catalog.Kind
}

// measured is what one judgment costs: CPU time, the least of several rounds, and allocations.
type measured struct {
	cpu    time.Duration
	allocs float64
}

func (j judge) measure() (measured, error) {
	now := time.Now()
	var failed error
	once := func() {
		if _, err := j.program.Evaluate(context.Background(), j.data, j.kind.Group, j.kind.Kind, j.review, now); err != nil {
			failed = err
		}
	}
	m := measured{cpu: time.Hour, allocs: testing.AllocsPerRun(20, once)}
	const rounds, times = 7, 100
	for range rounds {
		start := cpuTime()
		for range times {
			once()
		}
		m.cpu = min(m.cpu, (cpuTime()-start)/times)
	}
	return m, failed
}

// cpuTime is what this process has used so far. Other than the clock it does not run while other processes do.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// row is the cost of a guardrail on an object that it allows.
type row struct {
	id, object string
	measured
}

// payer is a guardrail on containers that does next to nothing beside reading them.
const payer = "privileged-containers"

// guardrailCosts measures each guardrail of the default profile. On pods it is what the guardrail adds to one that pays for the
// libraries that all of those share; on other objects it is the whole cost.
func guardrailCosts(w io.Writer) error {
	c, active, err := defaultProfile()
	if err != nil {
		return err
	}
	bases, err := cases.LoadBases(os.DirFS("fixtures/base"), c.PodTemplates)
	if err != nil {
		return err
	}
	deployment, err := bases.Build(cases.Object{Base: "deployment"})
	if err != nil {
		return err
	}
	all, err := costOf(c, active, deployment, func(config.Active) bool { return true })
	if err != nil {
		return err
	}
	shared, err := costOf(c, active, deployment, func(a config.Active) bool { return a.ID == payer })
	if err != nil {
		return err
	}
	var rows []row
	for _, a := range active {
		name, object, err := firstMatch(bases, a)
		if err != nil {
			return err
		} else if name == "" || a.ID == payer {
			continue
		}
		onPods := name == "deployment"
		m, err := costOf(c, active, object, func(b config.Active) bool { return b.ID == a.ID || onPods && b.ID == payer })
		if err != nil {
			return fmt.Errorf("%s: %w", a.ID, err)
		}
		if onPods {
			m = measured{m.cpu - shared.cpu, m.allocs - shared.allocs}
		}
		rows = append(rows, row{a.ID, name, m})
	}
	return writeGuardrails(w, rows, all)
}

func defaultProfile() (*catalog.Catalog, []config.Active, error) {
	c, err := catalog.Load(policies.FS)
	if err != nil {
		return nil, nil, err
	}
	profiles, err := config.ReadProfiles(constraints.FS)
	if err != nil {
		return nil, nil, err
	}
	active, err := config.Resolve(c, profiles, config.Selection{})
	return c, active, err
}

// costOf measures some of the guardrails on an object.
func costOf(c *catalog.Catalog, active []config.Active, object map[string]any, included func(config.Active) bool) (measured, error) {
	review := cases.ReviewOf(object)
	parameters := map[string]map[string]any{}
	var guardrails []*catalog.Guardrail
	for _, a := range active {
		if included(a) && a.Matches(review.Group, review.Kind) {
			guardrails = append(guardrails, a.Guardrail)
			parameters[a.ID] = a.Parameters
		}
	}
	program, err := engine.Compile(c, guardrails)
	if err != nil {
		return measured{}, err
	}
	value, err := review.Value()
	if err != nil {
		return measured{}, err
	}
	kind := catalog.Kind{Group: review.Group, Kind: review.Kind}
	return judge{program, engine.NewData(parameters, nil), value, kind}.measure()
}

// firstMatch is a base object that the guardrail judges: a Deployment where it judges pods.
func firstMatch(bases *cases.Bases, a config.Active) (name string, object map[string]any, err error) {
	for _, name := range append([]string{"deployment"}, bases.Names()...) {
		object, err := bases.Build(cases.Object{Base: name})
		if err != nil {
			return "", nil, err
		}
		if review := cases.ReviewOf(object); a.Matches(review.Group, review.Kind) {
			return name, object, nil
		}
	}
	return "", nil, nil
}

func writeGuardrails(w io.Writer, rows []row, all measured) error {
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.cpu, a.cpu) })
	var over []string
	var table strings.Builder
	for _, r := range rows {
		mark := ""
		if r.cpu > budget {
			over = append(over, r.id)
			mark = "over"
		}
		fmt.Fprintf(&table, "| %s | %s | %.1f | %.0f | %s |\n", r.id, r.object, float64(r.cpu.Nanoseconds())/1000, r.allocs, mark)
	}
	_, err := fmt.Fprintf(w, "\n## Guardrails\n\nAll of them on a Deployment that passes: %.2f ms and %.0f allocations.\n\n"+
		"Each where it finds nothing: on pods what it adds to %s, which pays for the shared libraries; on other objects alone.\n"+
		"%d of %d are over the budget of %v: %s.\n\n| guardrail | object | CPU µs | allocations | budget |\n|---|---|---|---|---|\n%s",
		float64(all.cpu.Nanoseconds())/1e6, all.allocs, payer, len(over), len(rows), budget, strings.Join(over, ", "), table.String())
	return err
}
