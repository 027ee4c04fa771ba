// Package config decides which guardrails are active, with which action and parameters, and for which namespaces and
// objects they are not: from a profile, a configuration file and the command line, in this order.
package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/fieldpath"
	"github.com/rampart-policy/rampart/harness/manifest"
)

// All is the profile that holds every guardrail with its strictest action, and else is like the default one.
const All = "all"

// DefaultProfile is used where none is named.
const DefaultProfile = "restricted"

// Off is the action of a guardrail that a configuration switches off.
const Off catalog.Action = "off"

// Profile is the form of constraints/profiles/<name>.yaml.
type Profile struct {
	// Title says in a few words what the profile is for.
	Title string `json:"title"`
	// Extends is the profile, which extends no other, that this one starts from; what both say, this one decides.
	Extends string `json:"extends"`
	// ExemptNamespaces lists, by layer, namespaces whose objects that layer does not judge; those extended count too.
	ExemptNamespaces map[string][]string `json:"exemptNamespaces"`
	// Actions replace those of the guardrails' METADATA.
	Actions map[string]catalog.Action `json:"actions"`
	// Parameters are by guardrail.
	Parameters map[string]map[string]any `json:"parameters"`
}

// File is the form of a configuration file.
type File struct {
	// Profile is used where the command line names none.
	Profile string `json:"profile"`
	// Namespace is given to namespaced objects that name none, where the command line gives none.
	Namespace string `json:"namespace"`
	// Policies are folders with guardrails of one's own, relative to the file.
	Policies []string `json:"policies"`
	// Workloads are custom kinds that make pods, for every guardrail on pods.
	Workloads catalog.Workloads `json:"workloads"`
	// ExemptNamespaces are not judged by any guardrail. A leading or trailing * stands for any text.
	ExemptNamespaces []string `json:"exemptNamespaces"`
	// Guardrails are by id.
	Guardrails map[string]Settings `json:"guardrails"`
	// Waivers exempt single objects from single guardrails.
	Waivers []Waiver `json:"waivers"`

	source *manifest.Config // nil for a File that was not read
}

// Settings change one guardrail.
type Settings struct {
	// Action is "" to leave the profile's.
	Action           Action         `json:"action"`
	Parameters       map[string]any `json:"parameters"`
	ExemptNamespaces []string       `json:"exemptNamespaces"`
}

// Action is deny, warn, dryrun or off.
type Action catalog.Action

// UnmarshalJSON takes false for off, which is what YAML makes of the word.
func (a *Action) UnmarshalJSON(data []byte) error {
	if string(data) == "false" {
		*a = Action(Off)
		return nil
	}
	var text string
	if json.Unmarshal(data, &text) != nil || !slices.Contains(append([]catalog.Action{Off}, strength...), catalog.Action(text)) {
		return fmt.Errorf("%s: write deny, warn, dryrun or off", data)
	}
	*a = Action(text)
	return nil
}

// Waiver exempts an object, or one container or image of it, from a guardrail until a date.
type Waiver struct {
	Guardrail string `json:"guardrail"`
	Kind      string `json:"kind"`
	// Namespace is "" for cluster-scoped objects.
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Container and Image narrow the waiver; "" means any.
	Container string `json:"container"`
	Image     string `json:"image"`
	// Reason says who accepted the risk and why.
	Reason string `json:"reason"`
	// Expires is the last day on which the waiver holds, YYYY-MM-DD in UTC.
	Expires string `json:"expires"`
}

// Active is a guardrail in use.
type Active struct {
	*catalog.Guardrail
	Action     catalog.Action
	Parameters map[string]any
	// ExemptNamespaces can have a leading or trailing *, as in Gatekeeper's excludedNamespaces.
	ExemptNamespaces []string
}

// Selection is what the command line says.
type Selection struct {
	// Profile is a profile's name, All, or "" for the file's or the default.
	Profile string
	// Only, if not empty, names the guardrails to use, whatever the profile; Skip names those to leave out.
	Only, Skip []string
	// Set holds guardrail.parameter=value.
	Set []string
	// PSSVersion is the version of the Pod Security Standards, "" for the guardrails' default.
	PSSVersion string
	File       *File
}

