package conformance

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// TestConventions holds every guardrail and library to the conventions that no compiler enforces.
func TestConventions(t *testing.T) {
	for _, p := range lint(loadCatalog(t), loadCapabilities(t)) {
		t.Error(p)
	}
}

// problem is a convention that a policy breaks.
type problem struct{ file, rule, text string }

func (p problem) String() string { return p.file + ": " + p.text + " (" + p.rule + ")" }

// moduleRules hold for every guardrail and library.
var moduleRules = map[string]func(*linter, *catalog.Module) []string{
	"clock":   (*linter).clock,
	"data":    (*linter).data,
	"imports": (*linter).imports,
	"package": (*linter).packageName,
}

// guardrailRules hold for guardrails alone.
var guardrailRules = map[string]func(*linter, *catalog.Guardrail) []string{
	"controls":   (*linter).controls,
	"finished":   (*linter).finished,
	"parameters": (*linter).parameters,
	"review":     (*linter).review,
	"sprintf":    (*linter).sprintf,
	"sync":       (*linter).sync,
}

type linter struct {
	catalog     *catalog.Catalog
	libPackages map[string]bool
	compiler    *ast.Compiler
}

// lint returns everything that is wrong. All modules are compiled together, as `opa check --strict` does it; what does
// not compile is not looked at any closer.
func lint(c *catalog.Catalog, capabilities *ast.Capabilities) []problem {
	l := &linter{catalog: c, libPackages: map[string]bool{}}
	modules := slices.Collect(maps.Values(c.Libs))
	for _, lib := range modules {
		l.libPackages[lib.AST.Package.Path.String()] = true
	}
	for _, g := range c.Guardrails {
		modules = append(modules, g.Module)
	}
	if problems := l.compile(modules, capabilities); len(problems) > 0 {
		return problems
	}
	var problems []problem
	report := func(m *catalog.Module, rule string, texts []string) {
		for _, text := range texts {
			problems = append(problems, problem{m.File, rule, text})
		}
	}
	for name, check := range moduleRules {
		for _, m := range modules {
			report(m, name, check(l, m))
		}
	}
	for name, check := range guardrailRules {
		for _, g := range c.Guardrails {
			report(g.Module, name, check(l, g))
		}
	}
	slices.SortFunc(problems, func(a, b problem) int { return strings.Compare(a.String(), b.String()) })
	return problems
}

// compile parses and compiles with the capabilities of the bundle: strictly, with types from the METADATA's schemas, and
// without erasing print.
func (l *linter) compile(modules []*catalog.Module, capabilities *ast.Capabilities) []problem {
	options := ast.ParserOptions{ProcessAnnotation: true, Capabilities: capabilities}
	parsed := map[string]*ast.Module{}
	for _, m := range modules {
		module, err := ast.ParseModuleWithOpts(m.File, string(m.Source), options)
		if err != nil {
			return []problem{{m.File, "compile", err.Error()}}
		}
		parsed[m.File] = module
	}
	l.compiler = ast.NewCompiler().WithCapabilities(capabilities).WithStrict(true).WithUseTypeCheckAnnotations(true).
		WithEnablePrintStatements(true)
	l.compiler.Compile(parsed)
	var problems []problem
	for _, err := range l.compiler.Errors {
		problems = append(problems, problem{"policies", "compile", err.Error()}) // the error names the file
	}
	return problems
}

func loadCapabilities(t testing.TB) *ast.Capabilities {
	t.Helper()
	data, err := os.ReadFile("../../bundle/capabilities.json")
	require.NoError(t, err)
	capabilities, err := ast.LoadCapabilitiesJSON(bytes.NewReader(data))
	require.NoError(t, err)
	return capabilities
}

// clock: tests set the time by replacing lib.clock.
func (*linter) clock(m *catalog.Module) []string {
	if m.AST.Package.Path.String() == "data.lib.clock" {
		return nil
	}
	return refsWhere(m, func(ref ast.Ref) string {
		if ref.HasPrefix(ast.MustParseRef("time.now_ns")) {
			return "reads the time: import data.lib.clock"
		}
		return ""
	})
}

// data: a fully qualified data.lib in the body of a ConstraintTemplate is silently undefined in a cluster, and of the
// rest of data only the inventory is there.
func (*linter) data(m *catalog.Module) []string {
	inventory := m.AST.Package.Path.String() == "data.lib.inventory"
	return refsWhere(m, func(ref ast.Ref) string {
		switch {
		case !ref.HasPrefix(ast.DefaultRootRef):
			return ""
		case ref.HasPrefix(ast.MustParseRef("data.lib")):
			return fmt.Sprintf("names %s in a rule: import it", ref)
		case ref.HasPrefix(ast.MustParseRef("data.inventory")) && inventory:
			return ""
		case ref.HasPrefix(ast.MustParseRef("data.inventory")):
			return "reads data.inventory: import data.lib.inventory"
		}
		return fmt.Sprintf("reads %s, which no cluster has", ref)
	})
}

