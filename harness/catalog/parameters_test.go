package catalog_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// Parameters that nobody gives are not validated at each start, so a default that the schema refuses must not get in.
func TestWrongDefault(t *testing.T) {
	load := func(fallback string) error {
		_, err := catalog.Load(fstest.MapFS{
			"lib/workloads/workloads.rego": {Data: []byte("package lib.workloads\n\npod_templates := {\"/Pod\": [[]]}\n")},
			"code/probe/policy.rego": {Data: []byte(`# METADATA
# title: T
# description: D.
# scope: package
# related_resources: [{ref: https://example.com}]
# schemas:
#   - input.parameters: {type: object, default: {}, properties: {strict: {type: boolean, default: ` + fallback + `}}}
# custom: {id: probe, severity: low, match: [{groups: [""], kinds: [Pod]}], controls: {soc2: [CC6.1]}, remediation: R.}
package rampart.code.probe

violation contains {"msg": "m"} if input.parameters.strict
`)},
		})
		return err
	}
	require.NoError(t, load("false"))
	require.ErrorContains(t, load("'no'"), "code/probe/policy.rego: METADATA schemas: probe.strict: got string, want boolean")
}
