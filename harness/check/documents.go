package check

import (
	"context"
	"sync"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/harness/manifest"
)

// documents recognises what is no Kubernetes object; the Rego for it is compiled when the first such document is met.
func documents(ctx context.Context, cfg Config) func(value any) ([]manifest.Foreign, error) {
	compiled := sync.OnceValues(func() (*engine.Documents, error) {
		if cfg.Pack != nil {
			return cfg.Pack.Documents()
		}
		return engine.NewDocuments(cfg.Catalog)
	})
	return func(value any) ([]manifest.Foreign, error) {
		recognizer, err := compiled()
		if err != nil {
			return nil, err
		}
		found, err := recognizer.Find(ctx, value)
		foreign := make([]manifest.Foreign, len(found))
		for i, d := range found {
			gvk := manifest.GroupVersionKind{Group: catalog.DocumentGroup, Version: catalog.DocumentVersion, Kind: d.Kind}
			foreign[i] = manifest.Foreign{GroupVersionKind: gvk, Name: d.Name}
			for _, index := range d.Path {
				foreign[i].Path = append(foreign[i].Path, index)
			}
		}
		return foreign, err
	}
}
