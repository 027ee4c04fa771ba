// Package policies embeds the guardrails: one folder below its layer (cloud, cluster, container or code) for each, and
// the Rego libraries that they share below lib.
package policies

import "embed"

// FS holds every layer's guardrails and the libraries, rooted at the folder of this file.
//
//go:embed */*/*.rego */*/cases.yaml adapters/*.rego
var FS embed.FS
