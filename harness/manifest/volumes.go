package manifest

import (
	"fmt"
	"maps"
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
func ambiguousVolumes(node any, path []any) []Field {
	var fields []Field
	switch node := node.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			at := append(slices.Clip(path), key)
			if list, ok := node[key].([]any); ok && key == "volumes" {
				fields = append(fields, ambiguousIn(list, at)...)
			} else {
				fields = append(fields, ambiguousVolumes(node[key], at)...)
			}
		}
	case []any:
		for i, item := range node {
			fields = append(fields, ambiguousVolumes(item, append(slices.Clip(path), i))...)
		}
	}
	return fields
}

func ambiguousIn(volumes, path []any) []Field {
	var fields []Field
	for i, v := range volumes {
		volume, _ := v.(map[string]any)
		var sources []string
		for _, key := range slices.Sorted(maps.Keys(volume)) {
			if volumeSources()[key] && volume[key] != nil {
				sources = append(sources, key)
			}
		}
		if len(sources) > 1 {
			fields = append(fields, Field{Path: fieldpath.Path(append(slices.Clip(path), i)).String(),
				Message: fmt.Sprintf("has the sources %s; it must have one", strings.Join(sources, " and "))})
		}
	}
	return fields
}