// imports: an import that nothing provides is silently undefined.
func (l *linter) imports(m *catalog.Module) []string {
	var problems []string
	for _, i := range m.AST.Imports {
		if !l.libPackages[i.Path.String()] {
			problems = append(problems, fmt.Sprintf("imports %s: import the package of a library below data.lib", i.Path))
		}
	}
	return problems
}

// packageName: a library can be split into one package per file below its folder's, so that templates carry only what
// they use.
func (*linter) packageName(m *catalog.Module) []string {
	dotted := func(file string) string {
		return strings.ReplaceAll(strings.ReplaceAll(file, "-", "_"), "/", ".")
	}
	want := []string{"rampart." + dotted(path.Dir(m.File))}
	if strings.HasPrefix(m.File, "lib/") {
		want = []string{dotted(path.Dir(m.File)), dotted(strings.TrimSuffix(m.File, ".rego"))}
	}
	if got := strings.TrimPrefix(m.AST.Package.Path.String(), "data."); !slices.Contains(want, got) {
		return []string{fmt.Sprintf("is package %s: write package %s", got, strings.Join(want, " or "))}
	}
	return nil
}

// review: lib.k8s knows what of the object is new, and where its pods are. The whole review or input would be a way
// around it.
func (*linter) review(g *catalog.Guardrail) []string {
	object := ast.MustParseRef("input.review.object")
	return refsWhere(g.Module, func(ref ast.Ref) string {
		for i, term := range ref[:min(len(ref), len(object))] {
			if _, constant := term.Value.(ast.String); (constant || i == 0) && !term.Equal(object[i]) {
				return ""
			}
		}
		return fmt.Sprintf("reads %s: use k8s.resource, k8s.pods or k8s.containers", ref)
	})
}

// sprintf: one undefined argument erases the whole violation.
func (*linter) sprintf(g *catalog.Guardrail) []string {
	return refsWhere(g.Module, func(ref ast.Ref) string {
		if ref.Equal(ast.Sprintf.Ref()) {
			return "calls sprintf, which is undefined where an argument is: write a template string"
		}
		return ""
	})
}

// sync: what is not synced is never in a cluster's inventory.
func (l *linter) sync(g *catalog.Guardrail) []string {
	reads, kinds := l.inventoryUse(g)
	switch {
	case reads && len(g.Sync)+len(g.Documents) == 0:
		return []string{"reads the inventory: name the kinds in custom.sync"}
	case !reads && len(g.Sync)+len(g.Documents) > 0:
		return []string{"does not read the inventory: remove custom.sync"}
	}
	var problems []string
	for _, k := range kinds {
		if k.Group == catalog.DocumentGroup && slices.Contains(g.Documents, k.Kind) {
			continue
		}
		if !slices.ContainsFunc(g.Sync, func(s catalog.GroupVersionKind) bool {
			return s.Group == k.Group && s.Kind == k.Kind
		}) {
			problems = append(problems, fmt.Sprintf("reads %s/%s from the inventory: add it to custom.sync", k.Group, k.Kind))
		}
	}
	return problems
}

// inventoryUse tells whether a rule of the guardrail leads to one of lib.inventory, and with which constant kinds.
func (l *linter) inventoryUse(g *catalog.Guardrail) (reads bool, kinds []catalog.Kind) {
	inventory := ast.MustParseRef("data.lib.inventory")
	seen := map[util.T]bool{}
	var visit func(util.T)
	visit = func(node util.T) {
		if seen[node] {
			return
		}
		seen[node] = true
		rule := node.(*ast.Rule)
		reads = reads || rule.Module.Package.Path.Equal(inventory)
		ast.WalkExprs(rule, func(e *ast.Expr) bool {
			if e.IsCall() && e.Operator().HasPrefix(inventory) {
				kinds = append(kinds, l.constantKind(e)...)
			}
			return false
		})
		for next := range l.compiler.Graph.Dependencies(node) {
			visit(next)
		}
	}
	for _, rule := range l.compiler.Modules[g.Module.File].Rules {
		visit(rule)
	}
	return reads, kinds
}

