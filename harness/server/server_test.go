package server_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/open-policy-agent/opa/v1/download"
	opakeys "github.com/open-policy-agent/opa/v1/keys"
	"github.com/open-policy-agent/opa/v1/logging"
	"github.com/open-policy-agent/opa/v1/plugins"
	"github.com/open-policy-agent/opa/v1/plugins/rest"
	"github.com/open-policy-agent/opa/v1/sdk"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/bundle"
	"github.com/rampart-policy/rampart/harness/internal/testbundle"
	"github.com/rampart-policy/rampart/harness/server"
)

// often is how often files are looked at here.
const often = 5 * time.Millisecond

// patience ends tests that would hang; nothing should come near it.
const patience = time.Minute

// lines is a log that can be read while it is written.
type lines struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *lines) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(text)
}

func (l *lines) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// fixture is a served file or folder.
type fixture struct {
	path string
	log  *lines
	*server.Server
	handler http.Handler
}

// serve serves a file with a bundle of one guardrail.
func serve(t *testing.T) *fixture {
	t.Helper()
	path := filepath.Join(t.TempDir(), "site.tar.gz")
	replace(t, path, content(t, "host-ports"))
	return open(t, path, nil)
}

func open(t *testing.T, path string, key *bundle.Key) *fixture {
	t.Helper()
	f := &fixture{path: path, log: &lines{}}
	log := slog.New(slog.NewTextHandler(f.log, nil))
	store, err := server.Open(path, key, often, log)
	require.NoError(t, err)
	f.Server = &server.Server{Store: store, Log: log}
	f.handler = f.Handler(t.Context())
	return f
}

// watch looks at the files from now on.
func (f *fixture) watch(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { f.Store.Watch(ctx); close(done) }()
	t.Cleanup(func() { stop(); <-done })
}

func content(t *testing.T, ids ...string) []byte {
	t.Helper()
	return testbundle.Tarball(t, testbundle.New(t, ids...))
}

// replace does so atomically.
func replace(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path+".new", content, 0o600))
	require.NoError(t, os.Rename(path+".new", path))
}

// do answers a request; headers are pairs of name and value.
func (f *fixture) do(method, path string, headers ...string) *http.Response {
	request := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	f.handler.ServeHTTP(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	content, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return content
}

// TestRequests: the answers that OPA's bundle service API and HTTP define.
func TestRequests(t *testing.T) {
	f := serve(t)
	want := content(t, "host-ports")
	first := f.do("GET", "/bundles/rampart.tar.gz")
	require.Equal(t, http.StatusOK, first.StatusCode)
	assert.Equal(t, want, body(t, first))
	assert.Equal(t, "application/vnd.openpolicyagent.bundles", first.Header.Get("Content-Type"))
	etag := first.Header.Get("ETag")
	assert.Regexp(t, `^"[0-9a-f]{64}"$`, etag)

	head := f.do("HEAD", "/bundles/site.tar.gz")
	assert.Equal(t, http.StatusOK, head.StatusCode)
	assert.Equal(t, etag, head.Header.Get("ETag"))
	assert.EqualValues(t, len(want), head.ContentLength)

	for known, status := range map[string]int{
		etag: 304, `"old", ` + etag: 304, "W/" + etag: 304, "*": 304, `"old"`: 200, "": 200, strings.Trim(etag, `"`): 200,
	} {
		r := f.do("GET", "/bundles/rampart.tar.gz", "If-None-Match", known)
		assert.Equal(t, status, r.StatusCode, known)
		assert.Equal(t, etag, r.Header.Get("ETag"), known)
		if status == 304 {
			assert.Empty(t, body(t, r), known)
			assert.Equal(t, "application/vnd.openpolicyagent.bundles", r.Header.Get("Content-Type"), known)
		}
	}
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/health", 200}, {"GET", "/bundles/other.tar.gz", 404}, {"GET", "/bundles/", 404}, {"GET", "/", 404},
		{"GET", "/bundles/..%2fsite.tar.gz", 404}, {"POST", "/bundles/rampart.tar.gz", 405}, {"PUT", "/bundles/rampart.tar.gz", 405},
	} {
		assert.Equal(t, c.status, f.do(c.method, c.path).StatusCode, c)
	}
	assert.Contains(t, f.log.String(), "method=GET path=/bundles/other.tar.gz status=404")
	assert.NotContains(t, f.log.String(), "/health")
}

