package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/stretchr/testify/require"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/registry/remote"
)

// source is a server from which OPA gets the bundle.
type source interface {
	// configuration is the service and the bundle's resource for OPA's configuration.
	configuration() (service map[string]any, resource string)
	// publish makes the tarball the current one, as the README says.
	publish(t testing.TB, tarball string)
	// put does so too, whatever the tarball is: what somebody with access to the server could do.
	put(t testing.TB, tarball string)
	// stop ends the server.
	stop()
}

// sources start one of each kind.
var sources = map[string]func(testing.TB) source{
	"nginx":    func(t testing.TB) source { return startNginx(t, nil) },
	"registry": func(t testing.TB) source { return startRegistry(t) },
}

// nginx serves files with the configuration that Rampart ships.
type nginx struct {
	*server
	dir, address string
	certificates *certificates
}

// nobody is who the server runs as where the test runs as root.
const nobody = 65534

// startNginx starts nginx; change may edit the shipped configuration.
func startNginx(t testing.TB, change func(text string) string) *nginx {
	t.Helper()
	n := &nginx{dir: sharedDir(t), address: freeAddress(t), certificates: newCertificates(t)}
	shipped, err := os.ReadFile("../../bundle/nginx.conf")
	require.NoError(t, err)
	text := replaceOnce(t, string(shipped), "listen 8443 ssl;", "listen "+n.address+" ssl;")
	if change != nil {
		text = change(text)
	}
	write(t, n.dir, "nginx.conf", []byte(text))
	write(t, n.dir, "tls.crt", n.certificates.server.certificate)
	write(t, n.dir, "clients.crt", n.certificates.ca.certificate)
	require.NoError(t, os.WriteFile(filepath.Join(n.dir, "tls.key"), n.certificates.server.key, 0o600))
	for _, folder := range []string{"bundles", "run"} {
		require.NoError(t, os.Mkdir(filepath.Join(n.dir, folder), 0o755))
	}
	unprivileged := func(*exec.Cmd) {}
	if os.Geteuid() == 0 {
		for _, name := range []string{"run", "tls.key"} {
			require.NoError(t, os.Chown(filepath.Join(n.dir, name), nobody, nobody))
		}
		unprivileged = func(c *exec.Cmd) {
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
	}
	n.server = start(t, unprivileged, "nginx", "-p", n.dir, "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;")
	listening(t, n.address)
	return n
}

// sharedDir is a temporary folder that other users can read.
func sharedDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rampart-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755))
	return dir
}

func (n *nginx) url() string { return "https://" + n.address }

func (n *nginx) configuration() (map[string]any, string) {
	return map[string]any{"url": n.url(), "tls": map[string]any{"ca_cert": n.certificates.ca.file}}, "bundles/rampart.tar.gz"
}

// publish renames a copy over the old file, as the configuration says.
func (n *nginx) publish(t testing.TB, tarball string) {
	t.Helper()
	data, err := os.ReadFile(tarball)
	require.NoError(t, err)
	current := filepath.Join(n.dir, "bundles", "rampart.tar.gz")
	next := write(t, n.dir, "bundles/rampart.tar.gz.new", data)
	// The tag holds seconds, and a test may publish two files of one size within one.
	if old, err := os.Stat(current); err == nil {
		later := old.ModTime().Add(time.Second)
		require.NoError(t, os.Chtimes(next, later, later))
	}
	require.NoError(t, os.Rename(next, current))
}

func (n *nginx) put(t testing.TB, tarball string) { n.publish(t, tarball) }

// registry is an OCI registry.
type registry struct {
	*server
	address string
}

func startRegistry(t testing.TB) *registry {
	t.Helper()
	dir := t.TempDir()
	r := &registry{address: freeAddress(t)}
	configuration := write(t, dir, "registry.yaml", fmt.Appendf(nil, `
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: %s}}
http: {addr: %s, secret: for this test}
`, filepath.Join(dir, "storage"), r.address))
	// No traces: nothing here receives them.
	r.server = start(t, func(c *exec.Cmd) { c.Env = append(os.Environ(), "OTEL_TRACES_EXPORTER=none") }, "registry", "serve", configuration)
	listening(t, r.address)
	return r
}

// reference names the bundle in the registry.
func (r *registry) reference() string { return r.address + "/rampart:latest" }

func (r *registry) configuration() (map[string]any, string) {
	return map[string]any{"url": "http://" + r.address, "type": "oci"}, r.reference()
}

func (r *registry) publish(t testing.TB, tarball string) {
	t.Helper()
	run(t, "rampart", "bundle", "push", "--plain-http", "oci://"+r.reference(), tarball)
}

func (r *registry) put(t testing.TB, tarball string) {
	t.Helper()
	data, err := os.ReadFile(tarball)
	require.NoError(t, err)
	repository, err := remote.NewRepository(r.reference())
	require.NoError(t, err)
	repository.PlainHTTP = true
	layer, err := oras.PushBytes(t.Context(), repository, ocispec.MediaTypeImageLayerGzip, data)
	require.NoError(t, err)
	manifest, err := oras.PackManifest(t.Context(), repository, oras.PackManifestVersion1_1, "application/vnd.opa.bundle",
		oras.PackManifestOptions{Layers: []ocispec.Descriptor{layer}})
	require.NoError(t, err)
	require.NoError(t, repository.Tag(t.Context(), manifest, r.reference()))
}
