package engine

import (
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
	fields := map[string]any{
		"kind":      map[string]any{"group": r.Group, "version": r.Version, "kind": r.Kind},
		"name":      r.Name,
		"operation": r.Operation,
		"userInfo":  map[string]any{},
		"object":    r.Object,
		"oldObject": r.OldObject,
	}
	if r.Namespace != "" {
		fields["namespace"] = r.Namespace
	}
	for name, value := range r.More {
		fields[name] = value
	}
	return ast.InterfaceToValue(fields)
}
