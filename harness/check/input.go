package check

import (
	"context"
	"fmt"
	"maps"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/report"
)

// input is a file with its objects in the form in which they are judged.
type input struct {
	manifest.File
	subjects []*subject
}

// subject is an object to be judged. Its Value is nil.
type subject struct {
	*manifest.Object
	value ast.Value
	// more are further fields of the review; nil if there are none.
	more map[string]any
	// silent are the guardrails that find nothing in the object.
	silent []*catalog.Guardrail
	// err is why the object cannot be judged.
	err error
	// outcome is there if the object was judged as soon as it was read.
	outcome *outcome
}

// read reads a file. What the parser made of it is let go at once, so that a check of many files holds them in one form
// only.
func (r *run) read(ctx context.Context, source manifest.Source, options manifest.Options) input {
	in := input{File: manifest.Read(source, options)}
	values := r.values.Get().(*engine.Values)
	defer r.values.Put(values)
	for i := range in.Documents {
		d := &in.Documents[i]
		for _, o := range d.Objects {
			in.subjects = append(in.subjects, r.newSubject(ctx, o, values))
		}
		in.Documents[i] = manifest.Document{Number: d.Number, Line: d.Line, Skipped: d.Skipped, Errors: d.Errors}
	}
	return in
}

func (r *run) newSubject(ctx context.Context, o *manifest.Object, values *engine.Values) *subject {
	s := &subject{Object: o, more: moreOf(o), silent: r.silent(o)}
	atOnce := r.ofKind(kindOf(o)).atOnce
	convert := values.Value
	if atOnce {
		convert = ast.InterfaceToValue // Nothing of it is kept.
	}
	s.value, s.err = convert(o.Value)
	o.Value = nil
	if !atOnce {
		return s
	}
	j, err := r.universal()
	if err != nil {
		s.err = err
	}
	judged := r.judgeObject(ctx, j, s)
	return &subject{Object: withoutText(o), outcome: &judged}
}

func kindOf(o *manifest.Object) catalog.Kind { return catalog.Kind{Group: o.Group, Kind: o.Kind} }

// moreOf are the fields of an object's review that Gatekeeper knows nothing of.
func moreOf(o *manifest.Object) map[string]any {
	more := map[string]any{}
	if len(o.Unknown) > 0 {
		unknown := make([]any, len(o.Unknown))
		for i, f := range o.Unknown {
			unknown[i] = map[string]any{"path": f.Path, "message": f.Message}
		}
		more["unknownFields"] = unknown
	}
	if paths := o.Embedded(); len(paths) > 0 {
		more["embeddedManifests"] = paths
	}
	if len(more) == 0 {
		return nil
	}
	return more
}

func (s *subject) review() engine.Review {
	review := engine.Review{Group: s.Group, Version: s.Version, Kind: s.Kind, Namespace: s.Namespace, Name: s.Name, Object: s.value,
		More: s.more}
	if request := s.Request; request != nil {
		review.Operation = request.Operation
		if request.OldObject != nil {
			review.OldObject = request.OldObject
		}
		review.More = map[string]any{"userInfo": request.UserInfo, "dryRun": request.DryRun, "subResource": request.SubResource}
		maps.Copy(review.More, s.more)
	}
	return review
}

// collect lists the objects in the order of the input, and notes what is skipped or wrong.
func (r *run) collect(inputs []input) []*subject {
	var subjects []*subject
	for _, in := range inputs {
		switch {
		case in.Err != nil:
			r.addError(in.Err)
			continue
		case in.Skipped != "":
			r.result.Skipped = append(r.result.Skipped, report.Skipped{File: in.Path, Reason: in.Skipped})
			continue
		}
		r.result.Summary.Files++
		for _, d := range in.Documents {
			r.result.Summary.Documents++
			if d.Skipped != "" {
				r.result.Skipped = append(r.result.Skipped, report.Skipped{File: in.Path, Document: d.Number,
					Line: d.Line, Reason: d.Skipped})
			}
			for _, err := range d.Errors {
				r.addError(err)
			}
		}
		subjects = append(subjects, in.subjects...)
	}
	r.result.Summary.Objects = len(subjects)
	return subjects
}

func (r *run) addError(err *manifest.Error) {
	r.result.Errors = append(r.result.Errors, report.Error{File: err.File, Document: err.Document, Line: err.Line,
		Column: err.Column, Message: err.Message})
}

// syncedKinds are those of the objects that the active guardrails may ask for: what one of them syncs, as in a cluster, and
// what makes pods.
func syncedKinds(cfg Config) map[catalog.Kind]bool {
	kinds := map[catalog.Kind]bool{}
	for _, a := range cfg.Active {
		for _, k := range a.Sync {
			kinds[catalog.Kind{Group: k.Group, Kind: k.Kind}] = true
		}
		for _, kind := range a.Documents {
			kinds[catalog.Kind{Group: catalog.DocumentGroup, Kind: kind}] = true
		}
	}
	if len(kinds) > 0 {
		for _, k := range cfg.Catalog.Workloads {
			kinds[k] = true
		}
	}
	return kinds
}

func (r *run) inventory(subjects []*subject) (ast.Value, error) {
	inventory := engine.NewInventory()
	for _, s := range subjects {
		if name := inventoryName(s.Object); s.value != nil && name != "" && r.synced[kindOf(s.Object)] {
			inventory.Add(s.APIVersion(), s.Kind, s.Namespace, name, s.value)
		}
	}
	return inventory.Value()
}

// inventoryName is the object's name; documents that are no Kubernetes objects have none of their own.
func inventoryName(o *manifest.Object) string {
	if o.Group == catalog.DocumentGroup {
		return fmt.Sprintf("%s#%d%s", o.File, o.Document, o.Item)
	}
	return o.Name
}
