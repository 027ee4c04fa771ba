package e2e

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNginx: the shipped configuration serves bundles and nothing else, over TLS, and only what has changed.
func TestNginx(t *testing.T) {
	n := startNginx(t, nil)
	tarball := buildBundle(t, signingKey{}, "--only", "host-ports")
	n.publish(t, tarball)
	client := n.client(t, false)
	get := func(method, path string, headers ...string) *http.Response {
		request, err := http.NewRequestWithContext(t.Context(), method, n.url()+path, nil)
		require.NoError(t, err)
		for i := 0; i < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		response, err := client.Do(request)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response
	}
	const path = "/bundles/rampart.tar.gz"
	first := get(http.MethodGet, path, "Accept-Encoding", "gzip")
	assert.Equal(t, http.StatusOK, first.StatusCode)
	assert.Equal(t, "application/gzip", first.Header.Get("Content-Type"))
	assert.Empty(t, first.Header.Get("Content-Encoding"))
	assert.Equal(t, "no-cache", first.Header.Get("Cache-Control"))
	assert.Equal(t, "nginx", first.Header.Get("Server"))
	tag := first.Header.Get("ETag")
	assert.Regexp(t, `^"[^"]+"$`, tag, "a strong tag")
	assert.Equal(t, http.StatusNotModified, get(http.MethodGet, path, "If-None-Match", tag).StatusCode)
	n.publish(t, buildBundle(t, signingKey{}, "--only", "host-ports,host-process"))
	assert.Equal(t, http.StatusOK, get(http.MethodGet, path, "If-None-Match", tag).StatusCode)

	for _, name := range []string{"bundles/notes.txt", "html/notes.txt"} { // html is where nginx looks by default
		write(t, n.dir, name, []byte("not for everyone"))
	}
	for _, other := range []string{"/", "/notes.txt", "/bundles/", "/tls.key", "/nginx.conf", "/bundles/notes.txt", "/bundles/../tls.key",
		"/bundles/rampart.tar.gz.new", "/bundles/%2e%2e/tls.key", "/bundles/x/rampart.tar.gz"} {
		assert.Contains(t, []int{http.StatusNotFound, http.StatusBadRequest}, get(http.MethodGet, other).StatusCode, other)
	}
	for _, method := range []string{http.MethodPut, http.MethodPost, http.MethodDelete} {
		assert.Equal(t, http.StatusMethodNotAllowed, get(method, path).StatusCode, method)
	}
	old := n.client(t, false)
	versions := old.Transport.(*http.Transport).TLSClientConfig
	versions.MinVersion, versions.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	_, err := old.Head(n.url() + path)
	require.ErrorContains(t, err, "protocol version")
}

// client trusts the server's authority; it may have a certificate of its own.
func (n *nginx) client(t *testing.T, certified bool) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(n.certificates.ca.certificate))
	config := &tls.Config{RootCAs: roots}
	if certified {
		certificate, err := tls.X509KeyPair(n.certificates.client.certificate, n.certificates.client.key)
		require.NoError(t, err)
		config.Certificates = []tls.Certificate{certificate}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
}

// TestNginxClients: with the lines that the configuration has for it, only OPAs with a certificate get the bundle.
func TestNginxClients(t *testing.T) {
	n := startNginx(t, func(text string) string {
		for _, directive := range []string{"ssl_client_certificate", "ssl_verify_client"} {
			text = replaceOnce(t, text, "#"+directive, directive)
		}
		return text
	})
	key := newSigningKey(t)
	tarball := buildBundle(t, key, "--only", "host-ports")
	n.publish(t, tarball)
	response, err := n.client(t, false).Head(n.url() + "/bundles/rampart.tar.gz")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusBadRequest, response.StatusCode)
	o := startOPA(t, "opa", n, key, func(configuration object) {
		service := configuration["services"].(object)["rampart"].(object)
		service["credentials"] = object{"client_tls": object{"cert": n.certificates.client.file, "private_key": n.certificates.client.keyFile}}
	})
	o.activated(t, revisionOf(t, tarball))
}
