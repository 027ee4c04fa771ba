package main

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkCheckOne is a whole run on one small file, but for the start of the process.
func BenchmarkCheckOne(b *testing.B) {
	file := filepath.Join("..", "..", "..", "fixtures", "base", "pod.yaml")
	b.ReportAllocs()
	for b.Loop() {
		require.Equal(b, exitFindings, run([]string{"check", file}, nil, io.Discard, io.Discard))
	}
}
