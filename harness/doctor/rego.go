package doctor

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// LintTemplate tells what no ConstraintTemplate may hold, whoever wrote it: calls of http.send, which a Gatekeeper that
// was not told otherwise executes, and Rego that nobody can read.
func LintTemplate(value map[string]any) []Problem {
	data, err := json.Marshal(value)
	if err != nil {
		return []Problem{problem(TemplateUnreadable, "", "The template cannot be read: %v.", err)}
	}
	var t template
	if err := json.Unmarshal(data, &t); err != nil {
		return []Problem{problem(TemplateUnreadable, "", "The template cannot be read: %v.", err)}
	}
	var all []Problem
	sources := t.sources()
	for _, path := range slices.Sorted(maps.Keys(sources)) {
		s := sources[path]
		all = append(all, lintRego(path+".rego", s.Rego, s.Version)...)
		for i, lib := range s.Libs {
			all = append(all, lintRego(fmt.Sprintf("%s.libs[%d]", path, i), lib, s.Version)...)
		}
	}
	return all
}

func lintRego(path, rego, version string) []Problem {
	options := ast.ParserOptions{RegoVersion: ast.RegoV0}
	if version == "v1" {
		options.RegoVersion = ast.RegoV1
	}
	module, err := ast.ParseModuleWithOpts(path, rego, options)
	if err != nil {
		return []Problem{problem(TemplateUnreadable, path, "The Rego cannot be read: %v.", err)}
	}
	if module != nil && refersTo(module, ast.HTTPSend.Ref()) {
		return []Problem{problem(TemplateHTTPSend, path, "The Rego calls http.send.")}
	}
	return nil
}

// refersTo tells whether the reference stands anywhere in the module, called or handed to with.
func refersTo(module *ast.Module, wanted ast.Ref) bool {
	there := false
	ast.WalkRefs(module, func(ref ast.Ref) bool {
		there = there || ref.HasPrefix(wanted)
		return there
	})
	return there
}
