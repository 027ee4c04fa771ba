package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"
)

// Read reads the documents of a source. Different sources may be read concurrently.
func Read(src Source, opts Options) File {
	file := File{Path: src.Path, Skipped: src.Skipped}
	if src.Path == stdinPath {
		file.Path = "<stdin>"
	}
	if src.Skipped != "" {
		return file
	}
	data, err := readBytes(src, opts)
	if err == nil && src.template && bytes.Contains(data, []byte("{{")) {
		err = errors.New("this is a template of a Helm chart; " + renderHint)
	}
	if err != nil {
		file.Err = &Error{File: file.Path, Message: err.Error()}
		return file
	}
	r := reader{path: file.Path, source: src, opts: opts, file: &file}
	chunks := split(data)
	for _, chunk := range chunks {
		if len(chunks) > 1 {
			chunk.text = bytes.Clone(chunk.text) // One document that is needed later must not keep all of them.
		}
		r.chunk(chunk)
	}
	return file
}

const renderHint = "render it first (helm template ... | rampart check -)"

func readBytes(src Source, opts Options) ([]byte, error) {
	if src.err != nil {
		return nil, src.err
	}
	input, size := opts.Stdin, int64(0)
	if src.Path != stdinPath {
		f, err := os.Open(src.Path)
		if err != nil {
			return nil, unwrapPath(err)
		}
		defer func() { _ = f.Close() }() // only read
		if info, err := f.Stat(); err == nil {
			size = info.Size()
		}
		input = f
	} else if input == nil {
		return nil, errors.New("there is no standard input")
	}
	limit := opts.maxFileBytes()
	var buffer bytes.Buffer
	buffer.Grow(int(min(size, limit)) + bytes.MinRead)
	if _, err := buffer.ReadFrom(io.LimitReader(input, limit+1)); err != nil {
		return nil, unwrapPath(err)
	}
	data := buffer.Bytes()
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("the file is larger than %d bytes", limit)
	}
	return checkEncoding(data)
}

// unwrapPath drops the path from the error, which names the file already.
func unwrapPath(err error) error {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return fmt.Errorf("cannot be read: %w", pathError.Err)
	}
	return fmt.Errorf("cannot be read: %w", err)
}

var byteOrderMark = []byte("\uFEFF")

// checkEncoding accepts UTF-8, with or without a byte order mark, which it drops. It ends the last line.
func checkEncoding(data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte("\xFE\xFF")) || bytes.HasPrefix(data, []byte("\xFF\xFE")) ||
		bytes.HasPrefix(data, []byte("\x00\x00\xFE\xFF")) {
		return nil, errors.New("the text is UTF-16 or UTF-32; kubectl reads UTF-8")
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return nil, fmt.Errorf("line %d has a NUL byte; this is no text", lineAt(data, i))
	}
	if !utf8.Valid(data) {
		valid := 0
		for valid < len(data) {
			r, size := utf8.DecodeRune(data[valid:])
			if r == utf8.RuneError && size <= 1 {
				break
			}
			valid += size
		}
		return nil, fmt.Errorf("line %d is not valid UTF-8", lineAt(data, valid))
	}
	data = bytes.TrimPrefix(data, byteOrderMark)
	if len(data) > 0 && data[len(data)-1] != '\n' {
		data = append(data, '\n') // As kubectl does; a block scalar at the end has a line feed more.
	}
	return data, nil
}

func lineAt(data []byte, offset int) int { return 1 + bytes.Count(data[:offset], newline) }

// reader collects the documents of one file.
type reader struct {
	path   string
	source Source
	opts   Options
	file   *File
}

