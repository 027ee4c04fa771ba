package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/render"
)

func newRender() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "render",
		Short: "Render the guardrails for other programs",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRenderGatekeeper())
	return cmd
}

func newRenderGatekeeper() *cobra.Command {
	var s selection
	var output string
	cmd := &cobra.Command{
		Use:   "gatekeeper",
		Short: "Render ConstraintTemplates, constraints and a SyncSet for Gatekeeper",
		Long: `Render ConstraintTemplates, constraints and a SyncSet for Gatekeeper 3.22 or later, so that the cluster gives the verdicts
that rampart check gives with the same flags. Guardrails on documents that no API server admits are left out.

With -o DIR: DIR/templates and DIR/<profile>, each with a kustomization.yaml, and DIR/<profile>-dryrun, where nothing is
refused. With -o -: one stream, templates first.`,
		Example: `  rampart render gatekeeper --profile restricted --config rampart.yaml -o gatekeeper
  kubectl apply -k gatekeeper/templates
  kubectl wait --for=jsonpath='{.status.created}'=true constrainttemplates -l app.kubernetes.io/part-of=rampart
  kubectl apply -k gatekeeper/restricted`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := s.resolve()
			if err != nil {
				return err
			}
			folders, err := gatekeeperFolders(r)
			if err != nil {
				return err
			}
			if output != "-" {
				return writeFolders(output, folders)
			}
			for _, name := range []string{"templates", r.profile} {
				if _, err := cmd.OutOrStdout().Write(folders[name].Stream()); err != nil {
					return err
				}
			}
			return nil
		},
	}
	s.addFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "-", "`folder` to write to, or - for one stream")
	return cmd
}

// gatekeeperFolders renders the templates and the profile, by folder.
func gatekeeperFolders(r *resolved) (map[string]render.Files, error) {
	guardrails := make([]*catalog.Guardrail, len(r.active))
	for i, a := range r.active {
		guardrails[i] = a.Guardrail
	}
	templates, err := render.Templates(r.catalog, guardrails)
	if err != nil {
		return nil, err
	}
	constraints, err := render.Constraints(r.active, r.file.Waivers)
	if err != nil {
		return nil, err
	}
	rollout, err := render.Rollout("../" + r.profile)
	if err != nil {
		return nil, err
	}
	return map[string]render.Files{"templates": templates, r.profile: constraints, r.profile + "-dryrun": rollout}, nil
}

// writeFolders writes into folders that must be empty or new, so that no file of an earlier run stays in force.
func writeFolders(output string, folders map[string]render.Files) error {
	for name := range folders {
		entries, err := os.ReadDir(filepath.Join(output, name))
		if err == nil && len(entries) > 0 {
			return fmt.Errorf("%s: the folder is not empty; remove it first", filepath.Join(output, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		if err := folders[name].Write(filepath.Join(output, name)); err != nil {
			return err
		}
	}
	return nil
}
