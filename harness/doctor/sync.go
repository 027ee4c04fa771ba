package doctor

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rampart-policy/rampart/harness/render"
	"github.com/rampart-policy/rampart/harness/report"
)

// configName is the only name under which Gatekeeper reads its Config, in the namespace that it runs in.
const configName = "config"

// sync tells which kinds the guardrails read but Gatekeeper does not keep. Nothing tells here whether the cluster has
// those that are not synced by default, and whether its owner wants them kept.
func (e *examination) sync() {
	kept := map[groupVersionKind]bool{}
	for _, s := range e.in.syncSets {
		for _, k := range s.body.Spec.GVKs {
			kept[k] = true
		}
	}
	for _, c := range e.readConfigs() {
		for _, k := range c.body.Spec.Sync.SyncOnly {
			kept[k] = true
		}
	}
	readers := map[groupVersionKind][]string{}
	for _, w := range e.wanted {
		for _, s := range w.Sync {
			if k := groupVersionKind(s); render.SyncedByDefault(s) && !kept[k] {
				readers[k] = append(readers[k], w.ID)
			}
		}
	}
	if len(readers) == 0 {
		return
	}
	p := problem(SyncMissing, "spec.gvks", "Gatekeeper does not keep %s.", lacking(readers))
	for _, s := range e.in.syncSets {
		if s.Name == "rampart" {
			e.report(s.Object, p)
			return
		}
	}
	e.missing(report.Object{APIVersion: "syncset.gatekeeper.sh/v1alpha1", Kind: "SyncSet", Name: "rampart"}, p)
}

// lacking names the kinds, and who reads them.
func lacking(readers map[groupVersionKind][]string) string {
	kinds := make([]groupVersionKind, 0, len(readers))
	var ids []string
	for k, by := range readers {
		kinds = append(kinds, k)
		ids = append(ids, by...)
	}
	slices.SortFunc(kinds, func(a, b groupVersionKind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind))
	})
	slices.Sort(ids)
	texts := make([]string, len(kinds))
	for i, k := range kinds {
		texts[i] = strings.TrimPrefix(k.Group+"/"+k.Version+" "+k.Kind, "/")
	}
	return strings.Join(texts, ", ") + ", which " + strings.Join(slices.Compact(ids), ", ") + " read"
}

// readConfigs are the Configs that Gatekeeper reads.
func (e *examination) readConfigs() []found[gatekeeperConfig] {
	return slices.DeleteFunc(slices.Clone(e.in.configs), func(c found[gatekeeperConfig]) bool { return !e.reads(c) })
}

func (e *examination) reads(c found[gatekeeperConfig]) bool {
	return c.Name == configName && c.Namespace == e.home()
}