// TestToken: without the token there is nothing but the health; the log never shows one.
func TestToken(t *testing.T) {
	f := serve(t)
	f.Token = "s3cret"
	f.handler = f.Handler(t.Context())
	for authorization, status := range map[string]int{
		"Bearer s3cret": 200, "bearer s3cret": 200,
		"": 401, "Bearer": 401, "Bearer ": 401, "Bearer wrong": 401, "Bearer s3cret2": 401, "Basic s3cret": 401, "s3cret": 401,
	} {
		r := f.do("GET", "/bundles/rampart.tar.gz", "Authorization", authorization)
		assert.Equal(t, status, r.StatusCode, authorization)
		if status == 401 {
			assert.Equal(t, `Bearer realm="rampart"`, r.Header.Get("WWW-Authenticate"))
			assert.Empty(t, r.Header.Get("ETag"))
		}
	}
	assert.Equal(t, http.StatusOK, f.do("GET", "/health").StatusCode)
	assert.NotContains(t, f.log.String(), "s3cret")
}

// TestReload: what takes a file's place is served if it is a bundle that verifies, and never otherwise.
func TestReload(t *testing.T) {
	f := serve(t)
	f.watch(t)
	etag := func() string { return f.do("HEAD", "/bundles/rampart.tar.gz").Header.Get("ETag") }
	logged := func(text string) {
		t.Helper()
		require.Eventually(t, func() bool { return strings.Contains(f.log.String(), text) }, patience, often, text)
	}
	first := etag()
	next := content(t, "image-registry")

	require.NoError(t, os.WriteFile(f.path, next[:len(next)/2], 0o600))
	logged("no bundle: ")
	assert.Equal(t, first, etag())
	require.NoError(t, os.Remove(f.path))
	logged("no such file")
	assert.Equal(t, first, etag())
	assert.Equal(t, 2, strings.Count(f.log.String(), "level=WARN"), "each problem is told once")

	replace(t, f.path, next)
	require.Eventually(t, func() bool { return etag() != first }, patience, often)
	assert.Equal(t, next, body(t, f.do("GET", "/bundles/rampart.tar.gz")))

	// A bundle that is older than the one before, and of another file's time and size.
	modified := time.Now().Add(-time.Hour)
	replace(t, f.path, content(t, "host-ports"))
	require.NoError(t, os.Chtimes(f.path, modified, modified))
	require.Eventually(t, func() bool { return etag() == first }, patience, often)
}

