package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Guardrail is one policy with everything that its METADATA says.
type Guardrail struct {
	// ID is the guardrail's slug, the name of its folder.
	ID string `json:"id"`
	// Title is one line, Description and Remediation are sentences.
	Title       string `json:"title"`
	Description string `json:"description"`
	Remediation string `json:"remediation"`
	// Layer is one of Layers.
	Layer string `json:"layer"`
	// Severity is one of Severities.
	Severity string `json:"severity"`
	// Profiles maps the profiles that hold the guardrail to the action that it has there.
	Profiles map[string]Action `json:"profiles"`
	// Kinds are the group and kinds whose objects are judged.
	Kinds []Kind `json:"kinds"`
	// Parameters is the JSON schema of the parameters, with their defaults.
	Parameters map[string]any `json:"parameters"`
	// Needs are list parameters without which the guardrail is inactive: only the site knows what to put there.
	Needs []string `json:"needs,omitempty"`
	// Sync are the kinds of other objects that the guardrail reads from the inventory.
	Sync []GroupVersionKind `json:"sync,omitempty"`
	// Documents are the kinds of documents among the files that the guardrail reads besides (see DocumentGroup).
	Documents []string `json:"documents,omitempty"`
	// Controls maps a framework to the ids of its controls that the guardrail is evidence for.
	Controls map[string][]string `json:"controls"`
	// PSS is set for the guardrails that are an official check of the Pod Security Standards.
	PSS *PSS `json:"pss,omitempty"`
	// ReplacedBy is the guardrail that stands for this one where its parameter level is restricted.
	ReplacedBy string `json:"replacedBy,omitempty"`
	// FilesOnly marks guardrails on documents that no API server admits.
	FilesOnly bool `json:"filesOnly,omitempty"`
	// Requires are the fields of a review that every violation starts from: without one of them there is none.
	Requires []string `json:"requires,omitempty"`
	// Mentions are texts of which a key or a text of the object has one as a part wherever the guardrail finds something in it,
	// provided that all of its fields have the types that the API server takes. None means that nothing of the sort is known.
	Mentions []string `json:"mentions,omitempty"`
	// Related are links to the specification behind the rule.
	Related []Link `json:"related,omitempty"`

	// Module is the policy itself.
	Module *Module `json:"-"`
	// Folder holds the policy and its cases.
	Folder fs.FS `json:"-"`
}

// The group and version of documents that are no Kubernetes objects, such as the report of a scanner; see lib.documents.
const (
	DocumentGroup   = "documents.rampart"
	DocumentVersion = "v1"
)

// ConstraintGroup is the API group of Gatekeeper's constraints.
const ConstraintGroup = "constraints.gatekeeper.sh"

// fileGroups are the API groups of what is only ever in files: no API server admits it.
var fileGroups = []string{
	DocumentGroup, "apiserver.config.k8s.io", "apiserver.k8s.io", "audit.k8s.io", "kubeadm.k8s.io",
	"pod-security.admission.config.k8s.io",
}

// Admitted tells whether an API server can admit objects of the group.
func Admitted(group string) bool { return !slices.Contains(fileGroups, group) }

// Kind is an API group ("" for core) and a kind; "*" as kind stands for every kind of the group.
type Kind struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
}

// GroupVersionKind names the objects that a guardrail reads from the inventory.
type GroupVersionKind struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
}

// PSS names an official check (k8s.io/pod-security-admission) and its level.
type PSS struct {
	Check string `json:"check"`
	Level string `json:"level"`
}

// Link is a related resource.
type Link struct {
	Ref         string `json:"ref"`
	Description string `json:"description,omitempty"`
}

// Action is what happens to an object with a finding, in Gatekeeper's terms.
type Action string

// The actions that a profile can give a guardrail.
const (
	Deny   Action = "deny"
	Warn   Action = "warn"
	DryRun Action = "dryrun"
)

// Severities from the lowest to the highest.
var Severities = []string{"low", "medium", "high", "critical"}

// custom is the form of METADATA's `custom` block.
type custom struct {
	ID          string              `json:"id"`
	Severity    string              `json:"severity"`
	Profiles    map[string]Action   `json:"profiles"`
	Match       []match             `json:"match"`
	Needs       []string            `json:"needs"`
	Sync        []GroupVersionKind  `json:"sync"`
	Controls    map[string][]string `json:"controls"`
	PSS         *PSS                `json:"pss"`
	ReplacedBy  string              `json:"replaced_by"`
	FilesOnly   bool                `json:"files_only"`
	Mentions    []string            `json:"mentions"`
	Remediation string              `json:"remediation"`
}

