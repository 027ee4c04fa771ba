package cases_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/fieldpath"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		want, got string
		ok        bool
	}{
		{"abc", "abc", true}, {"abc", "abcd", false}, {"...", "", true}, {"...c", "abc", true}, {"a...", "abc", true},
		{"a...c", "ac", true}, {"a...c", "abd", false}, {"a...b...c", "a-b-c", true}, {"a...b...c", "a-c", false},
		{"aa...a", "aa", false}, {"ab...b", "ab", false},
	} {
		assert.Equal(t, c.ok, cases.Matches(c.want, c.got), "%q %q", c.want, c.got)
	}
}

func load(text string) (*cases.File, error) {
	return cases.Load(fstest.MapFS{"cases.yaml": {Data: []byte(text)}})
}

func TestLoadRefuses(t *testing.T) {
	for text, message := range map[string]string{
		"cases: [{name: a}]": "write either allow: true or deny",
		"cases: [{name: a, allow: true, deny: [{path: x}]}]":            "write either allow: true or deny",
		"cases: [{allow: true}]":                                        "needs a name of its own",
		"cases: [{name: a, allow: true}, {name: a, allow: true}]":       "needs a name of its own",
		"cases: [{name: a, allow: true, sett: {}}]":                     `unknown field "sett"`,
		"cases: [{name: a, deny: [{path: x, message: not the field}]}]": `unknown field`,
	} {
		_, err := load(text)
		require.ErrorContains(t, err, message, text)
	}
}

func TestInheritanceAndLift(t *testing.T) {
	file, err := load(`
base: pod
parameters: {p: 1}
inventory: [{base: pod}]
cases:
  - {name: own, base: job, parameters: {p: 2}, inventory: [], allow: true}
  - {name: inherited, set: {"spec.containers[1].name": b}, unset: ["metadata.labels"], old: {}, allow: true}
`)
	require.NoError(t, err)
	bases, err := cases.LoadBases(fstest.MapFS{
		"pod.yaml": {Data: []byte("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: ns, labels: {a: b}}, " +
			"spec: {containers: [{name: a}]}}")},
		"workloads/job.yaml": {Data: []byte("{apiVersion: batch/v1, kind: Job, metadata: {name: j}, " +
			"spec: {template: {spec: {restartPolicy: Never}}}}")},
	}, map[string]fieldpath.Path{"batch/Job": {"spec", "template"}})
	require.NoError(t, err)

	own, err := bases.Sample(file.Cases[0])
	require.NoError(t, err)
	assert.Equal(t, "Job", own.Review.Kind)
	assert.Equal(t, "batch", own.Review.Group)
	assert.Equal(t, map[string]any{"p": float64(2)}, own.Parameters)
	assert.Empty(t, own.Inventory)
	template, ok := fieldpath.Path{"spec", "template"}.Get(own.Review.Object)
	require.True(t, ok)
	assert.Equal(t, map[string]any{
		"metadata": map[string]any{"labels": map[string]any{"a": "b"}},
		"spec":     map[string]any{"restartPolicy": "Never", "containers": []any{map[string]any{"name": "a"}}},
	}, template)
	assert.Equal(t, "spec.template.spec.containers[0]", bases.LiftPath("spec.containers[0]", "job"))

	inherited, err := bases.Sample(file.Cases[1])
	require.NoError(t, err)
	assert.Equal(t, "UPDATE", inherited.Review.Operation)
	assert.Equal(t, map[string]any{"p": float64(1)}, inherited.Parameters)
	assert.Len(t, inherited.Inventory, 1)
	assert.Equal(t, "ns", inherited.Review.Namespace)
	name, _ := fieldpath.Path{"spec", "containers", 1, "name"}.Get(inherited.Review.Object)
	assert.Equal(t, "b", name)
	_, labelled := fieldpath.Path{"metadata", "labels"}.Get(inherited.Review.Object)
	assert.False(t, labelled)
	_, oldLabelled := fieldpath.Path{"metadata", "labels"}.Get(inherited.Review.OldObject)
	assert.True(t, oldLabelled, "the old object is the base itself")
}
