package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"
)

// parseOnly parses every YAML document below the paths, one after the other, and does nothing else with them: what any tool
// for manifests has to do at least.
func parseOnly(paths []string) error {
	documents := 0
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(name) != ".yaml" && filepath.Ext(name) != ".yml" {
				return err
			}
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			for _, document := range bytes.Split(data, []byte("\n---")) {
				var value any
				if yaml.Unmarshal(document, &value) == nil { // Templates and the like are none.
					documents++
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	fmt.Println(documents)
	return nil
}
