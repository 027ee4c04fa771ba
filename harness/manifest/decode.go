package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v2"
)

const (
	// maxDepth bounds the nesting of a document; the deepest built-in kinds need less than 30 levels.
	maxDepth = 500
	// maxExpansion bounds how many bytes aliases may add to a document; the API server takes 3 MiB.
	maxExpansion = 64 << 20
	// maxProblems bounds what is said about one document.
	maxProblems = 100
)

// problems are the reasons why a text cannot be decoded.
type problems []problem

// problem is one of them; its line counts from 1 in the text, and is 0 if unknown.
type problem struct {
	line    int
	message string
	syntax  bool
}

func (p problems) Error() string {
	messages := make([]string, len(p))
	for i, problem := range p {
		messages[i] = problem.message
	}
	return strings.Join(messages, "; ")
}

// decodeYAML returns the value of the one document in the text. It resolves scalars as sigs.k8s.io/yaml does, which is
// what kubectl uses; its parser is the same.
func decodeYAML(text []byte) (value any, err error) {
	defer func() {
		if p := recover(); p != nil {
			value, err = nil, problems{{message: fmt.Sprintf("the YAML parser failed: %v", p)}}
		}
	}()
	value, err = parseYAML(text, true)
	var duplicates *yaml.TypeError
	if errors.As(err, &duplicates) && bytes.Contains(text, []byte("<<")) {
		// The strict parser takes a key that overrides a merged one for a duplicate. It is none.
		if err = duplicateKeys(text); err == nil {
			value, err = parseYAML(text, false)
		}
	}
	if err != nil {
		return nil, yamlProblems(err)
	}
	c := converter{budget: maxExpansion + 16*len(text)}
	value = c.convert(value, 0)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return value, nil
}

func parseYAML(text []byte, strict bool) (value any, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.SetStrict(strict)
	if err := decoder.Decode(&value); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		return nil, err
	}
	var more any
	switch err := decoder.Decode(&more); {
	case err == nil:
		return nil, errors.New("there is a second document, which kubectl does not read; " +
			"begin it with a line --- and end lines with a line feed")
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	return value, nil
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)

// yamlProblems words the errors of the YAML parser.
func yamlProblems(err error) problems {
	var all problems
	if errors.As(err, &all) {
		return all
	}
	messages := []string{err.Error()}
	var several *yaml.TypeError
	if errors.As(err, &several) {
		messages = several.Errors
	}
	for _, message := range messages[:min(len(messages), maxProblems)] {
		p := problem{syntax: several == nil}
		if m := yamlLine.FindStringSubmatch(message); m != nil {
			p.line, _ = strconv.Atoi(m[1])
			message = message[len(m[0]):]
			if strings.HasPrefix(message, "did not find expected") {
				p.line++ // The parser, other than the scanner, counts lines from 0.
			}
		}
		p.message = strings.TrimPrefix(message, "yaml: ")
		if m := alreadySet.FindStringSubmatch(p.message); m != nil {
			p.message = duplicateMessage(m[1])
		}
		all = append(all, p)
	}
	return all
}

var alreadySet = regexp.MustCompile(`^key "?(.*?)"? already set in map$`)

func duplicateMessage(key string) string {
	return fmt.Sprintf("key %q is there twice; parsers differ in which one counts", key)
}

// converter turns what the YAML parser returns into JSON values.
type converter struct {
	budget   int // bytes that are left
	stopped  bool
	problems problems
}

func (c *converter) fail(format string, args ...any) any {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, problem{message: fmt.Sprintf(format, args...)})
	}
	return nil
}

func (c *converter) convert(value any, depth int) any {
	if depth > maxDepth {
		return c.stop("the document is nested more than %d levels deep", maxDepth)
	}
	if text, ok := value.(string); ok {
		c.spend(len(text))
	}
	if c.spend(1); c.stopped {
		return nil
	}
	switch value := value.(type) {
	case nil, bool:
		return value
	case string:
		return validString(value)
	case int:
		return json.Number(strconv.Itoa(value))
	case int64:
		return json.Number(strconv.FormatInt(value, 10))
	case uint64:
		return json.Number(strconv.FormatUint(value, 10))
	case float64:
		number, err := floatNumber(value)
		if err != nil {
			return c.fail("%v", err)
		}
		return number
	case []any:
		for i, item := range value {
			if value[i] = c.convert(item, depth+1); c.stopped {
				return nil
			}
		}
		return value
	case map[any]any:
		return c.object(value, depth)
	default:
		return c.fail("a value of type %T is no JSON value", value)
	}
}

