// Package engine evaluates guardrails on objects with the embedded OPA: it compiles once and evaluates many, in
// parallel if wanted.
//
// All guardrails of a kind are evaluated by one query over shared libraries, so that what they have in common (the list
// of containers, parsed images) is computed once per object. To that end each policy's input.parameters is rewritten to
// a document of its own below data.rampart.parameters; nothing else differs from how Gatekeeper evaluates it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// Program is a set of compiled guardrails. It is safe for concurrent use.
type Program struct {
	rules    []rule
	compiler *ast.Compiler
	constant *constants

	mu     sync.Mutex
	byKind map[catalog.Kind][]rule
}

// rule is a guardrail with its part of a query, `<result> = data.<package>.violation`.
type rule struct {
	*catalog.Guardrail
	result ast.Var
	expr   *ast.Expr
}

// Compile prepares the guardrails for evaluation.
func Compile(c *catalog.Catalog, guardrails []*catalog.Guardrail) (*Program, error) {
	compiler, err := compile(c, guardrails, WithOwnParameters)
	if err != nil {
		return nil, err
	}
	return newProgram(guardrails, compiler, constantRules(compiler)), nil
}

// compile compiles the guardrails, each as own gives it, with what they import and with more libraries.
func compile(c *catalog.Catalog, guardrails []*catalog.Guardrail, own func(*catalog.Guardrail) *ast.Module,
	more ...*catalog.Module) (*ast.Compiler, error) {
	modules := map[string]*ast.Module{}
	for _, lib := range more {
		modules[lib.File] = lib.AST
	}
	for _, g := range guardrails {
		libs, err := c.Closure(g.Module)
		if err != nil {
			return nil, err
		}
		for _, lib := range libs {
			modules[lib.File] = lib.AST
		}
		modules[g.Module.File] = own(g)
	}
	compiler := ast.NewCompiler()
	if compiler.Compile(modules); compiler.Failed() {
		return nil, compiler.Errors
	}
	return compiler, nil
}

func newProgram(guardrails []*catalog.Guardrail, compiler *ast.Compiler, constant map[*ast.Rule]bool) *Program {
	p := &Program{compiler: compiler, constant: constantRefs(compiler, constant), byKind: map[catalog.Kind][]rule{}}
	for i, g := range guardrails {
		result := ast.Var("found" + strconv.Itoa(i))
		p.rules = append(p.rules, rule{g, result, ast.Equality.Expr(ast.NewTerm(result), ast.NewTerm(violationRef(g)))})
	}
	return p
}

func violationRef(g *catalog.Guardrail) ast.Ref {
	ref := ast.Ref{ast.DefaultRootDocument}
	for name := range strings.SplitSeq(strings.TrimPrefix(g.Package(), "data."), ".") {
		ref = append(ref, ast.InternedTerm(name))
	}
	return append(ref, ast.InternedTerm("violation"))
}

var parametersRef = ast.MustParseRef("input.parameters")

// WithOwnParameters is a copy of the policy with input.parameters replaced by data.rampart.parameters["<id>"]. It walks every term
// and does without ast.TransformRefs, which passes over `some x in input.parameters.y`.
func WithOwnParameters(g *catalog.Guardrail) *ast.Module {
	module := g.Module.AST.Copy()
	own := ast.MustParseRef("data.rampart.parameters").Append(ast.StringTerm(g.ID))
	ast.WalkTerms(module, func(term *ast.Term) bool {
		if ref, ok := term.Value.(ast.Ref); ok && ref.HasPrefix(parametersRef) {
			term.Value = own.Concat(ref[len(parametersRef):])
		}
		return false
	})
	return module
}

// Data is what evaluations read beside the object: parameters and other objects. It is safe for concurrent use, with one
// program.
type Data struct {
	store  storage.Store
	shared *shared
}

// NewData takes each guardrail's parameters, filled in (see catalog.Guardrail.FillParameters), and the inventory in
// Gatekeeper's shape, nil for none.
func NewData(parameters map[string]map[string]any, inventory ast.Value) *Data {
	if inventory == nil {
		inventory = ast.NewObject()
	}
	byID := make(map[string]any, len(parameters))
	for id, p := range parameters {
		byID[id] = p
	}
	root := map[string]any{"rampart": map[string]any{"parameters": byID}, "inventory": inventory}
	return &Data{store: inmem.NewFromObjectWithOpts(root, inmem.OptReturnASTValuesOnRead(true),
		inmem.OptRoundTripOnWrite(false)), shared: newShared()}
}

// Violation is one finding of a guardrail on an object.
type Violation struct {
	Guardrail *catalog.Guardrail
	// Message is a full sentence.
	Message string
	// Path runs from the object's root to the field at fault.
	Path string
	// Container and Image are set for findings on a container.
	Container, Image string
}

// Evaluate judges one review, the value of `input.review`, with every guardrail that matches the group and kind. The
// order of the violations is fixed: by guardrail, then as OPA sorts them. A guardrail that fails to evaluate, be it in a
// built-in function, yields an error beside the violations of the others; several are joined (errors.Join).
func (p *Program) Evaluate(ctx context.Context, data *Data, group, kind string, review ast.Value, now time.Time) ([]Violation, error) {
	return p.EvaluateBut(ctx, nil, data, group, kind, review, now)
}