// ReadFile parses a configuration file strictly: an unknown field is an error. Errors have their place in the file.
func ReadFile(name string, data []byte) (*File, error) {
	var f File
	var err error
	if f.source, err = manifest.DecodeConfig(name, data, &f); err != nil {
		return nil, err
	}
	var errs []error
	for i, w := range f.Waivers {
		for _, err := range w.validate() {
			errs = append(errs, f.source.Errorf(fmt.Sprintf("waivers[%d]", i), "%v", err))
		}
	}
	return &f, errors.Join(errs...)
}

func (w Waiver) validate() []error {
	var errs []error
	for _, f := range []struct{ name, value string }{
		{"guardrail", w.Guardrail}, {"kind", w.Kind}, {"name", w.Name}, {"reason", w.Reason}, {"expires", w.Expires},
	} {
		if strings.TrimSpace(f.value) == "" {
			errs = append(errs, fmt.Errorf("%s is missing", f.name))
		}
	}
	if w.Expires != "" {
		if _, err := time.Parse(time.DateOnly, w.Expires); err != nil {
			errs = append(errs, fmt.Errorf("expires is %q: write a date such as 2030-01-31", w.Expires))
		}
	}
	return errs
}

// Profiles are the profiles of a folder profiles/<name>.yaml, by name.
type Profiles map[string]*Profile

// ReadProfiles reads every profile, strictly.
func ReadProfiles(folder fs.FS) (Profiles, error) {
	read, err := ReadAll[Profile](folder, "profiles")
	if err != nil {
		return nil, err
	}
	profiles := Profiles(read)
	if profiles[DefaultProfile] == nil {
		return nil, fmt.Errorf("profiles/%s.yaml: missing", DefaultProfile)
	}
	all := *profiles[DefaultProfile]
	all.Title, all.Actions = "Every guardrail", nil
	profiles[All] = &all
	return profiles, profiles.extend()
}

// ReadAll reads every <name>.yaml of a folder, strictly, by name.
func ReadAll[T any](root fs.FS, folder string) (map[string]*T, error) {
	files, err := fs.Glob(root, folder+"/*.yaml")
	if err != nil {
		return nil, err
	}
	all := map[string]*T{}
	for _, file := range files {
		data, err := fs.ReadFile(root, file)
		if err != nil {
			return nil, err
		}
		value := new(T)
		if err := yaml.UnmarshalStrict(data, value); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all[strings.TrimSuffix(path.Base(file), ".yaml")] = value
	}
	return all, nil
}

// extend adds to each profile what the one that it extends says and it does not.
func (p Profiles) extend() error {
	for _, name := range p.Names() {
		own := p[name]
		if own.Extends == "" {
			continue
		}
		base, ok := p[own.Extends]
		if !ok || base.Extends != "" || own.Extends == All {
			return fmt.Errorf("profiles/%s.yaml: extends is %q: name a profile that has a file and extends no other", name, own.Extends)
		}
		p[name] = own.over(base)
	}
	return nil
}

// over is the profile with what another one says and it does not.
func (p *Profile) over(base *Profile) *Profile {
	merged := Profile{Title: p.Title, Extends: p.Extends, ExemptNamespaces: map[string][]string{},
		Actions: map[string]catalog.Action{}, Parameters: map[string]map[string]any{}}
	for _, from := range []*Profile{base, p} {
		for layer, namespaces := range from.ExemptNamespaces {
			merged.ExemptNamespaces[layer] = slices.Concat(merged.ExemptNamespaces[layer], namespaces)
		}
		maps.Copy(merged.Actions, from.Actions)
		for id, parameters := range from.Parameters {
			if merged.Parameters[id] == nil {
				merged.Parameters[id] = map[string]any{}
			}
			maps.Copy(merged.Parameters[id], parameters)
		}
	}
	return &merged
}

// Names are the profiles' names, sorted.
func (p Profiles) Names() []string { return slices.Sorted(maps.Keys(p)) }

