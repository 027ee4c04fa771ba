// Package testbundle makes small bundles for tests.
package testbundle

import (
	"bytes"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/bundle"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/policies"
)

var load = sync.OnceValues(func() (*catalog.Catalog, error) { return catalog.Load(policies.FS) })

// New is a bundle of some guardrails, by their ids, with their default parameters.
func New(t testing.TB, ids ...string) *bundle.Bundle {
	t.Helper()
	c, err := load()
	require.NoError(t, err)
	var active []config.Active
	for _, id := range ids {
		g := c.Find(id)
		parameters, err := g.FillParameters(nil)
		require.NoError(t, err)
		active = append(active, config.Active{Guardrail: g, Action: catalog.Deny, Parameters: parameters})
	}
	b, err := bundle.Build(bundle.Options{Catalog: c, Profile: "restricted", Active: active, Version: "v1.2.3"})
	require.NoError(t, err)
	return b
}

// Tarball is what a bundle writes.
func Tarball(t testing.TB, b *bundle.Bundle) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, b.Write(&out))
	return out.Bytes()
}
