package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/harness/server"
)

// lookAgain is how often the files are looked at.
const lookAgain = time.Second

func newBundleServe() *cobra.Command {
	var v verification
	var listen, certificate, key, tokenFile string
	cmd := &cobra.Command{
		Use:   "serve FILE|FOLDER",
		Short: "Serve bundles to OPA",
		Long: `Serve a bundle, or all *.tar.gz of a folder, to OPA by its bundle service API, with long polling. It is meant for trying
things out and for small installations; behind more OPAs, put the file on any web server or in a registry.

A bundle is at /bundles/NAME, where NAME is the file's; a single one is at /bundles/rampart.tar.gz too. /health is for probes.

Files are verified as by rampart bundle verify. One that is replaced is served as soon as it verifies; one that is
replaced by something else, or removed, is served as it was, and that is logged.`,
		Example: `  rampart bundle serve bundle.tar.gz
  rampart bundle serve bundles/ --listen :8282 --tls-cert tls.crt --tls-key tls.key --token-file token`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := server.Server{Log: slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))}
			publicKey, err := v.publicKey(cmd)
			if err != nil {
				return err
			}
			if s.TLS, err = serverTLS(cmd, certificate, key); err != nil {
				return err
			}
			if s.Token, err = readToken(cmd, tokenFile); err != nil {
				return err
			}
			if s.Store, err = server.Open(args[0], publicKey, lookAgain, s.Log); err != nil {
				return err
			}
			listener, err := net.Listen("tcp", listen)
			if err != nil {
				return fmt.Errorf("--listen: %w", err)
			}
			address, scheme := listener.Addr().(*net.TCPAddr), "https"
			if s.TLS == nil {
				scheme = "http"
				if !address.IP.IsLoopback() {
					s.Log.Warn("without TLS, what others on the network read and change is neither secret nor safe", "address", address)
				}
			}
			for _, name := range s.Store.Names() {
				fmt.Fprintf(cmd.OutOrStdout(), "%s://%s/bundles/%s\n", scheme, address, name)
			}
			return s.Run(cmd.Context(), listener)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&listen, "listen", "127.0.0.1:8282", "`address` to listen on")
	flags.StringVar(&certificate, "tls-cert", "", "PEM `file` with the certificate chain; without it there is no TLS")
	flags.StringVar(&key, "tls-key", "", "PEM `file` with the certificate's private key")
	flags.StringVar(&tokenFile, "token-file", "", "`file` with the bearer token that requests must have")
	cmd.MarkFlagsRequiredTogether("tls-cert", "tls-key")
	v.addFlags(cmd)
	return cmd
}

// serverTLS is nil without the flags.
func serverTLS(cmd *cobra.Command, certificate, key string) (*tls.Config, error) {
	if !cmd.Flags().Changed("tls-cert") {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// readToken is "" without the flag.
func readToken(cmd *cobra.Command, name string) (string, error) {
	if !cmd.Flags().Changed("token-file") {
		return "", nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("--token-file: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", errors.New("--token-file: " + name + " is empty")
	}
	return token, nil
}