// constantKind takes the kind from a call of a function whose parameters are named group and kind.
func (l *linter) constantKind(call *ast.Expr) []catalog.Kind {
	for _, lib := range l.catalog.Libs {
		for _, rule := range lib.AST.Rules {
			if !lib.AST.Package.Path.Append(ast.StringTerm(string(rule.Head.Name))).Equal(call.Operator()) {
				continue
			}
			var k catalog.Kind
			found := 0
			for i, parameter := range rule.Head.Args {
				value, constant := call.Operand(i).Value.(ast.String)
				switch {
				case constant && parameter.Equal(ast.VarTerm("group")):
					k.Group = string(value)
					found++
				case constant && parameter.Equal(ast.VarTerm("kind")):
					k.Kind = string(value)
					found++
				}
			}
			if found == 2 {
				return []catalog.Kind{k}
			}
		}
	}
	return nil
}

// parameters: the schema must hold as the structural schema of a CustomResourceDefinition too, and documents itself.
func (*linter) parameters(g *catalog.Guardrail) []string {
	problems := schemaProblems("parameters", g.Parameters)
	if _, ok := g.Parameters["default"].(map[string]any); !ok {
		problems = append(problems, "parameters: write default: {}, or a constraint without parameters gets no defaults")
	}
	if g.Parameters["additionalProperties"] != false {
		problems = append(problems, "parameters: write additionalProperties: false, or a misspelt parameter is ignored")
	}
	properties, _ := g.Parameters["properties"].(map[string]any)
	for name, p := range properties {
		property, _ := p.(map[string]any)
		description, _ := property["description"].(string)
		if description == "" {
			problems = append(problems, "parameters."+name+": description is missing")
		}
		if property["default"] == nil && !strings.Contains(strings.ToLower(description), "no default") {
			problems = append(problems, "parameters."+name+": default is missing; if there can be none, say why in the "+
				"description (“No default: …”)")
		}
	}
	return problems
}

// structural are the keywords that mean the same to JSON schema, to OPA's type checker and to a structural schema.
var structural = []string{
	"additionalProperties", "default", "description", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "items",
	"maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum", "pattern",
	"properties", "required", "type",
}

var schemaTypes = []any{"array", "boolean", "integer", "number", "object", "string"}

