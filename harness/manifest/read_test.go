package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// readText reads a text as the standard input.
func readText(text string) File {
	return Read(Source{Path: "-"}, Options{Stdin: strings.NewReader(text)})
}

// outcome writes what became of a file, one line per document: names of the objects, the reason of a skip, the errors.
func outcome(file File) []string {
	if file.Err != nil {
		return []string{"file error: " + file.Err.Message}
	}
	var all []string
	for _, d := range file.Documents {
		var parts []string
		for _, o := range d.Objects {
			name := o.Kind + "/" + o.Name
			if o.Item != "" {
				name = o.Item + "=" + name
			}
			parts = append(parts, name)
		}
		if d.Skipped != "" {
			parts = append(parts, "skipped: "+d.Skipped)
		}
		for _, e := range d.Errors {
			parts = append(parts, "error: "+e.Message)
		}
		all = append(all, strings.Join(parts, ", "))
	}
	return all
}

const (
	podA = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
	podB = "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n"

	jsonA = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}`
	jsonB = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b"}}`
)

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

func TestReadDocuments(t *testing.T) {
	const empty = "skipped: empty document"
	for _, tc := range []struct {
		name, text string
		want       []string // an entry that ends with … is a prefix
	}{
		{"one document", podA, []string{"Pod/a"}},
		{"no line feed at the end", strings.TrimSpace(podA), []string{"Pod/a"}},
		{"two documents", podA + "---\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"comment after the marker", podA + "--- # x\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"comment that adjoins the marker", podA + "---# x\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"empty document after a marker with an adjoining comment", podA + "---# x\n---\n" + podB + "---# y\n", []string{"Pod/a", empty, "Pod/b", empty}},
		{"comment that adjoins the first marker", "---# x\n" + podA, []string{"error: …"}},
		{"key like a marker", "---#: x\n" + podA, []string{"Pod/a"}},
		{"space after the marker", podA + "--- \n" + podB, []string{"Pod/a", "Pod/b"}},
		{"tab after the marker", podA + "---\t\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"tag after the marker", podA + "--- !!map\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"tag, anchor and comment after the marker", podA + "--- !!map &x # y\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"tag after the first marker", "--- !!map\n" + podA, []string{"Pod/a"}},
		{"dots separate", podA + "...\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"dots and marker separate", podA + "...\n---\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"dots with comment separate", podA + "... # x\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"dots and blank lines separate", podA + "...\n\n# x\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"dots at the end", podA + "...\n", []string{"Pod/a"}},
		{"dots at the start", "...\n" + podA, []string{"Pod/a"}},
		{"dots with content", podA + "... " + strings.TrimSpace(podB) + "\n", []string{"Pod/a", "error: there is content after ...…", "error: the object has no apiVersion"}},
		{"only dots", "...\n", []string{empty}},
		{"leading marker", "---\n" + podA, []string{"Pod/a"}},
		{"leading comment and marker", "# licence\n\n---\n" + podA, []string{"Pod/a"}},
		{"directives", "%YAML 1.1\n%TAG ! tag:example.com,2000:\n---\n" + podA + "...\n# x\n%YAML 1.1\n--- # y\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"directive without dots before", podA + "%YAML 1.1\n---\n" + podB, []string{"error: …", "Pod/b"}},
		{"directive without document", "%YAML 1.1\n", []string{"error: …"}},
		{"CRLF", crlf(podA + "---\n" + podB + "...\n" + podA), []string{"Pod/a", "Pod/b", "Pod/a"}},
		{"mixed CRLF and LF", crlf(podA) + "---\n" + podB + "---\r\n" + podA, []string{"Pod/a", "Pod/b", "Pod/a"}},
		{"content on the marker line", podA + "--- {kind: Pod, apiVersion: v1}\n---\n" + podB, []string{"Pod/a", "error: there is content after ---…", "Pod/b"}},
		{"scalar on the marker line", "--- kind: Pod\napiVersion: v1\n", []string{"error: there is content after ---…"}},
		{"tag and content on the marker line", "--- !!map {kind: Pod}\n", []string{"error: there is content after ---…"}},
		{"marker within a block scalar", podA + "data: |\n  x\n---\n" + podB, []string{"Pod/a", "Pod/b"}},
		{"indented marker is no marker", podA + "data: |\n  x\n  ---\n  y\n", []string{"Pod/a"}},
		{"longer line of dashes is no marker", podA + "data: |\n  x\n----\n" + podB, []string{"error: …"}},

		{"empty file", "", []string{empty}},
		{"blank file", "\n \n", []string{empty}},
		{"comments only", "# a\n  # b\n", []string{empty}},
		{"empty documents are counted", "---\n---\n# x\n---\n" + podA + "---\n", []string{empty, empty, "Pod/a", empty}},
		{"null document", "---\nnull\n---\n~\n", []string{empty, empty}},
		{"comment with a hidden line", "# x\r" + crlf(podA), []string{"Pod/a"}},
		{"comment with a hidden line of its own kind", "# x\u2028" + podA, []string{"Pod/a"}},
		{"marker with a hidden line", "--- # x\u0085" + podA, []string{"Pod/a"}},
		{"marker and hidden content", "---\r" + podA, []string{"error: there is content after ---…"}},
		{"adjoining comment with a hidden line", podA + "---# x\r" + podB, []string{"Pod/a", "error: …"}},
		{"dots with a hidden line", podA + "... # x\r" + podB, []string{"Pod/a", "error: …", "error: …"}},

		{"document hidden by CR", strings.ReplaceAll(podA+"---\n"+podB, "\n", "\r"), []string{"error: there is a second document…"}},
		{"document hidden by NEL", podA + "x: y\u0085---\u0085" + podB, []string{"error: there is a second document…"}},
		{"document hidden by LINE SEPARATOR", podA + "x: y\u2028---\u2028" + podB, []string{"error: there is a second document…"}},
		{"document hidden by dots and PARAGRAPH SEPARATOR", podA + "x: y\u2029...\u2029" + podB, []string{"error: …"}},
		{"broken document hidden by CR", podA + "x: y\r---\r[", []string{"error: …"}},

		{"byte order mark", "\uFEFF" + podA, []string{"Pod/a"}},
		{"byte order mark before JSON", "\uFEFF" + jsonA, []string{"Pod/a"}},
		{"byte order mark before the marker", "\uFEFF---\n" + podA, []string{"Pod/a"}},
		{"byte order mark within", podA + "---\n\uFEFF" + podB, []string{"Pod/a", "error: there is a byte order mark within the file; remove it"}},
		{"two byte order marks", "\uFEFF\uFEFF" + podA, []string{"error: there is a byte order mark within the file; remove it"}},
		{"byte order mark in the second line", "\n\uFEFF" + podA, []string{"error: there is a byte order mark within the file; remove it"}},
		{"byte order mark before a later marker", podA + "\uFEFF---\n" + podB, []string{"error: …"}},
		{"UTF-16 big endian", "\xFE\xFF\x00a", []string{"file error: the text is UTF-16 or UTF-32; kubectl reads UTF-8"}},
		{"UTF-16 little endian", "\xFF\xFEa\x00", []string{"file error: the text is UTF-16 or UTF-32; kubectl reads UTF-8"}},
		{"UTF-32 big endian", "\x00\x00\xFE\xFF\x00\x00\x00a", []string{"file error: the text is UTF-16 or UTF-32; kubectl reads UTF-8"}},
		{"UTF-32 little endian", "\xFF\xFE\x00\x00a\x00\x00\x00", []string{"file error: the text is UTF-16 or UTF-32; kubectl reads UTF-8"}},
		{"NUL", podA + "x: \x00\n", []string{"file error: line 4 has a NUL byte; this is no text"}},
		{"no UTF-8", podA + "x: \xC3\x28\n", []string{"file error: line 4 is not valid UTF-8"}},

		{"JSON", jsonA, []string{"Pod/a"}},
		{"JSON objects side by side", jsonA + jsonB, []string{"Pod/a", "Pod/b"}},
		{"JSON objects on lines", jsonA + "\n" + jsonB + "\n\n" + jsonA + "\n", []string{"Pod/a", "Pod/b", "Pod/a"}},
		{"JSON objects, then YAML", jsonA + "\n" + jsonB + "\n---\n" + podA, []string{"Pod/a", "Pod/b", "Pod/a"}},
		{"YAML, then JSON objects", podA + "---\n" + jsonA + jsonB, []string{"Pod/a", "Pod/a", "Pod/b"}},
		{"JSON and comments", "# x\n" + jsonA + " # y\n# z\n" + jsonB, []string{"Pod/a", "Pod/b"}},
		{"JSON, then other content", jsonA + "\n" + podB, []string{"Pod/a", "error: there is content after a JSON object…"}},
		{"JSON, then a brace", jsonA + "}", []string{"Pod/a", "error: there is content after a JSON object…"}},
		{"JSON, then broken JSON", jsonA + `{"a":`, []string{"Pod/a", "error: the text ends in the middle of a JSON value"}},
		{"flow mapping is YAML", "{apiVersion: v1, kind: Pod, metadata: {name: a}}", []string{"Pod/a"}},
		{"JSON with a trailing comma is YAML", `{"apiVersion": "v1", "kind": "Pod",}`, []string{"Pod/"}},

		{"top level is a string", "hello\n", []string{"error: the document is a string; a Kubernetes object is a mapping"}},
		{"top level is a number", "--- # x\n1\n", []string{"error: the document is a number; a Kubernetes object is a mapping"}},
		{"top level is a list", "- " + jsonA + "\n", []string{"error: the document is a list; a Kubernetes object is a mapping"}},
		{"top level is a list in JSON", "[" + jsonA + "]", []string{"error: the document is a list; a Kubernetes object is a mapping"}},

		{"unrendered template as a mapping", "apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n", []string{"error: this is no YAML, but perhaps a template: render it first (helm template ... | rampart check -)…"}},
		{"unrendered template as a line", "{{- if .Values.x }}\n" + podA + "{{- end }}\n", []string{"error: this is no YAML, but perhaps a template: render it first…"}},
		{"unrendered template in JSON", `{"kind": {{ .kind }}}`, []string{"error: this is no YAML, but perhaps a template: render it first…"}},
		{"braces in a string are fine", podA + "x: 'a {{ b }}'\n", []string{"Pod/a"}},
		{"bad YAML", "a: b: c\n---\n" + podA, []string{"error: mapping values are not allowed in this context", "Pod/a"}},

		{"duplicate key", "apiVersion: v1\nkind: Pod\nkind: Pod\n", []string{`error: key "kind" is there twice; parsers differ in which one counts`}},
		{"duplicate key beside braces", "apiVersion: v1\nkind: Pod\nkind: '{{ x }}'\n", []string{`error: key "kind" is there twice; parsers differ in which one counts`}},
		{"duplicate nested key", podA + "spec:\n  hostPID: true\n  hostPID: false\n", []string{`error: key "hostPID" is there twice; parsers differ in which one counts`}},
		{"duplicate key by resolution", podA + "data: {yes: 1, on: 2}\n", []string{`error: key "true" is there twice; parsers differ in which one counts`}},
		{"duplicate key by conversion", podA + "data: {1: a, '1': b}\n", []string{`error: key "1" is there twice; parsers differ in which one counts`}},
		{"duplicate key in JSON", `{"apiVersion":"v1","kind":"Pod","spec":{"hostPID":true,"hostPID":false}}`, []string{`error: key "hostPID" is there twice; parsers differ in which one counts`}},
		{"duplicate key in JSON by escape", `{"apiVersion":"v1","kind":"Pod","kin\u0064":"Pod"}`, []string{`error: key "kind" is there twice; parsers differ in which one counts`}},
		{"duplicate key beside a merge", "b: &b {x: 1}\nm:\n  <<: *b\n  z: 1\n  z: 2\n", []string{`error: key "z" is there twice; parsers differ in which one counts`}},
		{"null key", "null: 1\n", []string{"error: null is no key"}},
		{"mapping as a key", "? {a: b}\n: 1\n", []string{"error: invalid map key…"}},
		{"infinity", podA + "x: .inf\n", []string{"error: +Inf is no number in JSON"}},
		{"number out of range in JSON", `{"apiVersion":"v1","kind":"Pod","x":1e999}`, []string{"error: number 1e999 is out of range"}},
		{"undefined alias", podA + "x: *y\n", []string{"error: unknown anchor 'y' referenced"}},
		{"alias to itself", "x: &x [*x]\n", []string{"error: anchor 'x' value contains itself"}},

		{"no kind", "apiVersion: v1\nmetadata: {name: a}\n", []string{"error: the object has no kind"}},
		{"no apiVersion", "kind: Pod\n", []string{"error: the object has no apiVersion"}},
		{"neither", "on: push\njobs: {}\n", []string{"skipped: not a Kubernetes object: no apiVersion and kind"}},
		{"wrong case of apiVersion", "apiversion: v1\nkind: Pod\n", []string{`error: the object has no apiVersion; "apiversion" is not "apiVersion"`}},
		{"wrong case of both", "ApiVersion: v1\nKind: Pod\n", []string{`error: the object has no apiVersion; "ApiVersion" is not "apiVersion"`}},
		{"invisible character in kind", "apiVersion: v1\nki\u200bnd: Pod\n", []string{`error: the object has no kind; "ki\u200bnd" is not "kind"`}},
		{"kind is null", "apiVersion: v1\nkind:\n", []string{"error: kind is null; it must be a string"}},
		{"kind is a list", "apiVersion: v1\nkind: [Pod]\n", []string{"error: kind is a list; it must be a string"}},
		{"apiVersion is a number", "apiVersion: 1\nkind: Pod\n", []string{"error: apiVersion is a number; it must be a string"}},
		{"kind is empty", "apiVersion: v1\nkind: ''\n", []string{`error: kind "" is malformed; write it like Pod`}},
		{"apiVersion is empty", "apiVersion: ''\nkind: Pod\n", []string{`error: apiVersion "" is malformed; write it like v1 or apps/v1`}},
		{"apiVersion with a space", "apiVersion: 'v1 '\nkind: Pod\n", []string{`error: apiVersion "v1 " is malformed; write it like v1 or apps/v1`}},
		{"apiVersion with a line feed", "apiVersion: |\n  v1\nkind: Pod\n", []string{`error: apiVersion "v1\n" is malformed; write it like v1 or apps/v1`}},
		{"apiVersion with two slashes", "apiVersion: a/b/c\nkind: Pod\n", []string{`error: apiVersion "a/b/c" is malformed; write it like v1 or apps/v1`}},
		{"apiVersion without a group", "apiVersion: /v1\nkind: Pod\n", []string{`error: apiVersion "/v1" is malformed; write it like v1 or apps/v1`}},
		{"apiVersion in upper case", "apiVersion: Apps/v1\nkind: Deployment\n", []string{`error: apiVersion "Apps/v1" is malformed; write it like v1 or apps/v1`}},
		{"kind with a space", "apiVersion: v1\nkind: ' Pod'\n", []string{`error: kind " Pod" is malformed; write it like Pod`}},
		{"kind with no-break space", "apiVersion: v1\nkind: \"Pod\u00a0\"\n", []string{`error: kind "Pod\u00a0" is malformed; write it like Pod`}},
		{"kind in lower case", "apiVersion: v1\nkind: pod\n", []string{`pod/, error: kind "pod" is not known in v1; the API server refuses it; did you mean Pod in v1?`}},
		{"kind of another group", "apiVersion: v1\nkind: Deployment\n", []string{`Deployment/, error: kind "Deployment" is not known in v1; the API server refuses it; did you mean Deployment in apps/v1?`}},
		{"removed API version", "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: a}\n", []string{"Deployment/a"}},
		{"removed kind", "apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: a}\n", []string{"PodSecurityPolicy/a"}},
		{"version that is no more", "apiVersion: batch/v2alpha1\nkind: CronJob\nmetadata: {name: a}\n", []string{"CronJob/a"}},
		{"custom kind like a built-in one", "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\n", []string{"Service/a"}},
		{"name is a number", "apiVersion: v1\nkind: Pod\nmetadata: {name: 123}\n", []string{"Pod/, error: metadata.name of Pod (v1) is a number; it must be a string; the API server refuses it"}},
		{"metadata is a list", "apiVersion: v1\nkind: Pod\nmetadata: [1]\n", []string{"Pod/, error: metadata of Pod (v1) is a list; it must be an object; the API server refuses it"}},
		{"metadata is null", "apiVersion: v1\nkind: Pod\nmetadata:\n", []string{"Pod/"}},

		{"List", `{"apiVersion":"v1","kind":"List","items":[` + jsonA + "," + jsonB + "]}", []string{"items[0]=Pod/a, items[1]=Pod/b"}},
		{"nested Lists", `{"apiVersion":"v1","kind":"List","items":[` + jsonA + `,{"apiVersion":"v1","kind":"List","items":[` + jsonB + "]}]}", []string{"items[0]=Pod/a, items[1].items[0]=Pod/b"}},
		{"PodList without types", "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n", []string{"items[0]=Pod/a, items[1]=Pod/b"}},
		{"typed list of a group", "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: a}\n", []string{"items[0]=Deployment/a"}},
		{"member with a kind only", "apiVersion: v1\nkind: PodList\nitems: [{kind: Pod}]\n", []string{"error: items[0]: the object has no apiVersion"}},
		{"member of a List without type", "apiVersion: v1\nkind: List\nitems: [{metadata: {name: a}}]\n", []string{"error: items[0]: the object has no apiVersion"}},
		{"members that are no objects", "apiVersion: v1\nkind: List\nitems: [null, 1, " + jsonA + "]\n", []string{"items[2]=Pod/a, error: items[0]: the item is null; a Kubernetes object is a mapping, error: items[1]: the item is a number; a Kubernetes object is a mapping"}},
		{"items that are no list", "apiVersion: v1\nkind: List\nitems: {}\n", []string{"error: items of List is an object; it must be a list"}},
		{"empty List", "apiVersion: v1\nkind: List\nitems: []\n", []string{"skipped: empty list"}},
		{"List of null", "apiVersion: v1\nkind: PodList\nitems: null\n", []string{"skipped: empty list"}},
		{"List without items", "apiVersion: v1\nkind: List\n", []string{"skipped: empty list"}},
		{"Lists of empty Lists", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: List, items: []}]\n", []string{"skipped: empty list"}},
		{"kind that only sounds like a list", "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\n", []string{"AllowList/a"}},
		{"members of whatever has items", "apiVersion: example.com/v1\nkind: Bag\nmetadata: {name: x}\nitems: [" + jsonA + "]\n", []string{"items[0]=Pod/a, Bag/x"}},
		{"items that are no objects of whatever has items", "apiVersion: example.com/v1\nkind: Bag\nmetadata: {name: x}\nitems: [a, {b: c}]\n", []string{"Bag/x"}},

		{"kustomization", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n", []string{"skipped: kustomization: render it with kustomize build and check what comes out"}},
		{"kustomize component", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n", []string{"skipped: kustomization: render it with kustomize build and check what comes out"}},
		{"Pod that poses as a kustomization", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Pod\nmetadata: {name: a}\n", []string{"Pod/a"}},
		{"Kustomization of Flux", "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n", []string{"Kustomization/a"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := outcome(readText(tc.text))
			require.Len(t, got, len(tc.want), "%q", got)
			for i, want := range tc.want {
				if prefix, ok := strings.CutSuffix(want, "…"); ok {
					assert.Truef(t, strings.HasPrefix(got[i], prefix), "document %d: %q", i+1, got[i])
				} else {
					assert.Equal(t, want, got[i])
				}
			}
		})
	}
}

func TestReadNumbersDocumentsAndLines(t *testing.T) {
	text := "# licence\n---\n# comment\n\n" + podA + "---\n# nothing\n--- # x\n" + jsonA + "\n\n" + jsonB + "\n...\n" + podA + "x: [\n"
	file := readText(text)
	var got [][2]int
	for _, d := range file.Documents {
		got = append(got, [2]int{d.Number, d.Line})
	}
	assert.Equal(t, [][2]int{{1, 5}, {2, 9}, {3, 11}, {4, 13}, {5, 15}}, got)
	require.Len(t, file.Documents[4].Errors, 1)
	assert.Equal(t, "<stdin>:18: document 5: did not find expected node content", file.Documents[4].Errors[0].Error())
	assert.Equal(t, 3, file.Documents[2].Objects[0].Document)
	assert.Equal(t, "<stdin>", file.Documents[2].Objects[0].File)
}

func TestErrorsNameTheLine(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		line       int
	}{
		{"scanner", "---\n" + podA + "x: [a\ny: b: c\n", 6},
		{"tab", "a:\n\tb: c\n", 2},
		{"beyond the end", podA + "x: [", 4},
		{"odd line breaks", podA + "x:\r  y: z\r - z\n", 4},
		{"parser", "---\na:\n  - b\n c: d\n", 4},
		{"first line", "a: b: c\n", 1},
		{"duplicate", podA + "\nkind: Pod\n", 5},
		{"JSON syntax", "# x\n{\"a\": 1,\n\"b\": 2,\n\"c\" 3}\n", 4},
		{"JSON duplicate", "{\"a\": 1,\n\n\"a\": 2}\n", 3},
		{"type", podA + "spec:\n  hostPID: 'true'\n", 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			documents := readText(tc.text).Documents
			require.NotEmpty(t, documents)
			require.NotEmpty(t, documents[len(documents)-1].Errors)
			got := documents[len(documents)-1].Errors[0]
			assert.Equal(t, tc.line, got.Line, "%v", got)
		})
	}
}

func TestReadBounds(t *testing.T) {
	deep := func(open, close string, n int) string { return strings.Repeat(open, n) + strings.Repeat(close, n) }
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s*%c]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9), c-1)
	}
	long := "a: &a " + strings.Repeat("x", 1<<20) + "\nb: [" + strings.Repeat("*a, ", 200) + "]\n"
	for _, tc := range []struct{ name, text, want string }{
		{"deep flow", "a: " + deep("[", "]", 600), "the document is nested more than 500 levels deep"},
		{"very deep flow", "a: " + deep("[", "]", 200000), "exceeded max depth of 10000"},
		{"deep flow mappings", "a: " + deep("{b: ", "}", 600), "the document is nested more than 500 levels deep"},
		{"deep JSON", `{"a": ` + deep("[", "]", 600) + "}", "the document is nested more than 500 levels deep"},
		{"deep JSON objects", deep(`{"a":`, "}", 200000), "the document is nested more than 500 levels deep"},
		{"deep blocks", "a:\n" + strings.Repeat("- ", 600) + "b\n", "the document is nested more than 500 levels deep"},
		{"alias bomb", bomb, "document contains excessive aliasing"},
		{"aliases of a long string", long, "the document's aliases add more than 64 MiB"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := outcome(readText(podA + "---\n" + tc.text + "\n---\n" + podB))
			require.Len(t, got, 3)
			assert.Equal(t, "Pod/a", got[0])
			assert.Contains(t, got[1], "error: ")
			assert.Contains(t, got[1], tc.want)
			assert.Equal(t, "Pod/b", got[2])
		})
	}
	t.Run("500 levels are fine", func(t *testing.T) {
		assert.Equal(t, []string{"skipped: not a Kubernetes object: no apiVersion and kind"}, outcome(readText("a: "+deep("[", "]", 499))))
	})
	t.Run("large file", func(t *testing.T) {
		file := Read(Source{Path: "-"}, Options{Stdin: strings.NewReader(podA), MaxFileBytes: 10})
		require.NotNil(t, file.Err)
		assert.Equal(t, "<stdin>: the file is larger than 10 bytes", file.Err.Error())
		file = Read(Source{Path: "-"}, Options{Stdin: strings.NewReader(podA), MaxFileBytes: int64(len(podA))})
		assert.Nil(t, file.Err)
	})
	t.Run("many errors", func(t *testing.T) {
		documents := readText("apiVersion: v1\nkind: Pod\nmetadata: {labels: {" + manyKeys(300) + "}}\n").Documents
		require.Len(t, documents, 1)
		assert.Len(t, documents[0].Errors, 100)
	})
}

