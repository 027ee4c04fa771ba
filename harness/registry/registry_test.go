package registry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	containers "github.com/google/go-containerregistry/pkg/registry"
	"github.com/open-policy-agent/opa/v1/download"
	opakeys "github.com/open-policy-agent/opa/v1/keys"
	"github.com/open-policy-agent/opa/v1/logging"
	"github.com/open-policy-agent/opa/v1/plugins"
	"github.com/open-policy-agent/opa/v1/plugins/rest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/file"
	"oras.land/oras-go/v2/registry/remote"

	"github.com/rampart-policy/rampart/harness/bundle"
	"github.com/rampart-policy/rampart/harness/internal/testbundle"
	"github.com/rampart-policy/rampart/harness/registry"
)

// server is a registry that keeps things in memory; its address.
func server(t *testing.T, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	handler := containers.New(containers.Logger(log.New(io.Discard, "", 0)))
	if wrap != nil {
		handler = wrap(handler)
	}
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	// No configuration of whoever runs the tests.
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	return strings.TrimPrefix(s.URL, "http://")
}

func tarball(t *testing.T, ids ...string) ([]byte, *bundle.Info) {
	t.Helper()
	content := testbundle.Tarball(t, testbundle.New(t, ids...))
	info, err := bundle.Read(content, nil)
	require.NoError(t, err)
	return content, info
}

func open(t *testing.T, url string) *registry.Repository {
	t.Helper()
	r, err := registry.Open(url, registry.Options{})
	require.NoError(t, err)
	return r
}

// TestPushPull: what is pulled, by tag or by digest, is what was pushed; the same bundle has the same digest.
func TestPushPull(t *testing.T) {
	url := "oci://" + server(t, nil) + "/team/rampart"
	first, info := tarball(t, "host-ports")
	digest, err := open(t, url+":v1").Push(t.Context(), first, info)
	require.NoError(t, err)
	again, err := open(t, url+":v1").Push(t.Context(), first, info)
	require.NoError(t, err)
	assert.Equal(t, digest, again)

	second, info := tarball(t, "host-ports", "image-registry")
	other, err := open(t, url+":v1").Push(t.Context(), second, info)
	require.NoError(t, err)
	assert.NotEqual(t, digest, other)

	for reference, want := range map[string][]byte{":v1": second, "@" + digest: first, "@" + other: second} {
		got, _, err := open(t, url+reference).Pull(t.Context())
		require.NoError(t, err, reference)
		assert.True(t, bytes.Equal(want, got), reference)
	}
	_, pulled, err := open(t, url+":v1").Pull(t.Context())
	require.NoError(t, err)
	assert.Equal(t, other, pulled)

	_, _, err = open(t, url+":v2").Pull(t.Context())
	require.ErrorContains(t, err, "not found")
	_, err = open(t, url+"@"+digest).Push(t.Context(), first, info)
	require.ErrorContains(t, err, "not to a digest")
}

// TestManifest: whoever looks at the artifact learns what it is, and nothing in it depends on the time.
func TestManifest(t *testing.T) {
	host := server(t, nil)
	content, info := tarball(t, "host-ports")
	_, err := open(t, "oci://"+host+"/rampart:v1").Push(t.Context(), content, info)
	require.NoError(t, err)
	response, err := http.Get("http://" + host + "/v2/rampart/manifests/v1")
	require.NoError(t, err)
	defer response.Body.Close() //nolint:errcheck // read only
	var manifest struct {
		MediaType   string
		Layers      []struct{ MediaType string }
		Annotations map[string]string
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&manifest))
	assert.Equal(t, "application/vnd.oci.image.manifest.v1+json", manifest.MediaType)
	assert.Len(t, manifest.Layers, 1)
	assert.Equal(t, map[string]string{
		"org.opencontainers.image.title":       "rampart",
		"org.opencontainers.image.description": "Rampart guardrails, profile restricted",
		"org.opencontainers.image.version":     "v1.2.3",
		"org.opencontainers.image.revision":    info.Revision,
		"org.opencontainers.image.licenses":    "Apache-2.0",
	}, manifest.Annotations)
}

// TestOPADownloads: OPA's own downloader takes the bundle.
func TestOPADownloads(t *testing.T) {
	host := server(t, nil)
	content, info := tarball(t, "host-ports")
	_, err := open(t, "oci://"+host+"/rampart:v1").Push(t.Context(), content, info)
	require.NoError(t, err)

	client, err := rest.New([]byte(`{"name": "registry", "type": "oci", "url": "http://`+host+`"}`),
		map[string]*opakeys.Config{}, rest.Logger(logging.NewNoOpLogger()))
	require.NoError(t, err)
	trigger := plugins.TriggerManual
	c := download.Config{Trigger: &trigger}
	require.NoError(t, c.ValidateAndInjectDefaults())
	var revisions []string
	downloader := download.NewOCI(c, client, host+"/rampart:v1", t.TempDir()).WithCallback(
		func(_ context.Context, u download.Update) error {
			if u.Bundle != nil {
				revisions = append(revisions, u.Bundle.Manifest.Revision)
			}
			return u.Error
		})
	for range 2 {
		require.NoError(t, downloader.Trigger(t.Context()))
	}
	assert.Equal(t, []string{info.Revision}, revisions)

	content, changed := tarball(t, "image-registry")
	_, err = open(t, "oci://"+host+"/rampart:v1").Push(t.Context(), content, changed)
	require.NoError(t, err)
	require.NoError(t, downloader.Trigger(t.Context()))
	assert.Equal(t, []string{info.Revision, changed.Revision}, revisions)
}

