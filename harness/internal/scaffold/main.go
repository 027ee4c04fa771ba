// Command scaffold starts a guardrail: it writes a folder with a working example of policy.rego and cases.yaml, in which
// TODO marks what to replace.
package main

import (
	"embed"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/rampart-policy/rampart/harness/catalog"
)

//go:embed *.tmpl
var templates embed.FS

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: scaffold POLICIES LAYER ID")
	}
	folder, err := scaffold(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("%s is there: edit its two files, then run make test.", folder)
}

// slug is the form of an id: it names the folder, the constraint and, in camel case, its kind.
var slug = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// scaffold writes the guardrail's folder below the policies and returns it. If the catalogue would not load with it,
// nothing is left behind.
func scaffold(policies, layer, id string) (string, error) {
	if !slices.Contains(catalog.Layers, layer) {
		return "", fmt.Errorf("LAYER=%s: write one of %s", layer, strings.Join(catalog.Layers, ", "))
	}
	if !slug.MatchString(id) {
		return "", fmt.Errorf("ID=%s: write lower-case words with hyphens, such as host-path-volumes", id)
	}
	c, err := catalog.Load(os.DirFS(policies))
	if err != nil {
		return "", fmt.Errorf("the policies have errors; mend them first:\n%w", err)
	}
	if c.Find(id) != nil {
		return "", fmt.Errorf("ID=%s: a guardrail with this id exists already", id)
	}
	folder := filepath.Join(policies, layer, id)
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", err
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		return "", fmt.Errorf("ID=%s: %w", id, err)
	}
	err = writeTemplates(folder, layer, id)
	if err == nil {
		_, err = catalog.Load(os.DirFS(policies))
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
}

func writeTemplates(folder, layer, id string) error {
	parsed, err := template.ParseFS(templates, "*.tmpl")
	if err != nil {
		return err
	}
	fields := map[string]string{"Layer": layer, "ID": id, "Name": strings.ReplaceAll(id, "-", "_")}
	for _, t := range parsed.Templates() {
		file, err := os.Create(filepath.Join(folder, strings.TrimSuffix(t.Name(), ".tmpl")))
		if err != nil {
			return err
		}
		if err := errors.Join(t.Execute(file, fields), file.Close()); err != nil {
			return err
		}
	}
	return nil
}
