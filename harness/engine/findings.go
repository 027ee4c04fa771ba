package engine

import (
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/catalog"
)

var (
	findingAt     = ast.MustParseRef("finding.at")
	inContainer   = ast.MustParseRef("finding.in_container")
	fieldOf       = ast.MustParseRef("finding.field_of")
	metadataChain = ast.RegoMetadataChain.Ref()
)

// withOwnFindings writes out the calls of lib.finding in the heads of rules, with what they read of the METADATA: it is known
// here, and looking for it takes longer than many a rule. What else asks for the METADATA gets the part that lib.finding reads;
// the whole would be a copy for each rule.
func withOwnFindings(g *catalog.Guardrail, module *ast.Module) *ast.Module {
	for _, rule := range module.Rules {
		if rule.Head.Key == nil {
			continue
		}
		call, ok := rule.Head.Key.Value.(ast.Call)
		switch {
		case !ok:
		case findingAt.Equal(call[0].Value):
			rule.Head.Key = findingTerm(g, call[3], call[2])
		case inContainer.Equal(call[0].Value):
			entry := call[2]
			rule.Head.Key = findingTerm(g, call[4], fieldPath(entry, call[3]), literal("container"), ofContainer(entry, "name"),
				literal("image"), ofContainer(entry, "image"))
		}
	}
	chain := ast.MustInterfaceToValue([]any{map[string]any{"annotations": map[string]any{
		"scope": "package", "custom": map[string]any{"id": g.ID, "severity": g.Severity}}}})
	ast.WalkTerms(module, func(term *ast.Term) bool {
		if call, ok := term.Value.(ast.Call); ok && metadataChain.Equal(call[0].Value) {
			term.Value = chain
		}
		return false
	})
	return module
}

// findingTerm is what finding.at returns, with more keys and values in its details.
func findingTerm(g *catalog.Guardrail, msg, path *ast.Term, more ...*ast.Term) *ast.Term {
	details := ast.NewObject(ast.Item(literal("id"), literal(g.ID)), ast.Item(literal("severity"), literal(g.Severity)),
		ast.Item(literal("path"), path))
	for i := 0; i < len(more); i += 2 {
		details.Insert(more[i], more[i+1])
	}
	return ast.ObjectTerm(ast.Item(literal("msg"), msg), ast.Item(literal("details"), ast.NewTerm(details)))
}

// fieldPath is finding.field_of, written out where the field is known.
func fieldPath(entry, field *ast.Term) *ast.Term {
	path := ofEntry(entry, "path")
	if name, ok := field.Value.(ast.String); ok && name != "" && !strings.HasPrefix(string(name), "[") {
		return ast.Concat.Call(literal("."), ast.ArrayTerm(path, field))
	}
	return ast.CallTerm(ast.NewTerm(fieldOf), path, field)
}

func ofContainer(entry *ast.Term, field string) *ast.Term {
	return ast.ObjectGet.Call(ofEntry(entry, "container"), literal(field), literal(""))
}

// ofEntry is a field of an entry of lib.k8s, which a variable holds or a field of one.
func ofEntry(entry *ast.Term, field string) *ast.Term {
	if ref, ok := entry.Value.(ast.Ref); ok {
		return ast.NewTerm(ref.Append(literal(field)))
	}
	return ast.RefTerm(entry, literal(field))
}

func literal(s string) *ast.Term { return ast.StringTerm(s) }
