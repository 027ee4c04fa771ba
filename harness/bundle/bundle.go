// Package bundle builds the OPA bundle: the active guardrails with their parameters, exempt namespaces and waivers, behind
// the entry points of policies/adapters. Any OPA of the oldest supported version or later evaluates it as it is.
package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/util"

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

const (
	pack           = "rampart"
	signaturesFile = ".signatures.json"
)

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
	regoVersion := 1
	b.opa = opabundle.Bundle{
		Manifest: opabundle.Manifest{Roots: &Roots, RegoVersion: &regoVersion,
			Metadata: map[string]any{"pack": pack, "version": o.Version, "profile": o.Profile}},
	}
	if err := util.UnmarshalJSON(content, &b.opa.Data); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		b.opa.Modules = append(b.opa.Modules, opabundle.ModuleFile{URL: name, Path: name, Raw: files[name]})
	}
	if b.Revision, err = revision(b.opa); err != nil {
		return nil, err
	}
	b.opa.Manifest.Revision = b.Revision
	return b, b.readBack(nil)
}

// Write writes the tarball. Its names are relative and its folders are entries, as whatever unpacks a registry's layers
// needs them; OPA's own writer does neither.
func (b *Bundle) Write(w io.Writer) error {
	entries := map[string][]byte{}
	for _, m := range b.opa.Modules {
		entries[m.Path] = m.Raw
	}
	documents := map[string]any{"data.json": b.opa.Data, opabundle.ManifestExt: b.opa.Manifest}
	if b.opa.Signatures.Signatures != nil {
		documents[signaturesFile] = b.opa.Signatures
	}
	for name, document := range documents {
		text, err := json.Marshal(document)
		if err != nil {
			return err
		}
		entries[name] = text
	}
	for _, name := range slices.Collect(maps.Keys(entries)) {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			entries[dir+"/"] = nil
		}
	}
	return writeTarball(w, entries)
}

// writeTarball writes the entries by name; a folder ends in a slash.
func writeTarball(w io.Writer, entries map[string][]byte) error {
	compressed := gzip.NewWriter(w)
	archive := tar.NewWriter(compressed)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(entries[name]))}
		if strings.HasSuffix(name, "/") {
			header.Typeflag, header.Mode = tar.TypeDir, 0o755
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(entries[name]); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), compressed.Close())
}

// readBack reads the tarball as an OPA with the key does, so that no broken one is written.
func (b *Bundle) readBack(key *Key) error {
	var tarball bytes.Buffer
	if err := b.Write(&tarball); err != nil {
		return err
	}
	_, err := Read(tarball.Bytes(), key)
	return err
}

// revision hashes the names and contents of the modules and the data, each preceded by its length.
func revision(b opabundle.Bundle) (string, error) {
	data, err := json.Marshal(b.Data)
	if err != nil {
		return "", err
	}
	files := map[string][]byte{"data.json": data}
	for _, m := range b.Modules {
		files[strings.TrimPrefix(m.Path, "/")] = m.Raw
	}
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(hash, "%d\n%s%d\n", len(name), name, len(files[name]))
		hash.Write(files[name])
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
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

// data is data.json: for each guardrail its description and parameters, for each kind the groups of guardrails that judge it,
// and what tells an object's namespace.
func data(o Options, active []config.Active) ([]byte, error) {
	entries := map[string]entry{}
	parameters := map[string]map[string]any{}
	for _, a := range active {
		parameters[a.ID] = a.Parameters
		if a.Parameters == nil {
			parameters[a.ID] = map[string]any{}
		}
		e := entry{ID: a.ID, Title: a.Title, Severity: a.Severity, Action: a.Action, Layer: a.Layer,
			Remediation: a.Remediation, Kinds: a.Kinds, FilesOnly: a.FilesOnly,
			ExemptNamespaces: exemptNamespaces(a),
			Waivers:          []config.Waiver{}}
		for _, w := range o.Waivers {
			if w.Guardrail == a.ID {
				e.Waivers = append(e.Waivers, w)
			}
		}
		entries[a.ID] = e
	}
	groups := groupsOf(active)
	return json.Marshal(map[string]any{"rampart": map[string]any{"catalog": entries, "parameters": parameters,
		"groups": groups, "kinds": kindsOf(groups), "namespace": o.Namespace, "clusterScoped": manifest.ClusterScopedKinds()}})
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
	files["adapters/dispatch.rego"] = dispatch(groupsOf(active))
	return files, nil
}
