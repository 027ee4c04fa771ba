package bundle_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	opakeys "github.com/open-policy-agent/opa/v1/keys"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/bundle"
	"github.com/rampart-policy/rampart/harness/internal/testbundle"
)

func small(t *testing.T) *bundle.Bundle {
	t.Helper()
	return testbundle.New(t, "host-ports", "image-registry")
}

func signed(t *testing.T, s *bundle.Signer) []byte {
	t.Helper()
	b := small(t)
	require.NoError(t, b.Sign(s))
	return testbundle.Tarball(t, b)
}

// pair is a key in PEM.
type pair struct {
	private, public []byte
	signer          crypto.Signer
}

func newPair(t *testing.T, key crypto.Signer, err error) pair {
	t.Helper()
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	return pair{block("PRIVATE KEY", private), block("PUBLIC KEY", public), key}
}

func block(kind string, content []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
}

func rsaPair(t *testing.T, bits int) pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	return newPair(t, key, err)
}

func ecPair(t *testing.T, curve elliptic.Curve) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	return newPair(t, key, err)
}

func edPair(t *testing.T) pair {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return newPair(t, key, err)
}

func newSigner(t *testing.T, p pair, algorithm, claims string) *bundle.Signer {
	t.Helper()
	s, err := bundle.NewSigner(p.private, algorithm, "platform", claims)
	require.NoError(t, err)
	return s
}

// TestSign: with every algorithm OPA's reader verifies the bundle, configured as its command line and its configuration
// would, and refuses it with another key. Signatures that the algorithm makes deterministic are.
func TestSign(t *testing.T) {
	strong, another := rsaPair(t, 2048), rsaPair(t, 2048)
	pairs := map[string]func() pair{
		"ES256": func() pair { return ecPair(t, elliptic.P256()) }, "ES384": func() pair { return ecPair(t, elliptic.P384()) },
		"ES512": func() pair { return ecPair(t, elliptic.P521()) }, "EdDSA": func() pair { return edPair(t) },
	}
	for _, algorithm := range bundle.Algorithms {
		t.Run(algorithm, func(t *testing.T) {
			keys, other := strong, another
			if makePair := pairs[algorithm]; makePair != nil {
				keys, other = makePair(), makePair()
			}
			s := newSigner(t, keys, algorithm, "")
			tarball := signed(t, s)
			opa := func(public []byte, id, named string) error {
				config := opabundle.NewVerificationConfig(map[string]*opakeys.Config{
					id: {Key: string(public), Algorithm: algorithm}}, named, "", nil)
				_, err := opabundle.NewReader(bytes.NewReader(tarball)).WithBundleVerificationConfig(config).Read()
				return err
			}
			assert.NoError(t, opa(keys.public, "platform", ""))
			assert.NoError(t, opa(keys.public, "default", "default"))
			require.ErrorContains(t, opa(keys.public, "other", ""), "platform not found")
			require.Error(t, opa(other.public, "platform", ""))

			key, err := bundle.NewKey(keys.public, algorithm, "", "")
			require.NoError(t, err)
			info, err := bundle.Read(tarball, key)
			require.NoError(t, err)
			assert.Equal(t, &bundle.Signature{KeyID: "platform", Algorithm: algorithm, Verified: true}, info.Signature)
			assert.Equal(t, []string{"host-ports", "image-registry"}, info.Guardrails)
			assert.Equal(t, []string{"restricted", "v1.2.3"}, []string{info.Profile, info.Version})

			random := strings.HasPrefix(algorithm, "ES") || strings.HasPrefix(algorithm, "PS")
			assert.Equal(t, !random, bytes.Equal(tarball, signed(t, s)))
		})
	}
	assert.False(t, bundle.Configurable("EdDSA"))
	assert.True(t, bundle.Configurable("ES256"))
}

// TestKeyForms: keys come as openssl writes them.
func TestKeyForms(t *testing.T) {
	ec := ecPair(t, elliptic.P256())
	sec1, err := x509.MarshalECPrivateKey(ec.signer.(*ecdsa.PrivateKey))
	require.NoError(t, err)
	withParameters := append(block("EC PARAMETERS", []byte{6, 8, 42}), block("EC PRIVATE KEY", sec1)...)
	tarball := signed(t, newSigner(t, pair{private: withParameters}, "ES256", ""))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Unix(0, 0)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, ec.signer.Public(), ec.signer)
	require.NoError(t, err)
	for _, public := range [][]byte{ec.public, block("CERTIFICATE", certificate), append([]byte("Bag Attributes\n"), ec.public...)} {
		key, err := bundle.NewKey(public, "ES256", "", "")
		require.NoError(t, err)
		_, err = bundle.Read(tarball, key)
		require.NoError(t, err)
	}

	keys := rsaPair(t, 2048)
	private := keys.signer.(*rsa.PrivateKey)
	tarball = signed(t, newSigner(t, pair{private: block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private))}, "RS256", ""))
	key, err := bundle.NewKey(block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&private.PublicKey)), "RS256", "platform", "")
	require.NoError(t, err)
	_, err = bundle.Read(tarball, key)
	assert.NoError(t, err)
}

