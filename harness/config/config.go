// Package config decides which guardrails are active, with which action and parameters, and for which namespaces and
// objects they are not: from a profile, a configuration file and the command line, in this order.
package config

import (
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
	// ExemptNamespaces lists, by layer, namespaces whose objects that layer does not judge.
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
}

// Settings change one guardrail.
type Settings struct {
	// Action is deny, warn, dryrun or off; "" leaves the profile's.
	Action           catalog.Action `json:"action"`
	Parameters       map[string]any `json:"parameters"`
	ExemptNamespaces []string       `json:"exemptNamespaces"`
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

// ReadFile parses a configuration file strictly: an unknown field is an error.
func ReadFile(data []byte) (*File, error) {
	var f File
	if err := yaml.UnmarshalStrict(data, &f); err != nil {
		return nil, err
	}
	var errs []error
	for i, w := range f.Waivers {
		if err := w.validate(); err != nil {
			errs = append(errs, fmt.Errorf("waivers[%d]: %w", i, err))
		}
	}
	return &f, errors.Join(errs...)
}

func (w Waiver) validate() error {
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
	return errors.Join(errs...)
}

// Profiles are the profiles of a folder profiles/<name>.yaml, by name.
type Profiles map[string]*Profile

// ReadProfiles reads every profile, strictly.
func ReadProfiles(folder fs.FS) (Profiles, error) {
	files, err := fs.Glob(folder, "profiles/*.yaml")
	if err != nil {
		return nil, err
	}
	profiles := Profiles{}
	for _, file := range files {
		data, err := fs.ReadFile(folder, file)
		if err != nil {
			return nil, err
		}
		var p Profile
		if err := yaml.UnmarshalStrict(data, &p); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		profiles[strings.TrimSuffix(path.Base(file), ".yaml")] = &p
	}
	if profiles[DefaultProfile] == nil {
		return nil, fmt.Errorf("profiles/%s.yaml: missing", DefaultProfile)
	}
	all := *profiles[DefaultProfile]
	all.Title, all.Actions = "Every guardrail", nil
	profiles[All] = &all
	return profiles, nil
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
	errs := append([]error{err}, knownIDs(c, s, profile, file)...)
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
	return active, errors.Join(errs...)
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
	a, inProfile := g.Profiles[name]
	if name == All {
		a, inProfile = strictest(g.Profiles), true
	}
	if changed, ok := profile.Actions[g.ID]; ok {
		a, inProfile = changed, true
	}
	if changed := file.Guardrails[g.ID].Action; changed != "" {
		a, inProfile = changed, true
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

func strictest(profiles map[string]catalog.Action) catalog.Action {
	for _, a := range []catalog.Action{catalog.Deny, catalog.Warn, catalog.DryRun} {
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
				errs = append(errs, unknownID(c, where, id))
			}
		}
	}
	check("--only", s.Only...)
	check("--skip", s.Skip...)
	check("profile: actions", slices.Sorted(maps.Keys(profile.Actions))...)
	check("profile: parameters", slices.Sorted(maps.Keys(profile.Parameters))...)
	check("configuration: guardrails", slices.Sorted(maps.Keys(file.Guardrails))...)
	for i, w := range file.Waivers {
		check(fmt.Sprintf("configuration: waivers[%d]", i), w.Guardrail)
	}
	for id, settings := range file.Guardrails {
		known := []catalog.Action{"", catalog.Deny, catalog.Warn, catalog.DryRun, Off}
		if !slices.Contains(known, settings.Action) {
			errs = append(errs, fmt.Errorf("configuration: guardrails.%s.action is %q: write deny, warn, dryrun or off",
				id, settings.Action))
		}
	}
	return errs
}

func unknownID(c *catalog.Catalog, where, id string) error {
	if near := c.Suggest(id); near != "" {
		return fmt.Errorf("%s: unknown guardrail %q: did you mean %s?", where, id, near)
	}
	return fmt.Errorf("%s: unknown guardrail %q: see rampart list", where, id)
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
			errs = append(errs, unknownID(c, "--set", keys[0]))
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
