package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// leastMemory is what the collector may let the program have before it works harder.
const leastMemory = 64 << 20

// tuneCollector lets garbage gather up to a bound that follows what is in use. A check leaves much garbage and keeps little, so
// that Go's default collects too often where there is room, and needs twice of what is in use where there is not. Whoever sets GOGC
// or GOMEMLIMIT decides instead.
func tuneCollector() {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(400)
	boundMemory()
}

// boundMemory sets the bound, again after each collection.
func boundMemory() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	debug.SetMemoryLimit(max(leastMemory, leastMemory/2+2*int64(live[0].Value.Uint64())))
	runtime.SetFinalizer(new([16]byte), func(*[16]byte) { boundMemory() })
}
