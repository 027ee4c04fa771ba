// Package compiled holds the guardrails of this repository in the form that OPA's compiler gives them, with an index of
// what their METADATA says. `make generate` writes both. Reading them takes a fraction of the time that parsing and
// compiling the policies takes at every start; guardrails from elsewhere are always read from source.
package compiled

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
)

//go:embed data
var data embed.FS

const indexFile = "catalog.json"

// index is the form of the index.
type index struct {
	Guardrails []guardrail    `json:"guardrails"`
	Workloads  []catalog.Kind `json:"workloads"`
}

type guardrail struct {
	*catalog.Guardrail
	// Modules are the files of the policy and of all libraries that it needs.
	Modules []string `json:"modules"`
}

// Pack is the compiled guardrails.
type Pack struct {
	// Catalog has the guardrails without their modules and without libraries.
	Catalog *catalog.Catalog
	folder  fs.FS
	modules map[string][]string // files, by guardrail
}

// Load reads the index of this repository's guardrails.
func Load() (*Pack, error) {
	folder, err := fs.Sub(data, "data")
	if err != nil {
		return nil, err
	}
	return Read(folder)
}

// Read reads the index of a folder with what Files returns.
func Read(folder fs.FS) (*Pack, error) {
	text, err := fs.ReadFile(folder, indexFile)
	if err != nil {
		return nil, err
	}
	var i index
	if err := json.Unmarshal(text, &i); err != nil {
		return nil, fmt.Errorf("%s: %w", indexFile, err)
	}
	p := &Pack{Catalog: &catalog.Catalog{Workloads: i.Workloads}, folder: folder, modules: map[string][]string{}}
	for _, g := range i.Guardrails {
		p.Catalog.Guardrails = append(p.Catalog.Guardrails, g.Guardrail)
		p.modules[g.ID] = g.Modules
	}
	return p, nil
}

// Program reads the modules of the guardrails.
func (p *Pack) Program(guardrails []*catalog.Guardrail) (*engine.Program, error) {
	modules := empty()
	for _, g := range guardrails {
		for _, file := range p.modules[g.ID] {
			if err := p.read(modules, file); err != nil {
				return nil, err
			}
		}
	}
	return engine.Link(guardrails, modules)
}

// Documents reads the library that recognises documents.
func (p *Pack) Documents() (*engine.Documents, error) {
	modules := empty()
	if err := p.read(modules, engine.DocumentsFile); err != nil {
		return nil, err
	}
	return engine.LinkDocuments(modules)
}

// read adds a module unless it is there.
func (p *Pack) read(modules *engine.Modules, file string) error {
	if modules.ByFile[file] != nil {
		return nil
	}
	encoded, err := fs.ReadFile(p.folder, encodedName(file))
	if err != nil {
		return err
	}
	return decode(modules, file, encoded)
}

// Files compiles the guardrails of a catalogue and returns the files from which Read makes a pack, by their names.
func Files(c *catalog.Catalog) (map[string][]byte, error) {
	modules, err := engine.Precompile(c, c.Guardrails)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for file, module := range modules.ByFile {
		if files[encodedName(file)], err = encode(modules, module); err != nil {
			return nil, err
		}
	}
	i := index{Workloads: c.Workloads}
	for _, g := range c.Guardrails {
		libs, err := c.Closure(g.Module)
		if err != nil {
			return nil, err
		}
		needed := []string{g.Module.File}
		for _, lib := range libs {
			needed = append(needed, lib.File)
		}
		slices.Sort(needed)
		i.Guardrails = append(i.Guardrails, guardrail{g, needed})
	}
	files[indexFile], err = json.MarshalIndent(i, "", " ")
	return files, err
}

func empty() *engine.Modules {
	return &engine.Modules{ByFile: map[string]*ast.Module{}, Constant: map[*ast.Rule]bool{}, Indexed: map[*ast.Rule]bool{}}
}

func encodedName(file string) string { return strings.TrimSuffix(file, ".rego") + ".bin" }