// TestBadKeys: what does not fit is refused before anything is signed or verified, and no error shows the key.
func TestBadKeys(t *testing.T) {
	strong, ec, ed := rsaPair(t, 2048), ecPair(t, elliptic.P256()), edPair(t)
	weak, p224 := rsaPair(t, 1024), ecPair(t, elliptic.P224())
	secret := []byte("c2VjcmV0IHNlY3JldA==")
	for name, c := range map[string]struct {
		private, public []byte
		algorithm, want string
	}{
		"no PEM":       {secret, secret, "RS256", "holds no key in PEM"},
		"empty":        {nil, nil, "RS256", "holds no key in PEM"},
		"cut off":      {block("PRIVATE KEY", secret), block("PUBLIC KEY", secret), "RS256", "asn1: "},
		"other kind":   {ec.public, ec.private, "ES256", "expected a p"},
		"two keys":     {slices.Concat(ec.private, ec.private), slices.Concat(ec.public, ec.public), "ES256", "more than one"},
		"HMAC":         {strong.private, strong.public, "HS256", `unknown algorithm "HS256": choose one of RS256`},
		"none":         {strong.private, strong.public, "none", `unknown algorithm "none"`},
		"no algorithm": {strong.private, strong.public, "", `unknown algorithm ""`},
		"EC for RSA":   {ec.private, ec.public, "RS256", "is an EC key on P-256, which is not for RS256 but for ES256"},
		"wrong curve":  {ec.private, ec.public, "ES384", "is an EC key on P-256, which is not for ES384 but for ES256"},
		"RSA for EC":   {strong.private, strong.public, "ES256", "is an RSA key of 2048 bits, which is not for ES256"},
		"Ed for RSA":   {ed.private, ed.public, "RS256", "is an Ed25519 key, which is not for RS256 but for EdDSA"},
		"weak RSA":     {weak.private, weak.public, "RS256", "is an RSA key of 1024 bits: at least 2048"},
		"P-224":        {p224.private, p224.public, "ES256", "is an EC key on P-224: OPA has no algorithm for it"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := bundle.NewSigner(c.private, c.algorithm, "platform", "")
			require.ErrorContains(t, err, c.want)
			_, err = bundle.NewKey(c.public, c.algorithm, "", "")
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), string(secret))
		})
	}
	encrypted := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte{1}, Headers: map[string]string{
		"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}})
	for _, text := range [][]byte{encrypted, block("ENCRYPTED PRIVATE KEY", []byte{1})} {
		_, err := bundle.NewSigner(text, "RS256", "platform", "")
		assert.ErrorContains(t, err, "is encrypted")
	}
}

// TestClaims: a scope in the claims must be the one that is asked for.
func TestClaims(t *testing.T) {
	keys := edPair(t)
	file := filepath.Join(t.TempDir(), "claims.json")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write(`{"scope": "write", "iss": "platform team", "iat": 1700000000}`)
	tarball := signed(t, newSigner(t, keys, "EdDSA", file))
	for scope, want := range map[string]string{"write": "", "": "scope mismatch", "read": "scope mismatch"} {
		key, err := bundle.NewKey(keys.public, "EdDSA", "platform", scope)
		require.NoError(t, err)
		_, err = bundle.Read(tarball, key)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, bundle.ErrUnverified)
		require.ErrorContains(t, err, want)
	}
	for text, want := range map[string]string{
		`{`: "unexpected", `[]`: "cannot unmarshal", `{"scope": 1}`: "scope must be a string",
		`{"files": []}`: "files and keyid come from", `{"keyid": "x"}`: "files and keyid come from",
	} {
		write(text)
		_, err := bundle.NewSigner(keys.private, "EdDSA", "platform", file)
		require.ErrorContains(t, err, want, text)
		require.ErrorContains(t, err, file, text)
	}
	_, err := bundle.NewSigner(keys.private, "EdDSA", "platform", file+"x")
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// unpack reads a tarball independently of the code under test.
func unpack(t *testing.T, tarball []byte) map[string][]byte {
	t.Helper()
	compressed, err := gzip.NewReader(bytes.NewReader(tarball))
	require.NoError(t, err)
	archive := tar.NewReader(compressed)
	entries := map[string][]byte{}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		require.NoError(t, err)
		entries[header.Name], err = io.ReadAll(archive)
		require.NoError(t, err)
	}
}

