package engine

import (
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Inventory collects objects in Gatekeeper's shape, for the guardrails that need others than the one they judge.
type Inventory struct{ root map[string]any }

// NewInventory is an empty inventory.
func NewInventory() *Inventory { return &Inventory{root: map[string]any{}} }

// Add puts an object in its place; cluster-scoped objects have no namespace. Of two objects of one name the later one
// stays.
func (i *Inventory) Add(groupVersion, kind, namespace, name string, object ast.Value) {
	path := []string{"cluster", groupVersion, kind}
	if namespace != "" {
		path = []string{"namespace", namespace, groupVersion, kind}
	}
	node := i.root
	for _, key := range path {
		next, ok := node[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			node[key] = next
		}
		node = next
	}
	node[name] = object
}

// Value is data.inventory.
func (i *Inventory) Value() (ast.Value, error) {
	value, err := ast.InterfaceToValue(i.root)
	if err != nil {
		return nil, fmt.Errorf("inventory: %w", err)
	}
	return value, nil
}
