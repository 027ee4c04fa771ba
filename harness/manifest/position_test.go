package manifest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

const positions = `# licence
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    example.com/a.b: x
    "quoted key": v
    yes: z
spec:
  template:
    spec:
      containers:
      - name: app
        securityContext: {privileged: true, "runAsUser": 0}
      -
        name: second
        image: &image nginx
      - &third
        name: third
        image: *image
      - <<: *third
        name: fourth
      - <<: [{image: x}, *third]
      initContainers: []
      volumes: null
--- # the second
apiVersion: v1
kind: List
items:
- kind: Pod
  apiVersion: v1
  metadata: {name: a}
- kind: List
  apiVersion: v1
  items:
    - {kind: Pod, apiVersion: v1, spec: {hostPID: true}}
`

func TestPosition(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		object     int
		path       string
		line       int
		column     int
	}{
		{"root", positions, 0, "", 3, 1},
		{"key", positions, 0, "kind", 4, 1},
		{"nested key", positions, 0, "metadata.name", 6, 3},
		{"key with dots", positions, 0, `metadata.annotations["example.com/a.b"]`, 8, 5},
		{"quoted key", positions, 0, `metadata.annotations["quoted key"]`, 9, 5},
		{"key that is no string", positions, 0, "metadata.annotations.true", 10, 5},
		{"list", positions, 0, "spec.template.spec.containers", 14, 7},
		{"item", positions, 0, "spec.template.spec.containers[0]", 15, 9},
		{"flow mapping", positions, 0, "spec.template.spec.containers[0].securityContext.privileged", 16, 27},
		{"quoted key in a flow mapping", positions, 0, "spec.template.spec.containers[0].securityContext.runAsUser", 16, 45},
		{"item on the next line", positions, 0, "spec.template.spec.containers[1]", 18, 9},
		{"missing field", positions, 0, "spec.template.spec.containers[1].securityContext.privileged", 18, 9},
		{"missing item", positions, 0, "spec.template.spec.containers[9].image", 14, 7},
		{"missing item of an empty list", positions, 0, "spec.template.spec.initContainers[0]", 26, 7},
		{"field of null", positions, 0, "spec.template.spec.volumes.x", 27, 7},
		{"field of a scalar", positions, 0, "kind.x", 4, 1},
		{"key of a list", positions, 0, "spec.template.spec.containers.x", 14, 7},
		{"index of a mapping", positions, 0, "metadata[0]", 5, 1},
		{"anchored item", positions, 0, "spec.template.spec.containers[2].name", 21, 9},
		{"merged key", positions, 0, "spec.template.spec.containers[3].image", 22, 9},
		{"key beside a merge", positions, 0, "spec.template.spec.containers[3].name", 24, 9},
		{"key of one of several merges", positions, 0, "spec.template.spec.containers[4].name", 21, 9},
		{"first of several merges", positions, 0, "spec.template.spec.containers[4].image", 25, 15},
		{"path that cannot be read", positions, 0, "spec..", 3, 1},
		{"item of a List", positions, 1, "", 32, 3},
		{"field of an item of a List", positions, 1, "metadata.name", 34, 14},
		{"field of an item of a nested List", positions, 2, "spec.hostPID", 38, 42},

		{"JSON", "\n" + `{"apiVersion": "v1",` + "\n\t" + `"kind": "Pod", "spec": {"containers": [ {"n": 1},` + "\n" + ` {"image": "x"}]}}`, 0, "spec.containers[1].image", 4, 3},
		{"JSON item", "\n" + `{"apiVersion": "v1",` + "\n\t" + `"kind": "Pod", "spec": {"containers": [ {"n": 1},` + "\n" + ` {"image": "x"}]}}`, 0, "spec.containers[0]", 3, 42},
		{"JSON missing", `{"apiVersion": "v1", "kind": "Pod", "spec": {}}`, 0, "spec.x.y", 1, 37},
		{"second JSON object", jsonA + "\n  " + jsonB, 1, "metadata.name", 2, 52},
		{"second JSON object on the line", jsonA + jsonB, 1, "kind", 1, 84},
		{"third JSON object on the second line", jsonA + "\n" + jsonB + " " + jsonB, 2, "kind", 2, 85},
		{"surrogates in JSON", `{"apiVersion": "v1", "kind": "Pod", "\ud83d\ude00": "😀", "spec": 1}`, 0, "spec", 1, 58},
		{"byte order mark", "\uFEFFkind: Pod\napiVersion: v1\n", 0, "kind", 1, 1},
		{"odd line breaks", "kind: Pod\napiVersion: v1\nx: 'a\u2028b'\nspec: {a: b}\n", 0, "spec.a", 4, 8},
		{"lone CR", "kind: Pod\rapiVersion: v1\rspec: {a: b}", 0, "spec.a", 1, 33},
		{"CRLF", "kind: Pod\r\napiVersion: v1\r\nspec: {a: b}\r\n", 0, "spec.a", 3, 8},
		{"tag after the marker", "---\n...\n--- !!map\nkind: Pod\napiVersion: v1\n", 0, "apiVersion", 5, 1},
		{"directives", "# x\n%YAML 1.1\n---\nkind: Pod\napiVersion: v1\n", 0, "apiVersion", 5, 1},
		{"complex key", "? kind\n: Pod\n? apiVersion\n: v1\n", 0, "apiVersion", 3, 3},
		{"alias as a key", "x: &k kind\n*k : Pod\napiVersion: v1\n", 0, "kind", 2, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var objects []*Object
			for _, d := range readText(tc.text).Documents {
				objects = append(objects, d.Objects...)
			}
			require.Greater(t, len(objects), tc.object)
			line, column := objects[tc.object].Position(tc.path)
			assert.Equal(t, fmt.Sprint(tc.line, ":", tc.column), fmt.Sprint(line, ":", column))
		})
	}
}

