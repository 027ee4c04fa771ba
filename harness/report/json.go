package report

import (
	"encoding/json"
	"io"
)

type jsonReporter struct{}

// Report writes the result as one indented JSON object. Messages keep their < and > signs.
func (jsonReporter) Report(w io.Writer, result *Result) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(result)
}
