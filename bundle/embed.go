// Package bundle embeds what stands beside the policies: the texts of the compliance frameworks.
package bundle

import "embed"

// FS holds frameworks/<name>.yaml.
//
//go:embed frameworks/*.yaml
var FS embed.FS
