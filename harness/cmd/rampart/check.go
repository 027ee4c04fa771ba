package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/report"
)

// checkFlags are the flags of rampart check.
type checkFlags struct {
	selection
	namespace  string
	failOn     string
	output     string
	outputFile string
	color      string
	verbose    bool
}

func newCheck(now func() time.Time) *cobra.Command {
	f := &checkFlags{}
	cmd := &cobra.Command{
		Use:   "check [PATH…|-]",
		Short: "Judge manifests: files, folders, globs, or - for standard input",
		Example: `  rampart check deploy/
  helm template my-chart | rampart check -
  rampart check --profile baseline --fail-on high -o json --output-file report.json deploy/`,
		RunE: func(cmd *cobra.Command, paths []string) error { return f.run(cmd, paths, now()) },
	}
	f.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&f.namespace, "namespace", "n", "", "`namespace` of namespaced objects that name none, as for kubectl")
	flags.StringVar(&f.failOn, "fail-on", "low", "lowest `severity` of a deny finding that gives exit code 1: "+
		strings.Join(catalog.Severities, ", ")+" or none")
	flags.StringVarP(&f.output, "output", "o", "text", "output `format`: "+strings.Join(report.Formats(), " or "))
	flags.StringVar(&f.outputFile, "output-file", "", "write the report to this `file` instead of standard output")
	flags.StringVar(&f.color, "color", "auto", "`when` to color text: auto, always or never")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "list every skipped file and document")
	return cmd
}

func (f *checkFlags) run(cmd *cobra.Command, paths []string, now time.Time) error {
	if len(paths) == 0 {
		return errNoPaths
	}
	if f.failOn != "none" && !slices.Contains(catalog.Severities, f.failOn) {
		return fmt.Errorf("--fail-on %s: choose one of %s or none", f.failOn, strings.Join(catalog.Severities, ", "))
	}
	color, err := useColor(f.color, f.outputFile, cmd.OutOrStdout())
	if err != nil {
		return err
	}
	reporter, err := report.New(f.output, report.Options{Color: color, Verbose: f.verbose, Width: f.width(cmd.OutOrStdout())})
	if err != nil {
		return err
	}
	r, err := f.resolveCompiled()
	if err != nil {
		return err
	}
	result, err := check.Run(cmd.Context(), r.check(f.namespace, cmd.InOrStdin(), now), paths)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error { return reporter.Report(w, result) }
	if err := writeOutput(cmd.OutOrStdout(), f.outputFile, write); err != nil {
		return err
	}
	return f.verdict(result)
}

// verdict turns the result into an exit code. Errors outweigh findings, and judging nothing is an error.
func (f *checkFlags) verdict(result *report.Result) error {
	if len(result.Errors) > 0 {
		return errReported
	}
	if result.Summary.Objects == 0 {
		return errNothing
	}
	if f.failOn == "none" {
		return nil
	}
	threshold := slices.Index(catalog.Severities, f.failOn)
	for _, finding := range result.Findings {
		if finding.Action == string(catalog.Deny) && slices.Index(catalog.Severities, finding.Severity) >= threshold {
			return errFindings
		}
	}
	return nil
}

// width is that of the terminal, 0 where the report goes elsewhere.
func (f *checkFlags) width(out io.Writer) int {
	file, ok := out.(*os.File)
	if !ok || f.outputFile != "" {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// useColor decides by the flag's value; auto means a terminal that wants colors.
func useColor(when, outputFile string, out io.Writer) (bool, error) {
	switch when {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		file, ok := out.(*os.File)
		terminal := ok && term.IsTerminal(int(file.Fd()))
		return terminal && outputFile == "" && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", nil
	default:
		return false, fmt.Errorf("--color %s: choose auto, always or never", when)
	}
}

// writeOutput prints what is written, or puts it into the output file in one step, so that no one reads half a report.
func writeOutput(out io.Writer, file string, write func(io.Writer) error) error {
	if file == "" {
		return write(out)
	}
	var content bytes.Buffer
	if err := write(&content); err != nil {
		return err
	}
	return writeFile(file, content.Bytes())
}

// writeFile writes a file in one step; its errors name the file that was asked for.
func writeFile(name string, content []byte) (err error) {
	defer func() {
		var at *os.PathError
		if errors.As(err, &at) {
			err = fmt.Errorf("%s: cannot be written: %w", name, at.Err)
		}
	}()
	temp, err := os.CreateTemp(filepath.Dir(name), ".rampart-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	if _, err = temp.Write(content); err != nil {
		_ = temp.Close()
		return err
	}
	if err = temp.Chmod(0o644); err != nil {
		_ = temp.Close()
		return err
	}
	if err = temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}
