package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/harness/bundle"
)

func newBundle() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bundle",
		Short: "Bundle the guardrails for OPA",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newBundleBuild())
	return cmd
}

func newBundleBuild() *cobra.Command {
	var s selection
	var output string
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Build an OPA bundle of the guardrails",
		Long: `Build an OPA bundle, so that OPA gives the verdicts that rampart check gives with the same flags: parameters, exempt
namespaces and waivers are part of it. The same flags give the same bytes; the revision is a hash of the content.

  data.rampart.check     the findings on an object or an AdmissionReview
  data.rampart.catalog   the guardrails in the bundle
  data.system.main       an AdmissionReview's response; what OPA answers with where a request names no path
  data.main.deny, .warn  for conftest

Guardrails that read other objects find them in data.inventory, in Gatekeeper's shape, which the bundle does not own.
AdmissionReviews are not judged by guardrails on documents that no API server admits.`,
		Example: `  rampart bundle build --profile restricted --config rampart.yaml -o bundle.tar.gz
  opa eval -b bundle.tar.gz -i pod.json data.rampart.check
  opa run --server bundle.tar.gz`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := s.resolve()
			if err != nil {
				return err
			}
			b, err := bundle.Build(bundle.Options{Catalog: r.catalog, Profile: r.profile, Active: r.active,
				Waivers: r.file.Waivers, Namespace: r.file.Namespace, Version: versionText()})
			if err != nil {
				return err
			}
			var tarball bytes.Buffer
			if err := b.Write(&tarball); err != nil {
				return err
			}
			if err := writeFile(output, tarball.Bytes()); err != nil {
				return err
			}
			guardrails := "guardrails"
			if len(b.Guardrails) == 1 {
				guardrails = "guardrail"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d %s (profile %s), revision %s\n", output, len(b.Guardrails), guardrails,
				r.profile, b.Revision)
			if len(b.LeftOut) > 0 {
				fmt.Fprintf(cmd.OutOrStdout(), "left out, for they read the text of files: %s\n", strings.Join(b.LeftOut, ", "))
			}
			return nil
		},
	}
	s.addFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "`file` to write, a tar.gz")
	cobra.CheckErr(cmd.MarkFlagRequired("output"))
	return cmd
}
