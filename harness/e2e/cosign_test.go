package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/registry/remote"
)

// pushImage pushes an image with the content given, and returns its name with the digest.
func (r *registry) pushImage(t testing.TB, content string) string {
	t.Helper()
	name := r.address + "/task-api/server"
	repository, err := remote.NewRepository(name)
	require.NoError(t, err)
	repository.PlainHTTP = true
	layer, err := oras.PushBytes(t.Context(), repository, ocispec.MediaTypeImageLayer, []byte(content))
	require.NoError(t, err)
	config, err := oras.PushBytes(t.Context(), repository, ocispec.MediaTypeImageConfig,
		fmt.Appendf(nil, `{"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [%q]}}`, layer.Digest))
	require.NoError(t, err)
	manifest, err := oras.PackManifest(t.Context(), repository, oras.PackManifestVersion1_1, "", oras.PackManifestOptions{
		ConfigDescriptor: &config, Layers: []ocispec.Descriptor{layer}})
	require.NoError(t, err)
	return name + "@" + manifest.Digest.String()
}

// cosign runs cosign, which has no network but loopback to turn to, and returns what it prints.
func cosign(t testing.TB, arguments ...string) string {
	t.Helper()
	stdout, stderr, code := execute(t, "cosign", arguments...)
	require.Zero(t, code, "cosign %s\n%s%s", strings.Join(arguments, " "), stdout, stderr)
	return stdout
}

// TestCosign: what the real cosign prints of a signature, in the form of a bundle and in the one before, proves the Deployment
// with that digest, and no other; a signature with a key proves it only where keys are accepted.
func TestCosign(t *testing.T) {
	t.Setenv("COSIGN_PASSWORD", "for this test")
	for _, address := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		t.Setenv(address, "http://127.0.0.1:1")
	}
	t.Setenv("HOME", t.TempDir())
	registry := startRegistry(t)
	keys := filepath.Join(t.TempDir(), "key")
	cosign(t, "generate-key-pair", "--output-key-prefix", keys)
	for form, bundle := range map[string]bool{"bundle": true, "signature": false} {
		t.Run(form, func(t *testing.T) {
			image, other := registry.pushImage(t, form), registry.pushImage(t, "other than "+form)
			format := fmt.Sprintf("--new-bundle-format=%v", bundle)
			cosign(t, "sign", "--key", keys+".key", "--tlog-upload=false", "--use-signing-config=false", format,
				"--allow-http-registry", "--yes", image)
			verification := cosign(t, "verify", "--key", keys+".pub", "--insecure-ignore-tlog", format, "--allow-http-registry",
				"--output", "json", image)

			judge := func(image, setting string) []string {
				folder := t.TempDir()
				write(t, folder, "cosign.json", []byte(verification))
				write(t, folder, "deployment.yaml", deployment(t, image))
				found, result := rampartCheck(t, "--only", "cosign-verification", "--set", setting, folder)
				require.Empty(t, result.Errors)
				require.Equal(t, 2, result.Summary.Objects)
				var paths []string
				for _, file := range []string{"cosign.json", "deployment.yaml"} {
					for _, f := range found[filepath.Join(folder, file)] {
						paths = append(paths, f.Path)
					}
				}
				return paths
			}
			const accepted, container = "cosign-verification.keys=true", "spec.template.spec.containers[0].image"
			assert.Empty(t, judge(image, accepted))
			assert.Equal(t, []string{"[0].critical.image.docker-manifest-digest", container}, judge(other, accepted))
			assert.Equal(t, []string{"[0].optional", container}, judge(image, "cosign-verification.keys=false"))
		})
	}
}

// deployment is a Deployment that runs the image.
func deployment(t testing.TB, image string) []byte {
	t.Helper()
	text, err := os.ReadFile("../../fixtures/task-api/secure/06-task-api.yaml")
	require.NoError(t, err)
	const shipped = "ghcr.io/task-api/server:1.4.2@sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
	whole, _, _ := strings.Cut(string(text), "\n---\n")
	return []byte(replaceOnce(t, whole, shipped, image))
}