// EvaluateBut is Evaluate without the guardrails that are known to find nothing in the object.
func (p *Program) EvaluateBut(ctx context.Context, silent []*catalog.Guardrail, data *Data, group, kind string, review ast.Value,
	now time.Time) ([]Violation, error) {
	rules := slices.DeleteFunc(slices.Clone(p.rulesFor(catalog.Kind{Group: group, Kind: kind})), func(r rule) bool {
		return slices.Contains(silent, r.Guardrail) || lacks(review, r.Requires)
	})
	if len(rules) == 0 {
		return nil, nil
	}
	violations, err := p.run(ctx, data, rules, review, now)
	if err == nil || ctx.Err() != nil {
		return violations, errors.Join(err, ctx.Err())
	}
	// One guardrail's failure must not hide the findings of the others.
	var errs []error
	for i, r := range rules {
		found, err := p.run(ctx, data, rules[i:i+1], review, now)
		violations = append(violations, found...)
		if err != nil {
			errs = append(errs, fmt.Errorf("guardrail %s failed to evaluate: %w", r.ID, err))
		}
	}
	return violations, errors.Join(errs...)
}

// lacks tells whether the review has not all of the fields.
func lacks(review ast.Value, fields []string) bool {
	object, ok := review.(ast.Object)
	return ok && slices.ContainsFunc(fields, func(name string) bool { return field(object, name) == nil })
}

// Guardrails returns those that judge objects of the group and kind.
func (p *Program) Guardrails(group, kind string) []*catalog.Guardrail {
	rules := p.rulesFor(catalog.Kind{Group: group, Kind: kind})
	guardrails := make([]*catalog.Guardrail, len(rules))
	for i, r := range rules {
		guardrails[i] = r.Guardrail
	}
	return guardrails
}

// rulesFor are those of the guardrails that judge a kind. Matching is done once for each kind.
func (p *Program) rulesFor(kind catalog.Kind) []rule {
	p.mu.Lock()
	defer p.mu.Unlock()
	rules, known := p.byKind[kind]
	if !known {
		rules = slices.DeleteFunc(slices.Clone(p.rules), func(r rule) bool { return !r.Matches(kind.Group, kind.Kind) })
		p.byKind[kind] = rules
	}
	return rules
}

func (p *Program) run(ctx context.Context, data *Data, rules []rule, review ast.Value, now time.Time) ([]Violation, error) {
	txn, err := data.store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer data.store.Abort(ctx, txn)
	query := make(ast.Body, len(rules))
	for i, r := range rules {
		query[i] = r.expr
	}
	input := ast.NewObject([2]*ast.Term{ast.InternedTerm("review"), ast.NewTerm(review)})
	cache := newCache(p, data.shared)
	defer cache.release()
	// OPA's default takes a built-in function that fails for one without a result, so that its rule finds nothing.
	results, err := topdown.NewQuery(query).WithCompiler(p.compiler).WithStore(data.store).WithTransaction(txn).
		WithInput(ast.NewTerm(input)).WithTime(now).WithVirtualCache(cache).WithStrictBuiltinErrors(true).Run(ctx)
	if err != nil {
		return nil, err
	}
	data.shared.add(cache.found)
	if len(results) != 1 {
		return nil, fmt.Errorf("internal error: %d results for %d guardrails", len(results), len(rules))
	}
	var violations []Violation
	for _, r := range rules {
		term := results[0][r.result]
		if term == nil {
			return nil, fmt.Errorf("internal error: no result for guardrail %s", r.ID)
		}
		found, err := readViolations(r.Guardrail, term.Value)
		if err != nil {
			return nil, err
		}
		violations = append(violations, found...)
	}
	return violations, nil
}

func readViolations(g *catalog.Guardrail, value ast.Value) ([]Violation, error) {
	set, ok := value.(ast.Set)
	if !ok {
		return nil, errors.New("violation must be a set (violation contains … if …)")
	}
	if set.Len() == 0 {
		return nil, nil
	}
	violations := make([]Violation, 0, set.Len())
	for _, term := range set.Slice() {
		object, ok := term.Value.(ast.Object)
		if !ok {
			return nil, errors.New("a violation must be an object with msg and details")
		}
		v := Violation{Guardrail: g, Message: text(object, "msg")}
		if details, ok := field(object, "details").(ast.Object); ok {
			v.Path, v.Container, v.Image = text(details, "path"), text(details, "container"), text(details, "image")
		}
		if v.Message == "" {
			return nil, errors.New("a violation has no msg")
		}
		violations = append(violations, v)
	}
	slices.SortStableFunc(violations, func(a, b Violation) int { return strings.Compare(a.Path, b.Path) })
	return violations, nil
}

func field(object ast.Object, name string) ast.Value {
	if term := object.Get(ast.InternedTerm(name)); term != nil {
		return term.Value
	}
	return nil
}

func text(object ast.Object, name string) string {
	s, _ := field(object, name).(ast.String)
	return string(s)
}
