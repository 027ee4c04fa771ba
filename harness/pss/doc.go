// Package pss proves that the guardrails of the Pod Security Standards decide as Kubernetes' own evaluator does: check by
// check and level by level, for every version of the standards. It is a module of its own since the evaluator needs newer
// Kubernetes libraries than Gatekeeper builds with.
package pss
