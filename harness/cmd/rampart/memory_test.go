package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPercentFor: by Go's documentation the heap grows to what is in use and GOGC percent of it, and at least to GOGC percent of
// 4 MiB.
func TestPercentFor(t *testing.T) {
	const mib = 1 << 20
	for live, want := range map[uint64]uint64{0: 64, 1: 64, 4: 64, 10: 64, 16: 64, 20: 72, 100: 232, 1000: 2032} {
		percent := uint64(percentFor(live * mib))
		heap := max(live*mib+live*mib*percent/100, 4*mib*percent/100)
		assert.InEpsilon(t, want*mib, heap, 0.1, "%d MiB in use", live)
	}
}
