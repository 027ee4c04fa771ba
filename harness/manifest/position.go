package manifest

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"unicode/utf8"

	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// text is the source of one document. Its tree is made when a position is asked for.
type text struct {
	span
	json bool

	once sync.Once
	root *yaml.Node // nil if there is none
	rows []row      // nil if lines break at line feeds only
}

// row is where a line of the YAML parser starts.
type row struct{ line, column int }

// position follows the prefix and the path. It stops at the last field that exists.
func (t *text) position(prefix []any, path string) (line, column int) {
	if t == nil {
		return 1, 1
	}
	steps, err := fieldpath.Parse(path)
	if err != nil {
		steps = nil
	}
	t.once.Do(t.parse)
	if t.root == nil {
		return t.line, 1
	}
	at, node := t.root, t.root
	for _, step := range append(prefix[:len(prefix):len(prefix)], steps...) {
		next, value := child(node, step, maxDepth)
		if next == nil {
			break
		}
		at, node = next, value
	}
	return t.absolute(at.Line, at.Column)
}

func (t *text) absolute(line, column int) (int, int) {
	if line > 0 && line <= len(t.rows) {
		r := t.rows[line-1]
		return t.line + r.line, r.column + column
	}
	if line == 1 {
		column += t.indent
	}
	return t.line + line - 1, max(column, 1)
}

// lineOf is the line in the file for a line that the parser names, which is beyond the end at times.
func (t *text) lineOf(line int, rows []row) int {
	last := 1 + bytes.Count(bytes.TrimSuffix(t.data, newline), newline)
	if rows != nil {
		line = rows[min(max(line, 1), len(rows))-1].line + 1
	}
	return t.line + min(max(line, 1), last) - 1
}

func (t *text) parse() {
	if t.json {
		t.root = jsonTree(t.data)
		return
	}
	t.root = yamlTree(t.data)
	t.rows = oddRows(t.data)
}

// yamlTree is the tree of a YAML document, nil if it cannot be parsed.
func yamlTree(data []byte) (root *yaml.Node) {
	defer func() {
		if recover() != nil {
			root = nil
		}
	}()
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil || len(document.Content) != 1 {
		return nil
	}
	return document.Content[0]
}

// child returns the node that names the field (its key, or the item of a list), and its value.
func child(node *yaml.Node, step any, depth int) (at, value *yaml.Node) {
	node = resolve(node)
	if node == nil || depth == 0 {
		return nil, nil
	}
	switch step := step.(type) {
	case int:
		if node.Kind == yaml.SequenceNode && step < len(node.Content) {
			return node.Content[step], node.Content[step]
		}
	case string:
		if node.Kind == yaml.MappingNode {
			return field(node, step, depth)
		}
	}
	return nil, nil
}

func field(node *yaml.Node, name string, depth int) (at, value *yaml.Node) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if key := resolve(node.Content[i]); key != nil && key.Kind == yaml.ScalarNode && keyName(key) == name {
			return node.Content[i], node.Content[i+1]
		}
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if !isMerge(node.Content[i]) {
			continue
		}
		merged := resolve(node.Content[i+1])
		if merged == nil {
			continue
		}
		sources := []*yaml.Node{merged}
		if merged.Kind == yaml.SequenceNode {
			sources = merged.Content
		}
		for _, source := range sources {
			if at, value := child(source, name, depth-1); at != nil {
				return at, value
			}
		}
	}
	return nil, nil
}

// resolve follows aliases; an alias never leads to another one.
func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && (key.Tag == "" || key.Tag == "!!merge")
}

// keyName is the key as the decoder writes it: plain keys may be no strings.
func keyName(key *yaml.Node) string {
	if key.Style != 0 || !mayBeNoString(key.Value) { // quoted or tagged, or a word like any other
		return key.Value
	}
	var value any
	if yamlv2.Unmarshal([]byte(key.Value), &value) == nil {
		if name, err := keyString(value); err == nil {
			return name
		}
	}
	return key.Value
}

