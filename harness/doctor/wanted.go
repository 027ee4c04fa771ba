package doctor

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/render"
)

// wanted is a guardrail that the cluster should enforce, with what the pack renders for it.
type wanted struct {
	config.Active
	// kind is that of its constraints.
	kind                 string
	template, constraint map[string]any
}

// expect renders the active guardrails but those on documents that no API server admits.
func expect(cfg Config) ([]wanted, error) {
	var all []wanted
	for _, a := range cfg.Active {
		if a.FilesOnly {
			continue
		}
		template, err := render.Template(cfg.Catalog, a.Guardrail)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.ID, err)
		}
		all = append(all, wanted{Active: a, kind: a.ConstraintKind(), template: template,
			constraint: render.Constraint(a, cfg.Waivers)})
	}
	return all, nil
}

// exemptsNamespace tells whether the guardrail is not meant to judge the namespaces of a pattern.
func (w wanted) exemptsNamespace(pattern string) bool {
	return has(w.ExemptNamespaces, pattern) || !strings.Contains(pattern, "*") && w.Exempts("Pod", pattern, "")
}

// kinds are all that the wanted guardrails judge, each once, those first that every cluster has.
func (e *examination) kinds() []catalog.Kind {
	seen := map[catalog.Kind]bool{}
	var kinds []catalog.Kind
	for _, w := range e.wanted {
		for _, k := range w.AdmittedKinds() {
			if !seen[k] {
				seen[k] = true
				kinds = append(kinds, k)
			}
		}
	}
	slices.SortFunc(kinds, func(a, b catalog.Kind) int {
		own := func(k catalog.Kind) int {
			if render.BuiltIn(k.Group) {
				return 0
			}
			return 1
		}
		return cmp.Or(own(a)-own(b), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind))
	})
	return kinds
}

// field follows keys into nested objects; nil where there is nothing.
func field(value any, keys ...string) any {
	for _, key := range keys {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	return value
}

// canonical is the value in the types that encoding/json makes, so that values from different sources compare.
func canonical(value any) any {
	data, err := json.Marshal(value)
	if err != nil {
		return value
	}
	var c any
	if err := json.Unmarshal(data, &c); err != nil {
		return value
	}
	return c
}
