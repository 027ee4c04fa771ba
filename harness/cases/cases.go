// Package cases reads a guardrail's cases.yaml, its specification: objects that are allowed and objects that are denied,
// each one tweak away from a base object that passes every guardrail. The same cases drive every engine.
package cases

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// File is the form of cases.yaml. What the file gives applies to every case that does not give its own.
type File struct {
	Base       string         `json:"base"`
	Parameters map[string]any `json:"parameters"`
	Inventory  []Object       `json:"inventory"`
	Cases      []*Case        `json:"cases"`
}

// Case is one object with its verdict: allowed, or denied with exactly these findings.
type Case struct {
	Name   string `json:"name"`
	Object `json:",inline"`
	// Old is the object before an UPDATE.
	Old *Object `json:"old"`
	// Operation is the admission operation; "" (files and audit) if not given.
	Operation string `json:"operation"`
	// Request holds further fields of the review, such as userInfo.
	Request map[string]any `json:"request"`
	// Parameters are the guardrail's, before defaults are filled in.
	Parameters map[string]any `json:"parameters"`
	// Inventory holds the other objects of the cluster.
	Inventory []Object `json:"inventory"`
	// Lift false keeps the case from being repeated for every workload kind.
	Lift *bool `json:"lift"`

	Allow bool      `json:"allow"`
	Deny  []Finding `json:"deny"`
}

// Object is a base object with changes, or an object written out.
type Object struct {
	Base   string         `json:"base"`
	Set    map[string]any `json:"set"`
	Unset  []string       `json:"unset"`
	Object map[string]any `json:"object"`
}

// Finding is an expected finding. In both texts "..." stands for anything.
type Finding struct {
	Path    string `json:"path"`
	Message string `json:"msg"`
}

// Load reads cases.yaml of a guardrail's folder.
func Load(folder fs.FS) (*File, error) {
	data, err := fs.ReadFile(folder, "cases.yaml")
	if err != nil {
		return nil, err
	}
	var file File
	if err := yaml.UnmarshalStrict(data, &file); err != nil {
		return nil, err
	}
	var errs []error
	names := map[string]bool{}
	for _, c := range file.Cases {
		if names[c.Name] || c.Name == "" {
			errs = append(errs, fmt.Errorf("case %q: every case needs a name of its own", c.Name))
		}
		names[c.Name] = true
		if c.Allow == (len(c.Deny) > 0) {
			errs = append(errs, fmt.Errorf("case %q: write either allow: true or deny with its findings", c.Name))
		}
		file.inherit(c)
	}
	return &file, errors.Join(errs...)
}

func (f *File) inherit(c *Case) {
	if c.Base == "" && c.Object.Object == nil {
		c.Base = f.Base
	}
	if c.Old != nil && c.Old.Base == "" && c.Old.Object == nil {
		c.Old.Base = c.Base
	}
	if c.Parameters == nil {
		c.Parameters = f.Parameters
	}
	if c.Inventory == nil {
		c.Inventory = f.Inventory
	}
}

// Bases are the base objects, by name; workload kinds come with the base pod in their template.
type Bases struct {
	objects   map[string][]byte
	workloads map[string]*workload
	names     []string
}

type workload struct {
	skeleton []byte
	template fieldpath.Path
}

// LoadBases reads <name>.yaml and workloads/<name>.yaml. templates gives the path of the pod template for a workload's
// "group/Kind".
func LoadBases(folder fs.FS, templates map[string]fieldpath.Path) (*Bases, error) {
	b := &Bases{objects: map[string][]byte{}, workloads: map[string]*workload{}}
	files, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if b.objects[baseName(file)], err = fs.ReadFile(folder, file); err != nil {
			return nil, err
		}
	}
	files, err = fs.Glob(folder, "workloads/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := fs.ReadFile(folder, file)
		if err != nil {
			return nil, err
		}
		object, err := decode(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		template, ok := templates[GroupKind(object)]
		if !ok {
			return nil, fmt.Errorf("%s: %s is no workload kind", file, GroupKind(object))
		}
		b.workloads[baseName(file)] = &workload{skeleton: data, template: firstOf(template, object)}
	}
	b.names = slices.Sorted(maps.Keys(b.workloads))
	return b, nil
}

