package compiled

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/engine"
)

// The kinds of terms in an encoded module. A term is its kind and what follows from it; a list is its length and its
// items; lengths and indexes are varints.
const (
	kindNone = iota // no term
	kindNull
	kindTrue
	kindFalse
	kindNumber // index of its text
	kindString // index
	kindVar    // index
	kindRef    // list of terms
	kindCall   // list of terms
	kindArray  // list of terms
	kindSet    // list of terms
	kindObject // list of keys and values
	kindArrayComprehension
	kindSetComprehension    // term, body
	kindObjectComprehension // key, value, body
)

// The forms of an expression.
const (
	formTerm  = iota // term
	formCall         // list of terms
	formEvery        // key, value, domain, body
)

const (
	flagDefault = 1 << iota // rule
	flagConstant
	flagIndexed
	flagElse
	flagAssign
)

const flagNegated = 1 // expression

// encode writes a compiled module. Its form follows from the module alone: the names that the compiler makes up count
// through the whole program, and are counted anew in each rule.
func encode(modules *engine.Modules, module *ast.Module) (data []byte, err error) {
	e := &encoder{modules: modules, index: map[string]uint64{}}
	e.terms(module.Package.Path)
	e.length(len(module.Rules))
	for _, rule := range module.Rules {
		e.locals = map[ast.Var]ast.Var{}
		e.countLocals(rule)
		e.rule(rule)
	}
	if e.err != nil {
		return nil, fmt.Errorf("%s: %w", module.Package, e.err)
	}
	data = binary.AppendUvarint(nil, uint64(len(e.texts)))
	for _, text := range e.texts {
		data = append(binary.AppendUvarint(data, uint64(len(text))), text...)
	}
	return append(data, e.body...), nil
}

type encoder struct {
	modules *engine.Modules
	body    []byte
	texts   []string
	index   map[string]uint64 // of texts
	locals  map[ast.Var]ast.Var
	err     error
}

func (e *encoder) number(n uint64) { e.body = binary.AppendUvarint(e.body, n) }

func (e *encoder) length(n int) { e.number(uint64(n)) }

func (e *encoder) text(text string) {
	i, known := e.index[text]
	if !known {
		i = uint64(len(e.texts))
		e.texts, e.index[text] = append(e.texts, text), i
	}
	e.number(i)
}

func (e *encoder) location(l *ast.Location) {
	if l == nil {
		l = &ast.Location{}
	}
	e.length(l.Row)
	e.length(l.Col)
}

func (e *encoder) rule(rule *ast.Rule) {
	flags := uint64(0)
	for flag, set := range map[uint64]bool{
		flagDefault: rule.Default, flagElse: rule.Else != nil, flagAssign: rule.Head.Assign,
		flagConstant: e.modules.Constant[rule], flagIndexed: e.modules.Indexed[rule],
	} {
		if set {
			flags |= flag
		}
	}
	e.number(flags)
	e.location(rule.Location)
	e.text(string(rule.Head.Name))
	e.terms(rule.Head.Reference)
	e.terms(rule.Head.Args)
	e.term(rule.Head.Key)
	e.term(rule.Head.Value)
	e.expressions(rule.Body)
	if rule.Else != nil {
		e.rule(rule.Else)
	}
}

func (e *encoder) expressions(body ast.Body) {
	e.length(len(body))
	for _, expr := range body {
		flags := uint64(0)
		if expr.Negated {
			flags = flagNegated
		}
		e.number(flags)
		e.location(expr.Location)
		if len(expr.With) > 0 {
			e.err = fmt.Errorf("%v: `with` is not supported", expr.Location)
		}
		switch terms := expr.Terms.(type) {
		case *ast.Term:
			e.number(formTerm)
			e.term(terms)
		case []*ast.Term:
			e.number(formCall)
			e.terms(terms)
		case *ast.Every:
			e.number(formEvery)
			e.term(terms.Key)
			e.term(terms.Value)
			e.term(terms.Domain)
			e.expressions(terms.Body)
		default:
			e.err = fmt.Errorf("%v: an expression of type %T is not supported", expr.Location, terms)
		}
	}
}

func (e *encoder) terms(terms []*ast.Term) {
	e.length(len(terms))
	for _, term := range terms {
		e.term(term)
	}
}

func (e *encoder) term(term *ast.Term) {
	if term == nil {
		e.number(kindNone)
		return
	}
	switch value := term.Value.(type) {
	case ast.Null:
		e.number(kindNull)
	case ast.Boolean:
		e.number(map[ast.Boolean]uint64{true: kindTrue, false: kindFalse}[value])
	case ast.Number:
		e.number(kindNumber)
		e.text(string(value))
	case ast.String:
		e.number(kindString)
		e.text(string(value))
	case ast.Var:
		e.number(kindVar)
		e.text(string(e.local(value)))
	case ast.Ref:
		e.number(kindRef)
		e.terms(value)
	case ast.Call:
		e.number(kindCall)
		e.terms(value)
	case *ast.Array:
		e.number(kindArray)
		e.length(value.Len())
		value.Foreach(e.term)
	case ast.Set:
		e.number(kindSet)
		e.terms(e.sorted(value.Slice()))
	case ast.Object:
		e.number(kindObject)
		e.length(value.Len())
		for _, key := range e.sorted(value.Keys()) {
			e.term(key)
			e.term(value.Get(key))
		}
	default:
		e.comprehension(value)
	}
}

// sorted sorts the terms of a set or object by the names that they get here.
func (e *encoder) sorted(terms []*ast.Term) []*ast.Term {
	renamed := func(term *ast.Term) *ast.Term {
		if term.IsGround() {
			return term
		}
		changed, err := ast.TransformVars(term.Copy().Value, func(v ast.Var) (ast.Value, error) { return e.local(v), nil })
		if err != nil {
			e.err = err
			return term
		}
		return ast.NewTerm(changed.(ast.Value))
	}
	return slices.SortedFunc(slices.Values(terms), func(a, b *ast.Term) int {
		return ast.TermValueCompare(renamed(a), renamed(b))
	})
}

func (e *encoder) comprehension(value ast.Value) {
	switch value := value.(type) {
	case *ast.ArrayComprehension:
		e.number(kindArrayComprehension)
		e.term(value.Term)
		e.expressions(value.Body)
	case *ast.SetComprehension:
		e.number(kindSetComprehension)
		e.term(value.Term)
		e.expressions(value.Body)
	case *ast.ObjectComprehension:
		e.number(kindObjectComprehension)
		e.term(value.Key)
		e.term(value.Value)
		e.expressions(value.Body)
	default:
		e.err = fmt.Errorf("a value of type %T is not supported", value)
	}
}

// countLocals counts the compiler's own names in the order in which they appear outside of sets and objects, whose own
// order depends on them.
func (e *encoder) countLocals(rule *ast.Rule) {
	ast.WalkTerms(rule, func(term *ast.Term) bool {
		switch value := term.Value.(type) {
		case ast.Var:
			e.local(value)
		case ast.Set, ast.Object:
			return true
		}
		return false
	})
}

// local counts the compiler's own names anew.
func (e *encoder) local(name ast.Var) ast.Var {
	if !strings.HasPrefix(string(name), "__local") {
		return name
	}
	if _, known := e.locals[name]; !known {
		e.locals[name] = ast.Var(fmt.Sprintf("__local%d__", len(e.locals)))
	}
	return e.locals[name]
}