// TestPositionsOfAllFields asks for every field of an object and looks whether its key is there.
func TestPositionsOfAllFields(t *testing.T) {
	for _, text := range []string{positions, manyObjects(5), "[" + jsonA} {
		lines := strings.Split(text, "\n")
		for _, d := range readText(text).Documents {
			for _, o := range d.Objects {
				fieldsOf(o.Value, nil, func(path []any) {
					key, ok := path[len(path)-1].(string)
					if !ok || key == "true" { // written as yes
						return
					}
					line, column := o.Position(fieldpath.Path(path).String())
					rest := strings.TrimPrefix(lines[line-1][column-1:], `"`)
					assert.Truef(t, strings.HasPrefix(rest, key), "%s is at %d:%d: %s", fieldpath.Path(path).String(), line, column, rest)
				})
			}
		}
	}
}

func fieldsOf(value any, path []any, visit func([]any)) {
	if len(path) > 0 {
		visit(path)
	}
	switch value := value.(type) {
	case map[string]any:
		for key, v := range value {
			fieldsOf(v, append(path[:len(path):len(path)], key), visit)
		}
	case []any:
		for i, v := range value {
			fieldsOf(v, append(path[:len(path):len(path)], i), visit)
		}
	}
}

func TestPositionConcurrently(*testing.T) {
	objects := readText(positions).Documents[1].Objects
	var group sync.WaitGroup
	for range 8 {
		for _, o := range objects {
			group.Go(func() { o.Position("spec.hostPID") })
		}
	}
	group.Wait()
}

func TestPositionWithoutText(t *testing.T) {
	// What only one of the parsers takes still has the position of its document.
	o := Object{text: &text{span: span{data: []byte("a: [\n"), line: 7}}}
	line, column := o.Position("a")
	assert.Equal(t, [2]int{7, 1}, [2]int{line, column})
	o = Object{text: &text{span: span{data: []byte(`{"a" 1`), line: 7}, json: true}}
	line, column = o.Position("a")
	assert.Equal(t, [2]int{7, 1}, [2]int{line, column})
	var d Document
	line, column = d.Position("a")
	assert.Equal(t, [2]int{1, 1}, [2]int{line, column})
}