// TestReloadKey: with a key, what that key hasn't signed is not served.
func TestReloadKey(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	encode := func(kind string, der []byte, err error) []byte {
		require.NoError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	signer, err := bundle.NewSigner(encode("PRIVATE KEY", der, err), "EdDSA", "platform", "")
	require.NoError(t, err)
	der, err = x509.MarshalPKIXPublicKey(public)
	key, err := bundle.NewKey(encode("PUBLIC KEY", der, err), "EdDSA", "", "")
	require.NoError(t, err)

	path := filepath.Join(t.TempDir(), "site.tar.gz")
	b := testbundle.New(t, "host-ports")
	replace(t, path, testbundle.Tarball(t, b))
	_, err = server.Open(path, key, often, slog.New(slog.DiscardHandler))
	require.ErrorIs(t, err, bundle.ErrUnverified)
	require.ErrorContains(t, err, path)

	require.NoError(t, b.Sign(signer))
	signed := testbundle.Tarball(t, b)
	replace(t, path, signed)
	f := open(t, path, key)
	f.watch(t)
	replace(t, path, content(t, "image-registry"))
	require.Eventually(t, func() bool { return strings.Contains(f.log.String(), "does not verify") }, patience, often)
	assert.Equal(t, signed, body(t, f.do("GET", "/bundles/rampart.tar.gz")))
}

// TestFolder: every bundle of a folder is served under its name, also one that comes later.
func TestFolder(t *testing.T) {
	folder := t.TempDir()
	_, err := server.Open(folder, nil, often, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "holds no *.tar.gz")
	_, err = server.Open(filepath.Join(folder, "missing"), nil, often, slog.New(slog.DiscardHandler))
	require.ErrorIs(t, err, os.ErrNotExist)

	replace(t, filepath.Join(folder, "dev.tar.gz"), content(t, "host-ports"))
	replace(t, filepath.Join(folder, "prod.tar.gz"), content(t, "image-registry"))
	replace(t, filepath.Join(folder, "notes.txt"), []byte("no bundle"))
	f := open(t, folder, nil)
	f.watch(t)
	assert.Equal(t, []string{"dev.tar.gz", "prod.tar.gz"}, f.Store.Names())
	assert.Equal(t, content(t, "image-registry"), body(t, f.do("GET", "/bundles/prod.tar.gz")))
	for _, name := range []string{"rampart.tar.gz", "notes.txt"} {
		assert.Equal(t, http.StatusNotFound, f.do("GET", "/bundles/"+name).StatusCode, name)
	}
	replace(t, filepath.Join(folder, "test.tar.gz"), content(t, "host-ports", "image-registry"))
	require.Eventually(t, func() bool { return f.do("GET", "/bundles/test.tar.gz").StatusCode == 200 }, patience, often)

	replace(t, filepath.Join(folder, "broken.tar.gz"), []byte("no bundle"))
	require.Eventually(t, func() bool { return strings.Contains(f.log.String(), "broken.tar.gz: no bundle") }, patience, often)
	assert.Equal(t, http.StatusNotFound, f.do("GET", "/bundles/broken.tar.gz").StatusCode)
	_, err = server.Open(folder, nil, often, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "broken.tar.gz")
}

// TestLongPolling: who prefers to wait gets the next bundle as soon as it is there, and 304 at the end of the wait.
func TestLongPolling(t *testing.T) {
	f := serve(t)
	f.watch(t)
	etag := f.do("HEAD", "/bundles/rampart.tar.gz").Header.Get("ETag")
	// What OPA sends, and the forms of RFC 7240. Without an ETag there is nothing to wait for.
	r := f.do("GET", "/bundles/rampart.tar.gz", "Prefer", "modes=snapshot,delta;wait=3600")
	assert.Equal(t, http.StatusOK, r.StatusCode)
	for _, prefer := range []string{"modes=snapshot,delta", "wait=0", "await=3600", "wait=x", "wait=", "wait=-1", "wait=99999999999999999999"} {
		r = f.do("GET", "/bundles/rampart.tar.gz", "Prefer", prefer, "If-None-Match", etag)
		assert.Equal(t, http.StatusNotModified, r.StatusCode, prefer)
	}
	r = f.do("GET", "/bundles/rampart.tar.gz", "Prefer", "modes=snapshot,delta;wait=1", "If-None-Match", etag)
	assert.Equal(t, http.StatusNotModified, r.StatusCode)
	assert.Equal(t, "application/vnd.openpolicyagent.bundles", r.Header.Get("Content-Type"))

	next := [][]byte{content(t, "image-registry"), content(t, "host-ports"), content(t, "host-ports", "image-registry")}
	for i, prefer := range []string{"modes=snapshot,delta;wait=3600", "respond-async, wait=3600", `wait="3600"`} {
		answer := make(chan *http.Response)
		go func() { answer <- f.do("GET", "/bundles/rampart.tar.gz", "Prefer", prefer, "If-None-Match", etag) }()
		select {
		case r := <-answer:
			require.FailNow(t, "did not wait", "%s: %d", prefer, r.StatusCode)
		case <-time.After(20 * often):
		}
		replace(t, f.path, next[i])
		r = <-answer
		require.Equal(t, http.StatusOK, r.StatusCode, prefer)
		require.Equal(t, next[i], body(t, r), prefer)
		etag = r.Header.Get("ETag")
	}
}

// TestRun: a server that stops answers those who wait, and ends.
func TestRun(t *testing.T) {
	f := serve(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx, listener) }()
	url := "http://" + listener.Addr().String() + "/bundles/rampart.tar.gz"
	get := func(headers ...string) (*http.Response, error) {
		request, err := http.NewRequest("GET", url, nil)
		require.NoError(t, err)
		for i := 0; i < len(headers); i += 2 {
			request.Header.Add(headers[i], headers[i+1])
		}
		return http.DefaultClient.Do(request)
	}
	r, err := get()
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
	waiting := make(chan int)
	go func() {
		r, err := get("Prefer", "wait=3600", "If-None-Match", r.Header.Get("ETag"))
		if assert.NoError(t, err) {
			_ = r.Body.Close()
			waiting <- r.StatusCode
		}
		close(waiting)
	}()
	time.Sleep(20 * often) // for the request to get there; if it doesn't, the test passes less
	stop()
	assert.Equal(t, http.StatusNotModified, <-waiting)
	require.NoError(t, <-ended)
	_, err = get()
	require.Error(t, err)
}

