// Package cluster tests the guardrails in a real cluster: etcd, kube-apiserver and Gatekeeper, built from Go modules.
package cluster
