// Package render turns the catalogue into what other programs install: Gatekeeper's ConstraintTemplates, constraints and
// SyncSet, and documentation.
package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rampart-policy/rampart/harness/catalog"
)

const (
	// target is Gatekeeper's name for Kubernetes admission and audit.
	target = "admission.k8s.gatekeeper.sh"
	// partOf labels everything that is rendered, so that one selector finds it.
	partOf = "app.kubernetes.io/part-of"
	pack   = "rampart"
	// packVersion is the version of the pack's templates, raised with every release.
	packVersion = "0.1.0"
	// annotationPrefix is for what Gatekeeper has no annotation of its own for.
	annotationPrefix = "rampart-policy.github.io/"
)

// object is a Kubernetes object as JSON.
type object = map[string]any

// Template is the guardrail's ConstraintTemplate: Gatekeeper's adapter with the policy and what they need of the libraries, in
// Rego v1, and the schema of the parameters. An error says which import nothing provides.
func Template(c *catalog.Catalog, g *catalog.Guardrail) (map[string]any, error) {
	adapter := c.Adapters["adapters/gatekeeper.rego"]
	if adapter == nil {
		return nil, fmt.Errorf("adapters/gatekeeper.rego: missing")
	}
	policy := &catalog.Module{File: g.Module.File, Source: asLibrary(g.Module), AST: g.Module.AST}
	own := &catalog.Module{File: adapter.File, AST: adapter.AST.Copy()}
	own.AST.Imports = slices.DeleteFunc(own.AST.Imports, importsGuardrail)
	modules, err := c.Closure(policy, own)
	if err != nil {
		return nil, err
	}
	pruned, err := prune(modules, policy, own)
	if err != nil {
		return nil, err
	}
	libs := []any{string(policy.Source)}
	for _, lib := range pruned {
		libs = append(libs, string(lib))
	}
	kind := g.ConstraintKind()
	return object{
		"apiVersion": "templates.gatekeeper.sh/v1",
		"kind":       "ConstraintTemplate",
		"metadata": object{
			"name":        strings.ToLower(kind),
			"labels":      object{partOf: pack},
			"annotations": annotations(g),
		},
		"spec": object{
			"crd": object{"spec": object{
				"names":      object{"kind": kind},
				"validation": object{"openAPIV3Schema": parameterSchema(g)},
			}},
			"targets": []any{object{
				"target": target,
				"code": []any{object{"engine": "Rego", "source": object{
					"version": "v1", "rego": string(adapter.Source), "libs": libs,
				}}},
			}},
		},
	}, nil
}

func annotations(g *catalog.Guardrail) object {
	a := object{
		"metadata.gatekeeper.sh/title":   g.Title,
		"metadata.gatekeeper.sh/version": packVersion,
		"description":                    g.Description,
		annotationPrefix + "severity":    g.Severity,
		annotationPrefix + "layer":       g.Layer,
	}
	for framework, ids := range g.Controls {
		a[annotationPrefix+framework] = strings.Join(ids, ", ")
	}
	if len(g.Sync) > 0 {
		a["metadata.gatekeeper.sh/requires-sync-data"] = syncRequirements(g.Sync)
	}
	return a
}

// syncRequirements is Gatekeeper's form: a list of requirements, each a list of alternatives. Of kinds that are
// not synced by default nothing is required.
func syncRequirements(kinds []catalog.GroupVersionKind) string {
	type alternative struct {
		Groups   []string `json:"groups"`
		Versions []string `json:"versions"`
		Kinds    []string `json:"kinds"`
	}
	requirements := [][]alternative{}
	for _, k := range kinds {
		if SyncedByDefault(k) {
			requirements = append(requirements, []alternative{{[]string{k.Group}, []string{k.Version}, []string{k.Kind}}})
		}
	}
	data, err := json.Marshal(requirements)
	if err != nil { // strings only
		panic(err)
	}
	quoted, err := json.Marshal(string(data))
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

// parameterSchema adds the waivers, which every guardrail takes, to the parameters of its own.
func parameterSchema(g *catalog.Guardrail) map[string]any {
	schema := structural(g.Parameters)
	properties, _ := schema["properties"].(map[string]any)
	properties = maps.Clone(properties)
	if properties == nil {
		properties = object{}
	}
	text := func(description string) object { return object{"type": "string", "description": description} }
	properties["waivers"] = object{
		"type":        "array",
		"description": "Objects that are exempt until a date.",
		"items": object{
			"type":     "object",
			"required": []any{"kind", "name", "reason", "expires"},
			"properties": object{
				"kind":      text("Kind of the object."),
				"namespace": text("Namespace of the object; empty for cluster-scoped objects."),
				"name":      text("Name of the object."),
				"container": text("Only this container; empty means any."),
				"image":     text("Only this image; empty means any."),
				"reason":    text("Who accepted the risk and why."),
				"expires":   object{"type": "string", "pattern": `^\d{4}-\d{2}-\d{2}$`, "description": "Last day of the waiver, in UTC."},
			},
		},
	}
	schema["properties"] = properties
	return schema
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
