package manifest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// checker compares a value with the Go type that the API server decodes it into, by the rules of its strict decoder
// (sigs.k8s.io/json). Unlike that decoder it does not stop at the first value of a wrong type.
type checker struct {
	owner      string // what the value is, for messages
	effect     string // what becomes of an unknown field
	object     bool   // a Kubernetes object, with parts that the API server writes
	path       []any
	unknown    []Field // fields that the type does not have
	mismatches []Field // values that the type does not take
	nullItems  bool    // a list has an item that is null
}

// checkObject checks all of a built-in kind, and the metadata of others.
func checkObject(gvk GroupVersionKind, value map[string]any) *checker {
	c := &checker{owner: gvk.Kind + " (" + joinGroupVersion(gvk.Group, gvk.Version) + ")",
		effect: "the API server drops it silently or refuses it", object: true}
	typ, ok := builtinKinds().types[gvk]
	if !ok {
		c.invisibleKeys(value)
		value = map[string]any{"metadata": value["metadata"]}
		typ = reflect.TypeFor[struct {
			Metadata metav1.ObjectMeta `json:"metadata"`
		}]()
	}
	c.check(shapeOf(typ), value)
	slices.SortFunc(c.unknown, byPath)
	slices.SortFunc(c.mismatches, byPath)
	return c
}

func byPath(a, b Field) int { return strings.Compare(a.Path, b.Path) }

func (c *checker) check(s *shape, value any) {
	if s.pointer && value == nil {
		return
	}
	if s.custom {
		c.custom(s, value)
		return
	}
	if value == nil {
		return // null leaves any other type as it is.
	}
	ok := true
	switch s.kind {
	case reflect.Bool:
		_, ok = value.(bool)
	case reflect.String:
		_, ok = value.(string)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		c.number(s, value)
	case reflect.Struct:
		ok = c.structure(s, value)
	case reflect.Map:
		ok = c.mapping(s, value)
	case reflect.Slice:
		ok = c.slice(s, value)
	}
	if !ok {
		c.mismatch(fmt.Sprintf("is %s; it must be %s", typeName(value), s.name()))
	}
}

func (c *checker) structure(s *shape, value any) bool {
	object, ok := value.(map[string]any)
	fields := s.fields()
	for key, v := range object {
		field, known := fields[key]
		if c.ignored(key) {
			continue
		}
		c.path = append(c.path, key)
		if known {
			c.check(field, v)
		} else {
			c.addUnknown(key, fields)
		}
		c.path = c.path[:len(c.path)-1]
	}
	return ok
}

// ignored are the parts that the API server writes.
func (c *checker) ignored(key string) bool {
	return c.object && len(c.path) == 0 && key == "status" ||
		c.object && len(c.path) == 1 && key == "managedFields" && c.path[0] == "metadata"
}

func (c *checker) mapping(s *shape, value any) bool {
	object, ok := value.(map[string]any)
	for key, v := range object {
		c.path = append(c.path, key)
		c.check(s.elem(), v)
		c.path = c.path[:len(c.path)-1]
	}
	return ok
}

func (c *checker) slice(s *shape, value any) bool {
	if text, ok := value.(string); ok && s.typ.Elem().Kind() == reflect.Uint8 {
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			c.mismatch("is not valid base64")
		}
		return true
	}
	list, ok := value.([]any)
	for i, v := range list {
		c.nullItems = c.nullItems || v == nil
		c.path = append(c.path, i)
		c.check(s.elem(), v)
		c.path = c.path[:len(c.path)-1]
	}
	return ok
}

func (c *checker) number(s *shape, value any) {
	n, ok := value.(json.Number)
	if !ok {
		c.mismatch(fmt.Sprintf("is %s; it must be %s", typeName(value), s.name()))
		return
	}
	target := reflect.New(s.typ)
	if json.Unmarshal([]byte(n), target.Interface()) != nil {
		c.mismatch(fmt.Sprintf("is %s; it must be %s of %d bits", n, s.name(), s.typ.Bits()))
	}
}