// Resolve returns the active guardrails in the catalogue's order. Everything that is wrong with the selection is
// reported together.
func Resolve(c *catalog.Catalog, profiles Profiles, s Selection) ([]Active, error) {
	file := s.File
	if file == nil {
		file = &File{}
	}
	name := s.ProfileName()
	profile, ok := profiles[name]
	if !ok {
		return nil, fmt.Errorf("unknown profile %q: choose one of %s", name, strings.Join(profiles.Names(), ", "))
	}
	parameters, err := parseSet(c, s.Set)
	errs := append([]error{err, checkVersion(c, s.PSSVersion)}, knownIDs(c, s, profile, file)...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var active []Active
	for _, g := range c.Guardrails {
		a := Active{Guardrail: g, Action: action(g, name, profile, file, s)}
		if a.Action == Off || a.Action == "" {
			continue
		}
		given := map[string]any{}
		if s.PSSVersion != "" && g.PSS != nil {
			given["version"] = s.PSSVersion
		}
		for _, more := range []map[string]any{profile.Parameters[g.ID], file.Guardrails[g.ID].Parameters, parameters[g.ID]} {
			maps.Copy(given, more)
		}
		if a.Parameters, err = g.FillParameters(given); err != nil {
			errs = append(errs, err)
		}
		a.ExemptNamespaces = slices.Concat(profile.ExemptNamespaces[g.Layer], file.ExemptNamespaces,
			file.Guardrails[g.ID].ExemptNamespaces)
		active = append(active, a)
	}
	if len(active) == 0 {
		errs = append(errs, errors.New("no guardrail is left to evaluate"))
	}
	restoreReplaced(active)
	return active, errors.Join(errs...)
}

// restoreReplaced makes a guardrail that a stricter one stands for judge by itself where that one is left out or weaker:
// else whoever switches off the stricter check would switch off the milder one unseen.
func restoreReplaced(active []Active) {
	for _, a := range active {
		if !a.Replaced() {
			continue
		}
		if !slices.ContainsFunc(active, func(b Active) bool { return b.ID == a.ReplacedBy && b.standsFor(a) }) {
			a.Parameters["level"] = "baseline"
		}
	}
}

// Replaced tells whether the guardrail leaves its part to the one that ReplacedBy names.
func (a Active) Replaced() bool { return a.ReplacedBy != "" && a.Parameters["level"] == "restricted" }

// standsFor tells whether a finding of the guardrail weighs as much as one of the other, in every namespace.
func (a Active) standsFor(other Active) bool {
	return slices.Index(strength, a.Action) >= slices.Index(strength, other.Action) &&
		a.Parameters["version"] == other.Parameters["version"] &&
		!slices.ContainsFunc(a.ExemptNamespaces, func(n string) bool { return !slices.Contains(other.ExemptNamespaces, n) })
}

// strength has the actions from the weakest to the strongest.
var strength = []catalog.Action{catalog.DryRun, catalog.Warn, catalog.Deny}

// checkVersion refuses, once for all guardrails, a version that the Pod Security Standards cannot have.
func checkVersion(c *catalog.Catalog, version string) error {
	for _, g := range c.Guardrails {
		if version == "" || g.PSS == nil {
			continue
		}
		if _, err := g.FillParameters(map[string]any{"version": version}); err != nil {
			return fmt.Errorf("--pss-version %s: write a version such as v1.30, or latest", version)
		}
	}
	return nil
}

func firstNonEmpty(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// action is what becomes of an object with a finding, "" where the guardrail is not in use.
func action(g *catalog.Guardrail, name string, profile *Profile, file *File, s Selection) catalog.Action {
	if slices.Contains(s.Skip, g.ID) {
		return Off
	}
	a, inProfile := g.Profiles[firstNonEmpty(profile.Extends, name)]
	if name == All {
		a, inProfile = strictest(g.Profiles), true
	}
	if changed, ok := profile.Actions[g.ID]; ok {
		a, inProfile = changed, true
	}
	if changed := file.Guardrails[g.ID].Action; changed != "" {
		a, inProfile = catalog.Action(changed), true
	}
	if len(s.Only) > 0 {
		if !slices.Contains(s.Only, g.ID) {
			return Off
		}
		if !inProfile {
			return strictest(g.Profiles)
		}
	}
	return a
}

// strictest is the strongest action that a profile gives; a guardrail in no profile denies.
func strictest(profiles map[string]catalog.Action) catalog.Action {
	for _, a := range slices.Backward(strength) {
		for _, in := range profiles {
			if in == a {
				return a
			}
		}
	}
	return catalog.Deny
}

// knownIDs reports every guardrail id that the catalogue lacks, with the one that was probably meant, and every action
// that does not exist.
func knownIDs(c *catalog.Catalog, s Selection, profile *Profile, file *File) []error {
	var errs []error
	check := func(where string, ids ...string) {
		for _, id := range ids {
			if c.Find(id) == nil {
				errs = append(errs, fmt.Errorf("%s: %w", where, c.Unknown(id)))
			}
		}
	}
	check("--only", s.Only...)
	check("--skip", s.Skip...)
	check("profile: actions", slices.Sorted(maps.Keys(profile.Actions))...)
	check("profile: parameters", slices.Sorted(maps.Keys(profile.Parameters))...)
	checkFile := func(path, id string) {
		if c.Find(id) == nil {
			errs = append(errs, file.source.Errorf(path, "%v", c.Unknown(id)))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(file.Guardrails)) {
		checkFile(fieldpath.Path{"guardrails", id}.String(), id)
	}
	for i, w := range file.Waivers {
		checkFile(fmt.Sprintf("waivers[%d].guardrail", i), w.Guardrail)
	}
	return errs
}

// parseSet reads guardrail.parameter=value, where the value is YAML and the parameter can be nested with dots.
func parseSet(c *catalog.Catalog, settings []string) (map[string]map[string]any, error) {
	parameters := map[string]map[string]any{}
	var errs []error
	for _, text := range settings {
		name, value, ok := strings.Cut(text, "=")
		keys := strings.Split(name, ".")
		if !ok || len(keys) < 2 || slices.Contains(keys, "") {
			errs = append(errs, fmt.Errorf("--set %s: write guardrail.parameter=value", text))
			continue
		}
		if c.Find(keys[0]) == nil {
			errs = append(errs, fmt.Errorf("--set: %w", c.Unknown(keys[0])))
			continue
		}
		var parsed any
		if err := yaml.Unmarshal([]byte(value), &parsed); err != nil {
			errs = append(errs, fmt.Errorf("--set %s: the value is no YAML: %w", text, err))
			continue
		}
		put(parameters, keys, parsed)
	}
	return parameters, errors.Join(errs...)
}

func put(parameters map[string]map[string]any, keys []string, value any) {
	if parameters[keys[0]] == nil {
		parameters[keys[0]] = map[string]any{}
	}
	node := parameters[keys[0]]
	for _, key := range keys[1 : len(keys)-1] {
		next, ok := node[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			node[key] = next
		}
		node = next
	}
	node[keys[len(keys)-1]] = value
}

// Inactive tells whether a parameter is empty without which the guardrail judges nothing.
func (a Active) Inactive() bool {
	return slices.ContainsFunc(a.Needs, func(name string) bool {
		list, _ := a.Parameters[name].([]any)
		return len(list) == 0
	})
}

// Exempts tells whether the object is not judged because of its namespace, or of its name where it is a Namespace. A * at
// either end stands for any text. Both are as in Gatekeeper's excludedNamespaces.
func (a Active) Exempts(kind, namespace, name string) bool {
	if kind == "Namespace" {
		namespace = name
	}
	if namespace == "" {
		return false
	}
	return slices.ContainsFunc(a.ExemptNamespaces, func(pattern string) bool {
		inner := strings.Trim(pattern, "*")
		leading, trailing := strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*")
		switch {
		case leading && trailing:
			return strings.Contains(namespace, inner)
		case leading:
			return strings.HasSuffix(namespace, inner)
		case trailing:
			return strings.HasPrefix(namespace, inner)
		default:
			return namespace == pattern
		}
	})
}

// ProfileName is the profile that is in force.
func (s Selection) ProfileName() string {
	if s.File == nil {
		return firstNonEmpty(s.Profile, DefaultProfile)
	}
	return firstNonEmpty(s.Profile, s.File.Profile, DefaultProfile)
}
