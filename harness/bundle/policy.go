package bundle

import (
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
)

var chainRef = ast.MustParseRef("rego.metadata.chain")

// fileRefs are the fields of a review that only the reader of files can give.
var fileRefs = []ast.Ref{ast.MustParseRef("input.review.unknownFields"), ast.MustParseRef("input.review.embeddedManifests")}

func readsFile(module *ast.Module) bool {
	found := false
	ast.WalkRefs(module, func(ref ast.Ref) bool {
		found = found || slices.ContainsFunc(fileRefs, ref.HasPrefix)
		return found
	})
	return found
}

// policy is the guardrail's Rego with parameters of its own (see engine.WithOwnParameters) and with its id and severity in
// place of rego.metadata.chain(): not every program that loads Rego processes annotations, and without them a finding
// would be silently undefined.
func policy(g *catalog.Guardrail) ([]byte, error) {
	for _, rule := range g.Module.AST.Rules {
		if rule.Head.Ref().String() == "violation" && rule.Head.RuleKind() != ast.MultiValue {
			return nil, fmt.Errorf("guardrail %s: violation must be a set (violation contains … if …)", g.ID)
		}
	}
	module := engine.WithOwnParameters(g)
	chain := ast.MustParseTerm(fmt.Sprintf(`[{"annotations": {"scope": "package", "custom": {"id": %q, "severity": %q}}}]`,
		g.ID, g.Severity))
	ast.WalkTerms(module, func(term *ast.Term) bool {
		call, ok := term.Value.(ast.Call)
		if !ok || !call[0].Value.(ast.Ref).Equal(chainRef) {
			return false
		}
		term.Value = chain.Copy().Value
		return true
	})
	locate(module)
	source, err := format.AstWithOpts(module, format.Opts{RegoVersion: ast.RegoV1})
	if err != nil {
		return nil, fmt.Errorf("guardrail %s: %w", g.ID, err)
	}
	return source, unchanged(g, module, source)
}

// locate gives the terms that have no location that of the term around them: the formatter decides by it where lines break.
func locate(module *ast.Module) {
	ast.WalkTerms(module, func(term *ast.Term) bool {
		location := term.Location
		ast.WalkTerms(term.Value, func(inner *ast.Term) bool {
			if inner.Location == nil || inner.Location.File == "" {
				inner.Location = location
			}
			return false
		})
		return false
	})
}

// unchanged makes sure that the text is what the module says.
func unchanged(g *catalog.Guardrail, module *ast.Module, source []byte) error {
	parsed, err := ast.ParseModuleWithOpts(g.Module.File, string(source), ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil {
		return fmt.Errorf("guardrail %s: the rewritten policy can't be read: %w", g.ID, err)
	}
	same := parsed.Package.Equal(module.Package) && len(parsed.Rules) == len(module.Rules)
	for i := 0; same && i < len(parsed.Rules); i++ {
		same = parsed.Rules[i].Equal(module.Rules[i])
	}
	if !same {
		return fmt.Errorf("internal error: guardrail %s is not written as it was rewritten", g.ID)
	}
	return nil
}
