package engine

import (
	"fmt"
	"maps"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Review is what Gatekeeper would hand to a policy as input.review.
type Review struct {
	Group, Version, Kind string
	// Namespace is "" for cluster-scoped objects.
	Namespace, Name string
	// Operation is CREATE, UPDATE or DELETE, and "" for files and audit.
	Operation string
	// Object and OldObject are ast.Value or JSON types with exact numbers; OldObject is nil but for UPDATE and DELETE.
	Object, OldObject any
	// More holds further fields of an admission request, such as userInfo.
	More map[string]any
}

// Value is the review as input.review.
func (r Review) Value() (ast.Value, error) {
	kind := ast.NewObject(item("group", ast.String(r.Group)), item("version", ast.String(r.Version)), item("kind", ast.String(r.Kind)))
	fields := map[string]any{"object": r.Object, "oldObject": r.OldObject}
	maps.Copy(fields, r.More)
	review := ast.NewObject(item("kind", kind), item("name", ast.String(r.Name)), item("operation", ast.String(r.Operation)),
		item("userInfo", ast.NewObject()))
	if r.Namespace != "" {
		review.Insert(ast.InternedTerm("namespace"), ast.StringTerm(r.Namespace))
	}
	for name, field := range fields {
		value, err := ast.InterfaceToValue(field)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		review.Insert(ast.InternedTerm(name), ast.NewTerm(value))
	}
	return review, nil
}

func item(name string, value ast.Value) [2]*ast.Term {
	return ast.Item(ast.InternedTerm(name), ast.NewTerm(value))
}
