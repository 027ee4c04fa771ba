package manifest

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// pattern lists what a pattern matches; folders with all below them.
func (f *finder) pattern(pattern string) error {
	g := globber{matches: map[string]bool{}, seen: map[string]bool{}}
	root, rest := ".", filepath.ToSlash(pattern)
	if strings.HasPrefix(rest, "/") {
		root, rest = "/", strings.TrimLeft(rest, "/")
	}
	if err := g.expand(root, strings.Split(rest, "/")); err != nil {
		return fmt.Errorf("%q: %w", pattern, err)
	}
	for _, match := range slices.Sorted(maps.Keys(g.matches)) {
		if err := f.visit(match, false); err != nil {
			f.put(match, Source{Path: match, err: err})
		}
	}
	if len(g.matches) == 0 {
		return fmt.Errorf("%q: the pattern matches nothing", pattern)
	}
	return nil
}

// globber collects what a pattern matches.
type globber struct {
	matches map[string]bool
	seen    map[string]bool // folders in which a part of the pattern was tried
}

// expand matches the parts of a pattern against what is in the folder.
func (g *globber) expand(folder string, parts []string) error {
	if len(parts) == 0 {
		g.matches[folder] = true
		return nil
	}
	part, rest := parts[0], parts[1:]
	switch {
	case part == "" || part == ".":
		return g.expand(folder, rest)
	case !strings.ContainsAny(part, "*?[\\"):
		next := filepath.Join(folder, part)
		if _, err := os.Stat(next); err != nil {
			return nil
		}
		return g.expand(next, rest)
	}
	if _, err := path.Match(part, ""); err != nil {
		return err
	}
	real, err := realPath(folder)
	if err != nil {
		return nil
	}
	key := fmt.Sprint(len(parts), " ", real)
	if g.seen[key] {
		return nil
	}
	g.seen[key] = true
	if part == "**" {
		if err := g.expand(folder, rest); err != nil || len(rest) == 0 {
			return err
		}
	}
	return g.entries(folder, real, part, parts)
}

// entries matches the first part against the entries of the folder, and the rest below them.
func (g *globber) entries(folder, real, part string, parts []string) error {
	rest := parts[1:]
	if part == "**" {
		rest = parts
	}
	entries, _ := os.ReadDir(folder) // What is no folder, or cannot be read, has no entries that match.
	for _, entry := range entries {
		next := filepath.Join(folder, entry.Name())
		if part != "**" {
			if ok, _ := path.Match(part, entry.Name()); !ok {
				continue
			}
			if len(rest) == 0 {
				g.matches[next] = true
				continue
			}
		}
		info, err := os.Stat(next)
		if err != nil || !info.IsDir() || isVersionControl(next) {
			continue
		}
		if target, err := realPath(next); err != nil || isWithin(real, target) {
			continue // A loop.
		}
		if err := g.expand(next, rest); err != nil {
			return err
		}
	}
	return nil
}
