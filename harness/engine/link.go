package engine

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// Modules are compiled policies and libraries, from which Link makes a program.
type Modules struct {
	ByFile map[string]*ast.Module
	// Constant has the rules that depend on no object, Indexed those with comprehensions that OPA keeps an index for.
	Constant, Indexed map[*ast.Rule]bool
}

// Precompile compiles the guardrails, and the library that recognises documents.
func Precompile(c *catalog.Catalog, guardrails []*catalog.Guardrail) (*Modules, error) {
	compiler, err := compile(c, guardrails, func(g *catalog.Guardrail) *ast.Module {
		return withOwnFindings(g, WithOwnParameters(g))
	}, c.Libs[DocumentsFile])
	if err != nil {
		return nil, err
	}
	return &Modules{compiler.Modules, constantRules(compiler), indexedRules(compiler)}, nil
}

// Link prepares guardrails for evaluation whose modules were compiled before. What remains to be done is to put the rules
// into the compiler's tree and to index them.
func Link(guardrails []*catalog.Guardrail, modules *Modules) (*Program, error) {
	compiler, err := link(modules)
	if err != nil {
		return nil, err
	}
	return newProgram(guardrails, compiler, modules.Constant), nil
}

func link(modules *Modules) (*ast.Compiler, error) {
	names, indexed := map[string]*ast.Module{}, map[string]*ast.Module{}
	for file, module := range modules.ByFile {
		names[file] = &ast.Module{Package: module.Package}
		indexed[file] = &ast.Module{Package: module.Package, Rules: slices.DeleteFunc(slices.Clone(module.Rules),
			func(rule *ast.Rule) bool { return !modules.Indexed[rule] })}
	}
	compiler := ast.NewCompiler().WithSkipStages(compiledStages()...)
	swap := func(after ast.StageID, modules map[string]*ast.Module) {
		compiler.WithStageAfterID(after, ast.CompilerStageDefinition{Name: string(after) + "Link", MetricName: "link",
			Stage: func(c *ast.Compiler) *ast.Error { c.Modules = modules; return nil }})
	}
	swap(ast.StageInitLocalVarGen, modules.ByFile) // Not sooner: the compiler copies what it is given.
	swap(ast.StageBuildRuleIndices, indexed)       // Looking for comprehensions in all rules takes half of the time.
	swap(ast.StageBuildComprehensionIndices, modules.ByFile)
	if compiler.Compile(names); compiler.Failed() {
		return nil, compiler.Errors
	}
	return compiler, nil
}

// compiledStages are those that compiled modules have behind them.
func compiledStages() []ast.StageID {
	left := []ast.StageID{ast.StageInitLocalVarGen, ast.StageSetModuleTree, ast.StageSetRuleTree, ast.StageBuildRuleIndices,
		ast.StageBuildComprehensionIndices}
	return slices.DeleteFunc(ast.AllStages(), func(stage ast.StageID) bool { return slices.Contains(left, stage) })
}

func indexedRules(compiler *ast.Compiler) map[*ast.Rule]bool {
	indexed := map[*ast.Rule]bool{}
	for _, module := range compiler.Modules {
		for _, rule := range module.Rules {
			ast.WalkTerms(rule, func(term *ast.Term) bool {
				if compiler.ComprehensionIndex(term) != nil {
					indexed[rule] = true
				}
				return false
			})
		}
	}
	return indexed
}
