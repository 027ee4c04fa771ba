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
// with that digest, and no other; a signature with a key proves it only where keys are accepted, whatever the signer notes in a
// bundle.
func TestCosign(t *testing.T) {
	t.Setenv("COSIGN_PASSWORD", "for this test")
	for _, address := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		t.Setenv(address, "http://127.0.0.1:1")
	}
	t.Setenv("HOME", t.TempDir())
	registry := startRegistry(t)
	keys := filepath.Join(t.TempDir(), "key")
	cosign(t, "generate-key-pair", "--output-key-prefix", keys)
	with := func(command string, arguments ...string) string {
		arguments = append([]string{command, "--allow-http-registry"}, arguments...)
		if command == "verify" {
			return cosign(t, append(arguments, "--key", keys+".pub", "--insecure-ignore-tlog", "--output", "json")...)
		}
		return cosign(t, append(arguments, "--key", keys+".key", "--tlog-upload=false", "--use-signing-config=false", "--yes")...)
	}
	const accepted, refused = "cosign-verification.keys=true", "cosign-verification.keys=false"
	const digest, container = "[0].critical.image.docker-manifest-digest", "spec.template.spec.containers[0].image"

	t.Run("bundle", func(t *testing.T) {
		image, other := registry.pushImage(t, "bundle"), registry.pushImage(t, "other than bundle")
		with("sign", "-a", "Issuer=https://token.actions.githubusercontent.com", "-a", "Subject=https://github.com/task-api", image)
		verification := with("verify", image)
		assert.Contains(t, verification, `"Issuer":"https://token.actions.githubusercontent.com"`)
		assert.Empty(t, judgeVerification(t, verification, image, accepted))
		assert.Equal(t, []string{digest, container}, judgeVerification(t, verification, other, accepted))
		assert.Equal(t, []string{"[0].optional", container}, judgeVerification(t, verification, image, refused))

		with("attest", "--type", "spdxjson", "--predicate", write(t, t.TempDir(), "predicate.json", []byte("{}")), image)
		with("attest", "--type", "spdxjson", "--predicate", write(t, t.TempDir(), "predicate.json", []byte("{}")), other)
		verification = with("verify", image)
		assert.Contains(t, verification, "https://spdx.dev/Document")
		assert.Empty(t, judgeVerification(t, verification, image, accepted), "an attestation beside the signature")
		verification = with("verify", other)
		assert.Equal(t, []string{"[0].critical.type", container}, judgeVerification(t, verification, other, accepted),
			"an attestation in place of a signature")
	})
	t.Run("signature", func(t *testing.T) {
		const old = "--new-bundle-format=false"
		image, other := registry.pushImage(t, "signature"), registry.pushImage(t, "other than signature")
		with("sign", old, image)
		with("sign", old, other)
		verification := with("verify", old, image)
		assert.Empty(t, judgeVerification(t, verification, image, accepted))
		assert.Equal(t, []string{digest, container}, judgeVerification(t, verification, other, accepted))
		assert.Equal(t, []string{"[0].optional", container}, judgeVerification(t, verification, image, refused))
		assert.Equal(t, []string{digest}, judgeVerification(t, with("verify", old, image, other), other, accepted), "of several images")
	})
}

// judgeVerification judges what cosign printed together with a Deployment of the image, and returns the paths of the findings.
func judgeVerification(t testing.TB, verification, image, setting string) []string {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, "cosign.json", []byte(verification))
	write(t, folder, "deployment.yaml", deployment(t, image))
	found, result := rampartCheck(t, "--only", "cosign-verification", "--set", setting, folder)
	require.Empty(t, result.Errors)
	require.GreaterOrEqual(t, result.Summary.Objects, 2)
	var paths []string
	for _, file := range []string{"cosign.json", "deployment.yaml"} {
		for _, f := range found[filepath.Join(folder, file)] {
			paths = append(paths, f.Path)
		}
	}
	return paths
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
