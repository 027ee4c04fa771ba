package render

import (
	"fmt"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// prune leaves of the libraries the rules that the modules can reach: Gatekeeper keeps a copy of every library for each
// template, and most guardrails need a fraction of them. What a name may stand for counts, so that too much is kept rather than
// too little.
func prune(libs []*catalog.Module, entries ...*catalog.Module) ([][]byte, error) {
	p := pruner{libs: libs, needed: map[*ast.Rule]bool{}}
	for _, entry := range entries {
		for _, rule := range entry.AST.Rules {
			p.follow(entry.AST, rule)
		}
	}
	var sources [][]byte
	for _, lib := range libs {
		source, err := p.rest(lib)
		if err != nil {
			return nil, err
		}
		if source != nil {
			sources = append(sources, source)
		}
	}
	return sources, nil
}

type pruner struct {
	libs   []*catalog.Module
	needed map[*ast.Rule]bool
}

// follow marks what a rule of the module refers to.
func (p *pruner) follow(module *ast.Module, rule *ast.Rule) {
	ast.WalkTerms(rule, func(term *ast.Term) bool {
		switch value := term.Value.(type) {
		case ast.Ref:
			p.refer(module, value)
		case ast.Var:
			p.refer(module, ast.Ref{term})
		}
		return false
	})
}

// refer marks the rules that a ref in the module may lead to: by the name of an import or of a rule beside it.
func (p *pruner) refer(module *ast.Module, ref ast.Ref) {
	head, ok := ref[0].Value.(ast.Var)
	if !ok {
		return
	}
	for _, imported := range module.Imports {
		if imported.Name().Equal(head) {
			p.need(imported.Path.Value.(ast.Ref).Concat(ref[1:]))
		}
	}
	if ref.HasPrefix(ast.DefaultRootRef) {
		p.need(ref)
	}
	p.need(module.Package.Path.Append(ast.StringTerm(string(head))))
}

// need marks the rules at a path, and all of a package where the path does not say which.
func (p *pruner) need(path ast.Ref) {
	for _, lib := range p.libs {
		own := lib.AST.Package.Path
		switch {
		case path.HasPrefix(own) && len(path) > len(own):
			name, constant := path[len(own)].Value.(ast.String)
			p.mark(lib.AST, func(rule *ast.Rule) bool { return !constant || nameOf(rule) == string(name) })
		case own.HasPrefix(path.ConstantPrefix()):
			p.mark(lib.AST, func(*ast.Rule) bool { return true })
		}
	}
}

func (p *pruner) mark(module *ast.Module, wanted func(*ast.Rule) bool) {
	for _, rule := range module.Rules {
		if !p.needed[rule] && wanted(rule) {
			p.needed[rule] = true
			p.follow(module, rule)
		}
	}
}

// nameOf is the first part of the rule's name.
func nameOf(rule *ast.Rule) string { return string(rule.Head.Ref()[0].Value.(ast.Var)) }

// rest is the source of what is needed of the library, nil if that is nothing.
func (p *pruner) rest(lib *catalog.Module) ([]byte, error) {
	rest := &ast.Module{Package: lib.AST.Package}
	for _, rule := range lib.AST.Rules {
		if p.needed[rule] {
			rest.Rules = append(rest.Rules, rule)
		}
	}
	if len(rest.Rules) == 0 {
		return nil, nil
	}
	for _, imported := range lib.AST.Imports {
		if slices.ContainsFunc(rest.Rules, func(rule *ast.Rule) bool { return mentions(rule, imported.Name()) }) {
			rest.Imports = append(rest.Imports, imported)
		}
	}
	source, err := format.AstWithOpts(rest.Copy(), format.Opts{RegoVersion: ast.RegoV1})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", lib.File, err)
	}
	return source, nil
}

func mentions(rule *ast.Rule, name ast.Var) bool {
	found := false
	ast.WalkVars(rule, func(v ast.Var) bool {
		found = found || v.Equal(name)
		return found
	})
	return found
}