// secure serves by TLS with a token, as a test of OPA's side needs it; it returns the URL and the authority's file.
func secure(t *testing.T, f *fixture) (url, authority string) {
	t.Helper()
	f.Token = "s3cret"
	s := httptest.NewUnstartedServer(f.Handler(t.Context()))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	authority = filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}
	require.NoError(t, os.WriteFile(authority, pem.EncodeToMemory(block), 0o600))
	return s.URL, authority
}

// TestOPAPolls: OPA's downloader, by TLS and with a token: a bundle, nothing new, another one; and no bundle with a wrong
// token or without the authority.
func TestOPAPolls(t *testing.T) {
	f := serve(t)
	f.watch(t)
	url, authority := secure(t, f)
	downloader := func(service string, updates *[]download.Update) *download.Downloader {
		client, err := rest.New([]byte(service), map[string]*opakeys.Config{}, rest.Logger(logging.NewNoOpLogger()))
		require.NoError(t, err)
		trigger := plugins.TriggerManual
		config := download.Config{Trigger: &trigger}
		require.NoError(t, config.ValidateAndInjectDefaults())
		return download.New(config, client, "bundles/rampart.tar.gz").WithCallback(func(_ context.Context, u download.Update) error {
			*updates = append(*updates, u)
			return nil
		})
	}
	service := `{"name": "s", "url": "` + url + `", "credentials": {"bearer": {"token": "s3cret"}}, "tls": {"ca_cert": "` + authority + `"}}`
	var updates []download.Update
	d := downloader(service, &updates)
	require.NoError(t, d.Trigger(t.Context()))
	require.NoError(t, d.Trigger(t.Context()))
	replace(t, f.path, content(t, "image-registry"))
	require.Eventually(t, func() bool { return strings.Count(f.log.String(), "msg=serving") == 2 }, patience, often)
	require.NoError(t, d.Trigger(t.Context()))
	require.Len(t, updates, 3)
	assert.Equal(t, testbundle.New(t, "host-ports").Revision, updates[0].Bundle.Manifest.Revision)
	assert.Nil(t, updates[1].Bundle)
	assert.Equal(t, updates[0].ETag, updates[1].ETag)
	assert.Equal(t, testbundle.New(t, "image-registry").Revision, updates[2].Bundle.Manifest.Revision)

	for broken, want := range map[string]string{
		strings.Replace(service, "s3cret", "wrong", 1):    "Unauthorized",
		strings.Replace(service, `"tls"`, `"ignored"`, 1): "certificate",
	} {
		var updates []download.Update
		require.ErrorContains(t, downloader(broken, &updates).Trigger(t.Context()), want)
		require.Len(t, updates, 1)
		assert.Nil(t, updates[0].Bundle)
	}
}

// TestOPALongPolls: a whole OPA, configured as the README says, decides by the bundle, and by the next one as soon as it is
// there.
func TestOPALongPolls(t *testing.T) {
	f := serve(t)
	f.watch(t)
	url, authority := secure(t, f)
	config := `
services:
  rampart:
    url: ` + url + `
    credentials: {bearer: {token: s3cret}}
    tls: {ca_cert: ` + authority + `}
bundles:
  rampart:
    service: rampart
    resource: bundles/rampart.tar.gz
    polling: {long_polling_timeout_seconds: 3600}
`
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	opa, err := sdk.New(ctx, sdk.Options{Config: strings.NewReader(config), Logger: logging.NewNoOpLogger(),
		ConsoleLogger: logging.NewNoOpLogger()})
	require.NoError(t, err)
	defer opa.Stop(ctx)
	pod := map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "p"}, "spec": map[string]any{
		"containers": []any{map[string]any{"name": "a", "image": "nginx", "ports": []any{map[string]any{"hostPort": 1}}}}}}
	findings := func() []any {
		result, err := opa.Decision(ctx, sdk.DecisionOptions{Path: "/rampart/check", Input: pod})
		require.NoError(t, err)
		found, _ := result.Result.([]any)
		return found
	}
	require.Len(t, findings(), 1)
	assert.Equal(t, "host-ports", findings()[0].(map[string]any)["guardrail"])

	replace(t, f.path, content(t, "host-ports", "privileged-containers", "image-tag"))
	require.Eventually(t, func() bool { return len(findings()) == 2 }, patience, often)
	assert.Contains(t, f.log.String(), "status=200")
}