func (c *converter) object(value map[any]any, depth int) any {
	object := make(map[string]any, len(value))
	for k, v := range value {
		key, err := keyString(k)
		if err != nil {
			return c.fail("%v", err)
		}
		if _, ok := object[key]; ok {
			c.fail("%s", duplicateMessage(key)) // Such as 1 and "1".
		}
		c.spend(len(key))
		if object[key] = c.convert(v, depth+1); c.stopped {
			return nil
		}
	}
	return object
}

// spend takes bytes from the budget.
func (c *converter) spend(bytes int) {
	if c.budget -= bytes; c.budget < 0 {
		c.stop("the document's aliases add more than %d MiB", maxExpansion>>20)
	}
}

// stop fails for good.
func (c *converter) stop(format string, args ...any) any {
	if !c.stopped {
		c.stopped, c.problems = true, nil
		c.fail(format, args...)
	}
	return nil
}

// keyString writes keys that are no strings as sigs.k8s.io/yaml does.
func keyString(key any) (string, error) {
	switch key := key.(type) {
	case string:
		return validString(key), nil
	case int:
		return strconv.Itoa(key), nil
	case int64:
		return strconv.FormatInt(key, 10), nil
	case bool:
		return strconv.FormatBool(key), nil
	case float64:
		switch s := strconv.FormatFloat(key, 'g', -1, 32); s {
		case "+Inf":
			return ".inf", nil
		case "-Inf":
			return "-.inf", nil
		case "NaN":
			return ".nan", nil
		default:
			return s, nil
		}
	case nil:
		return "", errors.New("null is no key")
	default:
		return "", fmt.Errorf("a value of type %T is no key", key)
	}
}

// validString replaces each byte that is not UTF-8, as encoding/json does; only !!binary can bring them.
func validString(s string) string {
	for _, r := range s {
		if r == '\uFFFD' {
			return string([]rune(s))
		}
	}
	return s
}

func floatNumber(f float64) (json.Number, error) {
	if f == 0 {
		return "0", nil // -0 is 0.
	}
	text, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("%v is no number in JSON", f)
	}
	return json.Number(text), nil
}

// number writes a JSON number as the same number in YAML would be: integers of 64 bits exactly, others as floats.
func number(literal json.Number) (json.Number, error) {
	if i, err := strconv.ParseInt(string(literal), 10, 64); err == nil {
		return json.Number(strconv.FormatInt(i, 10)), nil
	}
	if _, err := strconv.ParseUint(string(literal), 10, 64); err == nil {
		return literal, nil
	}
	f, err := literal.Float64()
	if err != nil {
		return "", fmt.Errorf("number %s is out of range", literal)
	}
	return floatNumber(f)
}

// errJSONSyntax is returned for a text that may yet be YAML.
var errJSONSyntax = errors.New("no JSON")

// decodeJSON returns the value that the text starts with, and where it ends. Keys that are there twice are a problem.
func decodeJSON(text []byte) (value any, end int, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	d := jsonDecoder{Decoder: decoder, text: text}
	value, err = d.value(0)
	if err == nil && len(d.problems) > 0 {
		err = d.problems
	}
	return value, int(decoder.InputOffset()), err
}

type jsonDecoder struct {
	*json.Decoder
	text     []byte
	problems problems
}

func (d *jsonDecoder) fail(format string, args ...any) {
	if len(d.problems) < maxProblems {
		line := 1 + bytes.Count(d.text[:d.InputOffset()], newline)
		d.problems = append(d.problems, problem{line: line, message: fmt.Sprintf(format, args...)})
	}
}

func (d *jsonDecoder) value(depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, d.syntax(err)
	}
	if depth > maxDepth {
		d.problems = nil
		d.fail("the document is nested more than %d levels deep", maxDepth)
		return nil, d.problems
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return d.object(depth)
		}
		return d.list(depth)
	case json.Number:
		n, err := number(token)
		if err != nil {
			d.fail("%v", err)
		}
		return n, nil
	default:
		return token, nil
	}
}

func (d *jsonDecoder) object(depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, d.syntax(err)
		}
		key := token.(string) // The decoder allows nothing else.
		if _, ok := object[key]; ok {
			d.fail("%s", duplicateMessage(key))
		}
		if object[key], err = d.value(depth + 1); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, d.syntax(err)
	}
	return object, nil
}

func (d *jsonDecoder) list(depth int) (any, error) {
	list := []any{}
	for d.More() {
		value, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	if _, err := d.Token(); err != nil {
		return nil, d.syntax(err)
	}
	return list, nil
}

// syntax words a syntax error.
func (d *jsonDecoder) syntax(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the text ends in the middle of a JSON value")
	}
	line := 1 + bytes.Count(d.text[:d.InputOffset()], newline)
	return fmt.Errorf("%w: %w", errJSONSyntax, problems{{line, err.Error(), true}})
}
