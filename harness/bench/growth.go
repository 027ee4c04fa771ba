package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// growing measures inputs that nobody should have: time and memory are to grow with the input and not with its square.
func (b *bench) growing() error {
	if !b.growth {
		return nil
	}
	b.printf("\n## Growth\n\n| input | MB | CPU s | CPU µs per document | peak MiB |\n|---|---|---|---|---|\n")
	small := slices.DeleteFunc(slices.Clone(medium), func(s sort) bool { return s.count == 55 }) // without definitions
	for _, copies := range []int{5, 49} {
		tree := func() []string {
			var documents []string
			for c := range copies {
				documents = append(documents, mix(small, 1, fmt.Sprintf("-%d", c))...)
			}
			return documents
		}
		n := len(tree())
		stream := func() []string { return []string{strings.Join(tree(), "---\n")} }
		if err := b.grow(fmt.Sprintf("%d documents as a stream", n), stream, n); err != nil {
			return err
		}
		if err := b.grow(fmt.Sprintf("%d documents as a tree", n), tree, n); err != nil {
			return err
		}
	}
	for _, n := range []int{1000, 10000} {
		if err := b.grow(fmt.Sprintf("a namespace with %d objects", n), func() []string { return oneNamespace(n) }, n); err != nil {
			return err
		}
	}
	return b.grow("one document of 50 MB", func() []string { return []string{largeDocument(50 << 20)} }, 1)
}

// grow judges texts, each in a file of its own, that hold so many documents together.
func (b *bench) grow(name string, texts func() []string, documents int) error {
	folder := filepath.Join(b.folder, "growth")
	defer func() { _ = os.RemoveAll(folder) }()
	size, err := writeTexts(folder, texts())
	if err != nil {
		return err
	}
	c, err := measure(1, 2, b.rampart, "check", folder)
	if err != nil {
		return err
	}
	b.printf("| %s | %.1f | %.2f | %.0f | %.0f |\n", name, float64(size)/1e6, c.CPU.Seconds(),
		float64(c.CPU.Microseconds())/float64(documents), c.Peak)
	return nil
}

// writeTexts writes each text to a file of its own, and returns the bytes of all.
func writeTexts(folder string, texts []string) (size int, err error) {
	for _, text := range texts {
		size += len(text)
	}
	return size, writeTree(folder, texts, len(texts))
}

// oneNamespace is what guardrails compare with each other: workloads, accounts, bindings, Services and NetworkPolicies.
func oneNamespace(n int) []string {
	const fifth = 5
	sorts := []sort{{n / fifth, (*mixed).deployment}, {n / fifth, (*mixed).serviceAccount}, {n / fifth, (*mixed).roleBinding},
		{n / fifth, (*mixed).service}, {n / fifth, (*mixed).networkPolicy}}
	documents := mix(sorts, 1, "")
	for i, document := range documents {
		head, rest, _ := strings.Cut(document, "metadata:\n")
		lines := slices.DeleteFunc(strings.SplitAfter(rest, "\n"), func(line string) bool {
			return strings.HasPrefix(line, "  namespace:")
		})
		documents[i] = head + "metadata:\n  namespace: shop\n" + strings.Join(lines, "")
	}
	return documents
}

func largeDocument(size int) string {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: large\n  namespace: shop\ndata:\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "  entry-%d: |\n%s", i, strings.Repeat("    shop.cache.size=1000\n", 40))
	}
	return b.String()
}
