package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// mixed is a mix of manifests in the proportions of 23 public projects: kinds, sizes, documents in a file, and how often
// what the guardrails ask for is there.
type mixed struct {
	random *rand.Rand
	copy   string // suffix of every name
}

// sort is a sort of documents, and how many of it there are in the medium mix.
type sort struct {
	count int
	write func(m *mixed, i int) string
}

// medium has 2,120 documents. The CRDs are one in forty of them, and most of the bytes.
var medium = []sort{
	{300, (*mixed).deployment}, {80, (*mixed).pod}, {35, (*mixed).statefulSet}, {25, (*mixed).cronJob},
	{150, (*mixed).clusterRole}, {90, (*mixed).role}, {110, (*mixed).clusterRoleBinding}, {90, (*mixed).roleBinding},
	{55, (*mixed).definition},
	{300, (*mixed).service}, {140, (*mixed).serviceAccount}, {110, (*mixed).configMap}, {40, (*mixed).secret},
	{45, (*mixed).namespace}, {50, (*mixed).networkPolicy}, {20, (*mixed).ingress}, {480, (*mixed).custom},
}

const filesOfMedium = 1260

// mix returns a share of the documents, shuffled. The same arguments give the same bytes; copies differ in all names.
func mix(sorts []sort, share float64, copy string) []string {
	m := &mixed{random: rand.New(rand.NewPCG(1, 2)), copy: copy}
	var documents []string
	for _, s := range sorts {
		for i := range int(float64(s.count)*share + 0.5) {
			documents = append(documents, s.write(m, i))
		}
	}
	m.random.Shuffle(len(documents), func(i, j int) { documents[i], documents[j] = documents[j], documents[i] })
	return documents
}

