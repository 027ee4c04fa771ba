package check

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/engine"
	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/report"
)

// waivers applies the configuration's waivers and remembers how often each was needed.
type waivers struct {
	list []config.Waiver
	used []atomic.Int64
	now  time.Time
}

func newWaivers(list []config.Waiver, now time.Time) *waivers {
	return &waivers{list: list, used: make([]atomic.Int64, len(list)), now: now}
}

// cover tells whether a waiver that holds today exempts the violation.
func (w *waivers) cover(o *manifest.Object, v engine.Violation) bool {
	for i, waiver := range w.list {
		if matches(waiver, o, v) && !w.expired(waiver) {
			w.used[i].Add(1)
			return true
		}
	}
	return false
}

func matches(w config.Waiver, o *manifest.Object, v engine.Violation) bool {
	return w.Guardrail == v.Guardrail.ID && w.Kind == o.Kind && w.Namespace == o.Namespace && w.Name == o.Name &&
		(w.Container == "" || w.Container == v.Container) && (w.Image == "" || w.Image == v.Image)
}

// expired: a waiver holds through its last day, in UTC.
func (w *waivers) expired(waiver config.Waiver) bool {
	return w.now.UTC().Format(time.DateOnly) > waiver.Expires
}

func (w *waivers) covered() int {
	total := 0
	for i := range w.used {
		total += int(w.used[i].Load())
	}
	return total
}

// notes lists the waivers that do nothing.
func (w *waivers) notes() []report.WaiverNote {
	notes := []report.WaiverNote{}
	for i, waiver := range w.list {
		note := report.WaiverNote{Guardrail: waiver.Guardrail,
			Object: report.Object{Kind: waiver.Kind, Namespace: waiver.Namespace, Name: waiver.Name}}
		switch {
		case w.expired(waiver):
			note.Reason = fmt.Sprintf("expired on %s", waiver.Expires)
		case w.used[i].Load() == 0:
			note.Reason = "covers no finding: remove it"
		default:
			continue
		}
		notes = append(notes, note)
	}
	return notes
}
