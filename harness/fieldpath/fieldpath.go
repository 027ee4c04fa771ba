// Package fieldpath reads and follows the paths in which findings name a field, such as
// spec.containers[0].image or metadata.annotations["example.com/a.b"].
package fieldpath

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Path is a sequence of keys (string) and list indexes (int).
type Path []any

var step = regexp.MustCompile(`^(?:\.?([^.\[\]"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\])`)

// Parse reads a path; the empty string is the root.
func Parse(text string) (Path, error) {
	var path Path
	for rest := text; rest != ""; {
		m := step.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("path %q: cannot read %q; write it like spec.containers[0].image", text, rest)
		}
		switch {
		case m[2] != "":
			index, err := strconv.Atoi(m[2])
			if err != nil {
				return nil, fmt.Errorf("path %q: %w", text, err)
			}
			path = append(path, index)
		case m[3] != "":
			key, err := strconv.Unquote(m[3])
			if err != nil {
				return nil, fmt.Errorf("path %q: %w", text, err)
			}
			path = append(path, key)
		default:
			path = append(path, m[1])
		}
		rest = rest[len(m[0]):]
	}
	return path, nil
}

// String writes the path as Parse reads it.
func (p Path) String() string {
	var b strings.Builder
	for _, step := range p {
		switch step := step.(type) {
		case int:
			b.WriteString("[" + strconv.Itoa(step) + "]")
		case string:
			switch {
			case !isPlainKey(step):
				b.WriteString("[" + strconv.Quote(step) + "]")
			case b.Len() == 0:
				b.WriteString(step)
			default:
				b.WriteString("." + step)
			}
		}
	}
	return b.String()
}

func isPlainKey(key string) bool {
	for _, r := range key {
		if r != '_' && r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)) {
			return false
		}
	}
	return key != ""
}

// Get returns the value at the path, and whether there is one.
func (p Path) Get(root any) (any, bool) {
	for _, s := range p {
		var ok bool
		if root, ok = child(root, s); !ok {
			return nil, false
		}
	}
	return root, true
}

func child(node, step any) (any, bool) {
	switch step := step.(type) {
	case string:
		object, _ := node.(map[string]any)
		value, ok := object[step]
		return value, ok
	case int:
		list, _ := node.([]any)
		if step < len(list) {
			return list[step], true
		}
	}
	return nil, false
}

// Set returns the root with the value put at the path. Missing objects and lists on the way are made; an index may be
// one past a list's end.
func (p Path) Set(root, value any) (any, error) {
	if len(p) == 0 {
		return value, nil
	}
	next, _ := child(root, p[0])
	next, err := p[1:].Set(next, value)
	if err != nil {
		return nil, err
	}
	switch s := p[0].(type) {
	case string:
		object, ok := root.(map[string]any)
		if !ok && root != nil {
			return nil, fmt.Errorf("%q: the parent is no object", s)
		}
		if object == nil {
			object = map[string]any{}
		}
		object[s] = next
		return object, nil
	default:
		return setItem(root, s.(int), next)
	}
}

func setItem(root any, index int, value any) (any, error) {
	list, ok := root.([]any)
	if !ok && root != nil {
		return nil, fmt.Errorf("[%d]: the parent is no list", index)
	}
	if index > len(list) {
		return nil, fmt.Errorf("[%d]: the list has %d items", index, len(list))
	}
	if index == len(list) {
		return append(list, value), nil
	}
	list[index] = value
	return list, nil
}

// Remove returns the root without the field at the path; removing what is not there is an error.
func (p Path) Remove(root any) (any, error) {
	if len(p) == 0 {
		return nil, nil
	}
	parent, ok := p[:len(p)-1].Get(root)
	last := p[len(p)-1]
	if _, exists := child(parent, last); !ok || !exists {
		return nil, fmt.Errorf("%v: there is no such field to remove", p)
	}
	switch last := last.(type) {
	case string:
		delete(parent.(map[string]any), last)
		return root, nil
	default:
		list := parent.([]any)
		i := last.(int)
		return p[:len(p)-1].Set(root, append(list[:i:i], list[i+1:]...))
	}
}