func TestManyErrorsKeepTheirPlaces(t *testing.T) {
	errors := readText("apiVersion: v1\nkind: List\nitems: [" + strings.Repeat("null, ", 150) + "]\n").Documents[0].Errors
	require.Len(t, errors, 100)
	assert.Equal(t, "items[99]: the item is null; a Kubernetes object is a mapping", errors[99].Message)
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1, ", i)
	}
	return b.String()
}

func TestReadFileThatCannotBeRead(t *testing.T) {
	assert.Equal(t, "file error: cannot be read: no such file or directory", outcome(Read(Source{Path: filepath.Join(t.TempDir(), "x")}, Options{}))[0])
	assert.Equal(t, "file error: there is no standard input", outcome(Read(Source{Path: "-"}, Options{}))[0])
	assert.Contains(t, outcome(Read(Source{Path: t.TempDir()}, Options{}))[0], "file error: cannot be read: ")
	skipped := Read(Source{Path: "x", Skipped: "because"}, Options{})
	assert.Equal(t, File{Path: "x", Skipped: "because"}, skipped)
}

func TestForeignDocumentsKeepTheirValue(t *testing.T) {
	documents := readText("---\nname: ci\n\non: push\n").Documents
	require.Len(t, documents, 1)
	assert.Equal(t, map[string]any{"name": "ci", "true": "push"}, documents[0].Value)
	line, column := documents[0].Position("true")
	assert.Equal(t, [2]int{4, 1}, [2]int{line, column})
	assert.Nil(t, readText(podA).Documents[0].Value)
}

