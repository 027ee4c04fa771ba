// Package render turns the catalogue into what other programs install: Gatekeeper's ConstraintTemplates and constraints.
package render

import (
	"maps"
	"slices"
	"strings"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// target is Gatekeeper's name for Kubernetes admission and audit.
const target = "admission.k8s.gatekeeper.sh"

// object is a Kubernetes object as JSON.
type object = map[string]any

// Kind is the kind of the constraints of a guardrail: Rampart and the id in camel case.
func Kind(g *catalog.Guardrail) string {
	var b strings.Builder
	b.WriteString("Rampart")
	for word := range strings.SplitSeq(g.ID, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// Template is the guardrail's ConstraintTemplate: its policy in Rego v1 with every library that it needs, and the schema
// of its parameters.
func Template(c *catalog.Catalog, g *catalog.Guardrail) (map[string]any, error) {
	modules, err := c.Closure(g.Module)
	if err != nil {
		return nil, err
	}
	libs := make([]any, len(modules))
	for i, lib := range modules {
		libs[i] = string(lib.Source)
	}
	source := object{"version": "v1", "rego": string(g.Module.Source)}
	if len(libs) > 0 {
		source["libs"] = libs
	}
	kind := Kind(g)
	return object{
		"apiVersion": "templates.gatekeeper.sh/v1",
		"kind":       "ConstraintTemplate",
		"metadata":   object{"name": strings.ToLower(kind)},
		"spec": object{
			"crd": object{"spec": object{
				"names":      object{"kind": kind},
				"validation": object{"openAPIV3Schema": structural(g.Parameters)},
			}},
			"targets": []any{object{
				"target": target,
				"code":   []any{object{"engine": "Rego", "source": source}},
			}},
		},
	}, nil
}

// structural leaves out of a JSON schema what the structural schema of a CustomResourceDefinition may not hold: unknown
// parameters are refused there by the API server's field validation, not by additionalProperties.
func structural(schema map[string]any) map[string]any {
	out := maps.Clone(schema)
	if out["additionalProperties"] == false {
		delete(out, "additionalProperties")
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if sub, ok := out[key].(map[string]any); ok {
			out[key] = structural(sub)
		}
	}
	if properties, ok := out["properties"].(map[string]any); ok {
		clean := make(map[string]any, len(properties))
		for name, p := range properties {
			clean[name] = p
			if sub, ok := p.(map[string]any); ok {
				clean[name] = structural(sub)
			}
		}
		out["properties"] = clean
	}
	return out
}

// Constraint is the guardrail's constraint with the action and parameters given.
func Constraint(g *catalog.Guardrail, action catalog.Action, parameters map[string]any) map[string]any {
	spec := object{
		"enforcementAction": string(action),
		"match":             object{"kinds": matchKinds(g.Kinds)},
	}
	if len(parameters) > 0 {
		spec["parameters"] = parameters
	}
	return object{
		"apiVersion": "constraints.gatekeeper.sh/v1beta1",
		"kind":       Kind(g),
		"metadata":   object{"name": g.ID},
		"spec":       spec,
	}
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
