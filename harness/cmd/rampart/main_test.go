package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rampart": main})
}

// TestScripts runs the command as a user would; see testdata/script.
func TestScripts(t *testing.T) {
	// An OCI registry in memory, for those that need one.
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	testscript.Run(t, testscript.Params{
		Setup: func(env *testscript.Env) error {
			env.Setenv("REGISTRY", strings.TrimPrefix(server.URL, "http://"))
			return nil
		},
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"keygen": keygen},
	})
}

// keygen RS256|ES256|EdDSA NAME writes a new key pair in PEM to NAME.pem and NAME.pub.
func keygen(ts *testscript.TestScript, _ bool, args []string) {
	var private crypto.Signer
	var err error
	switch args[0] {
	case "RS256":
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ES256":
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		ts.Fatalf("keygen %s: unknown", args[0])
	}
	ts.Check(err)
	write := func(name, kind string, content []byte, err error) {
		ts.Check(err)
		block := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
		ts.Check(os.WriteFile(ts.MkAbs(args[1]+name), block, 0o600))
	}
	content, err := x509.MarshalPKCS8PrivateKey(private)
	write(".pem", "PRIVATE KEY", content, err)
	content, err = x509.MarshalPKIXPublicKey(private.Public())
	write(".pub", "PUBLIC KEY", content, err)
}