// writeTree spreads documents over files of a folder; the first files get one more than the last.
func writeTree(folder string, documents []string, files int) error {
	texts := make([][]string, files)
	for i, document := range documents {
		texts[i%files] = append(texts[i%files], document)
	}
	for i, text := range texts {
		name := filepath.Join(folder, fmt.Sprintf("team-%02d", i%40), fmt.Sprintf("file-%04d.yaml", i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(strings.Join(text, "---\n")), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (m *mixed) chance(percent int) bool { return m.random.IntN(100) < percent }

func (m *mixed) pick(texts ...string) string { return texts[m.random.IntN(len(texts))] }

// maybe is the text, in so many of a hundred cases.
func (m *mixed) maybe(percent int, text string) string {
	if m.chance(percent) {
		return text
	}
	return ""
}

func indent(depth int, text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = strings.Repeat(" ", depth) + line
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func (m *mixed) header(apiVersion, kind, sort string, i int, namespaced bool) string {
	text := fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata:\n  name: %s-%d%s\n", apiVersion, kind, sort, i, m.copy)
	if namespaced {
		text += m.maybe(55, fmt.Sprintf("  namespace: team-%d%s\n", i%40, m.copy))
	}
	return text + m.maybe(60, fmt.Sprintf("  labels:\n    app.kubernetes.io/name: %s-%d\n    app.kubernetes.io/part-of: shop\n", sort, i))
}

func (m *mixed) container(name string) string {
	text := fmt.Sprintf("- name: %s\n  image: %s\n", name, m.pick("nginx", "registry.example.com/shop/web:1.4.2", "ghcr.io/shop/worker:latest",
		"registry.example.com/shop/api@sha256:"+strings.Repeat("0a", 32), "quay.io/shop/proxy:v2.1"))
	text += m.maybe(40, "  imagePullPolicy: IfNotPresent\n") + m.maybe(35, "  command: [\"/bin/server\"]\n") +
		m.maybe(50, "  args:\n  - --port=8080\n  - --log-level=info\n  - --leader-elect\n") +
		m.maybe(70, "  ports:\n  - name: http\n    containerPort: 8080\n    protocol: TCP\n")
	if m.chance(60) {
		text += "  env:\n"
		for i := range 1 + m.random.IntN(6) {
			text += fmt.Sprintf("  - name: SETTING_%d\n    value: \"value %d\"\n", i, i)
		}
		text += m.maybe(30, "  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: db\n        key: password\n") +
			m.maybe(40, "  - name: NODE_NAME\n    valueFrom:\n      fieldRef:\n        fieldPath: spec.nodeName\n")
	}
	text += m.maybe(45, "  resources:\n    requests:\n      cpu: 100m\n      memory: 64Mi\n    limits:\n      cpu: \"1\"\n      memory: 128Mi\n") +
		m.maybe(50, "  livenessProbe:\n    httpGet:\n      path: /healthz\n      port: 8080\n    initialDelaySeconds: 10\n") +
		m.maybe(45, "  readinessProbe:\n    httpGet:\n      path: /ready\n      port: 8080\n") +
		m.maybe(40, "  volumeMounts:\n  - name: data\n    mountPath: /data\n  - name: config\n    mountPath: /etc/config\n    readOnly: true\n")
	if m.chance(45) {
		text += "  securityContext:\n    allowPrivilegeEscalation: false\n" + m.maybe(50, "    readOnlyRootFilesystem: true\n") +
			m.maybe(60, "    runAsNonRoot: true\n") + m.maybe(60, "    capabilities:\n      drop: [ALL]\n") +
			m.maybe(5, "    privileged: true\n") + m.maybe(40, "    seccompProfile:\n      type: RuntimeDefault\n")
	}
	return text
}

func (m *mixed) podSpec() string {
	text := m.maybe(55, fmt.Sprintf("serviceAccountName: account-%d%s\n", m.random.IntN(140), m.copy)) +
		m.maybe(20, "automountServiceAccountToken: false\n") + m.maybe(3, "hostNetwork: true\n") +
		m.maybe(30, "securityContext:\n  runAsNonRoot: true\n  seccompProfile:\n    type: RuntimeDefault\n") + "containers:\n"
	for i := range 1 + m.random.IntN(2) {
		text += m.container(m.pick("app", "web", "worker") + fmt.Sprint(i))
	}
	if m.chance(15) {
		text += "initContainers:\n" + m.container("init")
	}
	return text + "volumes:\n- name: data\n  emptyDir: {}\n- name: config\n  configMap:\n    name: settings\n" +
		m.maybe(5, "- name: host\n  hostPath:\n    path: /var/run\n")
}

func (m *mixed) template(i int) string {
	return fmt.Sprintf("template:\n  metadata:\n    labels:\n      app: app-%d\n  spec:\n", i) + indent(4, m.podSpec())
}

func (m *mixed) deployment(i int) string {
	return m.header("apps/v1", "Deployment", "app", i, true) +
		fmt.Sprintf("spec:\n  replicas: 2\n  selector:\n    matchLabels:\n      app: app-%d\n", i) + indent(2, m.template(i))
}

func (m *mixed) statefulSet(i int) string {
	return m.header("apps/v1", "StatefulSet", "db", i, true) +
		fmt.Sprintf("spec:\n  serviceName: db\n  selector:\n    matchLabels:\n      app: app-%d\n", i) + indent(2, m.template(i))
}

func (m *mixed) pod(i int) string {
	return m.header("v1", "Pod", "pod", i, true) + "spec:\n" + indent(2, m.podSpec())
}

func (m *mixed) cronJob(i int) string {
	return m.header("batch/v1", "CronJob", "job", i, true) + "spec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n    spec:\n" +
		indent(6, "template:\n  spec:\n    restartPolicy: Never\n"+indent(4, m.podSpec()))
}

func (m *mixed) rules() string {
	text := "rules:\n"
	for range 1 + m.random.IntN(8) {
		text += fmt.Sprintf("- apiGroups: [%q]\n  resources: [%s]\n  verbs: [%s]\n", m.pick("", "", "apps", "batch", "example.com"),
			m.pick("pods", "configmaps, events", "deployments", "secrets", "jobs, cronjobs", "widgets, widgets/status", "\"*\""),
			m.pick("get, list, watch", "get, list, watch", "get, list, watch, create, update, patch, delete", "\"*\"", "get"))
	}
	return text
}

func (m *mixed) clusterRole(i int) string {
	return m.header("rbac.authorization.k8s.io/v1", "ClusterRole", "cluster-role", i, false) + m.rules()
}

func (m *mixed) role(i int) string {
	return m.header("rbac.authorization.k8s.io/v1", "Role", "role", i, true) + m.rules()
}

func (m *mixed) binding(role string, i int) string {
	return fmt.Sprintf("roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: %s\n  name: %s-%d%s\nsubjects:\n"+
		"- kind: ServiceAccount\n  name: account-%d%s\n  namespace: team-%d%s\n", role,
		map[string]string{"Role": "role", "ClusterRole": "cluster-role"}[role], i, m.copy, i%140, m.copy, i%40, m.copy)
}

func (m *mixed) clusterRoleBinding(i int) string {
	return m.header("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "cluster-binding", i, false) + m.binding("ClusterRole", i)
}

func (m *mixed) roleBinding(i int) string {
	return m.header("rbac.authorization.k8s.io/v1", "RoleBinding", "binding", i, true) + m.binding("Role", i)
}

// definition is a CustomResourceDefinition of some 75 KB, most of it descriptions.
func (m *mixed) definition(i int) string {
	name := fmt.Sprintf("widget%d%s", i, strings.ReplaceAll(m.copy, "-", "x"))
	text := fmt.Sprintf("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: %[1]ss.example.com\nspec:\n"+
		"  group: example.com\n  names:\n    kind: Widget%[2]d\n    plural: %[1]ss\n  scope: Namespaced\n  versions:\n  - name: v1\n"+
		"    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n"+
		"          spec:\n            type: object\n            properties:\n", name, i)
	var b strings.Builder
	for p := range 16 {
		fmt.Fprintf(&b, "section%d:\n  description: How the controller treats section %d of a widget. See the documentation.\n"+
			"  type: object\n  properties:\n", p, p)
		for q := range 14 {
			fmt.Fprintf(&b, "    field%d:\n      description: |-\n        Field %d of the section says what the controller is to do.\n"+
				"        More info: https://example.com/docs/widgets#field%d\n      type: string\n      pattern: ^[a-z0-9-]+$\n"+
				"      maxLength: 253\n", q, q, q)
		}
	}
	return text + indent(14, b.String())
}

func (m *mixed) service(i int) string {
	return m.header("v1", "Service", "service", i, true) + fmt.Sprintf("spec:\n  type: %s\n  selector:\n    app: app-%d\n  ports:\n"+
		"  - name: http\n    port: 80\n    targetPort: 8080\n", m.pick("ClusterIP", "ClusterIP", "ClusterIP", "NodePort", "LoadBalancer"), i)
}

func (m *mixed) serviceAccount(i int) string {
	return m.header("v1", "ServiceAccount", "account", i, true) + m.maybe(30, "automountServiceAccountToken: false\n")
}

func (m *mixed) configMap(i int) string {
	return m.header("v1", "ConfigMap", "config", i, true) + "data:\n  mode: production\n  app.properties: |\n" +
		strings.Repeat("    shop.cache.size=1000\n    shop.queue.name=orders\n", 1+m.random.IntN(20))
}

func (m *mixed) secret(i int) string {
	return m.header("v1", "Secret", "secret", i, true) + "type: Opaque\nstringData:\n  password: \"\"\n"
}

func (m *mixed) namespace(i int) string {
	return fmt.Sprintf("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-%d%s\n", i, m.copy) +
		m.maybe(40, "  labels:\n    pod-security.kubernetes.io/enforce: restricted\n")
}

func (m *mixed) networkPolicy(i int) string {
	return m.header("networking.k8s.io/v1", "NetworkPolicy", "policy", i, true) + m.pick(
		"spec:\n  podSelector: {}\n  policyTypes: [Ingress, Egress]\n",
		fmt.Sprintf("spec:\n  podSelector:\n    matchLabels:\n      app: app-%d\n  policyTypes: [Ingress]\n  ingress:\n  - from:\n"+
			"    - podSelector:\n        matchLabels:\n          app: app-%d\n    ports:\n    - port: 8080\n", i, i+1))
}

func (m *mixed) ingress(i int) string {
	return m.header("networking.k8s.io/v1", "Ingress", "ingress", i, true) + fmt.Sprintf("spec:\n  rules:\n  - host: shop-%d.example.com\n"+
		"    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend:\n          service:\n            name: service-%d\n"+
		"            port:\n              number: 80\n", i, i)
}

func (m *mixed) custom(i int) string {
	return m.header(m.pick("example.com/v1", "networking.istio.io/v1", "monitoring.coreos.com/v1"), "Widget", "widget", i, true) +
		"spec:\n  size: 3\n  host: shop\n  options:\n    retries: 2\n    timeout: 5s\n  routes:\n  - match: /api\n    to: backend\n"
}
