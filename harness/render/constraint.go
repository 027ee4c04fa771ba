package render

import (
	"maps"
	"slices"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
)

// Constraint is the constraint of an active guardrail, with its parameters and the waivers that concern it.
func Constraint(a config.Active, waivers []config.Waiver) map[string]any {
	match := object{"kinds": matchKinds(a.AdmittedKinds())}
	if len(a.ExemptNamespaces) > 0 {
		match["excludedNamespaces"] = anySlice(slices.Compact(slices.Sorted(slices.Values(a.ExemptNamespaces))))
	}
	spec := object{"enforcementAction": string(a.Action), "match": match}
	parameters := maps.Clone(a.Parameters)
	if own := constraintWaivers(a.ID, waivers); len(own) > 0 {
		if parameters == nil {
			parameters = object{}
		}
		parameters["waivers"] = own
	}
	if len(parameters) > 0 {
		spec["parameters"] = parameters
	}
	return object{
		"apiVersion": "constraints.gatekeeper.sh/v1beta1",
		"kind":       a.ConstraintKind(),
		"metadata":   object{"name": a.ID, "labels": object{partOf: pack}},
		"spec":       spec,
	}
}

func constraintWaivers(id string, waivers []config.Waiver) []any {
	var own []any
	for _, w := range waivers {
		if w.Guardrail != id {
			continue
		}
		o := object{"kind": w.Kind, "name": w.Name, "reason": w.Reason, "expires": w.Expires}
		for name, value := range map[string]string{"namespace": w.Namespace, "container": w.Container, "image": w.Image} {
			if value != "" {
				o[name] = value
			}
		}
		own = append(own, o)
	}
	return own
}

// matchKinds groups kinds by their API group.
func matchKinds(kinds []catalog.Kind) []any {
	byGroup := map[string][]any{}
	for _, k := range kinds {
		byGroup[k.Group] = append(byGroup[k.Group], k.Kind)
	}
	match := make([]any, 0, len(byGroup))
	for _, group := range slices.Sorted(maps.Keys(byGroup)) {
		match = append(match, object{"apiGroups": []any{group}, "kinds": byGroup[group]})
	}
	return match
}

func anySlice[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}
