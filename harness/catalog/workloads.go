package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// Workloads are kinds of a site's own that make pods: from "group/Kind" to the paths of their pod templates, such as
// spec.template.
type Workloads map[string][]string

const (
	workloadsFile    = libFolder + "/workloads/workloads.rego"
	ownWorkloadsFile = libFolder + "/workloads/own.rego"
)

var groupKind = regexp.MustCompile(`^[a-z0-9.-]+/[A-Z][A-Za-z0-9]*$`)

// addOwn puts the kinds into the library that is made for them.
func (c *Catalog) addOwn(own Workloads) error {
	if len(own) == 0 {
		return nil
	}
	table := map[string][]fieldpath.Path{}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(own)) {
		if !groupKind.MatchString(key) {
			errs = append(errs, fmt.Errorf("workloads: %q is not group/Kind, such as example.com/Worker", key))
		}
		if len(own[key]) == 0 {
			errs = append(errs, fmt.Errorf("workloads: %s: name the paths of its pod templates, such as spec.template", key))
		}
		for _, text := range own[key] {
			p, err := fieldpath.Parse(text)
			if err != nil || slices.ContainsFunc(p, func(step any) bool { _, index := step.(int); return index }) {
				errs = append(errs, fmt.Errorf("workloads: %s: %q is not a path of fields, such as spec.template", key, text))
			}
			table[key] = append(table[key], p)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	data, err := json.Marshal(table)
	if err != nil {
		return err
	}
	source := append([]byte("package lib.workloads\n\nown := "), append(data, '\n')...)
	module, err := ast.ParseModule(ownWorkloadsFile, string(source))
	if err != nil {
		return err
	}
	c.Libs[ownWorkloadsFile] = &Module{File: ownWorkloadsFile, Source: source, AST: module}
	return nil
}

// readWorkloads takes the kinds from the tables of lib.workloads, so that they stand in one place.
func (c *Catalog) readWorkloads() error {
	if c.Libs[workloadsFile] == nil {
		return fmt.Errorf("%s: missing", workloadsFile)
	}
	c.PodTemplates = map[string]fieldpath.Path{}
	for _, file := range []string{workloadsFile, ownWorkloadsFile} {
		if c.Libs[file] == nil {
			continue
		}
		for _, rule := range c.Libs[file].AST.Rules {
			if err := c.readTable(rule); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	slices.SortFunc(c.Workloads, compareKinds)
	c.Workloads = slices.Compact(c.Workloads)
	return nil
}

func (c *Catalog) readTable(rule *ast.Rule) error {
	table, ok := rule.Head.Value.Value.(ast.Object)
	if !ok {
		return nil
	}
	value, err := ast.JSON(table)
	if err != nil {
		return err
	}
	for key, entry := range value.(map[string]any) {
		group, kind, ok := strings.Cut(key, "/")
		if !ok {
			return fmt.Errorf("the key %q is not group/Kind", key)
		}
		c.Workloads = append(c.Workloads, Kind{Group: group, Kind: kind})
		if paths, ok := entry.([]any); ok && len(paths) > 0 {
			first, _ := paths[0].([]any)
			c.PodTemplates[key] = first
		}
	}
	return nil
}
