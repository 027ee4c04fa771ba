package bundle

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/lestrrat-go/jwx/v3/jws"
	"github.com/open-policy-agent/opa/v1/ast"
	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/util"
)

// ErrUnverified is what Read gives for a bundle that can be read and must not be trusted: its signature does not verify, or
// it is not as Rampart built it.
var ErrUnverified = errors.New("the bundle does not verify")

// maxUnpacked is far beyond any bundle, in bytes: what comes from elsewhere must not make us allocate what it likes.
const maxUnpacked = 64 << 20

// Info is what a bundle says of itself.
type Info struct {
	Revision, Version, Profile string
	// Guardrails are the ids of those that it holds.
	Guardrails []string
	// Signature is nil for one that is not signed.
	Signature *Signature
}

// Signature is what the bundle's token says of itself.
type Signature struct {
	KeyID, Algorithm string
	// Verified tells whether a key has proven it.
	Verified bool
}

// Read reads a tarball as OPA does, with a key verifying its signature, and checks that it is as Rampart built it: its
// content is that of its revision, compiles, and has the data of every guardrail.
func Read(tarball []byte, key *Key) (*Info, error) {
	if err := unpackable(tarball); err != nil {
		return nil, fmt.Errorf("no bundle: %w", err)
	}
	signature, err := readSignature(tarball)
	if err != nil {
		return nil, fmt.Errorf("no bundle: %w", err)
	}
	reader := opabundle.NewReader(bytes.NewReader(tarball)).WithSkipBundleVerification(key == nil)
	if key != nil {
		reader.WithBundleVerificationConfig(key.verification())
	}
	b, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnverified, err)
	}
	metadata := b.Manifest.Metadata
	if metadata["pack"] != pack {
		return nil, errors.New("not a bundle that Rampart built: its manifest does not say so")
	}
	info := &Info{Revision: b.Manifest.Revision, Signature: signature}
	info.Version, _ = metadata["version"].(string)
	info.Profile, _ = metadata["profile"].(string)
	if info.Guardrails, err = check(b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnverified, err)
	}
	if signature != nil {
		signature.Verified = key != nil
	}
	return info, nil
}

// check returns the ids of the bundle's guardrails.
func check(b opabundle.Bundle) ([]string, error) {
	computed, err := revision(b)
	if err != nil {
		return nil, err
	}
	if computed != b.Manifest.Revision {
		return nil, fmt.Errorf("its content is not that of its revision %q, but of %s", b.Manifest.Revision, computed)
	}
	data, err := json.Marshal(b.Data)
	if err != nil {
		return nil, err
	}
	var content struct {
		Rampart struct {
			Catalog    map[string]map[string]any `json:"catalog"`
			Parameters map[string]map[string]any `json:"parameters"`
		} `json:"rampart"`
	}
	if err := json.Unmarshal(data, &content); err != nil {
		return nil, fmt.Errorf("data.json: %w", err)
	}
	ids := slices.Sorted(maps.Keys(content.Rampart.Catalog))
	if len(ids) == 0 {
		return nil, errors.New("data.json: rampart.catalog is missing or empty")
	}
	for _, id := range ids {
		if content.Rampart.Parameters[id] == nil {
			return nil, fmt.Errorf("data.json: rampart.parameters[%q] is missing", id)
		}
	}
	compiler := ast.NewCompiler()
	if compiler.Compile(b.ParsedModules(pack)); compiler.Failed() {
		return nil, fmt.Errorf("it does not compile: %w", compiler.Errors)
	}
	return ids, nil
}

// unpackable makes sure that the rest may hold all of the tarball's content in memory.
func unpackable(tarball []byte) error {
	compressed, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, io.LimitReader(compressed, maxUnpacked+1))
	if err == nil && n > maxUnpacked {
		err = fmt.Errorf("holds more than %d bytes", maxUnpacked)
	}
	return err
}

// readSignature reads all of the tarball and returns what its signature says of itself, nil if there is none.
func readSignature(tarball []byte) (*Signature, error) {
	var signature *Signature
	loader := opabundle.NewTarballLoaderWithBaseURL(bytes.NewReader(tarball), "")
	for {
		file, err := loader.NextFile()
		if err == io.EOF { //nolint:errorlint // an archive that ends too early wraps it
			return signature, nil
		}
		if err != nil {
			return nil, err
		}
		if !opabundle.IsSignaturesFile(file.Path()) {
			continue
		}
		var text bytes.Buffer
		if _, err := file.Read(&text, opabundle.DefaultSizeLimitBytes); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if signature, err = parseSignature(text.Bytes()); err != nil {
			return nil, fmt.Errorf("%s: %w", signaturesFile, err)
		}
	}
}

func parseSignature(text []byte) (*Signature, error) {
	var file opabundle.SignaturesConfig
	if err := util.UnmarshalJSON(text, &file); err != nil {
		return nil, err
	}
	if len(file.Signatures) != 1 {
		return nil, fmt.Errorf("has %d signatures, OPA takes one", len(file.Signatures))
	}
	token, err := jws.ParseString(file.Signatures[0])
	if err != nil {
		return nil, err
	}
	headers := token.Signatures()[0].ProtectedHeaders()
	algorithm, _ := headers.Algorithm()
	keyID, _ := headers.KeyID()
	return &Signature{KeyID: keyID, Algorithm: algorithm.String()}, nil
}
