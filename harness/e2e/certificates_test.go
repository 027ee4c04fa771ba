package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pair is a key with what proves it, both as PEM and as files.
type pair struct {
	certificate, key []byte
	file, keyFile    string
}

// certificates are those of a server at loopback, of a client, and of the authority that signed both.
type certificates struct{ ca, server, client pair }

func newCertificates(t testing.TB) *certificates {
	t.Helper()
	dir := t.TempDir()
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	caKey, ca := newPair(t, dir, "ca", authority, authority, nil)
	_, server := newPair(t, dir, "server", &x509.Certificate{SerialNumber: big.NewInt(2), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, authority, caKey)
	_, client := newPair(t, dir, "client", &x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "opa"},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, authority, caKey)
	return &certificates{ca: ca, server: server, client: client}
}

// newPair makes a key and its certificate, signed by the parent's key or, without one, by itself.
func newPair(t testing.TB, dir, name string, template, parent *x509.Certificate, signer *ecdsa.PrivateKey) (*ecdsa.PrivateKey, pair) {
	t.Helper()
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	key, keyPEM := newKey(t)
	if signer == nil {
		signer = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	require.NoError(t, err)
	p := pair{certificate: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), key: keyPEM,
		keyFile: filepath.Join(dir, name+".key")}
	p.file = write(t, dir, name+".crt", p.certificate)
	require.NoError(t, os.WriteFile(p.keyFile, keyPEM, 0o600))
	return key, p
}

// newKey makes a key for ES256.
func newKey(t testing.TB) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	return key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
}

// signingKey is a key that signs bundles: the file with the private key, and the public key as PEM.
type signingKey struct{ file, public string }

func newSigningKey(t testing.TB) signingKey {
	t.Helper()
	key, private := newKey(t)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	return signingKey{file: write(t, t.TempDir(), "signing.pem", private),
		public: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
}
