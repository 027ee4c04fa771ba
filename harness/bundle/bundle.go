// Package bundle builds the OPA bundle: the active guardrails with their parameters, exempt namespaces and waivers, behind
// the entry points of policies/adapters. Any OPA of the oldest supported version or later evaluates it as it is.
package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	opabundle "github.com/open-policy-agent/opa/v1/bundle"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/manifest"
)

// Options are what a bundle is made of.
type Options struct {
	Catalog *catalog.Catalog
	// Profile is the name that the manifest shows, Active the guardrails that the bundle holds.
	Profile string
	Active  []config.Active
	Waivers []config.Waiver
	// Namespace is that of namespaced objects in files that name none.
	Namespace string
	// Version is Rampart's.
	Version string
}

// Roots are the parts of data that the bundle owns. data.inventory is not among them: it is the operator's.
var Roots = []string{"lib", "main", "rampart", "system/main"}

// adapters are the entry points that the bundle has.
var adapters = []string{"adapters/admission.rego", "adapters/check.rego", "adapters/conftest.rego", "adapters/webhook.rego"}

// Bundle is a bundle that compiles.
type Bundle struct {
	// Revision is a hash of the content.
	Revision string
	// Guardrails are the ids of those that the bundle holds, LeftOut of those that need what only rampart check has: the
	// text of the file.
	Guardrails, LeftOut []string

	opa opabundle.Bundle
}

// Build makes the bundle. The same options make the same bytes.
func Build(o Options) (*Bundle, error) {
	b := &Bundle{}
	var active []config.Active
	for _, a := range o.Active {
		if readsFile(a.Module.AST) {
			b.LeftOut = append(b.LeftOut, a.ID)
			continue
		}
		b.Guardrails = append(b.Guardrails, a.ID)
		active = append(active, a)
	}
	if len(active) == 0 {
		return nil, errors.New("no guardrail is left that a bundle can hold")
	}
	files, err := modules(o.Catalog, active)
	if err != nil {
		return nil, err
	}
	content, err := data(o, active)
	if err != nil {
		return nil, err
	}
	b.Revision = revision(files, content)
	regoVersion := 1
	b.opa = opabundle.Bundle{
		Manifest: opabundle.Manifest{Revision: b.Revision, Roots: &Roots, RegoVersion: &regoVersion,
			Metadata: map[string]any{"pack": "rampart", "version": o.Version, "profile": o.Profile}},
	}
	if err := json.Unmarshal(content, &b.opa.Data); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		b.opa.Modules = append(b.opa.Modules, opabundle.ModuleFile{URL: name, Path: name, Raw: files[name]})
	}
	return b, b.verify()
}

// Write writes the tarball.
func (b *Bundle) Write(w io.Writer) error {
	return opabundle.NewWriter(w).UseModulePath(true).DisableFormat(true).Write(b.opa)
}

// verify reads the bundle as OPA does, and compiles it, so that no broken one is written.
func (b *Bundle) verify() error {
	var tarball bytes.Buffer
	if err := b.Write(&tarball); err != nil {
		return err
	}
	read, err := opabundle.NewReader(&tarball).Read()
	if err != nil {
		return fmt.Errorf("the bundle can't be read back: %w", err)
	}
	compiler := ast.NewCompiler()
	if compiler.Compile(read.ParsedModules("rampart")); compiler.Failed() {
		return fmt.Errorf("the bundle does not compile: %w", compiler.Errors)
	}
	return nil
}

// revision hashes the names and contents, each preceded by its length.
func revision(files map[string][]byte, content []byte) string {
	hash := sha256.New()
	part := func(bytes []byte) {
		fmt.Fprintf(hash, "%d\n", len(bytes))
		hash.Write(bytes)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		part([]byte(name))
		part(files[name])
	}
	part(content)
	return hex.EncodeToString(hash.Sum(nil))
}

// entry describes a guardrail in data.rampart.catalog.
type entry struct {
	ID               string          `json:"id"`
	Title            string          `json:"title"`
	Severity         string          `json:"severity"`
	Action           catalog.Action  `json:"action"`
	Layer            string          `json:"layer"`
	Remediation      string          `json:"remediation"`
	Kinds            []catalog.Kind  `json:"kinds"`
	FilesOnly        bool            `json:"filesOnly"`
	ExemptNamespaces []string        `json:"exemptNamespaces"`
	Waivers          []config.Waiver `json:"waivers"`
}

// data is data.json: for each guardrail its description and parameters, for each kind the guardrails that judge it, and
// what tells an object's namespace.
func data(o Options, active []config.Active) ([]byte, error) {
	entries := map[string]entry{}
	parameters := map[string]map[string]any{}
	kinds := map[string][]string{}
	for _, a := range active {
		parameters[a.ID] = a.Parameters
		if a.Parameters == nil {
			parameters[a.ID] = map[string]any{}
		}
		e := entry{ID: a.ID, Title: a.Title, Severity: a.Severity, Action: a.Action, Layer: a.Layer,
			Remediation: a.Remediation, Kinds: a.Kinds, FilesOnly: a.FilesOnly,
			ExemptNamespaces: append([]string{}, slices.Compact(slices.Sorted(slices.Values(a.ExemptNamespaces)))...),
			Waivers:          []config.Waiver{}}
		for _, w := range o.Waivers {
			if w.Guardrail == a.ID {
				e.Waivers = append(e.Waivers, w)
			}
		}
		entries[a.ID] = e
		for _, k := range a.Kinds {
			key := k.Group + "/" + k.Kind
			kinds[key] = append(kinds[key], a.ID)
		}
	}
	return json.Marshal(map[string]any{"rampart": map[string]any{"catalog": entries, "parameters": parameters, "kinds": kinds,
		"namespace": o.Namespace, "clusterScoped": manifest.ClusterScopedKinds()}})
}

// modules are the Rego files by name: the guardrails, what they import, the entry points, and the dispatch between them.
func modules(c *catalog.Catalog, active []config.Active) (map[string][]byte, error) {
	files := map[string][]byte{}
	var entries []*catalog.Module
	for _, name := range adapters {
		module := c.Adapters[name]
		if module == nil {
			return nil, fmt.Errorf("%s: missing", name)
		}
		files[name] = module.Source
		entries = append(entries, module)
	}
	for _, a := range active {
		source, err := policy(a.Guardrail)
		if err != nil {
			return nil, err
		}
		files[a.Module.File] = source
		entries = append(entries, a.Module)
	}
	libs, err := c.Closure(entries...)
	if err != nil {
		return nil, err
	}
	for _, lib := range libs {
		files[lib.File] = lib.Source
	}
	files["adapters/dispatch.rego"] = dispatch(active)
	return files, nil
}

// dispatch is the module that names every guardrail once, so that one evaluation serves them all.
func dispatch(active []config.Active) []byte {
	var b strings.Builder
	b.WriteString("# Generated by rampart: the violations of the guardrails that input.guardrails names, by id.\n")
	b.WriteString("package rampart.dispatch\n")
	for _, a := range active {
		fmt.Fprintf(&b, "\nviolations[%q] := %s.violation if %q in input.guardrails\n", a.ID, a.Package(), a.ID)
	}
	return []byte(b.String())
}
