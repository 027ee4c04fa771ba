package manifest

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// builder makes the objects of one document.
type builder struct {
	*reader
	document *Document
}

// build fills the document from its value.
func (b *builder) build(value any) {
	d := b.document
	object, ok := value.(map[string]any)
	switch {
	case value == nil:
		d.Skipped = "empty document"
	case !ok && b.documents(value):
	case !ok:
		b.fail(d, d.Line, fmt.Sprintf("the document is %s; a Kubernetes object is a mapping", typeName(value)))
	case b.foreign(object):
	default:
		b.object(object, place{})
		if len(d.Objects) == 0 && len(d.Errors) == 0 && d.Skipped == "" {
			d.Skipped = "empty list"
		}
	}
}

// foreign handles mappings that are no Kubernetes objects.
func (b *builder) foreign(value map[string]any) bool {
	d := b.document
	_, hasVersion := value["apiVersion"]
	_, hasKind := value["kind"]
	switch {
	case isKustomization(b.path, value):
		d.Skipped = "kustomization: render it with kustomize build and check what comes out"
	case b.source.values && !(hasVersion && hasKind):
		d.Skipped = "values of a Helm chart"
	case isChartFile(b.path, value):
		d.Skipped = "Helm chart: render it with helm template and check what comes out"
	case hasVersion || hasKind || b.misspelt(value):
		return false
	case b.documents(value):
		return true
	default:
		d.Skipped = "not a Kubernetes object: no apiVersion and kind"
	}
	d.Value = value
	return true
}

// documents adds what the value holds of documents that are judged although they are no Kubernetes objects, and tells
// whether there are any.
func (b *builder) documents(value any) bool {
	if b.opts.Documents == nil {
		return false
	}
	found, err := b.opts.Documents(value)
	if err != nil {
		b.refuse(place{}, "", err.Error())
		return true
	}
	for _, f := range found {
		document, _ := fieldpath.Path(f.Path).Get(value)
		object, ok := document.(map[string]any)
		if !ok {
			continue
		}
		name := f.Name
		if name == "" {
			name = filepath.Base(b.path)
		}
		b.document.Objects = append(b.document.Objects, &Object{
			File: b.path, Document: b.document.Number, Item: fieldpath.Path(f.Path).String(),
			Group: f.Group, Version: f.Version, Kind: f.Kind, Name: name, Value: object,
			text: b.document.text, at: f.Path,
		})
	}
	return len(found) > 0
}

// isChartFile tells whether a document of the file describes a Helm chart.
func isChartFile(path string, value map[string]any) bool {
	_, hasKind := value["kind"]
	return filepath.Base(path) == "Chart.yaml" && !hasKind &&
		stringField(value, "name") != "" && stringField(value, "version") != ""
}

// misspelt tells whether the mapping means to have an apiVersion and a kind.
func (b *builder) misspelt(value map[string]any) bool {
	var version, kind bool
	for key := range value {
		version = version || visiblyEqual(key, "apiVersion")
		kind = kind || visiblyEqual(key, "kind")
	}
	return version && kind
}

// place is where an object is in its document.
type place struct {
	path []any
	item string
}

func (p place) index(i int) place {
	item := "items[" + strconv.Itoa(i) + "]"
	if p.item != "" {
		item = p.item + "." + item
	}
	return place{append(slices.Clone(p.path), "items", i), item}
}

// below is the place of a field.
func (p place) below(keys ...string) place {
	path := slices.Clone(p.path)
	for _, key := range keys {
		path = append(path, key)
	}
	return place{path, p.item}
}

// refuse adds an error about what is at a place, or a path below it.
func (b *builder) refuse(at place, path, message string) {
	line, column := b.document.text.position(at.path, path)
	if at.item != "" {
		message = at.item + ": " + message
	}
	b.failAt(b.document, line, column, message)
}

// object adds what the mapping holds: one object, the members of a list, the object of an AdmissionReview.
func (b *builder) object(value map[string]any, at place) {
	gvk, ok := b.typeMeta(value, at)
	if !ok {
		return
	}
	if gvk.Group == "admission.k8s.io" && gvk.Kind == "AdmissionReview" {
		b.review(gvk, value, at)
		return
	}
	items, hasItems := value["items"]
	list, isList := items.([]any)
	switch {
	case gvk.Kind == "List" && gvk.Group == "" || hasItems && strings.HasSuffix(gvk.Kind, "List"):
		if items != nil && !isList {
			b.refuse(at, "items", fmt.Sprintf("items of %s is %s; it must be a list", gvk.Kind, typeName(items)))
			return
		}
		b.list(gvk, list, at)
		return
	case isList && holdsObjects(list):
		b.list(gvk, list, at) // kubectl takes whatever has items for a list.
	}
	b.add(gvk, value, at, nil)
}

