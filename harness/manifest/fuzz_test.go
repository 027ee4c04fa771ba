package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// fuzzSeeds are texts that were hard to read, some of them found by fuzzing.
var fuzzSeeds = []string{
	podA, podA + "---\n" + podB, jsonA + jsonB + "\n---\n" + podA, positions,
	"--- !!map\n" + podA + "... # x\n%YAML 1.1\n---# y\n" + podB,
	"# x\r" + podA, "x: y\u0085---\u0085" + podB, "\uFEFF" + podA + "---\n\uFEFF" + podB,
	"b: &b {c: 1}\nx: {<<: [*b, *b], c: 2}\n", "a: &a [*a]", "{{ x }}: {{ y }}\n", "{a: b}{c: d}",
	"apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: 1}\n- null\n",
	`{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"operation":"DELETE","object":null,"oldObject":` + jsonA + `}}`,
	`{"a":{"\ud83d\ude00":[1e3,-0,1e999]},"a":1} # x` + "\n{\"b\":1}",
	"x: [yes, 0644, 0x1F, .inf, 2026-01-01, 1_000, !!binary MTIz, !!str 1, ~]\n", "? [a]\n: b\n", "1: a\n'1': b\n",
	"kind: Pod\napiVersion: v1\nspec: {hostPID: 'x', containers: {}, \"host\u200bPID\": 1}\n",
	"%TAG ! tag:example.com,2000:\n--- !x\na: !y b\n", "a: |\n  x\n---\n- b\n", "--- |\n  x\n", "a: |\n  x", "\n\uFEFF0:", "---#:", "... \v", "...\n...\n---\n", "",
}

func FuzzRead(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := Read(Source{Path: "-"}, Options{Stdin: bytes.NewReader(data)})
		checkConsistency(t, file, data)
		checkKubectl(t, file, data)
	})
}

// checkConsistency expects that every document is judged, skipped or an error, and that nothing panics later.
func checkConsistency(t *testing.T, file File, data []byte) {
	lines := bytes.Count(data, newline) + 1
	if file.Err != nil {
		require.Empty(t, file.Documents)
		return
	}
	require.NotEmpty(t, file.Documents)
	for i, d := range file.Documents {
		require.Equal(t, i+1, d.Number)
		require.True(t, d.Line >= 1 && d.Line <= lines+1, "line %d of %d", d.Line, lines)
		require.Equal(t, d.Skipped == "", len(d.Objects)+len(d.Errors) > 0)
		for _, e := range d.Errors {
			require.NotEmpty(t, e.Message)
			require.True(t, e.Line >= 1 && e.Line <= lines+1, "%v: line %d of %d", e, e.Line, lines)
		}
		for _, o := range d.Objects {
			require.NotEmpty(t, o.Kind)
			_, err := json.Marshal(o.Value)
			require.NoError(t, err)
			o.Embedded()
			for _, u := range o.Unknown {
				o.Position(u.Path)
			}
			fieldsOf(o.Value, nil, func(path []any) {
				line, column := o.Position(fieldpath.Path(path).String())
				require.True(t, line >= 1 && line <= lines && column >= 1, "%v is at %d:%d", path, line, column)
			})
		}
	}
}

// checkKubectl expects that whatever kubectl reads is there too, unless there is an error.
func checkKubectl(t *testing.T, file File, data []byte) {
	if file.Err != nil {
		return
	}
	var values []any
	for _, d := range file.Documents {
		if len(d.Errors) > 0 {
			return
		}
		if d.Value != nil {
			values = append(values, plainJSON(t, d.Value))
		}
		for _, o := range d.Objects {
			values = append(values, plainJSON(t, o.Value))
		}
	}
	decoder := utilyaml.NewYAMLOrJSONDecoder(bytes.NewReader(data), 4096)
	for {
		var value map[string]any
		if decoder.Decode(&value) != nil {
			return
		}
		_, isList := value["items"]
		if value == nil || isList || strings.HasSuffix(stringField(value, "kind"), "List") || value["kind"] == "AdmissionReview" {
			continue
		}
		want := plainJSON(t, value)
		has := false
		for _, got := range values {
			has = has || reflect.DeepEqual(want, got)
		}
		require.True(t, has, "kubectl reads %v, but there are %v", want, values)
	}
}

// plainJSON has all numbers as float64.
func plainJSON(t *testing.T, value any) any {
	data, err := json.Marshal(value)
	require.NoError(t, err)
	var plain any
	require.NoError(t, json.Unmarshal(data, &plain))
	return plain
}

func FuzzDecodeYAML(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decodeYAML(data)
		want, wantErr := sigsyaml.YAMLToJSONStrict(data)
		if wantErr != nil && bytes.Contains(data, []byte("<<")) {
			want, wantErr = sigsyaml.YAMLToJSON(data) // Merged keys are no duplicates.
		}
		switch {
		case wantErr != nil:
			require.Error(t, err, "sigs.k8s.io/yaml: %v", wantErr)
		case err != nil:
			message := err.Error()
			// Where this is stricter than that library, which stops after the first document.
			var found problems
			require.ErrorAs(t, err, &found)
			if !strings.Contains(message, "is there twice") && !strings.Contains(message, "levels deep") &&
				!strings.Contains(message, "aliases add") {
				require.Error(t, secondDocument(data), "%v", err)
			}
		default:
			decoder := json.NewDecoder(bytes.NewReader(want))
			decoder.UseNumber()
			var value any
			require.NoError(t, decoder.Decode(&value))
			require.Equal(t, positiveZeros(value), got)
		}
	})
}

// FuzzKeyName holds the shortcut for plain keys against the decoder.
func FuzzKeyName(f *testing.F) {
	for _, seed := range []string{"name", "yes", "Off", "nO", "~", "0x1F", "1_000", ".inf", "-", "+1", "0o7", "1e3", "<<", "12:30",
		"2026-01-01", "=", "NULL", "nullable", "é", "a b", "a#b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		root := yamlTree([]byte(key + ": 1\n"))
		if root == nil || root.Kind != yaml.MappingNode {
			return
		}
		node := root.Content[0]
		if node.Kind != yaml.ScalarNode || node.Style != 0 || isMerge(node) || node.Anchor != "" {
			return
		}
		value, err := decodeYAML([]byte(key + ": 1\n"))
		object, ok := value.(map[string]any)
		if err != nil || !ok {
			return
		}
		require.Contains(t, object, keyName(node))
	})
}

// secondDocument returns an error if anything but one document is in the text.
func secondDocument(data []byte) error {
	_, err := parseYAML(data, false)
	return err
}

func positiveZeros(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for k, v := range value {
			value[k] = positiveZeros(v)
		}
	case []any:
		for i, v := range value {
			value[i] = positiveZeros(v)
		}
	case json.Number:
		if value == "-0" {
			return json.Number("0")
		}
	}
	return value
}

func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range append(fuzzSeeds, jsonA, `{"x": [1.0, 1e3, -0, 1e-7, 18446744073709551615, 18446744073709551616, "\u2028\ud800"]}`) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, end, err := decodeJSON(data)
		decoder := json.NewDecoder(bytes.NewReader(data))
		var want any
		wantErr := decoder.Decode(&want)
		switch {
		case wantErr != nil && !errors.Is(wantErr, io.EOF):
			require.Error(t, err, "encoding/json: %v", wantErr)
		case err == nil:
			require.EqualValues(t, decoder.InputOffset(), end)
			require.Equal(t, want, plainJSON(t, got))
			require.NotNil(t, jsonTree(data))
		}
	})
}
