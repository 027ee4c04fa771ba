// Package e2e proves with real, unmodified programs that the bundle gives the verdicts of rampart check: OPA servers that poll
// signed bundles from nginx and from an OCI registry, and conftest; and that what real cosign and a generator of bills of
// materials print gets the verdict that it should. They come from PATH, where `make test-servers` puts them.
// Everything binds to loopback and ends with the test. It is a module of its own since the programs have to be built first.
package e2e
