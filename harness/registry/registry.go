// Package registry keeps bundles in OCI registries, so that both OPA and conftest take them from there as they are.
package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/content/file"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/retry"

	"github.com/rampart-policy/rampart/harness/bundle"
)

const (
	scheme = "oci://"
	// configType tells what kind of artifact this is, in the way that registries of OCI 1.0 know too.
	configType = "application/vnd.cncf.openpolicyagent.config.v1+json"
	// layerType is the only one in which OPA looks for a bundle.
	layerType = ocispec.MediaTypeImageLayerGzip
	// maxBundle is far beyond any bundle, in bytes: a registry must not make us allocate what it likes.
	maxBundle = 64 << 20
)

// Options are how to talk to a registry.
type Options struct {
	// PlainHTTP is whether to do without TLS; nil does so for loopback addresses, as Docker does.
	PlainHTTP *bool
	// Username and Password are used in place of Docker's configuration.
	Username, Password string
	UserAgent          string
}

// Repository is where a bundle is kept, with its tag or digest.
type Repository struct {
	remote *remote.Repository
}

// Open parses oci://HOST/REPOSITORY:TAG, or @DIGEST. It connects to nothing.
func Open(url string, o Options) (*Repository, error) {
	name, found := strings.CutPrefix(url, scheme)
	if !found {
		return nil, fmt.Errorf("%s: expected %sHOST/REPOSITORY:TAG", url, scheme)
	}
	repository, err := remote.NewRepository(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	reference := repository.Reference
	if reference.Reference == "" {
		return nil, fmt.Errorf("%s: names no tag: expected %s%s/%s:TAG", url, scheme, reference.Registry, reference.Repository)
	}
	if o.PlainHTTP != nil {
		repository.PlainHTTP = *o.PlainHTTP
	} else {
		repository.PlainHTTP = loopback(reference)
	}
	client := &auth.Client{Client: retry.DefaultClient, Cache: auth.NewCache()}
	client.SetUserAgent(o.UserAgent)
	if o.Username != "" {
		client.Credential = auth.StaticCredential(reference.Host(), auth.Credential{Username: o.Username, Password: o.Password})
	} else {
		store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
		if err != nil {
			return nil, fmt.Errorf("reading Docker's configuration: %w", err)
		}
		client.Credential = credentials.Credential(store)
	}
	repository.Client = client
	return &Repository{remote: repository}, nil
}

func loopback(reference registry.Reference) bool {
	host, _, err := net.SplitHostPort(reference.Host())
	if err != nil {
		host = strings.Trim(reference.Host(), "[]")
	}
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// Push stores a bundle under the tag and returns the digest of its manifest. The same bundle has the same digest.
func (r *Repository) Push(ctx context.Context, tarball []byte, info *bundle.Info) (string, error) {
	tag := r.remote.Reference
	if err := tag.ValidateReferenceAsTag(); err != nil {
		return "", fmt.Errorf("a bundle is pushed to a tag, not to a digest: %w", err)
	}
	layer := content.NewDescriptorFromBytes(layerType, tarball)
	// conftest unpacks what it pulls into the folder that is told here, its own.
	layer.Annotations = map[string]string{ocispec.AnnotationTitle: ".", file.AnnotationUnpack: "true"}
	config := []byte("{}")
	// There is no time of creation, for it would change the digest.
	manifest := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    content.NewDescriptorFromBytes(configType, config),
		Layers:    []ocispec.Descriptor{layer},
		Annotations: map[string]string{
			ocispec.AnnotationTitle:       "rampart",
			ocispec.AnnotationDescription: fmt.Sprintf("Rampart guardrails, profile %s", info.Profile),
			ocispec.AnnotationVersion:     info.Version,
			ocispec.AnnotationRevision:    info.Revision,
			ocispec.AnnotationLicenses:    "Apache-2.0",
		},
	}
	text, err := json.Marshal(manifest)
	if err != nil {
		return "", err
	}
	if err := errors.Join(r.pushBlob(ctx, manifest.Config, config), r.pushBlob(ctx, layer, tarball)); err != nil {
		return "", err
	}
	pushed, err := oras.TagBytes(ctx, r.remote, manifest.MediaType, text, tag.Reference)
	if err != nil {
		return "", err
	}
	return pushed.Digest.String(), nil
}

func (r *Repository) pushBlob(ctx context.Context, descriptor ocispec.Descriptor, blob []byte) error {
	exists, err := r.remote.Blobs().Exists(ctx, descriptor)
	if err != nil || exists {
		return err
	}
	return r.remote.Blobs().Push(ctx, descriptor, bytes.NewReader(blob))
}

// Pull fetches a bundle and returns it with the digest of its manifest.
func (r *Repository) Pull(ctx context.Context) (tarball []byte, digest string, err error) {
	descriptor, text, err := oras.FetchBytes(ctx, r.remote, r.remote.Reference.Reference, oras.DefaultFetchBytesOptions)
	if err != nil {
		return nil, "", err
	}
	if descriptor.MediaType != ocispec.MediaTypeImageManifest {
		return nil, "", fmt.Errorf("is a %s: expected an %s", descriptor.MediaType, ocispec.MediaTypeImageManifest)
	}
	var manifest ocispec.Manifest
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, "", fmt.Errorf("manifest: %w", err)
	}
	for _, layer := range manifest.Layers {
		if layer.MediaType != layerType {
			continue
		}
		if layer.Size > maxBundle {
			return nil, "", fmt.Errorf("a layer of %d bytes is no bundle: at most %d", layer.Size, maxBundle)
		}
		tarball, err := content.FetchAll(ctx, r.remote.Blobs(), layer)
		return tarball, descriptor.Digest.String(), err
	}
	return nil, "", errors.New("holds no bundle: no layer is a " + layerType)
}
