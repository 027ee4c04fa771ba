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
	cmd.AddCommand(newBundleBuild(), newBundleVerify(), newBundlePush(), newBundlePull(), newBundleServe())
	return cmd
}

func newBundleBuild() *cobra.Command {
	var s selection
	var sign signing
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
AdmissionReviews are not judged by guardrails on documents that no API server admits.

With --signing-key the bundle is signed, as by opa build: .signatures.json holds a token with the hashes of all files, and its
header names the key. An OPA that has the public key takes no other bundle; an OPA that has none refuses a signed one. RS and
EdDSA signatures are the same each time; ES and PS signatures are random, so that the same flags give other bytes, but the
same revision.`,
		Example: `  rampart bundle build --profile restricted --config rampart.yaml -o bundle.tar.gz
  rampart bundle build --signing-key key.pem --signing-alg ES256 --signing-key-id platform -o bundle.tar.gz
  opa eval -b bundle.tar.gz -i pod.json data.rampart.check
  opa run --server bundle.tar.gz`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			signer, err := sign.signer(cmd)
			if err != nil {
				return err
			}
			r, err := s.resolve()
			if err != nil {
				return err
			}
			b, err := buildBundle(r, signer, output)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "%s: %s\n", output, summary(len(b.Guardrails), r.profile, b.Revision))
			if signer != nil {
				sign.print(out)
			}
			if len(b.LeftOut) > 0 {
				fmt.Fprintf(out, "left out, for they read the text of files: %s\n", strings.Join(b.LeftOut, ", "))
			}
			return nil
		},
	}
	s.addFlags(cmd)
	sign.addFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "`file` to write, a tar.gz")
	cobra.CheckErr(cmd.MarkFlagRequired("output"))
	return cmd
}

// buildBundle writes the bundle to the file; the signer may be nil.
func buildBundle(r *resolved, signer *bundle.Signer, output string) (*bundle.Bundle, error) {
	b, err := bundle.Build(bundle.Options{Catalog: r.catalog, Profile: r.profile, Active: r.active, Waivers: r.file.Waivers,
		Namespace: r.file.Namespace, Version: versionText()})
	if err != nil {
		return nil, err
	}
	if signer != nil {
		if err := b.Sign(signer); err != nil {
			return nil, err
		}
	}
	var tarball bytes.Buffer
	if err := b.Write(&tarball); err != nil {
		return nil, err
	}
	return b, writeFile(output, tarball.Bytes())
}

// summary is what the commands say of a bundle.
func summary(guardrails int, profile, revision string) string {
	noun := "guardrails"
	if guardrails == 1 {
		noun = "guardrail"
	}
	return fmt.Sprintf("%d %s (profile %s), revision %s", guardrails, noun, profile, revision)
}
