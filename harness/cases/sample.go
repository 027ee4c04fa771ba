package cases

import (
	"fmt"
	"maps"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/engine"
)

// Sample is one object to judge, with everything that an engine needs to know about it.
type Sample struct {
	Review     engine.Review
	Parameters map[string]any
	// Inventory holds other objects of the cluster.
	Inventory []map[string]any
}

// Sample builds what a case describes.
func (b *Bases) Sample(c *Case) (*Sample, error) {
	object, err := b.Build(c.Object)
	if err != nil {
		return nil, err
	}
	s := &Sample{Review: ReviewOf(object), Parameters: c.Parameters}
	s.Review.Operation, s.Review.More = c.Operation, c.Request
	if c.Old != nil {
		old, err := b.Build(*c.Old)
		if err != nil {
			return nil, fmt.Errorf("old: %w", err)
		}
		s.Review.OldObject = old
		if s.Review.Operation == "" {
			s.Review.Operation = "UPDATE"
		}
	}
	for i, o := range c.Inventory {
		other, err := b.Build(o)
		if err != nil {
			return nil, fmt.Errorf("inventory[%d]: %w", i, err)
		}
		s.Inventory = append(s.Inventory, other)
	}
	return s, nil
}

// ReviewOf is the review of an object as an audit has it: without an operation.
func ReviewOf(object map[string]any) engine.Review {
	group, kind, _ := strings.Cut(GroupKind(object), "/")
	version := fmt.Sprint(object["apiVersion"])
	if _, v, found := strings.Cut(version, "/"); found {
		version = v
	}
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	namespace, _ := metadata["namespace"].(string)
	return engine.Review{Group: group, Version: version, Kind: kind, Namespace: namespace, Name: name, Object: object}
}

// With is a copy of the sample with a changed review.
func (s *Sample) With(change func(*engine.Review)) *Sample {
	c := *s
	change(&c.Review)
	return &c
}

// AdmissionReview is what the API server would send for the sample; without an operation, for its creation.
func (s *Sample) AdmissionReview() map[string]any {
	r := s.Review
	operation := r.Operation
	if operation == "" {
		operation = "CREATE"
	}
	request := map[string]any{"uid": "u", "kind": map[string]any{"group": r.Group, "version": r.Version, "kind": r.Kind},
		"name": r.Name, "operation": operation, "userInfo": map[string]any{}, "object": r.Object, "oldObject": r.OldObject}
	if r.Namespace != "" {
		request["namespace"] = r.Namespace
	}
	if r.Group == "" && r.Kind == "Namespace" {
		request["namespace"] = r.Name // as the API server does it
	}
	maps.Copy(request, r.More)
	return map[string]any{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
}

// InventoryValue is data.inventory with the objects.
func InventoryValue(objects []map[string]any) (ast.Value, error) {
	inventory := engine.NewInventory()
	for _, object := range objects {
		value, err := ast.InterfaceToValue(object)
		if err != nil {
			return nil, err
		}
		r := ReviewOf(object)
		inventory.Add(fmt.Sprint(object["apiVersion"]), r.Kind, r.Namespace, r.Name, value)
	}
	return inventory.Value()
}
