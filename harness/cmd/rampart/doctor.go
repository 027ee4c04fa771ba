package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/harness/doctor"
)

// doctorFlags are the flags of rampart doctor.
type doctorFlags struct {
	selection
	output string
	color  string
}

func newDoctor() *cobra.Command {
	f := &doctorFlags{}
	cmd := &cobra.Command{
		Use:   "doctor [PATH…|-]",
		Short: "Tell what a cluster's Gatekeeper would not enforce, and why",
		Long: `Hold what is in a cluster, or in the files that are to be installed there, against what the profile asks for: Gatekeeper's
webhook, the templates, constraints and SyncSets, Gatekeeper's Config, and namespaces that were taken out of its reach.
Each finding says what to do. Whatever differs from the profile on purpose belongs into the file for --config.

It talks to no cluster; kubectl does, and must be allowed to read all of these kinds. (A cluster without any template has no
resource type constraints: leave it out there.) A status is examined where objects come from a cluster.

Exit codes: 0 nothing found; 1 findings; 2 input, usage or evaluation error, also beside findings.`,
		Example: `  kubectl get validatingwebhookconfigurations,constrainttemplates,constraints,syncsets,configs.config.gatekeeper.sh,namespaces \
    -A -o yaml | rampart doctor --config rampart.yaml -
  rampart doctor gatekeeper.yaml constraints/templates constraints/restricted`,
		RunE: func(cmd *cobra.Command, paths []string) error { return f.run(cmd, paths) },
	}
	f.addFlags(cmd)
	cmd.Flags().StringVarP(&f.output, "output", "o", "text", "output `format`: json or text")
	cmd.Flags().StringVar(&f.color, "color", "auto", "`when` to color text: auto, always or never")
	return cmd
}

func (f *doctorFlags) run(cmd *cobra.Command, paths []string) error {
	if len(paths) == 0 {
		return errors.New("nothing to examine: name files or folders, or - for standard input; see rampart doctor --help")
	}
	if f.output != "json" && f.output != "text" {
		return fmt.Errorf("unknown output format %q: choose json or text", f.output)
	}
	colored, err := useColor(f.color, "", cmd.OutOrStdout())
	if err != nil {
		return err
	}
	r, err := f.resolve()
	if err != nil {
		return err
	}
	result, err := doctor.Run(doctor.Config{Catalog: r.catalog, Profile: r.profile, Active: r.active, Waivers: r.file.Waivers,
		Stdin: cmd.InOrStdin(), Version: versionText()}, paths)
	if err != nil {
		return err
	}
	if f.output == "json" {
		err = doctor.WriteJSON(cmd.OutOrStdout(), result)
	} else {
		err = doctor.WriteText(cmd.OutOrStdout(), result, colored)
	}
	switch {
	case err != nil:
		return err
	case len(result.Errors) > 0:
		return errReported
	case len(result.Findings) > 0:
		return errFindings
	}
	return nil
}
