// Package catalog reads guardrails: their Rego and the METADATA that describes them. It is the only reader of
// annotations; everything else (dispatch, templates, documentation, reports) is derived from what it returns.
package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// Layers are the four layers of the 4C model, from the outermost to the innermost.
var Layers = []string{"cloud", "cluster", "container", "code"}

const libFolder = "lib"

// Catalog is a set of guardrails with the libraries that they import.
type Catalog struct {
	// Guardrails in the order of their layers, then of their ids.
	Guardrails []*Guardrail
	// Libs are the shared modules by file name, package lib.*.
	Libs map[string]*Module
	// Adapters are the entry points of the engines that need one, by file name.
	Adapters map[string]*Module
	// Workloads are the kinds whose pods lib.k8s can reach.
	Workloads []Kind
	// PodTemplates maps "group/Kind" of the workloads that have one to the path of their first pod template, in which *
	// stands for every entry of a list or a map.
	PodTemplates map[string]fieldpath.Path
}

// Module is one Rego file.
type Module struct {
	File   string
	Source []byte
	AST    *ast.Module
}

// Load reads the guardrails and libraries of the folders, each laid out as <layer>/<id>/policy.rego and
// lib/<name>/*.rego. A later folder adds to the earlier ones; an id that is already taken is an error. All that is wrong
// is reported together.
func Load(folders ...fs.FS) (*Catalog, error) { return LoadWith(nil, folders...) }

// LoadWith is Load for a site with workload kinds of its own.
func LoadWith(own Workloads, folders ...fs.FS) (*Catalog, error) {
	c := &Catalog{Libs: map[string]*Module{}, Adapters: map[string]*Module{}}
	var errs []error
	for _, folder := range folders {
		errs = append(errs, addModules(folder, libFolder+"/*/*.rego", c.Libs), addModules(folder, "adapters/*.rego", c.Adapters))
	}
	if errs = append(errs, c.addOwn(own), c.readWorkloads()); errors.Join(errs...) != nil {
		return nil, errors.Join(errs...)
	}
	for _, folder := range folders {
		errs = append(errs, c.addGuardrails(folder))
	}
	for _, g := range c.Guardrails {
		if g.ReplacedBy != "" && c.Find(g.ReplacedBy) == nil {
			errs = append(errs, fmt.Errorf("%s: METADATA: custom.replaced_by names %q, which is no guardrail", g.Module.File, g.ReplacedBy))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(c.Guardrails) == 0 {
		return nil, errors.New("no guardrails found: expected <layer>/<id>/policy.rego, where <layer> is one of " +
			strings.Join(Layers, ", "))
	}
	slices.SortFunc(c.Guardrails, compareGuardrails)
	c.expandConstraints()
	return c, nil
}

// expandConstraints names the constraints of all guardrails kind by kind where one reads any ("*") from the inventory:
// Gatekeeper keeps no kinds by a wildcard.
func (c *Catalog) expandConstraints() {
	for _, g := range c.Guardrails {
		i := slices.IndexFunc(g.Sync, func(k GroupVersionKind) bool { return k.Group == ConstraintGroup && k.Kind == "*" })
		if i < 0 {
			continue
		}
		var kinds []GroupVersionKind
		for _, other := range c.Guardrails {
			if !other.FilesOnly {
				kinds = append(kinds, GroupVersionKind{ConstraintGroup, g.Sync[i].Version, other.ConstraintKind()})
			}
		}
		g.Sync = slices.Replace(g.Sync, i, i+1, kinds...)
	}
}

func compareGuardrails(a, b *Guardrail) int {
	if a.Layer != b.Layer {
		return slices.Index(Layers, a.Layer) - slices.Index(Layers, b.Layer)
	}
	return strings.Compare(a.ID, b.ID)
}

// Find returns the guardrail with the id, or nil.
func (c *Catalog) Find(id string) *Guardrail {
	for _, g := range c.Guardrails {
		if g.ID == id {
			return g
		}
	}
	return nil
}

// Suggest returns the known id nearest to a mistyped one, or "".
func (c *Catalog) Suggest(id string) string {
	ids := make([]string, len(c.Guardrails))
	for i, g := range c.Guardrails {
		ids[i] = g.ID
	}
	return nearest(id, ids)
}

// Unknown is the error about an id that no guardrail has.
func (c *Catalog) Unknown(id string) error {
	if near := c.Suggest(id); near != "" {
		return fmt.Errorf("unknown guardrail %q: did you mean %s?", id, near)
	}
	return fmt.Errorf("unknown guardrail %q: see rampart list", id)
}

// addModules reads the Rego files that the pattern names, but for tests.
func addModules(folder fs.FS, pattern string, modules map[string]*Module) error {
	files, err := fs.Glob(folder, pattern)
	if err != nil {
		return err
	}
	sort.Strings(files)
	var errs []error
	for _, file := range files {
		if strings.HasSuffix(file, "_test.rego") {
			continue
		}
		module, err := parse(folder, file)
		switch {
		case err != nil:
			errs = append(errs, err)
		case modules[file] != nil:
			errs = append(errs, fmt.Errorf("%s: a library of this name exists already", file))
		default:
			modules[file] = module
		}
	}
	return errors.Join(errs...)
}

func (c *Catalog) addGuardrails(folder fs.FS) error {
	var errs []error
	for _, layer := range Layers {
		files, err := fs.Glob(folder, layer+"/*/policy.rego")
		if err != nil {
			return err
		}
		for _, file := range files {
			g, err := c.readGuardrail(folder, layer, file)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", file, err))
				continue
			}
			if c.Find(g.ID) != nil {
				errs = append(errs, fmt.Errorf("%s: a guardrail with the id %q exists already", file, g.ID))
				continue
			}
			c.Guardrails = append(c.Guardrails, g)
		}
	}
	return errors.Join(errs...)
}

func parse(folder fs.FS, file string) (*Module, error) {
	source, err := fs.ReadFile(folder, file)
	if err != nil {
		return nil, err
	}
	module, err := ast.ParseModuleWithOpts(file, string(source), ast.ParserOptions{ProcessAnnotation: true})
	if err != nil {
		return nil, err
	}
	if module == nil {
		return nil, fmt.Errorf("%s: the file holds no Rego", file)
	}
	return &Module{File: file, Source: source, AST: module}, nil
}

// Closure returns the libraries that the modules import, directly or through others, sorted by file.
func (c *Catalog) Closure(modules ...*Module) ([]*Module, error) {
	byPackage := map[string][]*Module{}
	for _, lib := range c.Libs {
		name := lib.AST.Package.Path.String()
		byPackage[name] = append(byPackage[name], lib)
	}
	seen := map[string]*Module{}
	queue := slices.Clone(modules)
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, imported := range next.AST.Imports {
			ref, ok := imported.Path.Value.(ast.Ref)
			if !ok || !ref.HasPrefix(libPrefix) {
				continue
			}
			libs := byPackage[ref.String()]
			if len(libs) == 0 {
				return nil, fmt.Errorf("%s imports %s, which no library provides", next.File, ref)
			}
			for _, lib := range libs {
				if seen[lib.File] == nil {
					seen[lib.File] = lib
					queue = append(queue, lib)
				}
			}
		}
	}
	return sortedModules(seen), nil
}

var libPrefix = ast.MustParseRef("data.lib")

func sortedModules(byFile map[string]*Module) []*Module {
	modules := make([]*Module, 0, len(byFile))
	for _, m := range byFile {
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b *Module) int { return strings.Compare(a.File, b.File) })
	return modules
}