func repack(t *testing.T, entries map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	archive := tar.NewWriter(compressed)
	for name, content := range entries {
		if strings.HasSuffix(name, "/") {
			continue
		}
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(content))}))
		_, err := archive.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, compressed.Close())
	return out.Bytes()
}

// TestTampered: whichever file is changed, missing or added, the signature says so and names it; without a key the
// revision does, for all files that count.
func TestTampered(t *testing.T) {
	keys := edPair(t)
	key, err := bundle.NewKey(keys.public, "EdDSA", "", "")
	require.NoError(t, err)
	original := signed(t, newSigner(t, keys, "EdDSA", ""))
	entries := unpack(t, original)
	refused := func(name string, key *bundle.Key, change func(map[string][]byte)) {
		t.Helper()
		changed := maps.Clone(entries)
		change(changed)
		_, err := bundle.Read(repack(t, changed), key)
		require.ErrorIs(t, err, bundle.ErrUnverified, name)
		if key != nil {
			require.ErrorContains(t, err, name)
		}
	}
	files := 0
	for name, content := range entries {
		if strings.HasSuffix(name, "/") || name == ".signatures.json" {
			continue
		}
		files++
		change := func(e map[string][]byte) { e[name] = append(slices.Clone(content), "\n# more"...) }
		if strings.HasSuffix(name, ".json") || name == ".manifest" {
			change = func(e map[string][]byte) {
				e[name] = append([]byte(`{"rampart": {}, "revision": "", `), bytes.TrimSpace(content)[1:]...)
				e[name] = bytes.ReplaceAll(e[name], []byte(`"deny"`), []byte(`"dryrun"`))
				e[name] = bytes.ReplaceAll(e[name], []byte(`restricted`), []byte(`baseline`))
			}
		}
		refused(name, key, change)
		refused(name, key, func(e map[string][]byte) { delete(e, name) })
		if name != ".manifest" {
			refused(name, nil, change)
			refused(name, nil, func(e map[string][]byte) { delete(e, name) })
		}
	}
	assert.Greater(t, files, 10)
	for _, name := range []string{"cluster/more.rego", "more/data.json", "more.txt"} {
		refused(name, key, func(e map[string][]byte) { e[name] = []byte("{}") })
	}
	refused("missing", key, func(e map[string][]byte) { delete(e, ".signatures.json") })
	refused("failed to verify", key, func(e map[string][]byte) {
		other := unpack(t, signed(t, newSigner(t, edPair(t), "EdDSA", "")))
		e[".signatures.json"] = other[".signatures.json"]
	})
}

// TestReadUnusable: what is no bundle, or none of Rampart's, is another error than one that does not verify.
func TestReadUnusable(t *testing.T) {
	whole := testbundle.Tarball(t, small(t))
	entries := unpack(t, whole)
	foreign := repack(t, map[string][]byte{"data.json": []byte("{}"), ".manifest": []byte(`{"revision": "1"}`)})
	badSignature := maps.Clone(entries)
	badSignature[".signatures.json"] = []byte(`{"signatures": ["x"]}`)
	twoSignatures := maps.Clone(entries)
	twoSignatures[".signatures.json"] = []byte(`{"signatures": ["x", "y"]}`)
	for name, c := range map[string]struct {
		tarball []byte
		want    string
	}{
		"too large":      {repack(t, map[string][]byte{"data.json": make([]byte, 65<<20)}), "holds more than 67108864 bytes"},
		"empty":          {nil, "EOF"},
		"no archive":     {[]byte("apiVersion: v1"), "gzip"},
		"half written":   {whole[:len(whole)/2], "EOF"},
		"foreign":        {foreign, "not a bundle that Rampart built"},
		"bad signature":  {repack(t, badSignature), ".signatures.json"},
		"two signatures": {repack(t, twoSignatures), "has 2 signatures"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := bundle.Read(c.tarball, nil)
			require.ErrorContains(t, err, c.want)
			assert.NotErrorIs(t, err, bundle.ErrUnverified)
		})
	}
	info, err := bundle.Read(whole, nil)
	require.NoError(t, err)
	assert.Nil(t, info.Signature)
}

// TestTarball: folders are entries before what they hold, and every name is relative, so that any tool unpacks it.
func TestTarball(t *testing.T) {
	compressed, err := gzip.NewReader(bytes.NewReader(testbundle.Tarball(t, small(t))))
	require.NoError(t, err)
	archive := tar.NewReader(compressed)
	dirs := map[string]bool{"./": true}
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		require.True(t, filepath.IsLocal(header.Name), header.Name)
		require.True(t, dirs[filepath.Dir(strings.TrimSuffix(header.Name, "/"))+"/"], header.Name)
		if header.Typeflag == tar.TypeDir {
			dirs[header.Name] = true
		}
	}
	assert.True(t, dirs["container/host-ports/"])
}
