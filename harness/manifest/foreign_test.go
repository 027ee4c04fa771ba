package manifest

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recognize takes mappings with the key "jobs" and lists of mappings for documents, and fails on the key "fail".
func recognize(value any) ([]Foreign, error) {
	kind := GroupVersionKind{"documents.example", "v1", "Workflow"}
	switch value := value.(type) {
	case map[string]any:
		if value["fail"] != nil {
			return nil, errors.New("recognition failed")
		}
		if value["jobs"] != nil {
			return []Foreign{{GroupVersionKind: kind}}, nil
		}
	case []any:
		var found []Foreign
		for i := range value {
			found = append(found, Foreign{kind, "n", []any{i}})
		}
		return found, nil
	}
	return nil, nil
}

func TestForeign(t *testing.T) {
	read := func(text string) Document {
		file := Read(Source{Path: "-"}, Options{Stdin: strings.NewReader(text), Documents: recognize})
		require.Len(t, file.Documents, 1)
		return file.Documents[0]
	}

	d := read("# a workflow\njobs:\n  build: {image: x}\n")
	require.Len(t, d.Objects, 1)
	o := d.Objects[0]
	assert.Equal(t, "documents.example/v1 Workflow <stdin>", o.APIVersion()+" "+o.Kind+" "+o.Name)
	assert.Empty(t, o.Namespace)
	line, column := o.Position("jobs.build.image")
	assert.Equal(t, []int{3, 11}, []int{line, column})

	d = read("- {a: 1}\n- {a: 2}\n")
	require.Len(t, d.Objects, 2)
	assert.Equal(t, "[1]", d.Objects[1].Item)
	assert.Equal(t, "n", d.Objects[1].Name)
	line, column = d.Objects[1].Position("a")
	assert.Equal(t, []int{2, 4}, []int{line, column})

	assert.Equal(t, "not a Kubernetes object: no apiVersion and kind", read("a: 1\n").Skipped)
	assert.Contains(t, read("[]\n").Errors[0].Error(), "the document is a list")
	assert.Contains(t, read("fail: 1\n").Errors[0].Error(), "recognition failed")
	assert.Contains(t, read("apiversion: v1\nKind: Pod\njobs: {}\n").Errors[0].Error(), "the object has no apiVersion", "meant to be an object")
	assert.Equal(t, "Pod", read("apiVersion: v1\nkind: Pod\njobs: {}\n").Objects[0].Kind)
}

func TestListsSideBySide(t *testing.T) {
	read := func(text string) []Document {
		return Read(Source{Path: "-"}, Options{Stdin: strings.NewReader(text), Documents: recognize}).Documents
	}
	documents := read("\n[{\"a\": 1}]\n\n[{\"a\": 2},\n {\"a\": 3}]\n")
	require.Len(t, documents, 2)
	require.Len(t, documents[0].Objects, 1)
	require.Len(t, documents[1].Objects, 2)
	last := documents[1].Objects[1]
	assert.Equal(t, "[1]", last.Item)
	line, column := last.Position("a")
	assert.Equal(t, []int{5, 3}, []int{line, column})

	for _, text := range []string{
		"[{\"a\": 1}]\n[{\"a\": 2}\n", "[{\"a\": 1}]\n[{\"a\": 2, \"a\": 3}]\n", "[{\"a\": 1}]\nb: 2\n", "[1]\n{\"a\": 1}\n",
	} {
		documents := read(text)
		require.Len(t, documents, 1, text)
		assert.NotEmpty(t, documents[0].Errors, text)
	}
}
