package doctor

import (
	"encoding/json"
	"io"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"

	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/report"
)

// found is an object with the fields that matter here.
type found[T any] struct {
	*manifest.Object
	body T
}

// input is what was read, by what it is. Other objects are passed over.
type input struct {
	webhooks    []found[admissionregistrationv1.ValidatingWebhookConfiguration]
	templates   []found[template]
	constraints []found[constraint]
	syncSets    []found[syncSet]
	configs     []found[gatekeeperConfig]
	namespaces  []found[namespace]
	errors      []report.Error
}

// metadata is the part of an object's metadata that matters here.
type metadata struct {
	// UID is set by the API server; an object without one comes from a file and has no status.
	UID        string            `json:"uid"`
	Generation int64             `json:"generation"`
	Labels     map[string]string `json:"labels"`
}

func (m metadata) live() bool { return m.UID != "" }

type syncSet struct {
	Spec struct {
		GVKs []groupVersionKind `json:"gvks"`
	} `json:"spec"`
}

type groupVersionKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// gatekeeperConfig is Gatekeeper's Config.
type gatekeeperConfig struct {
	Spec struct {
		Sync struct {
			SyncOnly []groupVersionKind `json:"syncOnly"`
		} `json:"sync"`
		Match []struct {
			Processes          []string `json:"processes"`
			ExcludedNamespaces []string `json:"excludedNamespaces"`
		} `json:"match"`
	} `json:"spec"`
}

type namespace struct {
	Metadata metadata `json:"metadata"`
}

// read sorts the objects of the paths. What cannot be read becomes one of the input's errors.
func read(paths []string, stdin io.Reader) (*input, error) {
	options := manifest.Options{Stdin: stdin}
	sources, err := manifest.Find(paths, options)
	if err != nil {
		return nil, err
	}
	in := &input{}
	for _, source := range sources {
		file := manifest.Read(source, options)
		if file.Err != nil {
			in.addError(file.Err)
		}
		for _, d := range file.Documents {
			for _, err := range d.Errors {
				in.addError(err)
			}
			for _, o := range d.Objects {
				in.add(o)
			}
		}
	}
	return in, nil
}

func (in *input) add(o *manifest.Object) {
	switch {
	case o.Group == "admissionregistration.k8s.io" && o.Kind == "ValidatingWebhookConfiguration":
		add(in, &in.webhooks, o)
	case o.Group == "templates.gatekeeper.sh" && o.Kind == "ConstraintTemplate":
		add(in, &in.templates, o)
	case o.Group == constraintGroup:
		add(in, &in.constraints, o)
	case o.Group == "syncset.gatekeeper.sh" && o.Kind == "SyncSet":
		add(in, &in.syncSets, o)
	case o.Group == "config.gatekeeper.sh" && o.Kind == "Config":
		add(in, &in.configs, o)
	case o.Group == "" && o.Kind == "Namespace":
		add(in, &in.namespaces, o)
	}
}

// add decodes the object; a field of a wrong type, which the API server would refuse, is an error.
func add[T any](in *input, list *[]found[T], o *manifest.Object) {
	f := found[T]{Object: o}
	data, err := json.Marshal(o.Value)
	if err == nil {
		err = json.Unmarshal(data, &f.body)
	}
	if err != nil {
		line, column := o.Position("")
		in.errors = append(in.errors, report.Error{File: o.File, Document: o.Document, Line: line, Column: column,
			Message: err.Error()})
		return
	}
	*list = append(*list, f)
}

func (in *input) addError(err *manifest.Error) {
	in.errors = append(in.errors, report.Error{File: err.File, Document: err.Document, Line: err.Line, Column: err.Column,
		Message: err.Message})
}

// all are the objects that matter.
func (in *input) all() []*manifest.Object {
	var all []*manifest.Object
	all = appendObjects(all, in.webhooks)
	all = appendObjects(all, in.templates)
	all = appendObjects(all, in.constraints)
	all = appendObjects(all, in.syncSets)
	all = appendObjects(all, in.configs)
	return appendObjects(all, in.namespaces)
}

func appendObjects[T any](all []*manifest.Object, list []found[T]) []*manifest.Object {
	for _, f := range list {
		all = append(all, f.Object)
	}
	return all
}