// holdsObjects tells whether all members of a list look like Kubernetes objects.
func holdsObjects(list []any) bool {
	for _, item := range list {
		object, _ := item.(map[string]any)
		if stringField(object, "apiVersion") == "" || stringField(object, "kind") == "" {
			return false
		}
	}
	return true
}

func (b *builder) list(gvk GroupVersionKind, items []any, at place) {
	for i, item := range items {
		here := at.index(i)
		object, ok := item.(map[string]any)
		if !ok {
			b.refuse(here, "", fmt.Sprintf("the item is %s; a Kubernetes object is a mapping", typeName(item)))
			continue
		}
		_, hasVersion := object["apiVersion"]
		_, hasKind := object["kind"]
		if kind := strings.TrimSuffix(gvk.Kind, "List"); !hasVersion && !hasKind && kind != "" {
			object["apiVersion"] = joinGroupVersion(gvk.Group, gvk.Version)
			object["kind"] = kind
		}
		b.object(object, here)
	}
}

var (
	validVersion = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	validGroup   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`)
	validKind    = regexp.MustCompile(`^[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$`)
)

// typeMeta reads apiVersion and kind.
func (b *builder) typeMeta(value map[string]any, at place) (gvk GroupVersionKind, ok bool) {
	var meta [2]string
	for i, key := range []string{"apiVersion", "kind"} {
		field, there := value[key]
		text, isString := field.(string)
		switch {
		case !there:
			message := fmt.Sprintf("the object has no %s", key)
			for _, other := range slices.Sorted(maps.Keys(value)) {
				if visiblyEqual(other, key) {
					message += fmt.Sprintf("; %q is not %q", other, key)
				}
			}
			b.refuse(at, "", message)
			return gvk, false
		case !isString:
			b.refuse(at, key, fmt.Sprintf("%s is %s; it must be a string", key, typeName(field)))
			return gvk, false
		}
		meta[i] = text
	}
	gvk.Version, gvk.Kind = meta[0], meta[1]
	if group, version, found := strings.Cut(meta[0], "/"); found {
		gvk.Group, gvk.Version = group, version
		if !validGroup.MatchString(group) {
			gvk.Version = ""
		}
	}
	if !validVersion.MatchString(gvk.Version) {
		b.refuse(at, "apiVersion", fmt.Sprintf("apiVersion %q is malformed; write it like v1 or apps/v1", meta[0]))
		return gvk, false
	}
	if !validKind.MatchString(gvk.Kind) {
		b.refuse(at, "kind", fmt.Sprintf("kind %q is malformed; write it like Pod", gvk.Kind))
		return gvk, false
	}
	return gvk, true
}

// add adds an object, after checking it as the API server would.
func (b *builder) add(gvk GroupVersionKind, value map[string]any, at place, request *Request) {
	metadata, _ := value["metadata"].(map[string]any)
	object := &Object{
		File: b.path, Document: b.document.Number, Item: at.item,
		Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind,
		Namespace: stringField(metadata, "namespace"), Name: stringField(metadata, "name"),
		Value: value, Request: request,
		text: b.document.text, at: at.path,
	}
	if request != nil {
		if request.Name != "" {
			object.Name = request.Name
		}
		if request.Namespace != "" {
			object.Namespace = request.Namespace
		}
	}
	if object.Name == "" {
		object.GenerateName = stringField(metadata, "generateName")
	}
	switch {
	case knownClusterScoped(gvk.Group, gvk.Kind):
		object.Namespace = "" // The API server ignores what is written.
	case object.Namespace == "" && !ClusterScoped(gvk.Group, gvk.Kind):
		object.Namespace = b.opts.Namespace
	}
	b.document.Objects = append(b.document.Objects, object)

	if message := misplacedKind(gvk); message != "" {
		b.refuse(at, "kind", message)
	}
	c := checkObject(gvk, value)
	object.Unknown = c.unknown
	refused, known := refusedFields(gvk, value, c)
	object.Conforms = known && len(refused) == 0 && !c.nullItems
	for _, m := range refused {
		b.refuse(at, m.Path, fmt.Sprintf("%s of %s (%s) %s; the API server refuses it",
			m.Path, gvk.Kind, joinGroupVersion(gvk.Group, gvk.Version), m.Message))
	}
}

// refusedFields are those that the API server does not take, and whether the kind is built in.
func refusedFields(gvk GroupVersionKind, value map[string]any, c *checker) ([]Field, bool) {
	if _, known := builtinKinds().types[gvk]; !known {
		return c.mismatches, false
	}
	return append(c.mismatches, ambiguousVolumes(value)...), true
}

func stringField(object map[string]any, key string) string {
	s, _ := object[key].(string)
	return s
}
