package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// leastHeap is what the collector lets the heap grow to, however little of it is in use.
const leastHeap = 64 << 20

// tuneCollector lets garbage gather up to a bound that follows what is in use. A check leaves much garbage and keeps little, so
// that Go's default collects too often where there is room. Whoever sets GOGC or GOMEMLIMIT decides instead.
func tuneCollector() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		boundHeap()
	}
}

// boundHeap sets the bound, again after each collection. It does without Go's memory limit: that counts what the heap once was and
// has not given back yet, so that the collector never rests after most of a large heap has become free.
func boundHeap() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetGCPercent(percentFor(live[0].Value.Uint64()))
	runtime.SetFinalizer(new([16]byte), func(*[16]byte) { boundHeap() })
}

// percentFor is the GOGC with which the heap grows to twice what is in use and half of leastHeap, and at least to leastHeap.
func percentFor(live uint64) int {
	const most = 100 * leastHeap / (4 << 20) // Go takes the percentage of 4 MiB where less is in use.
	bound := max(leastHeap, leastHeap/2+2*live)
	return int(min(most, 100*(bound-live)/max(live, 1)))
}