func schemaProblems(at string, value any) []string {
	schema, ok := value.(map[string]any)
	if !ok {
		return []string{at + ": is not a schema"}
	}
	var problems []string
	for key := range schema {
		if !slices.Contains(structural, key) {
			problems = append(problems, at+": "+key+" may not stand in a structural schema")
		}
	}
	if !slices.Contains(schemaTypes, schema["type"]) {
		problems = append(problems, fmt.Sprintf("%s: type is %v: write one of %v", at, schema["type"], schemaTypes))
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, p := range properties {
		problems = append(problems, schemaProblems(at+"."+name, p)...)
	}
	if items, present := schema["items"]; present || schema["type"] == "array" {
		problems = append(problems, schemaProblems(at+"[]", items)...)
	}
	if values, present := schema["additionalProperties"]; present && values != false {
		if len(properties) > 0 {
			problems = append(problems, at+": has both properties and additionalProperties")
		}
		problems = append(problems, schemaProblems(at+".*", values)...)
	}
	return problems
}

var frameworks = []string{"cis", "hipaa", "nsa", "pss", "soc2"}

func (*linter) controls(g *catalog.Guardrail) []string {
	var problems []string
	for framework, controls := range g.Controls {
		if !slices.Contains(frameworks, framework) {
			problems = append(problems, fmt.Sprintf("custom.controls.%s: write one of %v", framework, frameworks))
		} else if len(controls) == 0 {
			problems = append(problems, "custom.controls."+framework+": names no control")
		}
	}
	return problems
}

// finished: `make new` marks what is still to be written.
func (*linter) finished(g *catalog.Guardrail) []string {
	var problems []string
	for _, file := range []string{"policy.rego", "cases.yaml"} {
		if data, err := fs.ReadFile(g.Folder, file); err != nil {
			problems = append(problems, err.Error())
		} else if strings.Contains(string(data), "TODO") {
			problems = append(problems, file+" still holds a TODO")
		}
	}
	return problems
}

// refsWhere collects what the function says about the references in the module's rules; "" says nothing.
func refsWhere(m *catalog.Module, complain func(ast.Ref) string) []string {
	var problems []string
	for _, rule := range m.AST.Rules {
		ast.WalkRefs(rule, func(ref ast.Ref) bool {
			if text := complain(ref); text != "" {
				problems = append(problems, fmt.Sprintf("line %d %s", rule.Loc().Row, text))
			}
			return false
		})
	}
	return problems
}

// exampleGuardrail breaks no convention; TestConventionsCanFail breaks one at a time.
const exampleGuardrail = `# METADATA
# title: Containers have no terminal
# description: A terminal is for people.
# scope: package
# related_resources: [{ref: https://kubernetes.io/docs/concepts/containers/}]
# schemas:
#   - input.parameters:
#       type: object
#       default: {}
#       additionalProperties: false
#       properties:
#         allowed: {type: boolean, default: false, description: Allows it.}
# custom:
#   id: example
#   severity: low
#   match: [pods]
#   controls: {soc2: [CC7.1]}
#   remediation: Remove tty.
package rampart.container.example

import data.lib.finding
import data.lib.k8s

violation contains finding.in_container(rego.metadata.chain(), entry, "tty", msg) if {
	not input.parameters.allowed
	some entry in k8s.containers
	entry.container.tty == true
	msg := $"Container {entry.container.name} must not have a terminal."
}
`

func TestConventionsCanFail(t *testing.T) {
	const (
		imports = "import data.lib.k8s\n"
		body    = "	entry.container.tty == true\n"
		allowed = "{type: boolean, default: false, description: Allows it.}"
		sync    = `	inventory.namespaced("a", "apps", "Deployment")[_]` + "\n"
	)
	custom := func(line string) string { return "#   severity: low\n#   " + line + "\n" }
	for name, tc := range map[string]struct {
		rule string            // "" for none
		edit map[string]string // text of the example and what stands there instead
		lib  string            // source of lib/bad/bad.rego
	}{
		"the example":                     {rule: ""},
		"clock: guardrail":                {rule: "clock", edit: map[string]string{body: body + "	time.now_ns() > 0\n"}},
		"clock: library":                  {rule: "clock", lib: "package lib.bad\n\nnow := time.now_ns()\n"},
		"compile: network":                {rule: "compile", edit: map[string]string{body: body + "	http.send({})\n"}},
		"compile: print":                  {rule: "compile", edit: map[string]string{body: body + "	print(1)\n"}},
		"compile: unknown parameter":      {rule: "compile", edit: map[string]string{"parameters.allowed\n": "parameters.alowed\n"}},
		"compile: unused import":          {rule: "compile", edit: map[string]string{imports: imports + "import data.lib.clock\n"}},
		"compile: library is checked too": {rule: "compile", lib: "package lib.bad\n\nx := rand.intn(\"x\", 2)\n"},
		"controls: framework":             {rule: "controls", edit: map[string]string{"{soc2: [CC7.1]}": "{pci: ['1']}"}},
		"controls: empty":                 {rule: "controls", edit: map[string]string{"[CC7.1]": "[]"}},
		"data: inline library":            {rule: "data", edit: map[string]string{body: body + "	data.lib.clock.now_ns > 0\n"}},
		"data: inventory":                 {rule: "data", edit: map[string]string{body: body + "	data.inventory.cluster\n"}},
		"data: inventory in a library":    {rule: "data", lib: "package lib.bad\n\nx := data.inventory.cluster\n"},
		"data: another guardrail":         {rule: "data", edit: map[string]string{body: body + "	data.rampart.parameters\n"}},
		"data: whole":                     {rule: "compile", lib: "package lib.bad\n\nf(x) if data[x]\n"},
		"finished":                        {rule: "finished", edit: map[string]string{"Remove tty": "TODO"}},
		"imports: no such library": {rule: "imports", edit: map[string]string{
			imports: imports + "import data.lib.none\n", body: body + "	not none.x\n",
		}},
		"imports: a rule": {rule: "imports", edit: map[string]string{
			imports: "import data.lib.k8s.containers\n", "k8s.containers\n	": "containers\n	",
		}},
		"imports: input": {rule: "imports", edit: map[string]string{
			imports: imports + "import input.review as r\n", body: body + "	r.object.spec\n",
		}},
		"package: library":                {rule: "package", lib: "package lib.good\n"},
		"package: of the file, elsewhere": {rule: "package", lib: "package lib.bad.other\n"},
		"package: of the file":            {rule: "", lib: "package lib.bad.bad\n"},
		"parameters: no default":          {rule: "parameters", edit: map[string]string{"default: false, ": ""}},
		"parameters: null default":        {rule: "parameters", edit: map[string]string{"default: false": "default: null"}},
		"parameters: explained":           {rule: "", edit: map[string]string{allowed: "{type: boolean, description: 'Allows it. No default: sites differ.'}"}},
		"parameters: no description":      {rule: "parameters", edit: map[string]string{", description: Allows it.": ""}},
		"parameters: list of types":       {rule: "parameters", edit: map[string]string{"type: boolean": "type: [boolean, string]"}},
		"parameters: no type":             {rule: "parameters", edit: map[string]string{"type: boolean, ": ""}},
		"parameters: array without items": {rule: "parameters", edit: map[string]string{"type: boolean, default: false": "type: array, default: []"}},
		"parameters: oneOf":               {rule: "parameters", edit: map[string]string{"{type: boolean": "{oneOf: [{type: boolean}], type: boolean"}},
		"parameters: nested": {rule: "parameters", edit: map[string]string{
			"type: boolean, default: false": "type: array, default: [], items: {type: object, properties: {a: {}}}",
		}},
		"parameters: root default":      {rule: "parameters", edit: map[string]string{"#       default: {}\n": ""}},
		"parameters: misspelt accepted": {rule: "parameters", edit: map[string]string{"#       additionalProperties: false\n": ""}},
		"review: object":                {rule: "review", edit: map[string]string{body: body + "	input.review.object.spec\n"}},
		"review: whole review":          {rule: "review", edit: map[string]string{body: body + "	object.get(input.review, \"object\", 1)\n"}},
		"review: whole input":           {rule: "review", edit: map[string]string{body: body + "	object.get(input, [\"review\"], 1)\n"}},
		"review: in a comprehension":    {rule: "review", edit: map[string]string{body: body + "	[1 | input.review.object.spec] == []\n"}},
		"review: in a template string":  {rule: "review", edit: map[string]string{"{entry.container.name}": "{input.review.object.kind}"}},
		"review: by a variable":         {rule: "review", edit: map[string]string{body: body + "	some k\n	input.review[k].spec\n"}},
		"review: kind":                  {rule: "", edit: map[string]string{body: body + "	input.review.kind.kind == \"Pod\"\n"}},
		"sprintf":                       {rule: "sprintf", edit: map[string]string{`$"Container {entry.container.name} must`: `sprintf("%v", [1]); "must`}},
		"sync: not declared": {rule: "sync", edit: map[string]string{
			imports: "import data.lib.inventory\n" + imports, body: body + sync,
		}},
		"sync: another kind": {rule: "sync", edit: map[string]string{
			imports: "import data.lib.inventory\n" + imports, body: body + sync,
			"#   severity: low\n": custom(`sync: [{group: apps, version: v1, kind: StatefulSet}]`),
		}},
		"sync: declared": {rule: "", edit: map[string]string{
			imports: "import data.lib.inventory\n" + imports, body: body + sync,
			"#   severity: low\n": custom(`sync: [{group: apps, version: v1, kind: Deployment}]`),
		}},
		"sync: through a library": {rule: "sync",
			edit: map[string]string{imports: "import data.lib.bad\n" + imports, body: body + "	bad.exists\n"},
			lib: "package lib.bad\n\nimport data.lib.inventory\n\n" +
				"exists if _objects != set()\n\n_objects := inventory.cluster(\"\", \"Namespace\")\n",
		},
		"sync: for nothing": {rule: "sync", edit: map[string]string{
			"#   severity: low\n": custom(`sync: [{group: apps, version: v1, kind: Deployment}]`),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := exampleLibraries(t)
			source := exampleGuardrail
			for old, text := range tc.edit {
				require.Contains(t, source, old)
				source = strings.ReplaceAll(source, old, text)
			}
			files["container/example/policy.rego"] = &fstest.MapFile{Data: []byte(source)}
			files["container/example/cases.yaml"] = &fstest.MapFile{}
			if tc.lib != "" {
				files["lib/bad/bad.rego"] = &fstest.MapFile{Data: []byte(tc.lib)}
			}
			c, err := catalog.Load(files)
			require.NoError(t, err)
			broken := map[string]bool{}
			problems := lint(c, loadCapabilities(t))
			for _, p := range problems {
				broken[p.rule] = true
			}
			expected := map[string]bool{}
			if tc.rule != "" {
				expected[tc.rule] = true
			}
			assert.Equal(t, expected, broken, "%v", problems)
		})
	}
}

// exampleLibraries are the libraries of the checkout that the example needs.
func exampleLibraries(t testing.TB) fstest.MapFS {
	t.Helper()
	policies := os.DirFS("../../policies")
	names, err := fs.Glob(policies, "lib/*/*.rego")
	require.NoError(t, err)
	files := fstest.MapFS{}
	for _, name := range names {
		if slices.Contains([]string{"clock", "finding", "inventory", "k8s", "workloads"}, path.Base(path.Dir(name))) {
			data, err := fs.ReadFile(policies, name)
			require.NoError(t, err)
			files[name] = &fstest.MapFile{Data: data}
		}
	}
	return files
}
