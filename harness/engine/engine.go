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
	guardrails []*catalog.Guardrail
	compiler   *ast.Compiler
	constant   *constants

	mu      sync.Mutex
	queries map[string]*query // by the indexes of the guardrails that it evaluates
	byKind  map[catalog.Kind]*query
}

// query evaluates some guardrails at once: its result is an array of their violations.
type query struct {
	guardrails []*catalog.Guardrail
	body       ast.Body
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
	return &Program{guardrails: guardrails, compiler: compiler, constant: constantRefs(compiler, constant),
		queries: map[string]*query{}, byKind: map[catalog.Kind]*query{}}
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
	q, err := p.queryFor(catalog.Kind{Group: group, Kind: kind})
	if err != nil || q == nil {
		return nil, err
	}
	if q, err = p.relevant(q, review); err != nil || q == nil {
		return nil, err
	}
	violations, err := p.run(ctx, data, q, review, now)
	if err == nil || ctx.Err() != nil {
		return violations, errors.Join(err, ctx.Err())
	}
	// One guardrail's failure must not hide the findings of the others.
	var errs []error
	for _, g := range q.guardrails {
		single, err := p.query([]*catalog.Guardrail{g})
		if err != nil {
			return nil, err
		}
		found, err := p.run(ctx, data, single, review, now)
		violations = append(violations, found...)
		if err != nil {
			errs = append(errs, fmt.Errorf("guardrail %s failed to evaluate: %w", g.ID, err))
		}
	}
	return violations, errors.Join(errs...)
}

// Guardrails returns those that judge objects of the group and kind.
func (p *Program) Guardrails(group, kind string) ([]*catalog.Guardrail, error) {
	q, err := p.queryFor(catalog.Kind{Group: group, Kind: kind})
	if err != nil || q == nil {
		return nil, err
	}
	return q.guardrails, nil
}

// queryFor is the query for a kind, nil where no guardrail judges it. Matching is done once for each kind.
func (p *Program) queryFor(kind catalog.Kind) (*query, error) {
	p.mu.Lock()
	q, known := p.byKind[kind]
	p.mu.Unlock()
	if known {
		return q, nil
	}
	var matching []*catalog.Guardrail
	for _, g := range p.guardrails {
		if g.Matches(kind.Group, kind.Kind) {
			matching = append(matching, g)
		}
	}
	if len(matching) > 0 {
		var err error
		if q, err = p.query(matching); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byKind[kind] = q
	return q, nil
}

// relevant leaves out the guardrails that find nothing in the review, for it lacks what they start from.
func (p *Program) relevant(q *query, review ast.Value) (*query, error) {
	left := slices.DeleteFunc(slices.Clone(q.guardrails), func(g *catalog.Guardrail) bool {
		return slices.ContainsFunc(g.Requires, func(name string) bool {
			object, ok := review.(ast.Object)
			return ok && field(object, name) == nil
		})
	})
	switch len(left) {
	case 0:
		return nil, nil
	case len(q.guardrails):
		return q, nil
	default:
		return p.query(left)
	}
}

// query builds `[data.<package>.violation, …]` once for each set of guardrails.
func (p *Program) query(guardrails []*catalog.Guardrail) (*query, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := make([]string, len(guardrails))
	for i, g := range guardrails {
		ids[i] = g.ID
	}
	key := strings.Join(ids, " ")
	if q := p.queries[key]; q != nil {
		return q, nil
	}
	refs := make([]*ast.Term, len(guardrails))
	for i, g := range guardrails {
		refs[i] = ast.NewTerm(ast.MustParseRef(g.Package()).Append(ast.StringTerm("violation")))
	}
	body, err := p.compiler.QueryCompiler().Compile(ast.NewBody(
		ast.Equality.Expr(ast.VarTerm(resultVar), ast.ArrayTerm(refs...))))
	if err != nil {
		return nil, err
	}
	q := &query{guardrails: guardrails, body: body}
	p.queries[key] = q
	return q, nil
}

const resultVar = "result"

func (p *Program) run(ctx context.Context, data *Data, q *query, review ast.Value, now time.Time) ([]Violation, error) {
	txn, err := data.store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer data.store.Abort(ctx, txn)
	input := ast.NewObject([2]*ast.Term{ast.InternedTerm("review"), ast.NewTerm(review)})
	cache := newCache(p, data.shared)
	// OPA's default takes a built-in function that fails for one without a result, so that its rule finds nothing.
	results, err := topdown.NewQuery(q.body).WithCompiler(p.compiler).WithStore(data.store).WithTransaction(txn).
		WithInput(ast.NewTerm(input)).WithTime(now).WithVirtualCache(cache).WithStrictBuiltinErrors(true).Run(ctx)
	if err != nil {
		return nil, err
	}
	data.shared.add(cache.found)
	if len(results) != 1 {
		return nil, fmt.Errorf("internal error: %d results for %d guardrails", len(results), len(q.guardrails))
	}
	array, ok := results[0][ast.Var(resultVar)].Value.(*ast.Array)
	if !ok || array.Len() != len(q.guardrails) {
		return nil, errors.New("internal error: the query's result is not one set per guardrail")
	}
	var violations []Violation
	for i, g := range q.guardrails {
		found, err := readViolations(g, array.Elem(i).Value)
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
