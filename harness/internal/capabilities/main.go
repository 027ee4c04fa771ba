// Command capabilities writes bundle/capabilities.json: the part of Rego that policies may use.
//
// It is what the oldest supported Gatekeeper understands, less every builtin that would make a verdict depend on
// anything but the object, the parameters, the inventory and the clock.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// oldest is the OPA inside Gatekeeper 3.22, the oldest release that the templates support.
const oldest = "v1.13.2"

// clock stays although it is not deterministic: lib.clock calls it, and nothing else may.
const clock = "time.now_ns"

// refused maps builtins that OPA does not mark as non-deterministic to the reason why policies may not call them.
var refused = map[string]string{
	"crypto.x509.parse_and_verify_certificates": "it reads the clock; the variant with_options is given the time",
	"internal.print": "debugging",
	"print":          "debugging",
	"trace":          "debugging",
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: capabilities FILE")
	}
	data, err := generate()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], data, 0o644); err != nil {
		log.Fatal(err)
	}
}

// generate is the file's content, with one builtin on each line so that a change of OPA's version can be reviewed. No
// host may be asked for JSON schemas, and Wasm is left out, for nobody compiles the policies to it.
func generate() ([]byte, error) {
	c, err := ast.LoadCapabilitiesVersion(oldest)
	if err != nil {
		return nil, err
	}
	var builtins []string
	for _, b := range c.Builtins {
		if refused[b.Name] != "" || b.Nondeterministic && b.Name != clock {
			continue
		}
		data, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		builtins = append(builtins, "    "+string(data))
	}
	slices.Sort(builtins)
	features, err := json.Marshal(c.Features)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "{\n  \"builtins\": [\n%s\n  ],\n  \"features\": %s,\n  \"allow_net\": []\n}\n",
		strings.Join(builtins, ",\n"), features), nil
}
