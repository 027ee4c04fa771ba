package bundle

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	opakeys "github.com/open-policy-agent/opa/v1/keys"
)

// DefaultKeyID is the name that OPA's command line gives a key that nobody named.
const DefaultKeyID = "default"

// Algorithms are those of OPA that have a public key. With HMAC, whoever verifies a bundle could also sign one.
var Algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// minRSABits is the least that RFC 7518 allows (3.3, 3.5).
const minRSABits = 2048

// Key is a public key to verify with.
type Key struct {
	pem, algorithm, id, scope string
}

// NewKey reads a public key or certificate from PEM. With an id, the signature must name the key by it, as with one of
// several keys in OPA's configuration. The signature's scope must be the same.
func NewKey(text []byte, algorithm, id, scope string) (*Key, error) {
	if err := known(algorithm); err != nil {
		return nil, err
	}
	block, err := onlyBlock(text)
	if err != nil {
		return nil, err
	}
	var public any
	switch block.Type {
	case "PUBLIC KEY":
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "RSA PUBLIC KEY":
		public, err = x509.ParsePKCS1PublicKey(block.Bytes)
	case "CERTIFICATE":
		var certificate *x509.Certificate
		if certificate, err = x509.ParseCertificate(block.Bytes); err == nil {
			public = certificate.PublicKey
		}
	default:
		return nil, fmt.Errorf("is a PEM block %q: expected a public key or a certificate", block.Type)
	}
	if err != nil {
		return nil, err
	}
	return &Key{pem: string(pem.EncodeToMemory(block)), algorithm: algorithm, id: id, scope: scope}, fits(public, algorithm)
}

func (k *Key) verification() *opabundle.VerificationConfig {
	id, named := k.id, ""
	if id == "" {
		// OPA then takes this key, whichever the signature names.
		id, named = DefaultKeyID, DefaultKeyID
	}
	config := &opakeys.Config{Key: k.pem, Algorithm: k.algorithm}
	return opabundle.NewVerificationConfig(map[string]*opakeys.Config{id: config}, named, k.scope, nil)
}

// Signer is a private key to sign with.
type Signer struct {
	config *opabundle.SigningConfig
	id     string
	public *Key
}

// NewSigner reads a private key from PEM (PKCS #1, PKCS #8 or SEC 1, not encrypted). The claims of claimsFile, a JSON
// object, go into the signature; "" is none. No error shows anything of the key.
func NewSigner(text []byte, algorithm, id, claimsFile string) (*Signer, error) {
	if err := known(algorithm); err != nil {
		return nil, err
	}
	block, err := onlyBlock(text)
	if err != nil {
		return nil, err
	}
	switch {
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return nil, errors.New("is encrypted: decrypt it for this, for instance with openssl pkey")
	case !strings.HasSuffix(block.Type, "PRIVATE KEY"):
		return nil, fmt.Errorf("is a PEM block %q: expected a private key", block.Type)
	}
	s := &Signer{id: id, config: opabundle.NewSigningConfig(string(pem.EncodeToMemory(block)), algorithm, claimsFile)}
	private, err := s.config.GetPrivateKey()
	if err != nil {
		return nil, err
	}
	key, ok := private.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("is a key of type %T, which signs nothing", private)
	}
	if err := fits(key.Public(), algorithm); err != nil {
		return nil, err
	}
	scope, err := s.scope()
	if err != nil {
		return nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	s.public, err = NewKey(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), algorithm, id, scope)
	return s, err
}

// scope is the one that the claims name.
func (s *Signer) scope() (string, error) {
	if s.config.ClaimsPath == "" {
		return "", nil
	}
	claims, err := s.config.GetClaims()
	if err != nil {
		return "", fmt.Errorf("claims %s: %w", s.config.ClaimsPath, err)
	}
	if claims["files"] != nil || claims["keyid"] != nil {
		return "", fmt.Errorf("claims %s: files and keyid come from the bundle and the key", s.config.ClaimsPath)
	}
	scope, ok := claims["scope"].(string)
	if claims["scope"] != nil && !ok {
		return "", fmt.Errorf("claims %s: scope must be a string", s.config.ClaimsPath)
	}
	return scope, nil
}

// Sign signs the bundle, and makes sure that OPA will verify the signature. ES and PS signatures differ each time.
func (b *Bundle) Sign(s *Signer) error {
	if err := b.opa.GenerateSignature(s.config, s.id, true); err != nil {
		return fmt.Errorf("signing: %w", err)
	}
	return b.readBack(s.public)
}

func known(algorithm string) error {
	if !slices.Contains(Algorithms, algorithm) {
		return fmt.Errorf("unknown algorithm %q: choose one of %s", algorithm, strings.Join(Algorithms, ", "))
	}
	return nil
}

// Configurable tells whether an OPA can be configured with keys of the algorithm; others it takes on its command line only.
func Configurable(algorithm string) bool {
	return opakeys.IsSupportedAlgorithm(algorithm)
}

// onlyBlock is the one PEM block with a key. openssl puts a block of parameters before EC keys, which OPA does not read.
func onlyBlock(text []byte) (*pem.Block, error) {
	var found *pem.Block
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "EC PARAMETERS":
		case found != nil:
			return nil, errors.New("holds more than one PEM block: OPA reads the first only")
		default:
			found = block
		}
	}
	if found == nil {
		return nil, errors.New("holds no key in PEM")
	}
	return found, nil
}

// fits tells whether an algorithm is one for the key.
func fits(public any, algorithm string) error {
	kind, algorithms := fmt.Sprintf("a key of type %T", public), []string(nil)
	switch key := public.(type) {
	case *rsa.PublicKey:
		kind, algorithms = fmt.Sprintf("an RSA key of %d bits", key.N.BitLen()), Algorithms[:6]
		if key.N.BitLen() < minRSABits {
			return fmt.Errorf("is %s: at least %d are needed", kind, minRSABits)
		}
	case *ecdsa.PublicKey:
		name := key.Curve.Params().Name
		kind = "an EC key on " + name
		algorithms = map[string][]string{"P-256": {"ES256"}, "P-384": {"ES384"}, "P-521": {"ES512"}}[name]
	case ed25519.PublicKey:
		kind, algorithms = "an Ed25519 key", []string{"EdDSA"}
	}
	switch {
	case len(algorithms) == 0:
		return fmt.Errorf("is %s: OPA has no algorithm for it", kind)
	case !slices.Contains(algorithms, algorithm):
		return fmt.Errorf("is %s, which is not for %s but for %s", kind, algorithm, strings.Join(algorithms, ", "))
	}
	return nil
}
