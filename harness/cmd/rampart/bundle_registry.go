package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/harness/bundle"
	"github.com/rampart-policy/rampart/harness/registry"
)

// registryFlags are how to talk to a registry, and what to take from it or give to it.
type registryFlags struct {
	verification
	plainHTTP, passwordStdin bool
	username                 string
}

func (r *registryFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&r.plainHTTP, "plain-http", false, "talk to the registry without TLS; the default for loopback addresses")
	flags.StringVar(&r.username, "username", "", "`name` at the registry, in place of Docker's configuration")
	flags.BoolVar(&r.passwordStdin, "password-stdin", false, "read the password or token from standard input")
	r.verification.addFlags(cmd)
}

// open returns the repository, and the key, nil without one.
func (r *registryFlags) open(cmd *cobra.Command, url string) (*registry.Repository, *bundle.Key, error) {
	key, err := r.publicKey(cmd)
	if err != nil {
		return nil, nil, err
	}
	o, err := r.options(cmd)
	if err != nil {
		return nil, nil, err
	}
	repository, err := registry.Open(url, o)
	return repository, key, err
}

func (r *registryFlags) options(cmd *cobra.Command) (registry.Options, error) {
	o := registry.Options{Username: r.username, UserAgent: "rampart/" + versionText()}
	if cmd.Flags().Changed("plain-http") {
		o.PlainHTTP = &r.plainHTTP
	}
	if r.passwordStdin != (r.username != "") {
		return o, errors.New("--username and --password-stdin mean nothing without each other")
	}
	if r.passwordStdin {
		text, err := io.ReadAll(cmd.InOrStdin())
		if err != nil {
			return o, fmt.Errorf("--password-stdin: %w", err)
		}
		if o.Password = strings.TrimRight(string(text), "\r\n"); o.Password == "" {
			return o, errors.New("--password-stdin: standard input is empty")
		}
	}
	return o, nil
}

func newBundlePush() *cobra.Command {
	var r registryFlags
	cmd := &cobra.Command{
		Use:   "push oci://HOST/REPOSITORY:TAG FILE",
		Short: "Push a bundle to an OCI registry",
		Long: `Push a bundle to an OCI registry, in a form that OPA (services of type oci) and conftest pull both take. The file is
verified first, as by rampart bundle verify. The same file has the same digest.

Docker's configuration gives the credentials: what docker login and its credential helpers keep.`,
		Example: `  rampart bundle push oci://ghcr.io/example/rampart:v1 bundle.tar.gz
  conftest pull oci://ghcr.io/example/rampart:v1 && conftest test -p policy -d policy deploy.yaml`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			repository, key, err := r.open(cmd, args[0])
			if err != nil {
				return err
			}
			info, tarball, err := readBundle(args[1], key)
			if err != nil {
				return err
			}
			digest, err := repository.Push(cmd.Context(), tarball, info)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			printInfo(cmd.OutOrStdout(), args[0], info)
			fmt.Fprintf(cmd.OutOrStdout(), "digest %s\n", digest)
			return nil
		},
	}
	r.addFlags(cmd)
	return cmd
}

func newBundlePull() *cobra.Command {
	var r registryFlags
	var output string
	cmd := &cobra.Command{
		Use:   "pull oci://HOST/REPOSITORY:TAG",
		Short: "Pull a bundle from an OCI registry",
		Long: `Pull a bundle from an OCI registry, by tag or by digest (oci://HOST/REPOSITORY@sha256:…). It is verified before the file
is written, as by rampart bundle verify.`,
		Example: `  rampart bundle pull oci://ghcr.io/example/rampart:v1 --verification-key key.pub -o bundle.tar.gz`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			repository, key, err := r.open(cmd, args[0])
			if err != nil {
				return err
			}
			tarball, digest, err := repository.Pull(cmd.Context())
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			info, err := bundle.Read(tarball, key)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if err := writeFile(output, tarball); err != nil {
				return err
			}
			printInfo(cmd.OutOrStdout(), output, info)
			fmt.Fprintf(cmd.OutOrStdout(), "digest %s\n", digest)
			return nil
		},
	}
	r.addFlags(cmd)
	cmd.Flags().StringVarP(&output, "output", "o", "", "`file` to write, a tar.gz")
	cobra.CheckErr(cmd.MarkFlagRequired("output"))
	return cmd
}
