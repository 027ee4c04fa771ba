package manifest

import (
	"maps"
	"slices"
	"strings"
)

// workloadKinds are the built-in kinds that make pods.
var workloadKinds = []string{
	"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "PodTemplate", "ReplicaSet", "ReplicationController", "StatefulSet",
}

// Embedded returns the keys of a ConfigMap's data that hold manifests of workloads, which something may apply unjudged.
func (o *Object) Embedded() []string {
	if o.Group != "" || o.Kind != "ConfigMap" {
		return nil
	}
	data, _ := o.Value["data"].(map[string]any)
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if text, ok := data[key].(string); ok && holdsWorkload(text) {
			keys = append(keys, key)
		}
	}
	return keys
}

func holdsWorkload(text string) bool {
	if !strings.Contains(text, "apiVersion") || !strings.Contains(text, "kind") {
		return false
	}
	var file File
	r := reader{file: &file}
	for _, chunk := range split([]byte(text)) {
		r.chunk(chunk)
	}
	for _, document := range file.Documents {
		for _, object := range document.Objects {
			_, builtin := clusterScopedKinds[object.Group]
			if builtin && slices.Contains(workloadKinds, object.Kind) {
				return true
			}
		}
	}
	return false
}