// firstOf puts the first entry that the object has in the place of each * of the path.
func firstOf(path fieldpath.Path, object map[string]any) fieldpath.Path {
	var concrete fieldpath.Path
	for _, step := range path {
		if step == "*" {
			node, _ := concrete.Get(object)
			if entries, ok := node.(map[string]any); ok {
				step = slices.Sorted(maps.Keys(entries))[0]
			} else {
				step = 0
			}
		}
		concrete = append(concrete, step)
	}
	return concrete
}

func baseName(file string) string { return strings.TrimSuffix(path.Base(file), ".yaml") }

func decode(data []byte) (map[string]any, error) {
	var object map[string]any
	err := yaml.UnmarshalStrict(data, &object)
	return object, err
}

// GroupKind is "group/Kind" of an object, "/Pod" for the core group.
func GroupKind(object map[string]any) string {
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	group, _, found := strings.Cut(apiVersion, "/")
	if !found {
		group = ""
	}
	return group + "/" + kind
}

// Workloads are the names of the base workload kinds, sorted.
func (b *Bases) Workloads() []string { return b.names }

// Names are the names of the base objects that are no workload but the Pod, sorted.
func (b *Bases) Names() []string { return slices.Sorted(maps.Keys(b.objects)) }

// Build makes the object, a fresh copy at each call.
func (b *Bases) Build(o Object) (map[string]any, error) {
	object := o.Object
	var err error
	if object == nil {
		object, err = b.base(o.Base)
	} else {
		object, err = deepCopy(object)
	}
	if err != nil {
		return nil, err
	}
	var root any = object
	set, err := deepCopy(o.Set) // of which Unset may remove something
	if err != nil {
		return nil, err
	}
	for _, text := range slices.Sorted(maps.Keys(set)) {
		p, err := fieldpath.Parse(text)
		if err != nil {
			return nil, err
		}
		if root, err = p.Set(root, set[text]); err != nil {
			return nil, fmt.Errorf("set %s: %w", text, err)
		}
	}
	for _, text := range o.Unset {
		p, err := fieldpath.Parse(text)
		if err != nil {
			return nil, err
		}
		if root, err = p.Remove(root); err != nil {
			return nil, fmt.Errorf("unset %s: %w", text, err)
		}
	}
	return deepCopy(root.(map[string]any))
}

func (b *Bases) base(name string) (map[string]any, error) {
	if data, ok := b.objects[name]; ok {
		return decode(data)
	}
	if b.workloads[name] == nil {
		return nil, fmt.Errorf("there is no base object %q", name)
	}
	pod, err := b.base("pod")
	if err != nil {
		return nil, err
	}
	return b.Lift(pod, name)
}

// Lift puts a Pod into the template of the named workload.
func (b *Bases) Lift(pod map[string]any, name string) (map[string]any, error) {
	w := b.workloads[name]
	object, err := decode(w.skeleton)
	if err != nil {
		return nil, err
	}
	var root any = object
	if spec, ok := pod["spec"].(map[string]any); ok {
		p := append(slices.Clone(w.template), "spec")
		kept, _ := p.Get(root)
		merged := map[string]any{}
		if skeleton, ok := kept.(map[string]any); ok {
			maps.Copy(merged, skeleton)
		}
		maps.Copy(merged, spec)
		root, err = p.Set(root, merged)
	} else if spec, present := pod["spec"]; present {
		root, err = append(slices.Clone(w.template), "spec").Set(root, spec)
	}
	if err != nil {
		return nil, err
	}
	metadata := map[string]any{}
	if m, ok := pod["metadata"].(map[string]any); ok {
		for _, key := range []string{"labels", "annotations"} {
			if value, present := m[key]; present {
				metadata[key] = value
			}
		}
	}
	root, err = append(slices.Clone(w.template), "metadata").Set(root, metadata)
	if err != nil {
		return nil, err
	}
	return deepCopy(root.(map[string]any))
}

// LiftPath is the path of a Pod's field in the named workload; metadata.name and the like have none.
func (b *Bases) LiftPath(podPath, name string) string {
	return strings.TrimPrefix(b.workloads[name].template.String()+"."+podPath, ".")
}

func deepCopy(object map[string]any) (map[string]any, error) {
	data, err := yaml.Marshal(object)
	if err != nil {
		return nil, err
	}
	return decode(data)
}

// Matches compares a text with an expected one, in which "..." stands for anything.
func Matches(want, got string) bool {
	parts := strings.Split(want, "...")
	if len(parts) == 1 {
		return want == got
	}
	if !strings.HasPrefix(got, parts[0]) {
		return false
	}
	rest := got[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, part)
		if i < 0 {
			return false
		}
		rest = rest[i+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
