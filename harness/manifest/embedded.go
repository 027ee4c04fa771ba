package manifest

import (
	"maps"
	"slices"
	"strings"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// workloadKinds are the built-in kinds that make pods.
var workloadKinds = []string{
	"CronJob", "DaemonSet", "Deployment", "Job", "Pod", "PodTemplate", "ReplicaSet", "ReplicationController", "StatefulSet",
}

// Embedded returns the paths of the texts that hold manifests of workloads, which something may apply unjudged: values of
// a ConfigMap, and what a step of an Argo Workflow applies. That is always a manifest, so one that is put together from
// parameters later counts too.
func (o *Object) Embedded() []string {
	switch {
	case o.Group == "" && o.Kind == "ConfigMap":
		return embeddedIn(o.Value["data"], fieldpath.Path{"data"})
	case o.Group == "argoproj.io":
		return embeddedSteps(o.Value["spec"], fieldpath.Path{"spec"})
	}
	return nil
}

func embeddedIn(node any, path fieldpath.Path) []string {
	data, _ := node.(map[string]any)
	var paths []string
	for _, key := range slices.Sorted(maps.Keys(data)) {
		if text, ok := data[key].(string); ok && strings.Contains(text, "apiVersion") && strings.Contains(text, "kind") {
			if holds, _ := holdsWorkload(text); holds {
				paths = append(paths, append(slices.Clip(path), key).String())
			}
		}
	}
	return paths
}

func embeddedSteps(node any, path fieldpath.Path) []string {
	var paths []string
	switch node := node.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			at := append(slices.Clip(path), key)
			if key == "resource" && appliesWorkload(node[key]) {
				paths = append(paths, append(at, "manifest").String())
			} else {
				paths = append(paths, embeddedSteps(node[key], at)...)
			}
		}
	case []any:
		for i, item := range node {
			paths = append(paths, embeddedSteps(item, append(slices.Clip(path), i))...)
		}
	}
	return paths
}

func appliesWorkload(node any) bool {
	resource, _ := node.(map[string]any)
	text, ok := resource["manifest"].(string)
	if !ok || resource["action"] == "get" || resource["action"] == "delete" {
		return false
	}
	holds, readable := holdsWorkload(text)
	return holds || !readable
}

func holdsWorkload(text string) (holds, readable bool) {
	var file File
	r := reader{file: &file}
	for _, chunk := range split([]byte(text)) {
		r.chunk(chunk)
	}
	readable = true
	for _, document := range file.Documents {
		readable = readable && len(document.Errors) == 0
		for _, object := range document.Objects {
			_, builtin := clusterScopedKinds[object.Group]
			holds = holds || builtin && slices.Contains(workloadKinds, object.Kind)
		}
	}
	return holds, readable
}
