// Command rampart judges Kubernetes manifests by the guardrails of the pack.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/harness/bundle"
)

// Exit codes.
const (
	exitClean    = 0
	exitFindings = 1
	exitError    = 2
)

// version is set by the linker for releases.
var version = ""

// errFindings ends a check whose findings reach the threshold; the report has said everything.
var errFindings = errors.New("findings")

// errReported ends a check with input errors; the report has said everything.
var errReported = errors.New("errors")

// errNoPaths and errNothing are about runs without anything to judge.
var (
	errNoPaths = errors.New("nothing to check: name files or folders, or - for standard input")
	errNothing = errors.New("nothing to check: the input holds no Kubernetes object")
)

func main() {
	tuneCollector()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program; it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitClean
	case errors.Is(err, errReported):
		return exitError
	case errors.Is(err, errFindings):
		return exitFindings
	}
	fmt.Fprintf(stderr, "rampart: %v\n", err)
	if errors.Is(err, bundle.ErrUnverified) {
		return exitFindings
	}
	return exitError
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "rampart",
		Short: "Guardrails for Kubernetes: one pack of Rego policies, one verdict everywhere",
		Long: `Rampart judges Kubernetes manifests by guardrails of the 4C model (cloud, cluster, container, code).

Exit codes: 0 clean; 1 findings at or above the threshold, or a bundle that does not verify; 2 input, usage or evaluation
error, also beside findings.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(newBundle(), newCheck(time.Now), newDoctor(), newList(), newExplain(), newRender(), newReport(time.Now), newVersion())
	return root
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "rampart", versionText())
			return err
		},
	}
}

// versionText is the linker's version, or what the Go toolchain knows of the build.
func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
