package engine

import (
	"encoding/json"
	"hash/maphash"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Values makes values of OPA out of JSON types, and equal parts once: many objects have the same labels, resources or rules, and
// a mapping takes some hundred bytes. What it makes must not be changed. It is not safe for concurrent use.
type Values struct {
	scalars map[any]part
	// compound has lists and mappings by the hash of their parts. Of two with the same hash the first is known.
	compound map[uint64]part
	last     int
	seed     maphash.Seed
	scratch  []part
}

// part is a term with a number: terms are equal if their numbers are.
type part struct {
	term   *ast.Term
	number int
}

// NewValues has made nothing yet.
func NewValues() *Values {
	return &Values{scalars: map[any]part{}, compound: map[uint64]part{}, seed: maphash.MakeSeed()}
}

// Value is what ast.InterfaceToValue makes of the value. It makes parts of any type but JSON's anew.
func (v *Values) Value(value any) (ast.Value, error) {
	p, err := v.part(value)
	if err != nil {
		return nil, err
	}
	return p.term.Value, nil
}

func (v *Values) part(value any) (part, error) {
	switch value := value.(type) {
	case []any:
		return v.list(value)
	case map[string]any:
		return v.mapping(value)
	case nil, bool, string, json.Number:
		return v.scalar(value)
	default:
		converted, err := ast.InterfaceToValue(value)
		return v.numbered(ast.NewTerm(converted)), err
	}
}

func (v *Values) scalar(value any) (part, error) {
	if known, ok := v.scalars[value]; ok {
		return known, nil
	}
	converted, err := ast.InterfaceToValue(value)
	if err != nil {
		return part{}, err
	}
	p := v.numbered(ast.NewTerm(converted))
	v.scalars[value] = p
	return p, nil
}

func (v *Values) numbered(term *ast.Term) part {
	v.last++
	return part{term, v.last}
}

func (v *Values) list(value []any) (part, error) {
	start := len(v.scratch)
	defer func() { v.scratch = v.scratch[:start] }()
	for _, item := range value {
		p, err := v.part(item)
		if err != nil {
			return part{}, err
		}
		v.scratch = append(v.scratch, p)
	}
	items := v.scratch[start:]
	hash := maphash.String(v.seed, "list")
	for _, item := range items {
		hash = maphash.Comparable(v.seed, [2]uint64{hash, uint64(item.number)})
	}
	known, ok := v.compound[hash]
	if ok && isListOf(known.term.Value, items) {
		return known, nil
	}
	terms := make([]*ast.Term, len(items))
	for i, item := range items {
		terms[i] = item.term
	}
	return v.remember(hash, ast.NewArray(terms...)), nil
}

// mapping has the keys and the fields in turn as its parts.
func (v *Values) mapping(value map[string]any) (part, error) {
	start := len(v.scratch)
	defer func() { v.scratch = v.scratch[:start] }()
	hash := maphash.String(v.seed, "mapping")
	for name, field := range value {
		key, err := v.scalar(name)
		if err != nil {
			return part{}, err
		}
		p, err := v.part(field)
		if err != nil {
			return part{}, err
		}
		v.scratch = append(v.scratch, key, p)
		hash += maphash.Comparable(v.seed, [2]int{key.number, p.number}) // Keys come in any order.
	}
	items := v.scratch[start:]
	known, ok := v.compound[hash]
	if ok && isMappingOf(known.term.Value, items) {
		return known, nil
	}
	pairs := make([][2]*ast.Term, len(items)/2)
	for i := range pairs {
		pairs[i] = ast.Item(items[2*i].term, items[2*i+1].term)
	}
	return v.remember(hash, ast.NewObject(pairs...)), nil
}

func (v *Values) remember(hash uint64, value ast.Value) part {
	p := v.numbered(ast.NewTerm(value))
	if _, taken := v.compound[hash]; !taken {
		v.compound[hash] = p
	}
	return p
}

func isListOf(value ast.Value, items []part) bool {
	list, ok := value.(*ast.Array)
	if !ok || list.Len() != len(items) {
		return false
	}
	for i, item := range items {
		if list.Elem(i) != item.term {
			return false
		}
	}
	return true
}

func isMappingOf(value ast.Value, items []part) bool {
	mapping, ok := value.(ast.Object)
	if !ok || 2*mapping.Len() != len(items) {
		return false
	}
	for i := 0; i < len(items); i += 2 {
		if mapping.Get(items[i].term) != items[i+1].term {
			return false
		}
	}
	return true
}
