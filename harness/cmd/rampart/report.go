package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/bundle"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/compliance"
	"github.com/rampart-policy/rampart/harness/report"
)

// reportFlags are the flags of rampart report.
type reportFlags struct {
	selection
	namespace  string
	framework  string
	output     string
	outputFile string
}

func newReport(now func() time.Time) *cobra.Command {
	f := &reportFlags{}
	cmd := &cobra.Command{
		Use:   "report --framework NAME [PATH…|-]",
		Short: "Report, for each control of a framework, what the guardrails found",
		Long: `Judge manifests and sort what was found by the controls of a framework: which guardrails are evidence for a control, on how
many objects, and what no manifest can show.

Exit codes: 0 the report was written, whatever it says; 2 input, usage or evaluation error, also beside a report.`,
		Example: `  rampart report --framework soc2 deploy/
  rampart report --framework cis -o html --output-file cis.html deploy/`,
		RunE: func(cmd *cobra.Command, paths []string) error { return f.run(cmd, paths, now()) },
	}
	f.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.framework, "framework", "", "`name` of the framework: 4c, cis, hipaa, nsa, pss or soc2")
	flags.StringVarP(&f.namespace, "namespace", "n", "", "`namespace` of namespaced objects that name none, as for kubectl")
	flags.StringVarP(&f.output, "output", "o", "markdown", "output `format`: "+strings.Join(compliance.Formats(), ", "))
	flags.StringVar(&f.outputFile, "output-file", "", "write the report to this `file` instead of standard output")
	if err := cmd.MarkFlagRequired("framework"); err != nil {
		panic(err) // The flag is defined above.
	}
	return cmd
}

func (f *reportFlags) run(cmd *cobra.Command, paths []string, now time.Time) error {
	if len(paths) == 0 {
		return errNoPaths
	}
	if !slices.Contains(compliance.Formats(), f.output) {
		return fmt.Errorf("unknown output format %q: choose one of %s", f.output, strings.Join(compliance.Formats(), ", "))
	}
	frameworks, err := compliance.Load(bundle.FS)
	if err != nil {
		return err
	}
	framework := frameworks[f.framework]
	if framework == nil {
		return fmt.Errorf("unknown framework %q: choose one of %s", f.framework, strings.Join(frameworks.Names(), ", "))
	}
	r, err := f.resolveCompiled()
	if err != nil {
		return err
	}
	result, err := check.Run(cmd.Context(), r.check(f.namespace, cmd.InOrStdin(), now), paths)
	if err != nil {
		return err
	}
	assessment := compliance.Assess(framework, r.catalog, r.active, result)
	write := func(w io.Writer) error { return compliance.Write(w, f.output, assessment) }
	if err := writeOutput(cmd.OutOrStdout(), f.outputFile, write); err != nil {
		return err
	}
	switch {
	case len(result.Errors) > 0:
		return fmt.Errorf("%s kept something from being judged: rampart check lists them", report.Plural(len(result.Errors), "error"))
	case result.Summary.Objects == 0:
		return errNothing
	}
	return nil
}
