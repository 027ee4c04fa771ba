// Package manifest turns paths into the Kubernetes objects that are to be judged. Nothing is ever silently dropped:
// every file, and every document in it, ends as objects, as skipped for a stated reason, or as an error.
//
// Find lists the files, Read reads one of them. Documents are those that kubectl would read, and those that it would
// lose; values are those that the API server would see; what it would refuse is an error.
package manifest

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Options are what Find and Read need to know besides paths; the zero value is useful.
type Options struct {
	// Namespace is given to namespaced objects that name none; "" gives them none.
	Namespace string
	// Stdin is read for the path "-".
	Stdin io.Reader
	// Documents recognises what is no Kubernetes object and is judged all the same, such as a workflow or the report of a
	// scanner; nil for none. It gets JSON types with exact numbers, and may be called concurrently.
	Documents func(value any) ([]Foreign, error)
	// MaxFileBytes bounds what is read of one file; a larger one is an error. 0 means 256 MiB.
	MaxFileBytes int64
}

const defaultMaxFileBytes = 256 << 20

func (o Options) maxFileBytes() int64 {
	if o.MaxFileBytes > 0 {
		return o.MaxFileBytes
	}
	return defaultMaxFileBytes
}

// Foreign is a recognised document: the group and kind that it is judged as, its name or "", and where it is in the value.
type Foreign struct {
	GroupVersionKind
	Name string
	Path []any
}

// File is what became of one source: it was skipped, could not be read, or has documents.
type File struct {
	Path      string
	Skipped   string
	Err       *Error
	Documents []Document
}

// Document is one document of a file: it has objects, errors or both, or was skipped.
type Document struct {
	// Number counts from 1; empty documents count.
	Number int
	// Line is where the document's content begins in the file.
	Line    int
	Objects []*Object
	Skipped string
	Errors  []*Error
	// Value holds a mapping that was skipped because it is no Kubernetes object; else it is nil.
	Value map[string]any

	text *text
}

// Position is where a field of a document's Value stands in the file; see Object.Position.
func (d *Document) Position(path string) (line, column int) {
	return d.text.position(nil, path)
}

// Object is one object to be judged.
type Object struct {
	File     string
	Document int
	// Item is the place in a List, such as items[2] or items[0].items[1]; "" outside of Lists.
	Item string

	Group, Version, Kind string
	// Namespace is where the object will be: "" for cluster-scoped objects, and where neither it nor the options name one.
	Namespace string
	// Name is "" where the API server is to generate one, or where it is no string.
	Name string
	// GenerateName is the prefix of the name that the API server is to make; "" where the object has a name.
	GenerateName string
	// Value is the object as the API server would see it. Its numbers are json.Number.
	Value map[string]any
	// Request is what an AdmissionReview says beside the object; else it is nil.
	Request *Request
	// Unknown lists the fields that the API server does not know.
	Unknown []Field
	// Conforms tells whether the kind is built in, the API server takes the value of each field that it knows, and no item of a list
	// is null.
	Conforms bool

	text *text
	at   []any // path of the object in its document
}

// Position is where the field at the path, such as spec.containers[0].image or metadata.annotations["a.b/c"], stands in
// the file, counted from 1. For a field that does not exist it is the nearest parent that does.
func (o *Object) Position(path string) (line, column int) {
	return o.text.position(o.at, path)
}

// APIVersion is the object's apiVersion.
func (o *Object) APIVersion() string { return joinGroupVersion(o.Group, o.Version) }

func joinGroupVersion(group, version string) string {
	if group == "" {
		return version
	}
	return group + "/" + version
}

// Field is a field at fault.
type Field struct{ Path, Message string }

// Request is the part of an AdmissionReview's request that is not the object.
type Request struct {
	Operation       string
	Kind            GroupVersionKind
	Resource        GroupVersionResource
	SubResource     string
	Namespace, Name string
	OldObject       map[string]any
	UserInfo        map[string]any
	Options         map[string]any
	DryRun          bool
}

// GroupVersionKind names a kind, as in AdmissionReviews.
type GroupVersionKind struct{ Group, Version, Kind string }

// GroupVersionResource names a resource, as in AdmissionReviews.
type GroupVersionResource struct{ Group, Version, Resource string }

// Error is why a file, a document or an object could not be read as it stands. Document, Line and Column count from 1
// and are 0 where they say nothing.
type Error struct {
	File                   string
	Document, Line, Column int
	Message                string
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
		if e.Column > 0 {
			fmt.Fprintf(&b, ":%d", e.Column)
		}
	}
	if e.Document > 0 {
		fmt.Fprintf(&b, ": document %d", e.Document)
	}
	return b.String() + ": " + e.Message
}

func typeName(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}