// custom lets types that decode themselves do so.
func (c *checker) custom(s *shape, value any) {
	data, err := json.Marshal(value)
	if err == nil {
		err = reflect.New(s.typ).Interface().(json.Unmarshaler).UnmarshalJSON(data)
	}
	if err != nil {
		c.mismatch(fmt.Sprintf("is %s that is no %s: %v", typeName(value), s.typ.Name(), err))
	}
}

func (c *checker) mismatch(message string) {
	if len(c.mismatches) < maxProblems {
		c.mismatches = append(c.mismatches, Field{fieldpath.Path(c.path).String(), message})
	}
}

func (c *checker) addUnknown(key string, fields map[string]*shape) {
	if len(c.unknown) == maxProblems {
		return
	}
	where := c.owner
	if parent := fieldpath.Path(c.path[:len(c.path)-1]).String(); parent != "" {
		where = parent + " of " + where
	}
	message := fmt.Sprintf("field %q is not known in %s; %s", key, where, c.effect)
	for name := range fields {
		if visiblyEqual(name, key) {
			message += fmt.Sprintf("; did you mean %q?", name)
			break
		}
	}
	c.unknown = append(c.unknown, Field{fieldpath.Path(c.path).String(), message})
}

// invisibleKeys finds keys with invisible characters in objects whose type is not known.
func (c *checker) invisibleKeys(value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, v := range value {
			c.path = append(c.path, key)
			if !isASCII(key) && withoutInvisible(key) != key {
				c.addUnknown(key, map[string]*shape{withoutInvisible(key): nil})
			}
			c.invisibleKeys(v)
			c.path = c.path[:len(c.path)-1]
		}
	case []any:
		for i, v := range value {
			c.path = append(c.path, i)
			c.invisibleKeys(v)
			c.path = c.path[:len(c.path)-1]
		}
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// visiblyEqual tells whether two keys look the same but for upper and lower case.
func visiblyEqual(a, b string) bool {
	return strings.EqualFold(a, b) || strings.EqualFold(withoutInvisible(a), withoutInvisible(b))
}

// withoutInvisible drops spaces, control characters and characters of no width.
func withoutInvisible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zs) {
			return -1
		}
		return r
	}, s)
}

// shape is what the checker needs to know of a Go type. Pointers are left out of it.
type shape struct {
	typ     reflect.Type
	kind    reflect.Kind
	pointer bool
	custom  bool // it has an UnmarshalJSON

	once    sync.Once
	members map[string]*shape // of a struct, by JSON name
	element *shape            // of a map or slice
}

// shapes caches shapes by their types, as encoding/json does.
var shapes sync.Map

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func shapeOf(typ reflect.Type) *shape {
	if s, ok := shapes.Load(typ); ok {
		return s.(*shape)
	}
	s := &shape{typ: typ}
	for s.typ.Kind() == reflect.Pointer {
		s.typ, s.pointer = s.typ.Elem(), true
	}
	s.kind = s.typ.Kind()
	s.custom = reflect.PointerTo(s.typ).Implements(unmarshaler)
	cached, _ := shapes.LoadOrStore(typ, s)
	return cached.(*shape)
}

func (s *shape) fields() map[string]*shape {
	s.once.Do(func() {
		s.members = map[string]*shape{}
		addFields(s.typ, s.members)
	})
	return s.members
}

// addFields adds the fields of a struct, then those of its embedded structs that it does not hide.
func addFields(typ reflect.Type, fields map[string]*shape) {
	var embedded []reflect.Type
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case field.Anonymous && name == "":
			embedded = append(embedded, field.Type)
		case field.IsExported():
			if name == "" {
				name = field.Name
			}
			if _, hidden := fields[name]; !hidden {
				fields[name] = shapeOf(field.Type)
			}
		}
	}
	for _, typ := range embedded {
		if typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		addFields(typ, fields)
	}
}

func (s *shape) elem() *shape {
	s.once.Do(func() { s.element = shapeOf(s.typ.Elem()) })
	return s.element
}

// name says what a value of the type is in JSON.
func (s *shape) name() string {
	switch s.kind {
	case reflect.Bool:
		return "a boolean"
	case reflect.String:
		return "a string"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice:
		if s.typ.Elem().Kind() == reflect.Uint8 {
			return "a string"
		}
		return "a list"
	case reflect.Float32, reflect.Float64:
		return "a number"
	default:
		return "an integer"
	}
}
