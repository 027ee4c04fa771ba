package cluster

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"
)

const gatekeeperNamespace = "gatekeeper-system"

// setupUser is exempt from the webhooks, so that a test can prepare a cluster that they would refuse.
const setupUser = "rampart-setup"

var notSetup = admissionregistrationv1.MatchCondition{Name: "not-setup",
	Expression: fmt.Sprintf("request.userInfo.username != %q", setupUser)}

// cluster is a running API server with Gatekeeper.
type cluster struct {
	// root is the test that the cluster lives for, t the step that is running.
	root, t *testing.T
	// admin is subject to the webhooks, setup is not.
	admin, setup client.WithWatch
	clientset    *kubernetes.Clientset
	config       *rest.Config
	kubeconfig   string
	bin          string
	gatekeeper   *process
	webhooks     []*unstructured.Unstructured
	dir          string
	manager      managerConfig
	// flags come after Gatekeeper's others, and override them.
	flags []string
}

type managerConfig struct {
	kubeconfig, certs string
	port, health      int
}

// binaries is the folder with kube-apiserver, kubectl, etcd and gatekeeper; make builds it.
func binaries(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("RAMPART_CLUSTER_BIN")
	require.NotEmpty(t, dir, "RAMPART_CLUSTER_BIN must name the folder with the binaries; run make test-real")
	for _, name := range []string{"kube-apiserver", "kubectl", "etcd", "gatekeeper"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
	return dir
}

// startCluster starts a control plane, installs Gatekeeper's release manifest and runs Gatekeeper, with its webhooks on.
func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := startControlPlane(t)
	c.installGatekeeper()
	c.startGatekeeper()
	c.enableWebhooks()
	return c
}

// startControlPlane starts etcd and kube-apiserver.
func startControlPlane(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{root: t, t: t, bin: binaries(t), dir: t.TempDir()}
	environment := &envtest.Environment{BinaryAssetsDirectory: c.bin, ControlPlaneStartTimeout: 2 * time.Minute,
		ControlPlaneStopTimeout: 30 * time.Second}
	arguments := environment.ControlPlane.GetAPIServer().Configure()
	arguments.Set("advertise-address", "127.0.0.1")
	arguments.Set("endpoint-reconciler-type", "none")
	arguments.Set("external-hostname", "localhost")
	// The pod guardrails are what is tested, so the built-in admission for the same thing is off.
	arguments.Set("disable-admission-plugins", "ServiceAccount", "PodSecurity")
	config, err := environment.Start()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, environment.Stop()) })
	config.QPS, config.Burst = 1000, 1000
	c.config = config
	c.admin, err = client.NewWithWatch(config, client.Options{})
	require.NoError(t, err)
	user, err := environment.AddUser(envtest.User{Name: setupUser, Groups: []string{"system:masters"}}, config)
	require.NoError(t, err)
	c.setup, err = client.NewWithWatch(user.Config(), client.Options{})
	require.NoError(t, err)
	c.clientset = kubernetes.NewForConfigOrDie(config)
	c.kubeconfig = c.writeKubeconfig("admin", config)
	return c
}

func (c *cluster) writeKubeconfig(name string, config *rest.Config) string {
	kubeconfig := clientcmdapi.NewConfig()
	kubeconfig.Clusters["c"] = &clientcmdapi.Cluster{Server: config.Host, CertificateAuthorityData: config.CAData}
	kubeconfig.AuthInfos["u"] = &clientcmdapi.AuthInfo{ClientCertificateData: config.CertData, ClientKeyData: config.KeyData,
		Token: config.BearerToken}
	kubeconfig.Contexts["x"] = &clientcmdapi.Context{Cluster: "c", AuthInfo: "u"}
	kubeconfig.CurrentContext = "x"
	file := filepath.Join(c.dir, name+".kubeconfig")
	require.NoError(c.t, clientcmd.WriteToFile(*kubeconfig, file))
	return file
}

// installGatekeeper applies the release manifest that lies in Gatekeeper's module, but for what needs nodes. The webhook
// configurations wait until there is someone to answer them.
func (c *cluster) installGatekeeper() {
	c.t.Helper()
	manifest := filepath.Join(moduleDir(c.t, "github.com/open-policy-agent/gatekeeper/v3"), "deploy", "gatekeeper.yaml")
	file, err := os.Open(manifest)
	require.NoError(c.t, err)
	defer file.Close()
	decoder := utilyaml.NewYAMLOrJSONDecoder(file, 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := decoder.Decode(o); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(c.t, err)
		}
		switch o.GetKind() {
		case "", "Deployment", "PodDisruptionBudget", "Service", "Secret", "ResourceQuota":
			continue
		case "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration":
			c.webhooks = append(c.webhooks, o)
			continue
		}
		require.NoError(c.t, c.setup.Create(c.t.Context(), o), "%s %s", o.GetKind(), o.GetName())
	}
	// Gatekeeper reports its status on behalf of the Pod that it runs in.
	pod := &corev1.Pod{}
	require.NoError(c.t, yaml.Unmarshal([]byte(`
metadata: {name: gatekeeper-0, namespace: gatekeeper-system}
spec: {containers: [{name: manager, image: gatekeeper}]}`), pod))
	require.NoError(c.t, c.setup.Create(c.t.Context(), pod))
}

func moduleDir(t *testing.T, module string) string {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(output))
}

