package manifest

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// chunk is the text of one document, with its directives and its `---` line.
type chunk struct {
	text []byte
	// line is the number of the text's first line in the file.
	line int
	// body is where the text begins that follows the `---` line, bodyLine its number.
	body, bodyLine int
	// special tells that what precedes the body is more than comments: directives, a tag, odd line breaks.
	special bool
	// problem is why the chunk cannot be read, if it cannot.
	problem string
}

// content is the text from the first line that is neither blank nor a comment. There is none in an empty document.
func (c chunk) content() span {
	if c.special || c.problem != "" {
		return span{data: c.text, line: c.line}
	}
	body := span{data: c.text[c.body:], line: c.bodyLine}
	content := body.dropBlank()
	if len(content.data) == 0 {
		content.line = body.line
	}
	return content
}

// span is a text and where it begins in the file.
type span struct {
	data   []byte
	line   int
	indent int // what stands before it on its first line, in characters
}

// from is what begins at an offset.
func (s span) from(offset int) span {
	skipped := s.data[:offset]
	s.data = s.data[offset:]
	if i := bytes.LastIndexByte(skipped, '\n'); i >= 0 {
		s.line += bytes.Count(skipped, newline)
		s.indent, skipped = 0, skipped[i+1:]
	}
	s.indent += utf8.RuneCount(skipped)
	return s
}

// dropBlank drops the leading lines that are blank or comments.
func (s span) dropBlank() span {
	for len(s.data) > 0 {
		first, _ := cutLine(s.data)
		if !isBlank(first) {
			break
		}
		s = s.from(len(first))
	}
	return s
}

// startsWith tells whether the text starts with a character, spaces aside.
func (s span) startsWith(c byte) bool {
	text := bytes.TrimLeft(s.data, " \t\r\n")
	return len(text) > 0 && text[0] == c
}

var (
	newline   = []byte("\n")
	dashes    = []byte("---")
	dots      = []byte("...")
	oddBreaks = []string{"\u0085", "\u2028", "\u2029"}
)

func cutLine(text []byte) (line, rest []byte) {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return text[:i+1], text[i+1:]
	}
	return text, nil
}

// split cuts a file into its documents at every line that starts with `---` or `...`; YAML allows neither inside of
// any document, whatever the scalar. There is always one document at least. What the YAML parser takes for a line
// break and this does not ends up in one chunk, which the decoder refuses if that makes it two documents.
func split(data []byte) []chunk {
	s := splitter{data: data, current: chunk{line: 1, bodyLine: 1}}
	line := 1
	for offset := 0; offset < len(data); line++ {
		text, _ := cutLine(data[offset:])
		next := offset + len(text)
		if rest, ok := afterMarker(text, dashes); ok && !s.isContent(text, offset) {
			s.begin(offset, next, line, rest)
		} else if rest, ok := afterMarker(text, dots); ok {
			s.end(offset, next, line, rest)
		}
		offset = next
	}
	s.finish(len(data))
	if len(s.chunks) == 0 {
		s.chunks = append(s.chunks, s.current)
	}
	return s.chunks
}

// splitter collects a document.
type splitter struct {
	data     []byte
	chunks   []chunk
	start    int // of the current document
	current  chunk
	explicit bool // a `---` has begun the current document
}

// begin handles a `---` line from offset to next. Comments and directives before the first one belong to its document.
func (s *splitter) begin(offset, next, line int, rest string) {
	if s.explicit || !isPrologue(s.data[s.start:offset]) {
		s.finish(offset)
		s.start, s.current = offset, chunk{line: line}
	}
	prologue := s.data[s.start:offset]
	s.explicit = true
	s.current.problem = checkMarker("---", rest, "!&")
	s.current.special = !isBlank(prologue) || !isBlank([]byte(rest))
	if bytes.HasPrefix(s.data[offset:], []byte("---#")) && !s.current.special {
		// For kubectl this is a separator, for YAML parsers it is none.
		s.start, s.current.line = next, line+1
	}
	s.current.body, s.current.bodyLine = next-s.start, line+1
}

// isContent tells whether kubectl takes a `---#` line for content, which is where there is no other line yet.
func (s *splitter) isContent(line []byte, offset int) bool {
	return bytes.HasPrefix(line, []byte("---#")) && offset == s.start+s.current.body
}

// end handles a `...` line from offset to next.
func (s *splitter) end(offset, next, line int, rest string) {
	s.finish(offset)
	if problem := checkMarker("...", rest, ""); problem != "" || !isBlank([]byte(rest)) {
		s.chunks = append(s.chunks, chunk{text: s.data[offset:next], line: line, bodyLine: line, problem: problem})
	}
	s.start, s.explicit = next, false
	s.current = chunk{line: line + 1, bodyLine: line + 1}
}

// finish ends the current document at offset, unless nothing has begun one.
func (s *splitter) finish(offset int) {
	text := s.data[s.start:offset:offset]
	if !s.explicit && isBlank(text) {
		return
	}
	s.current.text = text
	s.chunks = append(s.chunks, s.current)
}

// afterMarker returns what follows the marker on its line, if the line has the marker. kubectl also takes `---#`.
func afterMarker(line, marker []byte) (rest string, ok bool) {
	after, ok := bytes.CutPrefix(line, marker)
	if !ok {
		return "", false
	}
	if len(after) == 0 || bytes.IndexByte([]byte(" \t\r\n"), after[0]) >= 0 || marker[0] == '-' && after[0] == '#' {
		return strings.Trim(string(after), " \t\r\n"), true
	}
	return "", false
}

// checkMarker allows comments after a marker, and words with one of the prefixes (tags, anchors).
func checkMarker(marker, rest, prefixes string) (problem string) {
	for _, word := range strings.Fields(rest) {
		if word[0] == '#' {
			return ""
		}
		if !strings.ContainsRune(prefixes, rune(word[0])) {
			return "there is content after " + marker + " on the same line, which kubectl does not read; " +
				"put it on the next line"
		}
	}
	return ""
}

// isBlank tells whether there are only blank lines and comments. A line with a break that not everyone takes for one
// is not blank: it may hide content.
func isBlank(text []byte) bool { return onlyLines(text, "#") }

// isPrologue tells whether there are only blank lines, comments and directives.
func isPrologue(text []byte) bool { return onlyLines(text, "#%") }

func onlyLines(text []byte, prefixes string) bool {
	for len(text) > 0 {
		var line []byte
		line, text = cutLine(text)
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, newline), []byte("\r"))
		trimmed := bytes.TrimLeft(line, " \t")
		if len(trimmed) == 0 {
			continue
		}
		directive := trimmed[0] == '%' && len(trimmed) != len(line) // A directive starts its line.
		if !strings.ContainsRune(prefixes, rune(trimmed[0])) || directive || hasOddBreak(line) {
			return false
		}
	}
	return true
}

func hasOddBreak(line []byte) bool {
	for _, b := range oddBreaks {
		if bytes.Contains(line, []byte(b)) {
			return true
		}
	}
	return bytes.IndexByte(line, '\r') >= 0
}