// mayBeNoString tells whether YAML 1.1 may read the plain text as a number, a boolean or null.
func mayBeNoString(text string) bool {
	if text == "" || strings.IndexByte("+-.0123456789~", text[0]) >= 0 {
		return true
	}
	switch strings.ToLower(text) {
	case "y", "yes", "n", "no", "on", "off", "true", "false", "null":
		return true
	}
	return false
}

// duplicateKeys returns the problems of mappings that have a key twice. Merged keys are no duplicates.
func duplicateKeys(data []byte) error {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return err
	}
	var found problems
	var walk func(*yaml.Node)
	walk = func(node *yaml.Node) {
		seen := map[string]bool{}
		for i, c := range node.Content {
			if node.Kind == yaml.MappingNode && i%2 == 0 && !isMerge(c) {
				if key := resolve(c); key.Kind == yaml.ScalarNode {
					name := keyName(key)
					if seen[name] && len(found) < maxProblems {
						found = append(found, problem{line: c.Line, message: duplicateMessage(name)})
					}
					seen[name] = true
				}
			}
			walk(c)
		}
	}
	walk(&document)
	if len(found) > 0 {
		return found
	}
	return nil
}

// oddRows says where the lines of the YAML parser start, if it sees others than those that end with a line feed.
func oddRows(data []byte) []row {
	if !hasOddBreak(bytes.ReplaceAll(data, []byte("\r\n"), newline)) {
		return nil
	}
	rows := []row{{}}
	var here row
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		data = data[size:]
		switch {
		case r == '\n':
			here = row{line: here.line + 1}
		case r == '\r' && len(data) > 0 && data[0] == '\n':
			continue
		case r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			here.column++
		default:
			here.column++
			continue
		}
		rows = append(rows, here)
	}
	return rows
}

// jsonTree is the tree of the JSON value that the text starts with, nil if there is none. The YAML parser would do for
// most, but not for all: it knows no pairs of surrogates and no keys longer than 1024 bytes.
func jsonTree(data []byte) *yaml.Node {
	b := jsonTreeBuilder{data: data, line: 1, column: 1, decoder: json.NewDecoder(bytes.NewReader(data))}
	b.decoder.UseNumber()
	return b.value(0)
}

type jsonTreeBuilder struct {
	data         []byte
	decoder      *json.Decoder
	offset       int // what line and column belong to
	line, column int
}

func (b *jsonTreeBuilder) value(depth int) *yaml.Node {
	node, token := b.token()
	if node == nil || depth > maxDepth {
		return nil
	}
	switch token {
	case json.Delim('{'):
		node.Kind = yaml.MappingNode
		for b.decoder.More() {
			key, _ := b.token()
			value := b.value(depth + 1)
			if key == nil || value == nil {
				return nil
			}
			node.Content = append(node.Content, key, value)
		}
		b.token()
	case json.Delim('['):
		node.Kind = yaml.SequenceNode
		for b.decoder.More() {
			value := b.value(depth + 1)
			if value == nil {
				return nil
			}
			node.Content = append(node.Content, value)
		}
		b.token()
	}
	return node
}

// token reads the next token; its position is that of the first byte that is neither space nor punctuation.
func (b *jsonTreeBuilder) token() (*yaml.Node, json.Token) {
	from := int(b.decoder.InputOffset())
	token, err := b.decoder.Token()
	if err != nil {
		return nil, nil
	}
	for from < len(b.data) && bytes.IndexByte([]byte(" \t\r\n,:"), b.data[from]) >= 0 {
		from++
	}
	for b.offset < from {
		_, size := utf8.DecodeRune(b.data[b.offset:])
		b.column++
		if b.data[b.offset] == '\n' {
			b.line, b.column = b.line+1, 1
		}
		b.offset += size
	}
	node := &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.DoubleQuotedStyle, Line: b.line, Column: b.column}
	node.Value, _ = token.(string)
	return node, token
}
