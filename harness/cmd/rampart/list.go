package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/rampart-policy/rampart/harness/catalog"
)

func newList() *cobra.Command {
	var output string
	var folders []string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the guardrails",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadCatalog(nil, folders)
			if err != nil {
				return err
			}
			switch output {
			case "json":
				return writeJSON(cmd.OutOrStdout(), map[string]any{"guardrails": c.Guardrails})
			case "text":
				return listText(cmd.OutOrStdout(), c)
			default:
				return fmt.Errorf("unknown output format %q: choose json or text", output)
			}
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "output `format`: json or text")
	cmd.Flags().StringArrayVar(&folders, "policy", nil, "`folder` with guardrails of your own; repeatable")
	return cmd
}

func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

func listText(w io.Writer, c *catalog.Catalog) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "GUARDRAIL\tLAYER\tSEVERITY\tBASELINE\tRESTRICTED\tTITLE")
	for _, g := range c.Guardrails {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", g.ID, g.Layer, g.Severity, orDash(g.Profiles["baseline"]),
			orDash(g.Profiles["restricted"]), g.Title)
	}
	return table.Flush()
}

func orDash(a catalog.Action) string {
	if a == "" {
		return "-"
	}
	return string(a)
}

func newExplain() *cobra.Command {
	var folders []string
	cmd := &cobra.Command{
		Use:   "explain GUARDRAIL",
		Short: "Explain a guardrail: what it denies and why, what to write, its parameters and controls",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadCatalog(nil, folders)
			if err != nil {
				return err
			}
			g := c.Find(args[0])
			if g == nil {
				return c.Unknown(args[0])
			}
			return explain(cmd.OutOrStdout(), c, g)
		},
	}
	cmd.Flags().StringArrayVar(&folders, "policy", nil, "`folder` with guardrails of your own; repeatable")
	return cmd
}

func explain(w io.Writer, c *catalog.Catalog, g *catalog.Guardrail) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s — %s\n\n%s\n\nRemediation: %s\n\n", g.ID, g.Title, g.Description, g.Remediation)
	fmt.Fprintf(&b, "Layer:     %s\nSeverity:  %s\n", g.Layer, g.Severity)
	fmt.Fprintf(&b, "Profiles:  %s\n", joined(g.Profiles, func(p string) string { return p + " (" + string(g.Profiles[p]) + ")" }))
	fmt.Fprintf(&b, "Kinds:     %s\n", kindNames(c, g.Kinds))
	if g.FilesOnly {
		b.WriteString("Where:     files only; no API server admits such documents\n")
	}
	if len(g.Needs) > 0 {
		fmt.Fprintf(&b, "Needs:     %s; inactive without\n", strings.Join(g.Needs, ", "))
	}
	if g.PSS != nil {
		fmt.Fprintf(&b, "Pod Security Standards: check %s, level %s\n", g.PSS.Check, g.PSS.Level)
	}
	fmt.Fprintf(&b, "Controls:  %s\n", joined(g.Controls, func(f string) string {
		return f + " " + strings.Join(g.Controls[f], ", ")
	}))
	if err := explainParameters(&b, g); err != nil {
		return err
	}
	for _, link := range g.Related {
		fmt.Fprintf(&b, "See:       %s\n", link.Ref)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func explainParameters(b *strings.Builder, g *catalog.Guardrail) error {
	properties, _ := g.Parameters["properties"].(map[string]any)
	for i, name := range slices.Sorted(maps.Keys(properties)) {
		if i == 0 {
			fmt.Fprintf(b, "Parameters (set with --set %s.NAME=VALUE):\n", g.ID)
		}
		property, _ := properties[name].(map[string]any)
		fmt.Fprintf(b, "  %s (%v): %v\n", name, property["type"], property["description"])
		if value, ok := property["default"]; ok {
			data, err := yaml.Marshal(value)
			if err != nil {
				return err
			}
			fmt.Fprintf(b, "    default: %s\n", strings.ReplaceAll(strings.TrimSpace(string(data)), "\n", "\n             "))
		}
	}
	return nil
}

func joined[V any](m map[string]V, text func(key string) string) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, text(key))
	}
	return strings.Join(parts, "; ")
}

// kindNames lists the kinds; those that make pods, which are many, by their number but for the built-in ones.
func kindNames(c *catalog.Catalog, kinds []catalog.Kind) string {
	pods := !slices.ContainsFunc(c.Workloads, func(k catalog.Kind) bool { return !slices.Contains(kinds, k) })
	var names []string
	custom := 0
	for _, k := range kinds {
		switch {
		case pods && strings.Contains(k.Group, ".") && slices.Contains(c.Workloads, k):
			custom++
		case k.Group == "":
			names = append(names, k.Kind)
		default:
			names = append(names, k.Kind+"."+k.Group)
		}
	}
	if custom > 0 {
		names = append(names, fmt.Sprintf("and %d custom kinds that make pods (rampart list -o json names them)", custom))
	}
	return strings.Join(names, ", ")
}