func TestValues(t *testing.T) {
	for _, tc := range []struct{ name, yaml, want string }{
		{"booleans of YAML 1.1", "x: [yes, on, y, True, no, OFF, n]", `[true,true,true,true,false,false,false]`},
		{"quoted booleans", `x: ["yes", 'on', !!str true]`, `["yes","on","true"]`},
		{"tag that makes a value of text", `x: [!!bool "true", !!int "0", !!null ""]`, `[true,0,null]`},
		{"tag that makes text of a value", `x: [!!str 0, !!binary MTIz]`, `["0","123"]`},
		{"escaped key", `x: {"\u0070rivileged": true}`, `{"privileged":true}`},
		{"keys that are no strings", "x: {1: a, true: b, 1.5: c, 0x10: d}", `{"1":"a","1.5":"c","16":"d","true":"b"}`},
		{"keys that are odd numbers", "x: {.inf: a, -.inf: b, .nan: c, 18446744073709551615: d}", ""},
		{"bytes that are no text", "x: !!binary //79Zg==", "\"\uFFFD\uFFFD\uFFFDf\""},
		{"octal modes", "x: [0644, 0o644, 420, '0644']", `[420,420,420,"0644"]`},
		{"integers", "x: [9223372036854775807, 18446744073709551615, -9223372036854775808, 0x1F, 0b11, 1_000, -0]", `[9223372036854775807,18446744073709551615,-9223372036854775808,31,3,1000,0]`},
		{"floats", "x: [1.0, 1e3, 1.5, -0.0, 0.0, 1e30, 1e-9]", `[1,1000,1.5,0,0,1e+30,1e-9]`},
		{"strings like numbers", "x: ['00', '0x0', 1e, 1.2.3]", `["00","0x0","1e","1.2.3"]`},
		{"zeros", "x: [00, 0x0, 0.0, -0]", `[0,0,0,0]`},
		{"dates are strings", "x: [2026-01-01, 2026-01-01T00:00:00Z]", `["2026-01-01","2026-01-01T00:00:00Z"]`},
		{"anchors", "b: &b {c: 1}\nx: [*b, *b]", `[{"c":1},{"c":1}]`},
		{"merge", "b: &b {c: 1, d: 2}\nx: {<<: *b, e: 3}", `{"c":1,"d":2,"e":3}`},
		{"merge that is overridden", "b: &b {c: 1, d: 2}\nx: {<<: *b, d: 3}", `{"c":1,"d":3}`},
		{"merge that overrides, as in kubectl", "b: &b {c: 1, d: 2}\nx: {d: 3, <<: *b}", `{"c":1,"d":2}`},
		{"merge of several", "b: &b {c: 1}\nd: &d {c: 2, e: 3}\nx: {<<: [*b, *d]}", `{"c":1,"e":3}`},
		{"quoted merge key is a key", "x: {'<<': 1}", `{"\u003c\u003c":1}`},
		{"block scalar at the end of the file", "x: |\n  a", `"a\n"`},
		{"JSON", `{"x": [1, 1.0, 1e3, 9223372036854775808, "\ud83d\ude00", null, -0]}`, `[1,1,1000,9223372036854775808,"😀",null,0]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			documents := readText(tc.yaml).Documents
			require.Len(t, documents, 1)
			if tc.want == "" {
				assert.NotEmpty(t, documents[0].Errors)
				return
			}
			require.NotNil(t, documents[0].Value, "%v", documents[0].Errors)
			got, err := json.Marshal(documents[0].Value["x"])
			require.NoError(t, err)
			assert.Equal(t, tc.want, string(got))
		})
	}
}

func TestKeyString(t *testing.T) {
	for key, want := range map[any]string{
		"a": "a", 1: "1", int64(2): "2", true: "true", 1.5: "1.5", math.Inf(1): ".inf", math.Inf(-1): "-.inf", math.NaN(): ".nan",
	} {
		got, err := keyString(key)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, key := range []any{nil, uint64(1), time.Time{}} {
		_, err := keyString(key)
		assert.Error(t, err)
	}
}

func TestPanicIsAnError(t *testing.T) {
	file := File{Path: "x"}
	r := reader{path: "x", file: &file}
	r.add(&text{span: span{line: 7}}, func(*Document) { panic("oh") })
	require.Len(t, file.Documents, 1)
	require.Len(t, file.Documents[0].Errors, 1)
	assert.Equal(t, "x:7: document 1: the document cannot be read: oh", file.Documents[0].Errors[0].Error())
}

func TestValuesAreNotShared(t *testing.T) {
	value := readText("b: &b {c: 1}\nx: *b\nz: {<<: *b}\n").Documents[0].Value
	value["b"].(map[string]any)["c"] = "changed"
	assert.Equal(t, map[string]any{"c": json.Number("1")}, value["x"])
	assert.Equal(t, map[string]any{"c": json.Number("1")}, value["z"])
}

func TestNamespaces(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"its own", "{apiVersion: v1, kind: Pod, metadata: {namespace: own}}", "own"},
		{"the default", "{apiVersion: v1, kind: Pod}", "default-ns"},
		{"no string", "{apiVersion: v1, kind: Pod, metadata: {namespace: 1}}", "default-ns"},
		{"cluster-scoped", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole}", ""},
		{"cluster-scoped in a namespace", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {namespace: kube-system}}", ""},
		{"custom, cluster-scoped", "{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: RampartX}", ""},
		{"custom", "{apiVersion: example.com/v1, kind: Thing}", "default-ns"},
		{"custom in a namespace", "{apiVersion: example.com/v1, kind: ClusterThing, metadata: {namespace: own}}", "own"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := Read(Source{Path: "-"}, Options{Stdin: strings.NewReader(tc.text), Namespace: "default-ns"})
			require.Len(t, file.Documents[0].Objects, 1)
			object := file.Documents[0].Objects[0]
			assert.Equal(t, tc.want, object.Namespace)
			metadata, _ := object.Value["metadata"].(map[string]any)
			if tc.want == "default-ns" {
				assert.NotEqual(t, "default-ns", metadata["namespace"], "the value stays as it was written")
			}
		})
	}
	assert.Empty(t, readText(podA).Documents[0].Objects[0].Namespace)
}

func TestHelmTemplateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.yaml")
	require.NoError(t, os.WriteFile(path, []byte(podA+"# {{ x }}\n"), 0o600))
	assert.Equal(t, []string{"file error: this is a template of a Helm chart; render it first (helm template ... | rampart check -)"},
		outcome(Read(Source{Path: path, template: true}, Options{})))
	assert.Equal(t, []string{"Pod/a"}, outcome(Read(Source{Path: path}, Options{})))
}

// TestDocumentsEqualKubectl compares with kubectl's decoder, where that loses nothing.
func TestDocumentsEqualKubectl(t *testing.T) {
	first, _, _ := strings.Cut(positions, "--- # the second")
	for _, text := range []string{
		podA,
		podA + "---\n" + podB + "--- # x\n" + podA,
		"# licence\n---\n" + podA + "---\n\n---\n" + podB + "---\n",
		crlf(podA) + "---\r\n" + podB,
		podA + "---# x\n" + podB,
		jsonA, jsonA + jsonB, jsonA + "\n" + jsonB + "\n" + jsonA,
		jsonA + "\n---\n" + podB,
		first,
		strings.TrimSuffix(manyObjects(3), "\n"),
		"x: |\n  a\n---\ny: >-\n  b\n  c\n",
		"b: &b {c: 1, d: [yes, 0644, 1_000, 1e3, ~]}\nx: {<<: *b, c: 2}\n",
	} {
		var want []any
		for decoder := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096); ; {
			var value map[string]any
			err := decoder.Decode(&value)
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, text)
			if value != nil {
				want = append(want, plainJSON(t, value))
			}
		}
		var got []any
		for _, d := range readText(text).Documents {
			assert.Empty(t, d.Errors, text)
			if d.Value != nil {
				got = append(got, plainJSON(t, d.Value))
			}
			for _, o := range d.Objects {
				got = append(got, plainJSON(t, o.Value))
			}
		}
		assert.Equal(t, want, got, text)
	}
}
