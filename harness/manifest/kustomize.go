package manifest

import (
	"path/filepath"
	"strings"
)

func isKustomizationName(path string) bool {
	switch filepath.Base(path) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// isKustomization tells whether a document of the file is a kustomization; in a file with the name of one it may leave
// out what says so.
func isKustomization(path string, value map[string]any) bool {
	group, _, _ := strings.Cut(stringField(value, "apiVersion"), "/")
	kind := stringField(value, "kind")
	_, hasVersion := value["apiVersion"]
	_, hasKind := value["kind"]
	return group == "kustomize.config.k8s.io" && (kind == "Kustomization" || kind == "Component") ||
		!hasVersion && (!hasKind || kind == "Kustomization" || kind == "Component") && isKustomizationName(path)
}

// skipPatches skips the files that the kustomizations use to patch others; they are fragments, not objects. A file that
// was named, or that some kustomization lists as a resource too, is read all the same.
func (f *finder) skipPatches(opts Options) {
	patches := map[int]string{}
	resources := map[int]bool{}
	for _, k := range f.kustomizations {
		path := f.sources[k].Path
		folder, err := realPath(filepath.Dir(path))
		if err != nil {
			continue
		}
		for _, document := range Read(f.sources[k], opts).Documents {
			if !isKustomization(path, document.Value) {
				continue
			}
			for _, name := range kustomizePatches(document.Value) {
				if i, ok := f.lookup(folder, name); ok && patches[i] == "" {
					patches[i] = path
				}
			}
			for _, name := range stringList(document.Value["resources"]) {
				if i, ok := f.lookup(folder, name); ok {
					resources[i] = true
				}
			}
		}
	}
	for i, kustomization := range patches {
		source := &f.sources[i]
		if !resources[i] && !f.named[i] && source.Skipped == "" {
			source.Skipped = "kustomize patch of " + kustomization
		}
	}
}

func (f *finder) lookup(folder, name string) (int, bool) {
	path := filepath.Join(folder, name)
	if i, ok := f.index[path]; ok {
		return i, true
	}
	real, err := realPath(path)
	if err != nil {
		return 0, false
	}
	i, ok := f.index[real]
	return i, ok
}

// kustomizePatches are the names of the files that a kustomization uses, but not as resources. Some may be patches
// written in the kustomization itself; no file has such a name.
func kustomizePatches(value map[string]any) []string {
	var names []string
	for _, key := range []string{"patches", "patchesJson6902", "replacements"} {
		list, _ := value[key].([]any)
		for _, item := range list {
			entry, _ := item.(map[string]any)
			if path := stringField(entry, "path"); path != "" {
				names = append(names, path)
			}
		}
	}
	for _, key := range []string{"patchesStrategicMerge", "configurations"} {
		names = append(names, stringList(value[key])...)
	}
	return names
}

func stringList(value any) []string {
	var all []string
	list, _ := value.([]any)
	for _, item := range list {
		if s, ok := item.(string); ok {
			all = append(all, s)
		}
	}
	return all
}
