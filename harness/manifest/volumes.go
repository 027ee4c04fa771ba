package manifest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/rampart-policy/rampart/harness/fieldpath"
)

// volumeSources are the JSON names of what a volume can be.
var volumeSources = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for field := range reflect.TypeFor[corev1.VolumeSource]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names[name] = true
	}
	return names
})

// ambiguousVolumes finds the volumes of a pod, wherever the object keeps it, that have more than one source. Decoding takes
// them, validation does not, and evaluators differ in which source counts.
func ambiguousVolumes(value any) []Field {
	v := volumes{}
	v.visit(value)
	slices.SortFunc(v.ambiguous, byPath)
	return v.ambiguous
}

// volumes collects volumes on a walk through a value.
type volumes struct {
	path      []any
	ambiguous []Field
}

func (v *volumes) visit(node any) {
	switch node := node.(type) {
	case map[string]any:
		for key, field := range node {
			v.path = append(v.path, key)
			if list, ok := field.([]any); ok && key == "volumes" {
				v.judge(list)
			} else {
				v.visit(field)
			}
			v.path = v.path[:len(v.path)-1]
		}
	case []any:
		for i, item := range node {
			v.path = append(v.path, i)
			v.visit(item)
			v.path = v.path[:len(v.path)-1]
		}
	}
}

func (v *volumes) judge(list []any) {
	for i, item := range list {
		volume, _ := item.(map[string]any)
		var sources []string
		for key, source := range volume {
			if volumeSources()[key] && source != nil {
				sources = append(sources, key)
			}
		}
		if len(sources) > 1 {
			slices.Sort(sources)
			v.ambiguous = append(v.ambiguous, Field{Path: fieldpath.Path(append(slices.Clone(v.path), i)).String(),
				Message: fmt.Sprintf("has the sources %s; it must have one", strings.Join(sources, " and "))})
		}
	}
}