// chunk adds the documents of a chunk: one of YAML, or any number of JSON objects.
func (r *reader) chunk(c chunk) {
	content := c.content()
	switch {
	case c.problem != "":
		r.failed(content, c.problem)
	case bytes.HasPrefix(content.data, byteOrderMark):
		r.failed(content, "there is a byte order mark within the file; remove it")
	case len(content.data) == 0:
		r.add(&text{span: content}, func(d *Document) { d.Skipped = "empty document" })
	case !c.special && content.startsWith('{'):
		r.json(content)
	default:
		value, err := decodeYAML(content.data)
		if err != nil && r.lists(content) {
			return
		}
		r.decoded(&text{span: content}, value, err)
	}
}

// lists adds JSON lists side by side, as programs print them that answer for each of their arguments. It adds nothing, and
// returns false, where the text is anything else.
func (r *reader) lists(rest span) bool {
	var texts []*text
	var values []any
	for rest.startsWith('[') {
		value, end, err := decodeJSON(rest.data)
		if err != nil {
			return false
		}
		list := rest
		list.data = rest.data[:end:end]
		texts, values = append(texts, &text{span: list, json: true}), append(values, value)
		rest = rest.from(end).dropBlank()
	}
	if len(texts) == 0 || len(rest.data) > 0 {
		return false
	}
	for i := range texts {
		r.decoded(texts[i], values[i], nil)
	}
	return true
}

// json adds a text that starts with a brace: JSON objects side by side, or YAML.
func (r *reader) json(rest span) {
	for rest.startsWith('{') {
		value, end, err := decodeJSON(rest.data)
		if errors.Is(err, errJSONSyntax) {
			r.flow(rest, err)
			return
		}
		object := rest
		object.data = rest.data[:end:end]
		r.decoded(&text{span: object, json: true}, value, err)
		if err != nil {
			return
		}
		rest = rest.from(end).dropBlank()
	}
	if len(rest.data) > 0 {
		r.failed(rest, "there is content after a JSON object that is neither another object nor a line ---")
	}
}

// flow adds a text that starts with a brace but is no JSON: it may be YAML.
func (r *reader) flow(content span, jsonError error) {
	value, err := decodeYAML(content.data)
	brace := bytes.IndexByte(content.data, '{')
	if err != nil && content.from(brace+1).startsWith('"') {
		err = jsonError // It was meant to be JSON.
	}
	r.decoded(&text{span: content}, value, err)
}

func (r *reader) failed(at span, message string) {
	r.add(&text{span: at}, func(d *Document) { r.fail(d, at.line, message) })
}

// add appends a document. A panic in a library is an error of the document.
func (r *reader) add(t *text, fill func(*Document)) {
	d := Document{Number: len(r.file.Documents) + 1, Line: t.line, text: t}
	func() {
		defer func() {
			if p := recover(); p != nil {
				r.fail(&d, t.line, fmt.Sprintf("the document cannot be read: %v", p))
			}
		}()
		fill(&d)
	}()
	r.file.Documents = append(r.file.Documents, d)
}

func (r *reader) fail(d *Document, line int, message string) {
	r.failAt(d, line, 0, message)
}

func (r *reader) failAt(d *Document, line, column int, message string) {
	if len(d.Errors) < maxProblems {
		d.Errors = append(d.Errors, &Error{r.path, d.Number, line, column, message})
	}
}

// decoded adds the document that was decoded, or the reasons why it was not.
func (r *reader) decoded(t *text, value any, err error) {
	r.add(t, func(d *Document) {
		if err != nil {
			r.decodeFailed(d, t, err)
			return
		}
		b := builder{reader: r, document: d}
		b.build(value)
	})
}

func (r *reader) decodeFailed(d *Document, t *text, err error) {
	var found problems
	if !errors.As(err, &found) {
		found = problems{{message: err.Error()}}
	}
	rows := oddRows(t.data)
	for _, p := range found {
		if p.syntax && bytes.Contains(t.data, []byte("{{")) {
			p.message = "this is no YAML, but perhaps a template: " + renderHint + "; " + p.message
		}
		r.fail(d, t.lineOf(p.line, rows), p.message)
	}
}
