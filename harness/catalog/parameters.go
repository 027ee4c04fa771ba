package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// FillParameters returns the parameters with the schema's defaults filled in, the way that a structural schema of a
// CustomResourceDefinition fills them, or an error that names every value that the schema refuses.
func (g *Guardrail) FillParameters(given map[string]any) (map[string]any, error) {
	filled, _ := withDefaults(g.Parameters, jsonCopy(given)).(map[string]any)
	if len(given) == 0 {
		return filled, nil // The defaults were checked with the METADATA.
	}
	if err := g.checkParameters(filled); err != nil {
		return nil, err
	}
	return filled, nil
}

// checkParameters returns an error that names every value that the schema refuses.
func (g *Guardrail) checkParameters(filled map[string]any) error {
	schema, err := g.compileSchema()
	if err != nil {
		return err
	}
	err = schema.Validate(jsonCopy(filled))
	if invalid := (*jsonschema.ValidationError)(nil); errors.As(err, &invalid) {
		return errors.Join(g.explain(invalid)...)
	}
	return err
}

func (g *Guardrail) compileSchema() (*jsonschema.Schema, error) {
	compiler := jsonschema.NewCompiler()
	name := g.ID + ".json"
	if err := compiler.AddResource(name, jsonCopy(g.Parameters)); err != nil {
		return nil, fmt.Errorf("%s: schema of input.parameters: %w", g.ID, err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		return nil, fmt.Errorf("%s: schema of input.parameters: %w", g.ID, err)
	}
	return schema, nil
}

// explain turns the leaves of a validation error into one sentence each, with the parameter's full name.
func (g *Guardrail) explain(invalid *jsonschema.ValidationError) []error {
	if len(invalid.Causes) > 0 {
		var errs []error
		for _, cause := range invalid.Causes {
			errs = append(errs, g.explain(cause)...)
		}
		return errs
	}
	name := strings.Join(append([]string{g.ID}, invalid.InstanceLocation...), ".")
	if extra, ok := invalid.ErrorKind.(*kind.AdditionalProperties); ok {
		return []error{fmt.Errorf("%s: unknown parameter %s; known: %s", name, strings.Join(slices.Sorted(slices.Values(extra.Properties)), ", "),
			g.parameterNames())}
	}
	return []error{fmt.Errorf("%s: %s", name, invalid.ErrorKind.LocalizedString(message.NewPrinter(language.English)))}
}

func (g *Guardrail) parameterNames() string {
	properties, _ := g.Parameters["properties"].(map[string]any)
	if len(properties) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(properties)), ", ")
}

// jsonCopy is a deep copy in encoding/json's types; nil becomes an empty object.
func jsonCopy(value map[string]any) any {
	if value == nil {
		return map[string]any{}
	}
	data, err := json.Marshal(value)
	if err != nil {
		return value
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var c any
	if err := decoder.Decode(&c); err != nil {
		return value
	}
	return c
}

// withDefaults fills in the defaults of the schema's properties at every depth.
func withDefaults(schema map[string]any, value any) any {
	switch value := value.(type) {
	case map[string]any:
		properties, _ := schema["properties"].(map[string]any)
		for name, p := range properties {
			property, _ := p.(map[string]any)
			if _, given := value[name]; !given && property["default"] != nil {
				value[name] = property["default"]
			}
			if v, present := value[name]; present {
				value[name] = withDefaults(property, v)
			}
		}
	case []any:
		items, _ := schema["items"].(map[string]any)
		for i := range value {
			value[i] = withDefaults(items, value[i])
		}
	}
	return value
}
