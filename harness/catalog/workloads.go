package catalog

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// readWorkloads takes the kinds from the tables of lib.workloads, so that they stand in one place.
func (c *Catalog) readWorkloads() error {
	file := path.Join(libFolder, "workloads", "workloads.rego")
	lib := c.Libs[file]
	if lib == nil {
		return fmt.Errorf("%s: missing", file)
	}
	c.PodTemplates = map[string]fieldpath.Path{}
	for _, rule := range lib.AST.Rules {
		table, ok := rule.Head.Value.Value.(ast.Object)
		if !ok {
			continue
		}
		value, err := ast.JSON(table)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for key, entry := range value.(map[string]any) {
			group, kind, ok := strings.Cut(key, "/")
			if !ok {
				return fmt.Errorf("%s: the key %q is not group/Kind", file, key)
			}
			c.Workloads = append(c.Workloads, Kind{Group: group, Kind: kind})
			if paths, ok := entry.([]any); ok && len(paths) > 0 {
				first, _ := paths[0].([]any)
				c.PodTemplates[key] = first
			}
		}
	}
	slices.SortFunc(c.Workloads, compareKinds)
	c.Workloads = slices.Compact(c.Workloads)
	return nil
}
