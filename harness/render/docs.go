package render

import (
	"fmt"
	"strings"

	"github.com/rampart-policy/rampart/harness/catalog"
)

// Docs is policies/README.md: every guardrail in a table for each layer.
func Docs(c *catalog.Catalog) []byte {
	var b strings.Builder
	b.WriteString("<!-- Generated from the METADATA of the policies. Don't edit: change those and run make generate. -->\n")
	b.WriteString("# The guardrails\n\n")
	fmt.Fprintf(&b, "%d guardrails. One guardrail is one folder, `<layer>/<id>`, with its policy and its cases. ", len(c.Guardrails))
	b.WriteString("`rampart explain ID` shows description,\nparameters and sources. Where: *all* means Gatekeeper, OPA, conftest and files; *files* means " +
		"documents that no API server\nadmits. *W* marks guardrails that read other objects too.\n")
	for _, layer := range catalog.Layers {
		first := true
		for _, g := range c.Guardrails {
			if g.Layer != layer {
				continue
			}
			if first {
				fmt.Fprintf(&b, "\n## %s layer\n\n", strings.ToUpper(layer[:1])+layer[1:])
				b.WriteString("| guardrail | what it asks for | severity | baseline | restricted | where | SOC 2 | HIPAA | CIS | NSA/CISA | PSS check |\n")
				b.WriteString("|---|---|---|---|---|---|---|---|---|---|---|\n")
				first = false
			}
			b.WriteString(docsRow(g))
		}
	}
	return []byte(b.String())
}

func docsRow(g *catalog.Guardrail) string {
	where := "all"
	if g.FilesOnly {
		where = "files"
	}
	if len(g.Sync)+len(g.Documents) > 0 {
		where += ", W"
	}
	check := ""
	if g.PSS != nil {
		check = g.PSS.Check + " (" + g.PSS.Level + ")"
	}
	cells := []string{
		fmt.Sprintf("[%s](%s/%s/policy.rego)", g.ID, g.Layer, g.ID), g.Title, g.Severity, string(g.Profiles["baseline"]),
		string(g.Profiles["restricted"]), where, strings.Join(g.Controls["soc2"], ", "), strings.Join(g.Controls["hipaa"], ", "),
		strings.Join(g.Controls["cis"], ", "), strings.Join(g.Controls["nsa"], ", "), check,
	}
	for i, cell := range cells {
		cells[i] = strings.ReplaceAll(cell, "|", "\\|")
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}
