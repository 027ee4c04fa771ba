package bundle

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/policies"
)

// TestReadIncomplete: what is not whole does not verify, though its revision is right.
func TestReadIncomplete(t *testing.T) {
	c, err := catalog.Load(policies.FS)
	require.NoError(t, err)
	whole, err := Build(Options{Catalog: c, Active: []config.Active{{Guardrail: c.Find("host-ports"), Action: catalog.Deny}}})
	require.NoError(t, err)
	rampart := whole.opa.Data["rampart"].(map[string]any)
	without := func(key string) map[string]any {
		some := maps.Clone(rampart)
		delete(some, key)
		return map[string]any{"rampart": some}
	}
	module := opabundle.ModuleFile{Path: "lib/more.rego", Raw: []byte("package lib.more\n\nx := data.lib.more.missing(1)\n")}
	for want, change := range map[string]func(*opabundle.Bundle){
		`rampart.parameters["host-ports"] is missing`:   func(b *opabundle.Bundle) { b.Data = without("parameters") },
		"rampart.catalog is missing or empty":           func(b *opabundle.Bundle) { b.Data = without("catalog") },
		"data.json: json: cannot unmarshal array":       func(b *opabundle.Bundle) { b.Data = map[string]any{"rampart": []any{}} },
		"it does not compile: 1 error occurred: lib/mo": func(b *opabundle.Bundle) { b.Modules = append(slices.Clone(b.Modules), module) },
	} {
		b := &Bundle{opa: whole.opa}
		change(&b.opa)
		b.opa.Manifest.Revision, err = revision(b.opa)
		require.NoError(t, err)
		var tarball bytes.Buffer
		require.NoError(t, b.Write(&tarball))
		_, err := Read(tarball.Bytes(), nil)
		require.ErrorIs(t, err, ErrUnverified, want)
		require.ErrorContains(t, err, want)
	}
}
