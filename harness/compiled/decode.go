package compiled

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/engine"
)

// decode adds the module that encode wrote.
func decode(modules *engine.Modules, file string, data []byte) (err error) {
	defer func() {
		if p := recover(); p != nil { // An index out of range.
			err = fmt.Errorf("%s: the compiled form is damaged: %v", file, p)
		}
	}()
	d := &decoder{modules: modules, data: data, file: file}
	count := d.length()
	d.texts = make([]string, count)
	d.strings, d.vars = make([]*ast.Term, count), make([]*ast.Term, count)
	for i := range d.texts {
		n := d.length()
		d.texts[i] = string(d.data[:n])
		d.data = d.data[n:]
	}
	d.module = &ast.Module{Package: &ast.Package{Path: d.terms(), Location: d.locationAt(1, 1)}}
	d.module.Rules = make([]*ast.Rule, d.length())
	for i := range d.module.Rules {
		d.module.Rules[i] = d.rule()
	}
	if len(d.data) > 0 {
		return fmt.Errorf("%s: the compiled form is too long", file)
	}
	modules.ByFile[file] = d.module
	return nil
}

type decoder struct {
	modules *engine.Modules
	data    []byte
	file    string
	texts   []string
	strings []*ast.Term // by index of their text
	vars    []*ast.Term // likewise
	module  *ast.Module
}

func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.data)
	if size <= 0 {
		panic(errors.New("a number is cut off"))
	}
	d.data = d.data[size:]
	return n
}

func (d *decoder) length() int { return int(d.number()) }

func (d *decoder) location() *ast.Location {
	row, col := d.length(), d.length()
	return d.locationAt(row, col)
}

func (d *decoder) locationAt(row, col int) *ast.Location {
	return &ast.Location{File: d.file, Row: row, Col: col}
}

func (d *decoder) rule() *ast.Rule {
	flags := d.number()
	rule := &ast.Rule{Module: d.module, Default: flags&flagDefault != 0, Location: d.location()}
	rule.Head = &ast.Head{Location: rule.Location, Assign: flags&flagAssign != 0}
	rule.Head.Name = ast.Var(d.texts[d.number()])
	rule.Head.Reference = d.terms()
	rule.Head.Args = d.terms()
	rule.Head.Key = d.term()
	rule.Head.Value = d.term()
	rule.Body = d.expressions()
	if flags&flagConstant != 0 {
		d.modules.Constant[rule] = true
	}
	if flags&flagIndexed != 0 {
		d.modules.Indexed[rule] = true
	}
	if flags&flagElse != 0 {
		rule.Else = d.rule()
	}
	return rule
}

func (d *decoder) expressions() ast.Body {
	body := make(ast.Body, d.length())
	for i := range body {
		expr := &ast.Expr{Index: i, Negated: d.number()&flagNegated != 0, Location: d.location()}
		switch form := d.number(); form {
		case formTerm:
			expr.Terms = d.term()
		case formCall:
			expr.Terms = d.terms()
		case formEvery:
			expr.Terms = &ast.Every{Key: d.term(), Value: d.term(), Domain: d.term(), Body: d.expressions(),
				Location: expr.Location}
		default:
			panic(fmt.Errorf("there is no form %d", form))
		}
		body[i] = expr
	}
	return body
}

func (d *decoder) terms() []*ast.Term {
	n := d.length()
	if n == 0 {
		return nil
	}
	terms := make([]*ast.Term, n)
	for i := range terms {
		terms[i] = d.term()
	}
	return terms
}

func (d *decoder) term() *ast.Term {
	switch kind := d.number(); kind {
	case kindNone:
		return nil
	case kindNull:
		return ast.InternedNullTerm
	case kindTrue, kindFalse:
		return ast.InternedTerm(kind == kindTrue)
	case kindNumber:
		return ast.NewTerm(ast.Number(d.texts[d.number()]))
	case kindString:
		return d.shared(d.strings, ast.StringTerm)
	case kindVar:
		return d.shared(d.vars, ast.VarTerm)
	case kindRef:
		return ast.NewTerm(ast.Ref(d.terms()))
	case kindCall:
		return ast.NewTerm(ast.Call(d.terms()))
	case kindArray:
		return ast.ArrayTerm(d.terms()...)
	case kindSet:
		return ast.SetTerm(d.terms()...)
	case kindObject:
		pairs := make([][2]*ast.Term, d.length())
		for i := range pairs {
			pairs[i] = [2]*ast.Term{d.term(), d.term()}
		}
		return ast.ObjectTerm(pairs...)
	default:
		return d.comprehension(kind)
	}
}

// shared makes one term of each text: terms are never changed.
func (d *decoder) shared(terms []*ast.Term, makeTerm func(string) *ast.Term) *ast.Term {
	i := d.number()
	if terms[i] == nil {
		terms[i] = makeTerm(d.texts[i])
	}
	return terms[i]
}

func (d *decoder) comprehension(kind uint64) *ast.Term {
	switch kind {
	case kindArrayComprehension:
		return ast.ArrayComprehensionTerm(d.term(), d.expressions())
	case kindSetComprehension:
		return ast.SetComprehensionTerm(d.term(), d.expressions())
	case kindObjectComprehension:
		return ast.ObjectComprehensionTerm(d.term(), d.term(), d.expressions())
	default:
		panic(fmt.Errorf("there is no term of kind %d", kind))
	}
}
