package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// manyObjects is a stream of n objects of several kinds.
func manyObjects(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-%[1]d
  namespace: shop
  labels: {app.kubernetes.io/name: app-%[1]d, tier: web}
spec:
  replicas: 3
  selector:
    matchLabels: {app.kubernetes.io/name: app-%[1]d}
  template:
    metadata:
      labels: {app.kubernetes.io/name: app-%[1]d, tier: web}
    spec:
      serviceAccountName: app-%[1]d
      securityContext:
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
      containers:
      - name: app
        image: registry.example.com/shop/app:1.%[1]d.0
        args: ["--port=8080", "--verbose"]
        ports:
        - {containerPort: 8080, name: http}
        env:
        - name: MODE
          value: "production"
        resources:
          requests: {cpu: 100m, memory: 64Mi}
          limits: {cpu: "1", memory: 128Mi}
        securityContext:
          allowPrivilegeEscalation: false
          capabilities: {drop: [ALL]}
        livenessProbe:
          httpGet: {path: /healthz, port: http}
          periodSeconds: 10
---
apiVersion: v1
kind: Service
metadata:
  name: app-%[1]d
  namespace: shop
spec:
  selector: {app.kubernetes.io/name: app-%[1]d}
  ports:
  - {port: 80, targetPort: http}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: app-%[1]d, namespace: shop}
rules:
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
`, i)
	}
	return b.String()
}

func BenchmarkRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "all.yaml")
	text := manyObjects(100)
	require.NoError(b, os.WriteFile(path, []byte(text), 0o600))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		file := Read(Source{Path: path}, Options{})
		if len(file.Documents) != 300 {
			b.Fatal(len(file.Documents))
		}
	}
}

func BenchmarkFind(b *testing.B) {
	root := b.TempDir()
	for i := range 200 {
		folder := filepath.Join(root, fmt.Sprint("app-", i))
		require.NoError(b, os.Mkdir(folder, 0o700))
		require.NoError(b, os.WriteFile(filepath.Join(folder, "pod.yaml"), []byte(podA), 0o600))
		require.NoError(b, os.WriteFile(filepath.Join(folder, "kustomization.yaml"), []byte("resources: [pod.yaml]\n"), 0o600))
	}
	for b.Loop() {
		sources, err := Find([]string{root}, Options{})
		if err != nil || len(sources) != 400 {
			b.Fatal(len(sources), err)
		}
	}
}

func BenchmarkPosition(b *testing.B) {
	text := manyObjects(1)
	for b.Loop() {
		object := readText(text).Documents[0].Objects[0]
		object.Position("spec.template.spec.containers[0].securityContext.privileged")
	}
}
