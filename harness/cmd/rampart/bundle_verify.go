package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/harness/bundle"
)

func newBundleVerify() *cobra.Command {
	var v verification
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Verify a bundle and its signature",
		Long: `Verify that a bundle is as rampart bundle build wrote it: its content is that of its revision, it compiles, and no
guardrail's data is missing. With --verification-key its signature is verified too, as OPA does: it must be signed with that
key, and no file may be changed, missing or added.

Without --verification-key-id the key is taken whichever key the signature names.

Exit codes: 0 the bundle verifies; 1 it does not; 2 it can't be read, is no bundle of Rampart, or a usage error.`,
		Example: `  rampart bundle verify bundle.tar.gz --verification-key key.pub --signing-alg ES256`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			key, err := v.publicKey(cmd)
			if err != nil {
				return err
			}
			info, _, err := readBundle(args[0], key)
			if err != nil {
				return err
			}
			printInfo(cmd.OutOrStdout(), args[0], info)
			return nil
		},
	}
	v.addFlags(cmd)
	return cmd
}

// readBundle reads a bundle from a file; the key may be nil.
func readBundle(name string, key *bundle.Key) (*bundle.Info, []byte, error) {
	tarball, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := bundle.Read(tarball, key)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	return info, tarball, nil
}

func printInfo(w io.Writer, name string, info *bundle.Info) {
	fmt.Fprintf(w, "%s: %s\n", name, summary(len(info.Guardrails), info.Profile, info.Revision))
	switch s := info.Signature; {
	case s == nil:
		fmt.Fprintln(w, "not signed")
	case s.Verified:
		fmt.Fprintf(w, "signed by key %s (%s), verified\n", s.KeyID, s.Algorithm)
	default:
		fmt.Fprintf(w, "says that key %s (%s) signed it; not verified without --verification-key\n", s.KeyID, s.Algorithm)
	}
}
