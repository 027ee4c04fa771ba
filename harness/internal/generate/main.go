// Command generate writes everything in the repository that is derived from the policies: the table of guardrails, what
// Gatekeeper installs, and the compiled form that the command reads. Run it from the repository's root.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/compiled"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/render"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate() error {
	c, err := catalog.Load(os.DirFS("policies"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join("policies", "README.md"), render.Docs(c), 0o644); err != nil {
		return err
	}
	files, err := compiled.Files(c)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join("harness", "compiled", "data"), files); err != nil {
		return err
	}
	templates, err := render.Templates(c, c.Guardrails)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join("constraints", "templates"), templates); err != nil {
		return err
	}
	profiles, err := config.ReadProfiles(os.DirFS("constraints"))
	if err != nil {
		return err
	}
	for _, name := range profiles.Names() {
		if name == config.All {
			continue
		}
		if err := generateProfile(c, profiles, name); err != nil {
			return fmt.Errorf("profile %s: %w", name, err)
		}
	}
	return nil
}

func generateProfile(c *catalog.Catalog, profiles config.Profiles, name string) error {
	active, err := config.Resolve(c, profiles, config.Selection{Profile: name})
	if err != nil {
		return err
	}
	constraints, err := render.Constraints(active, nil)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join("constraints", name), constraints); err != nil {
		return err
	}
	rollout, err := render.Rollout("../" + name)
	if err != nil {
		return err
	}
	return replace(filepath.Join("constraints", name+"-dryrun"), rollout)
}

// replace writes the files into a folder that holds nothing else.
func replace(folder string, files render.Files) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	return files.Write(folder)
}