// TestConftestPulls: pulled into a folder as conftest does it, the bundle lies there unpacked, its data at the root.
func TestConftestPulls(t *testing.T) {
	host := server(t, nil)
	content, info := tarball(t, "host-ports")
	_, err := open(t, "oci://"+host+"/rampart:v1").Push(t.Context(), content, info)
	require.NoError(t, err)

	source, err := remote.NewRepository(host + "/rampart:v1")
	require.NoError(t, err)
	source.PlainHTTP = true
	folder := t.TempDir()
	store, err := file.New(folder)
	require.NoError(t, err)
	defer store.Close() //nolint:errcheck // only removes what the test's folder loses anyway
	_, err = oras.Copy(t.Context(), source, "v1", store, "", oras.DefaultCopyOptions)
	require.NoError(t, err)
	for _, name := range []string{"data.json", "adapters/conftest.rego", "container/host-ports/policy.rego", "lib/k8s/k8s.rego"} {
		assert.FileExists(t, filepath.Join(folder, name))
	}
}

// TestCredentials: they come from the options or else from Docker's configuration, and are needed where they are.
func TestCredentials(t *testing.T) {
	host := server(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if name, password, _ := r.BasicAuth(); name != "robot" || password != "s3cret" {
				w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	content, info := tarball(t, "host-ports")
	push := func(o registry.Options) error {
		r, err := registry.Open("oci://"+host+"/rampart:v1", o)
		require.NoError(t, err)
		_, err = r.Push(t.Context(), content, info)
		return err
	}
	require.ErrorContains(t, push(registry.Options{}), "basic credential not found")
	err := push(registry.Options{Username: "robot", Password: "wr0ng"})
	require.ErrorContains(t, err, "401")
	require.NotContains(t, err.Error(), "wr0ng")
	require.NoError(t, push(registry.Options{Username: "robot", Password: "s3cret"}))

	docker := filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json")
	require.NoError(t, os.WriteFile(docker, []byte(`{"auths": {"`+host+`": {"auth": "cm9ib3Q6czNjcmV0"}}}`), 0o600))
	require.NoError(t, push(registry.Options{}))
	require.NoError(t, os.WriteFile(docker, []byte(`{`), 0o600))
	_, err = registry.Open("oci://"+host+"/rampart:v1", registry.Options{})
	require.ErrorContains(t, err, "Docker's configuration")
}

// TestPlainHTTP: without TLS only where asked for, or on this machine.
func TestPlainHTTP(t *testing.T) {
	host := server(t, nil)
	yes, no := true, false
	content, info := tarball(t, "host-ports")
	for _, c := range []struct {
		host string
		o    registry.Options
		want string
	}{
		{host, registry.Options{}, ""},
		{strings.Replace(host, "127.0.0.1", "localhost", 1), registry.Options{}, ""},
		{host, registry.Options{PlainHTTP: &yes}, ""},
		{host, registry.Options{PlainHTTP: &no}, "HTTP response to HTTPS client"},
	} {
		r, err := registry.Open("oci://"+c.host+"/rampart:v1", c.o)
		require.NoError(t, err)
		_, err = r.Push(t.Context(), content, info)
		if c.want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.want)
		}
	}
}

// TestPullRefuses: what a registry holds under the name need not be a bundle.
func TestPullRefuses(t *testing.T) {
	host := server(t, nil)
	put := func(kind, manifest string) {
		t.Helper()
		request, err := http.NewRequest(http.MethodPut, "http://"+host+"/v2/rampart/manifests/v1", strings.NewReader(manifest))
		require.NoError(t, err)
		request.Header.Set("Content-Type", kind)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, http.StatusCreated, response.StatusCode)
	}
	const image, layer = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip"
	digest := "sha256:" + strings.Repeat("a", 64)
	for _, c := range []struct{ kind, manifest, want string }{
		{"application/vnd.oci.image.index.v1+json", `{"schemaVersion": 2, "manifests": []}`, "image.index.v1+json: expected"},
		{image, `{"schemaVersion": 2, "layers": []}`, "holds no bundle"},
		{image, `{"layers": [{"mediaType": "text/plain", "digest": "` + digest + `", "size": 1}]}`, "holds no bundle"},
		{image, `{"layers": [{"mediaType": "` + layer + `", "digest": "` + digest + `", "size": 1}]}`, "not found"},
		{image, `{"layers": [{"mediaType": "` + layer + `", "digest": "` + digest + `", "size": 99999999999}]}`, "no bundle: at most"},
	} {
		put(c.kind, c.manifest)
		_, _, err := open(t, "oci://"+host+"/rampart:v1").Pull(t.Context())
		require.ErrorContains(t, err, c.want)
	}
}

// TestOpen: bad references are refused before anything is sent.
func TestOpen(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	for url, want := range map[string]string{
		"ghcr.io/example/rampart:v1":           "expected oci://HOST/REPOSITORY:TAG",
		"https://ghcr.io/example/rampart:v1":   "expected oci://",
		"oci://ghcr.io/example/rampart":        "names no tag",
		"oci://ghcr.io":                        "missing registry or repository",
		"oci://ghcr.io/Example/rampart:v1":     "invalid repository",
		"oci://ghcr.io/example/rampart:v 1":    "invalid",
		"oci://ghcr.io/example/rampart@sha1:a": "invalid",
		"oci://":                               "invalid",
	} {
		_, err := registry.Open(url, registry.Options{})
		require.ErrorContains(t, err, want, url)
	}
}

// TestPushStops: a registry that doesn't answer holds nobody up who has given up.
func TestPushStops(t *testing.T) {
	release := make(chan struct{})
	host := server(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release })
	})
	defer close(release)
	content, info := tarball(t, "host-ports")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := open(t, "oci://"+host+"/rampart:v1").Push(ctx, content, info)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}
