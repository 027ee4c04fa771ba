// Package gatekeeper322 judges every case of every guardrail with OPA 1.13.2, the one in Gatekeeper 3.22: the oldest that
// Rampart supports.
package gatekeeper322
