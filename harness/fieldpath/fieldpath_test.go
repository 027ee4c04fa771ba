package fieldpath_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]fieldpath.Path{
		"":                              nil,
		"spec":                          {"spec"},
		"spec.containers[0].image":      {"spec", "containers", 0, "image"},
		`metadata.annotations["a.b/c"]`: {"metadata", "annotations", "a.b/c"},
		`data["a\"b\\"][2].x`:           {"data", `a"b\`, 2, "x"},
		"a[10][0]":                      {"a", 10, 0},
	} {
		got, err := fieldpath.Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"a..b", "a.", "a[", "a[x]", "a[-1]", `a["x]`, "a]", "a[99999999999999999999]"} {
		_, err := fieldpath.Parse(text)
		require.ErrorContains(t, err, "path", text)
	}
}

func parse(t *testing.T, text string) fieldpath.Path {
	t.Helper()
	p, err := fieldpath.Parse(text)
	require.NoError(t, err)
	return p
}

func TestGetSetRemove(t *testing.T) {
	var root any = map[string]any{"spec": map[string]any{"list": []any{"a", map[string]any{"k": "v"}}}}
	got, ok := parse(t, "spec.list[1].k").Get(root)
	assert.True(t, ok)
	assert.Equal(t, "v", got)
	for _, missing := range []string{"spec.list[2]", "spec.none", "spec.list.k", "spec[0]"} {
		_, ok := parse(t, missing).Get(root)
		assert.False(t, ok, missing)
	}

	root, err := parse(t, "spec.list[2].new.deep").Set(root, 7)
	require.NoError(t, err)
	got, _ = parse(t, "spec.list[2]").Get(root)
	assert.Equal(t, map[string]any{"new": map[string]any{"deep": 7}}, got)
	root, err = parse(t, "spec.list[0]").Remove(root)
	require.NoError(t, err)
	got, _ = parse(t, "spec.list").Get(root)
	assert.Len(t, got, 2)
	root, err = parse(t, "spec.list[0].k").Remove(root)
	require.NoError(t, err)
	got, _ = parse(t, "spec.list[0]").Get(root)
	assert.Equal(t, map[string]any{}, got)

	_, err = parse(t, "spec.list[9]").Set(root, 1)
	require.ErrorContains(t, err, "the list has 2 items")
	_, err = parse(t, "spec.list.name").Set(root, 1)
	require.ErrorContains(t, err, "the parent is no object")
	_, err = parse(t, "spec[0]").Set(root, 1)
	require.ErrorContains(t, err, "the parent is no list")
	_, err = parse(t, "spec.none").Remove(root)
	require.ErrorContains(t, err, "no such field")
}
