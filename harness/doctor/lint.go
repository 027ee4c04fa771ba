package doctor

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/agnivade/levenshtein"
)

// fields are the known fields of an object, with those below them; nil stands for whatever is there.
type fields map[string]fields

var (
	selectorFields = fields{"matchLabels": nil, "matchExpressions": {"key": {}, "operator": {}, "values": {}}}

	// constraintFields are those of a constraint's spec in Gatekeeper 3.23.
	constraintFields = fields{
		"enforcementAction":        {},
		"scopedEnforcementActions": {"action": {}, "enforcementPoints": {"name": {}}},
		"match": {
			"source": {}, "kinds": {"apiGroups": {}, "kinds": {}}, "scope": {}, "namespaces": {}, "excludedNamespaces": {},
			"labelSelector": selectorFields, "namespaceSelector": selectorFields, "name": {},
		},
		"parameters": nil,
	}
)

// LintConstraint tells what no constraint may hold, whatever its template: fields, actions and words that Gatekeeper
// passes over, so that the constraint does something else than it says.
func LintConstraint(value map[string]any) []Problem {
	all := unknownFields("spec", value["spec"], constraintFields)
	data, err := json.Marshal(value)
	if err != nil {
		return append(all, problem(ConstraintUnknownField, "spec", "The constraint cannot be read: %v.", err))
	}
	var c constraint
	if err := json.Unmarshal(data, &c); err != nil {
		return append(all, problem(ConstraintUnknownField, "spec", "The constraint cannot be read: %v.", err))
	}
	all = append(all, c.actionSlips()...)
	for _, word := range []struct {
		field, value string
		known        []string
	}{
		{"scope", c.Spec.Match.Scope, []string{everywhere, "Cluster", "Namespaced"}},
		{"source", c.Spec.Match.Source, []string{"All", "Original", "Generated"}},
	} {
		if word.value != "" && !slices.Contains(word.known, word.value) {
			all = append(all, problem(ConstraintUnknownField, "spec.match."+word.field, "Gatekeeper does not know the %s %q%s.", word.field,
				word.value, suggestion(word.value, word.known)))
		}
	}
	return all
}

func unknownFields(path string, value any, known fields) []Problem {
	var all []Problem
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			below, ok := known[name]
			switch {
			case !ok:
				all = append(all, problem(ConstraintUnknownField, path+"."+name, "Gatekeeper does not know the field %s.%s%s.", path, name,
					suggestion(name, slices.Sorted(maps.Keys(known)))))
			case below != nil:
				all = append(all, unknownFields(path+"."+name, value[name], below)...)
			}
		}
	case []any:
		for i, item := range value {
			all = append(all, unknownFields(fmt.Sprintf("%s[%d]", path, i), item, known)...)
		}
	}
	return all
}

// suggestion names the known word that was probably meant, in brackets, or nothing.
func suggestion(word string, known []string) string {
	best, distance := "", len(word)/2+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(word, k); d < distance {
			best, distance = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}
