package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/harness/bundle"
)

// signing holds the flags of a key to sign with, under OPA's names.
type signing struct {
	key, algorithm, id, claims string
}

const algorithmFlag = "signing-alg"

func addAlgorithmFlag(cmd *cobra.Command, algorithm *string) {
	cmd.Flags().StringVar(algorithm, algorithmFlag, "RS256", "signature `algorithm`: "+strings.Join(bundle.Algorithms, ", "))
}

func (s *signing) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&s.key, "signing-key", "", "sign with the private key in this PEM `file`")
	addAlgorithmFlag(cmd, &s.algorithm)
	flags.StringVar(&s.id, "signing-key-id", bundle.DefaultKeyID, "`name` of the key in the signature and in OPA's configuration")
	flags.StringVar(&s.claims, "claims-file", "", "JSON `file` with more claims of the signature, such as its scope")
}

// signer is nil without a key.
func (s *signing) signer(cmd *cobra.Command) (*bundle.Signer, error) {
	if !cmd.Flags().Changed("signing-key") {
		return nil, needs(cmd, "signing-key", algorithmFlag, "signing-key-id", "claims-file")
	}
	if s.id == "" {
		return nil, fmt.Errorf("--signing-key-id must not be empty")
	}
	text, err := os.ReadFile(s.key)
	if err != nil {
		return nil, fmt.Errorf("--signing-key: %w", err)
	}
	signer, err := bundle.NewSigner(text, s.algorithm, s.id, s.claims)
	if err != nil {
		return nil, fmt.Errorf("--signing-key %s: %w", s.key, err)
	}
	return signer, nil
}

func (s *signing) print(w io.Writer) {
	fmt.Fprintf(w, "signed by key %s (%s)\n", s.id, s.algorithm)
	if !bundle.Configurable(s.algorithm) {
		fmt.Fprintf(w, "OPA takes %s keys on its command line only, for bundles in files: not for bundles that it downloads\n",
			s.algorithm)
	}
}

// verification holds the flags of a key to verify with, under OPA's names.
type verification struct {
	key, algorithm, id, scope string
}

func (v *verification) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&v.key, "verification-key", "", "verify the signature by the public key or certificate in this PEM `file`")
	addAlgorithmFlag(cmd, &v.algorithm)
	flags.StringVar(&v.id, "verification-key-id", "", "`name` of the key, which the signature must then give")
	flags.StringVar(&v.scope, "scope", "", "`scope` that the signature must have")
}

// publicKey is nil without a key.
func (v *verification) publicKey(cmd *cobra.Command) (*bundle.Key, error) {
	if !cmd.Flags().Changed("verification-key") {
		return nil, needs(cmd, "verification-key", algorithmFlag, "verification-key-id", "scope")
	}
	text, err := os.ReadFile(v.key)
	if err != nil {
		return nil, fmt.Errorf("--verification-key: %w", err)
	}
	key, err := bundle.NewKey(text, v.algorithm, v.id, v.scope)
	if err != nil {
		return nil, fmt.Errorf("--verification-key %s: %w", v.key, err)
	}
	return key, nil
}

// needs is an error if one of the flags is there, which mean nothing without the first.
func needs(cmd *cobra.Command, first string, flags ...string) error {
	for _, name := range flags {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s means nothing without --%s", name, first)
		}
	}
	return nil
}