// match is either the word `pods`, which stands for every workload kind, or groups and kinds.
type match struct {
	pods   bool
	Groups []string `json:"groups"`
	Kinds  []string `json:"kinds"`
}

func (m *match) UnmarshalJSON(data []byte) error {
	if bytes.Equal(data, []byte(`"pods"`)) {
		m.pods = true
		return nil
	}
	type plain match
	return strictJSON(data, (*plain)(m))
}

func (c *Catalog) readGuardrail(folder fs.FS, layer, file string) (*Guardrail, error) {
	module, err := parse(folder, file)
	if err != nil {
		return nil, err
	}
	annotations, err := packageAnnotations(module.AST)
	if err != nil {
		return nil, err
	}
	meta, err := readCustom(annotations)
	if err != nil {
		return nil, err
	}
	parameters, err := parameterSchema(annotations)
	if err != nil {
		return nil, err
	}
	sub, err := fs.Sub(folder, path.Dir(file))
	if err != nil {
		return nil, err
	}
	g := &Guardrail{
		ID: meta.ID, Title: annotations.Title, Description: strings.TrimSpace(annotations.Description),
		Remediation: strings.TrimSpace(meta.Remediation), Layer: layer, Severity: meta.Severity,
		Profiles: meta.Profiles, Kinds: c.expand(meta.Match), Parameters: parameters, Needs: meta.Needs,
		Controls: meta.Controls, PSS: meta.PSS, ReplacedBy: meta.ReplacedBy, FilesOnly: meta.FilesOnly, Related: related(annotations),
		Requires: required(module.AST), Mentions: meta.Mentions, Module: module, Folder: sub,
	}
	for _, k := range meta.Sync {
		if k.Group == DocumentGroup {
			g.Documents = append(g.Documents, k.Kind)
		} else {
			g.Sync = append(g.Sync, k)
		}
	}
	return g, g.validate(path.Base(path.Dir(file)))
}

var reviewRef = ast.MustParseRef("input.review")

// required are the fields X of the review that every rule for violation asks for with `some … in input.review.X`.
func required(module *ast.Module) []string {
	var fields []string
	for i, rule := range violations(module) {
		var own []string
		for _, expr := range rule.Body {
			if field := reviewField(expr); field != "" && !expr.Negated {
				own = append(own, field)
			}
		}
		if i == 0 {
			fields = own
		}
		fields = slices.DeleteFunc(fields, func(field string) bool { return !slices.Contains(own, field) })
	}
	return fields
}

func violations(module *ast.Module) []*ast.Rule {
	return slices.DeleteFunc(slices.Clone(module.Rules), func(rule *ast.Rule) bool { return rule.Head.Name != "violation" })
}

func reviewField(expr *ast.Expr) string {
	some, ok := expr.Terms.(*ast.SomeDecl)
	if !ok || len(some.Symbols) != 1 {
		return ""
	}
	call, ok := some.Symbols[0].Value.(ast.Call)
	if !ok {
		return ""
	}
	collection, ok := call[len(call)-1].Value.(ast.Ref)
	if !ok || len(collection) <= len(reviewRef) || !collection.HasPrefix(reviewRef) {
		return ""
	}
	field, _ := collection[len(reviewRef)].Value.(ast.String)
	return string(field)
}

func packageAnnotations(module *ast.Module) (*ast.Annotations, error) {
	for _, a := range module.Annotations {
		if a.Scope == "package" {
			return a, nil
		}
	}
	return nil, errors.New("the package has no METADATA block with scope: package")
}

func readCustom(annotations *ast.Annotations) (*custom, error) {
	data, err := json.Marshal(annotations.Custom)
	if err != nil {
		return nil, err
	}
	var meta custom
	if err := strictJSON(data, &meta); err != nil {
		return nil, fmt.Errorf("METADATA custom: %w", err)
	}
	return &meta, nil
}

