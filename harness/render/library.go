package render

import (
	"bytes"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// guardrailPackage is what a policy is called inside its template, where Gatekeeper's adapter imports it.
const guardrailPackage = "lib.guardrail"

func importsGuardrail(i *ast.Import) bool { return i.Path.String() == "data."+guardrailPackage }

// asLibrary is the policy's source with its package clause replaced; nothing else differs.
func asLibrary(m *catalog.Module) []byte {
	lines := bytes.Split(m.Source, []byte("\n"))
	lines[m.AST.Package.Location.Row-1] = []byte("package " + guardrailPackage)
	return bytes.Join(lines, []byte("\n"))
}