// startGatekeeper runs the manager as the ServiceAccount that it ships with, so that its RBAC is exercised too.
func (c *cluster) startGatekeeper() {
	c.t.Helper()
	if c.manager.kubeconfig == "" {
		hours := int64(24 * 3600)
		token, err := c.clientset.CoreV1().ServiceAccounts(gatekeeperNamespace).CreateToken(c.t.Context(), "gatekeeper-admin",
			&authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &hours}}, metav1.CreateOptions{})
		require.NoError(c.t, err)
		config := rest.AnonymousClientConfig(c.config)
		config.BearerToken = token.Status.Token
		c.manager = managerConfig{kubeconfig: c.writeKubeconfig("gatekeeper", config), certs: filepath.Join(c.dir, "certs"),
			port: freePort(c.t), health: freePort(c.t)}
		writeCertificates(c.t, c.manager.certs)
	}
	m := c.manager
	cache := filepath.Join(c.dir, "api-cache") // for the audit, which does not make it
	require.NoError(c.t, os.MkdirAll(cache, 0o700))
	command := exec.Command(filepath.Join(c.bin, "gatekeeper"), "--kubeconfig="+m.kubeconfig, "--host=127.0.0.1",
		fmt.Sprintf("--port=%d", m.port), fmt.Sprintf("--health-addr=127.0.0.1:%d", m.health), "--metrics-addr=0",
		"--metrics-backend=opentelemetry", "--otlp-endpoint=127.0.0.1:9", "--otlp-metric-interval=24h", "--cert-dir="+m.certs,
		"--disable-cert-rotation", "--exempt-namespace="+gatekeeperNamespace, "--disable-opa-builtin={http.send}",
		"--audit-interval=5", "--constraint-violations-limit=500", "--api-cache-dir="+cache,
		"--shutdown-delay=0", "--log-denies")
	command.Args = append(command.Args, c.flags...)
	command.Env = append(os.Environ(), "POD_NAME=gatekeeper-0", "POD_NAMESPACE="+gatekeeperNamespace,
		"NAMESPACE="+gatekeeperNamespace, "CONTAINER_NAME=manager")
	c.gatekeeper = startProcess(c.root, command, logFile(c.dir))
	c.eventually(2*time.Minute, "Gatekeeper is ready", func() error {
		return healthy(c.t.Context(), fmt.Sprintf("http://127.0.0.1:%d/readyz", m.health))
	})
	c.eventually(time.Minute, "Gatekeeper's webhook listens", func() error {
		dialer := &tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} // loopback; only whether it listens
		connection, err := dialer.DialContext(c.t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", m.port))
		if err == nil {
			err = connection.Close()
		}
		return err
	})
}

func healthy(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

// enableWebhooks installs the shipped validating webhooks, and corrects them as the README says. The mutating webhook is none
// of Rampart's business.
func (c *cluster) enableWebhooks() {
	c.t.Helper()
	ca, err := os.ReadFile(filepath.Join(c.manager.certs, "ca.crt"))
	require.NoError(c.t, err)
	for _, shipped := range c.webhooks {
		if shipped.GetKind() != "ValidatingWebhookConfiguration" {
			continue
		}
		data, err := json.Marshal(shipped)
		require.NoError(c.t, err)
		webhooks := &admissionregistrationv1.ValidatingWebhookConfiguration{}
		require.NoError(c.t, json.Unmarshal(data, webhooks))
		for i := range webhooks.Webhooks {
			w := &webhooks.Webhooks[i]
			url := fmt.Sprintf("https://127.0.0.1:%d%s", c.manager.port, *w.ClientConfig.Service.Path)
			w.ClientConfig = admissionregistrationv1.WebhookClientConfig{URL: &url, CABundle: ca}
			w.MatchConditions = append(w.MatchConditions, notSetup)
		}
		require.NoError(c.t, c.setup.Create(c.t.Context(), webhooks))
		// What the README tells a cluster admin to do.
		c.mustKubectl("patch", "validatingwebhookconfiguration", webhooks.Name, "--type", "strategic",
			"--patch-file", "constraints/webhook/validating-webhook.yaml")
	}
}

// eventually waits until the condition holds, and fails with its last error otherwise.
func (c *cluster) eventually(limit time.Duration, what string, condition func() error) {
	c.t.Helper()
	deadline := time.Now().Add(limit)
	for {
		err := condition()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			c.t.Fatalf("%s: not within %s: %v\n%s", what, limit, err, c.gatekeeper.tail())
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// kubectl runs the real one, from the repository's root.
func (c *cluster) kubectl(arguments ...string) (string, error) {
	command := exec.CommandContext(c.root.Context(), filepath.Join(c.bin, "kubectl"), append([]string{"--kubeconfig", c.kubeconfig}, arguments...)...)
	command.Dir = "../.."
	output, err := command.CombinedOutput()
	return string(output), err
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// process is a server that ends with the test.
type process struct {
	command *exec.Cmd
	log     string
	done    chan struct{}
}

func startProcess(t *testing.T, command *exec.Cmd, log string) *process {
	t.Helper()
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	command.Stdout, command.Stderr = file, file
	require.NoError(t, command.Start())
	p := &process{command: command, log: log, done: make(chan struct{})}
	go func() {
		_ = command.Wait()
		_ = file.Close()
		close(p.done)
	}()
	t.Cleanup(p.kill)
	return p
}

func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.done
}

// tail is the end of the log, for messages of failed tests.
func (p *process) tail() string {
	if p == nil {
		return ""
	}
	data, _ := os.ReadFile(p.log)
	lines := bytes.Split(data, []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-20):], []byte("\n")))
}

// logFile is where Gatekeeper's log goes: RAMPART_CLUSTER_LOG, for a look at it afterwards, or a file that goes with the test.
func logFile(dir string) string {
	if name := os.Getenv("RAMPART_CLUSTER_LOG"); name != "" {
		return name
	}
	return filepath.Join(dir, "gatekeeper.log")
}