func strictJSON(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// parameterSchema returns the inline schema of input.parameters; a guardrail without one takes no parameters.
func parameterSchema(annotations *ast.Annotations) (map[string]any, error) {
	for _, s := range annotations.Schemas {
		if s.Path.String() != "input.parameters" || s.Definition == nil {
			continue
		}
		data, err := json.Marshal(*s.Definition)
		if err != nil {
			return nil, err
		}
		var schema map[string]any
		if err := json.Unmarshal(data, &schema); err != nil {
			return nil, fmt.Errorf("METADATA schemas: input.parameters: %w", err)
		}
		return schema, nil
	}
	return map[string]any{"type": "object", "default": map[string]any{}, "additionalProperties": false}, nil
}

func (c *Catalog) expand(matches []match) []Kind {
	var kinds []Kind
	for _, m := range matches {
		if m.pods {
			kinds = append(kinds, c.Workloads...)
		}
		for _, group := range m.Groups {
			for _, kind := range m.Kinds {
				kinds = append(kinds, Kind{Group: group, Kind: kind})
			}
		}
	}
	slices.SortFunc(kinds, compareKinds)
	return slices.Compact(kinds)
}

func compareKinds(a, b Kind) int {
	if a.Group != b.Group {
		return strings.Compare(a.Group, b.Group)
	}
	return strings.Compare(a.Kind, b.Kind)
}

func related(annotations *ast.Annotations) []Link {
	links := make([]Link, 0, len(annotations.RelatedResources))
	for _, r := range annotations.RelatedResources {
		links = append(links, Link{Ref: r.Ref.String(), Description: r.Description})
	}
	return links
}

var slug = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// validate reports everything in the METADATA that would make the guardrail unusable.
func (g *Guardrail) validate(folder string) error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("METADATA: "+format, args...))
		}
	}
	check(g.ID == folder && slug.MatchString(g.ID), "custom.id is %q; write the folder's name, %q", g.ID, folder)
	written := g.Module.AST.Package.Path.String()
	check(written == g.Package(), "the package is %s; write package %s", written, strings.TrimPrefix(g.Package(), "data."))
	check(g.Title != "", "title is missing")
	check(g.Description != "", "description is missing")
	check(g.Remediation != "", "custom.remediation is missing")
	check(slices.Contains(Severities, g.Severity), "custom.severity is %q; write one of %s", g.Severity,
		strings.Join(Severities, ", "))
	check(len(g.Kinds) > 0, "custom.match names no kind")
	check(g.FilesOnly || len(g.AdmittedKinds()) > 0,
		"no API server admits what custom.match names; write custom.files_only: true")
	check(len(g.Related) > 0, "related_resources is missing: name the specification that the rule comes from")
	check(len(g.Controls) > 0, "custom.controls is missing")
	for profile, action := range g.Profiles {
		check(action == Deny || action == Warn || action == DryRun, "custom.profiles.%s is %q; write deny, warn or dryrun",
			profile, action)
	}
	properties, _ := g.Parameters["properties"].(map[string]any)
	check(g.ReplacedBy == "" || properties["level"] != nil, "custom.replaced_by wants a parameter named level")
	check(!slices.Contains(g.Mentions, ""), "custom.mentions has an empty text")
	for _, name := range g.Needs {
		check(properties[name] != nil, "custom.needs names %q, which is no parameter", name)
	}
	check(g.Parameters["type"] == "object", "the schema of input.parameters must have type: object")
	defaults, _ := withDefaults(g.Parameters, map[string]any{}).(map[string]any)
	if err := g.checkParameters(defaults); err != nil {
		errs = append(errs, fmt.Errorf("METADATA schemas: %w", err))
	}
	return errors.Join(errs...)
}

// Package is the policy's package path, such as data.rampart.container.privileged_containers.
func (g *Guardrail) Package() string {
	return "data.rampart." + g.Layer + "." + strings.ReplaceAll(g.ID, "-", "_")
}

// AdmittedKinds are the kinds judged that an API server can admit; the others are only in files.
func (g *Guardrail) AdmittedKinds() []Kind {
	return slices.DeleteFunc(slices.Clone(g.Kinds), func(k Kind) bool { return !Admitted(k.Group) })
}

// ConstraintKind is the kind of the guardrail's constraints in Gatekeeper: Rampart and the id in camel case.
func (g *Guardrail) ConstraintKind() string {
	var b strings.Builder
	b.WriteString("Rampart")
	for word := range strings.SplitSeq(g.ID, "-") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// Matches tells whether objects of the group and kind are judged.
func (g *Guardrail) Matches(group, kind string) bool {
	return slices.ContainsFunc(g.Kinds, func(k Kind) bool {
		return (k.Group == group || k.Group == "*") && (k.Kind == kind || k.Kind == "*")
	})
}
