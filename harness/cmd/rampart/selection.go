package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/rampart-policy/rampart/constraints"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/compiled"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/policies"
)

// selection holds the flags that decide which guardrails are active; several commands share them.
type selection struct {
	config.Selection
	configFile string
	policies   []string
}

func (s *selection) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&s.Profile, "profile", "", "guardrails for an `intent`: baseline, restricted, docker-desktop or all (default restricted)")
	flags.StringArrayVar(&s.policies, "policy", nil, "`folder` with guardrails of your own, laid out like policies/; repeatable")
	flags.StringSliceVar(&s.Only, "only", nil, "evaluate these `guardrails` only, whatever the profile")
	flags.StringSliceVar(&s.Skip, "skip", nil, "leave these `guardrails` out")
	flags.StringArrayVar(&s.Set, "set", nil, "set a parameter: `guardrail.parameter=value`, the value in YAML; repeatable")
	flags.StringVar(&s.configFile, "config", "", "configuration `file`: profile, parameters, exempt namespaces, waivers")
	flags.StringVar(&s.PSSVersion, "pss-version", "", "`version` of the Pod Security Standards, v1.0 to latest")
}

// resolved is what the flags come to.
type resolved struct {
	catalog *catalog.Catalog
	profile string
	active  []config.Active
	file    *config.File
	// pack has the catalogue's guardrails in compiled form, where that was asked for and holds all of them.
	pack *compiled.Pack
}

// check is the configuration of a check. The namespace of the command line outweighs that of the file.
func (r *resolved) check(namespace string, stdin io.Reader, now time.Time) check.Config {
	if namespace == "" {
		namespace = r.file.Namespace
	}
	return check.Config{Catalog: r.catalog, Pack: r.pack, Profile: r.profile, Active: r.active, Waivers: r.file.Waivers,
		Namespace: namespace, Stdin: stdin, Version: versionText(), Now: now}
}

func (s *selection) resolve() (*resolved, error) {
	file, err := s.readConfig()
	if err != nil {
		return nil, err
	}
	return s.fromSource(file)
}

func (s *selection) fromSource(file *config.File) (*resolved, error) {
	c, err := loadCatalog(file.Workloads, s.policies)
	if err != nil {
		return nil, err
	}
	return s.resolveIn(c, file)
}

// resolveCompiled is resolve for a command that only evaluates guardrails. Those of the site's own, and those for workload
// kinds of its own, are read from source.
func (s *selection) resolveCompiled() (*resolved, error) {
	file, err := s.readConfig()
	if err != nil {
		return nil, err
	}
	if len(s.policies)+len(file.Workloads) > 0 {
		return s.fromSource(file)
	}
	pack, err := compiled.Load()
	if err != nil {
		return nil, err
	}
	r, err := s.resolveIn(pack.Catalog, file)
	if err != nil {
		return nil, err
	}
	r.pack = pack
	return r, nil
}

func (s *selection) resolveIn(c *catalog.Catalog, file *config.File) (*resolved, error) {
	profiles, err := config.ReadProfiles(constraints.FS)
	if err != nil {
		return nil, err
	}
	s.File = file
	active, err := config.Resolve(c, profiles, s.Selection)
	if err != nil {
		return nil, err
	}
	return &resolved{catalog: c, profile: s.ProfileName(), active: active, file: file}, nil
}

// readConfig reads the configuration file, if there is one; its policy folders are relative to it.
func (s *selection) readConfig() (*config.File, error) {
	if s.configFile == "" {
		return &config.File{}, nil
	}
	data, err := os.ReadFile(s.configFile)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	file, err := config.ReadFile(s.configFile, data)
	if err != nil {
		return nil, err
	}
	for _, folder := range file.Policies {
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(filepath.Dir(s.configFile), folder)
		}
		s.policies = append(s.policies, folder)
	}
	return file, nil
}

// loadCatalog reads the embedded guardrails and those of the folders, for a site's own workload kinds too.
func loadCatalog(own catalog.Workloads, folders []string) (*catalog.Catalog, error) {
	all := []fs.FS{policies.FS}
	for _, folder := range folders {
		info, err := os.Stat(folder)
		if err != nil {
			return nil, fmt.Errorf("--policy: %w", err)
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("--policy %s: is no folder", folder)
		}
		own := os.DirFS(folder)
		if found, err := fs.Glob(own, "*/*/policy.rego"); err != nil || len(found) == 0 {
			return nil, fmt.Errorf("--policy %s: no guardrail found: expected <layer>/<id>/policy.rego", folder)
		}
		all = append(all, own)
	}
	return catalog.LoadWith(own, all...)
}
