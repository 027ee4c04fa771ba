// Package constraints embeds the profiles, which say by intent which guardrails a kind of environment gets.
package constraints

import "embed"

// FS holds profiles/<name>.yaml.
//
//go:embed profiles/*.yaml
var FS embed.FS
