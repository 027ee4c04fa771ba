package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Config is a document that is no Kubernetes object, decoded into a Go value as strictly as objects are.
type Config struct {
	path string
	text *text
}

// DecodeConfig decodes the one YAML or JSON document of a file into the value that `into` points to. Fields that the type
// does not have, keys that are there twice and values of other types are errors, each an *Error with its place.
func DecodeConfig(path string, data []byte, into any) (*Config, error) {
	c := &Config{path: path, text: &text{}}
	data, err := checkEncoding(data)
	if err != nil {
		return c, &Error{File: path, Message: err.Error()}
	}
	c.text.span = span{data: data, line: 1}
	value, err := decodeYAML(data)
	if err != nil {
		return c, c.undecoded(err)
	}
	check := &checker{owner: "a configuration", effect: "remove it, or see the README for its fields"}
	check.check(shapeOf(reflect.TypeOf(into)), value)
	var errs []error
	for _, f := range check.unknown {
		errs = append(errs, c.at(f.Path, f.Message))
	}
	for _, f := range check.mismatches {
		errs = append(errs, c.at(f.Path, strings.TrimSpace(f.Path+" "+f.Message)))
	}
	if err := errors.Join(errs...); err != nil {
		return c, err
	}
	plain, err := json.Marshal(value)
	if err != nil {
		return c, c.Errorf("", "%v", err)
	}
	if err := json.Unmarshal(plain, into); err != nil {
		return c, c.Errorf("", "%v", err)
	}
	return c, nil
}

// Errorf is an error about the field at a path, or about the whole document at "".
func (c *Config) Errorf(path, format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	if path != "" {
		message = path + ": " + message
	}
	return c.at(path, message)
}

// at is an error with its place; nil stands for a configuration that was not read from a file.
func (c *Config) at(path, message string) error {
	if c == nil {
		return &Error{File: "configuration", Message: message}
	}
	line, column := c.text.position(nil, path)
	return &Error{File: c.path, Line: line, Column: column, Message: message}
}

func (c *Config) undecoded(err error) error {
	var found problems
	if !errors.As(err, &found) {
		found = problems{{message: err.Error()}}
	}
	rows := oddRows(c.text.data)
	var errs []error
	for _, p := range found {
		errs = append(errs, &Error{File: c.path, Line: c.text.lineOf(p.line, rows), Message: p.message})
	}
	return errors.Join(errs...)
}
