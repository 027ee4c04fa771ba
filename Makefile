# `make` lists the targets. They need Go, git and the coreutils; other tools are built from Go modules (harness/tools).

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS   += --no-builtin-rules
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The nested modules must resolve their own dependencies, whatever workspace a developer has around the checkout.
export GOWORK := off

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null)

# The modules that are linted; what needs a control plane is a module apart.
MODULES := . harness/pss harness/e2e

# What `make generate` writes.
GENERATED := bundle constraints harness/compiled/data policies/README.md

# Each tool is a module of its own, for their dependencies contradict each other. The binary is kept in the user's cache
# under the hash of what it is made of, so that fresh clones share it and an update builds only what changed.
CACHE     := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rampart/tools
tool       = $(CACHE)/$(shell { go version; cat harness/tools/$(1)/go.sum; } | git hash-object --stdin)/$(1)
BENCHSTAT := $(call tool,benchstat)
GOLANGCI  := $(call tool,golangci-lint)
OPA       := $(call tool,opa)

# A real API server and Gatekeeper, built from the versions that harness/cluster/go.mod names.
CLUSTER_BIN  := $(patsubst %/tools,%/cluster,$(CACHE))/$(shell { go version; cat harness/cluster/go.sum; } | git hash-object --stdin)
CLUSTER      := kube-apiserver kubectl etcd gatekeeper

# What the bundle is tested with: the newest OPA and the oldest supported one, conftest, an OCI registry. The last make documents.
OPA_OLDEST   := $(call tool,opa-oldest)
SERVERS      := $(OPA) $(OPA_OLDEST) $(call tool,conftest) $(call tool,registry) $(call tool,cosign) $(call tool,cyclonedx-gomod)
SERVERS_PATH := $(subst / ,:,$(dir $(SERVERS))):$(CURDIR)/bin:$(PATH):/usr/sbin

# Where the kernel lets us, everything that the test starts ends with it, however it ends.
CONTAINED    := $(shell unshare --pid --fork --kill-child --mount-proc true 2>/dev/null && echo unshare --pid --fork --kill-child --mount-proc)

##@ Start here

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: build ## Show what the guardrails say about a broken and a secure application
	@code=0; bin/rampart check fixtures/task-api/broken || code=$$?; [ $$code -eq 1 ] # 1 is "there are findings"
	@printf '\nThat was an application with every mistake in it. The same one, put right:\n\n'
	@bin/rampart check fixtures/task-api/secure

.PHONY: build
build: ## Build bin/rampart, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/rampart ./harness/cmd/rampart

##@ Change something

.PHONY: new
new: ## Start a guardrail: make new LAYER=container ID=my-guardrail
	@go run ./harness/internal/scaffold policies '$(LAYER)' '$(ID)'

.PHONY: fmt
fmt: $(GOLANGCI) $(OPA) ## Format Go and Rego
	@for module in $(MODULES); do (cd $$module && $(GOLANGCI) fmt); done
	$(OPA) fmt --write policies

.PHONY: generate
generate: ## Write what is derived: constraints and docs from the policies, capabilities from OPA
	go run ./harness/internal/generate
	go run ./harness/internal/capabilities bundle/capabilities.json

.PHONY: bench
bench: build ## Measure whole runs beside other tools that are installed, and each guardrail: make bench BENCH_FLAGS=-growth
	@mkdir -p dist
	go build -trimpath -o dist/bench ./harness/bench
	dist/bench $(BENCH_FLAGS) -o harness/bench/RESULTS.md

.PHONY: bench-go
bench-go: $(BENCHSTAT) ## Run Go's benchmarks: make bench-go BENCH=Check COUNT=10 OLD=before.txt compares with an earlier run
	@mkdir -p dist
	go test -run '^$$' -bench '$(or $(BENCH),.)' -benchmem -count $(or $(COUNT),1) ./harness/... | tee dist/bench.txt
	@$(if $(OLD),$(BENCHSTAT) $(OLD) dist/bench.txt,echo 'dist/bench.txt: copy it to compare a later run with it')

.PHONY: bench-cluster
bench-cluster: $(addprefix $(CLUSTER_BIN)/,$(CLUSTER)) ## Measure webhook latency and Gatekeeper's memory beside as many library-like templates
	RAMPART_CLUSTER_BIN=$(CLUSTER_BIN) $(CONTAINED) go -C harness/cluster test -count=1 -timeout 9m -v -run TestCost . -cost

.PHONY: bench-opa
bench-opa: $(SERVERS) build ## Measure what the bundle costs an OPA: start, latency, memory
	PATH='$(SERVERS_PATH)' $(CONTAINED) go -C harness/e2e test -count=1 -v -run TestCost . -cost

##@ Check

.PHONY: ci
ci: lint verify test ## Everything that CI runs

.PHONY: lint lint-format lint-go lint-rego
lint: lint-format lint-go lint-rego ## Check the form of Go and Rego, and that policies compile for the oldest Gatekeeper

lint-format: $(OPA)
	@unformatted=$$(gofmt -l . && $(OPA) fmt --list policies); \
		[ -z "$$unformatted" ] || { printf 'run make fmt:\n%s\n' "$$unformatted"; exit 1; }

lint-go: $(GOLANGCI)
	@code=0; for module in $(MODULES); do (cd $$module && set -x && $(GOLANGCI) run) || code=1; done; exit $$code

lint-rego: $(OPA) $(OPA_OLDEST)
	$(OPA) check --strict --capabilities bundle/capabilities.json policies
	$(OPA_OLDEST) check policies

.PHONY: verify
verify: generate ## Check that generated files are committed as they are generated
	@changes=$$(git status --short -- $(GENERATED)); [ -z "$$changes" ] || { \
		git --no-pager diff HEAD --stat -- $(GENERATED); \
		printf 'commit what make generate wrote:\n%s\n' "$$changes"; exit 1; }

.PHONY: test test-go test-pss
test: test-go test-pss ## Run the tests: Go, Rego, and all cases in every engine

test-go:
	go test -timeout 30m ./...

# Some random pods; test-real takes fifty thousand.
test-pss:
	go -C harness/pss test -timeout 30m ./... -pss.pods=2000

.PHONY: test-real test-random test-oldest test-servers test-cluster
test-real: test-random test-oldest test-servers test-cluster ## Run the slow tests: real servers, and all pods against the official Pod Security evaluator

test-random:
	go -C harness/pss test -count=1 -timeout 30m -v -run TestRandom ./...

test-oldest:
	go -C harness/gatekeeper322 test -count=1 -v -run 'TestCases$$' ./... | grep -v -- '^ *--- PASS\|^=== '

test-servers: $(SERVERS) nginx build ## Test the bundle with real OPA servers that poll nginx and a registry, and with conftest
	PATH='$(SERVERS_PATH)' $(CONTAINED) go -C harness/e2e test -count=1 -timeout 15m -v -skip TestCost . | grep -v '^=== '

test-cluster: $(addprefix $(CLUSTER_BIN)/,$(CLUSTER)) $(OPA)
	PATH='$(SERVERS_PATH)' RAMPART_CLUSTER_BIN=$(CLUSTER_BIN) $(CONTAINED) \
		go -C harness/cluster test -count=1 -timeout 20m -v -skip TestCost .

# The runlevel keeps Debian from starting the service that it installs.
.PHONY: nginx
nginx:
	@export PATH='$(SERVERS_PATH)'; command -v nginx >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
		apt-get update -q && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends nginx; } || \
		{ echo 'install nginx, in PATH or /usr/sbin (Debian: apt-get install nginx): the tests of the bundle need it' >&2; exit 1; }

$(CLUSTER_BIN)/kube-apiserver: PACKAGE = k8s.io/kubernetes/cmd/kube-apiserver
$(CLUSTER_BIN)/kubectl:        PACKAGE = k8s.io/kubernetes/cmd/kubectl
$(CLUSTER_BIN)/etcd:           PACKAGE = go.etcd.io/etcd/server/v3
$(CLUSTER_BIN)/gatekeeper:     PACKAGE = github.com/open-policy-agent/gatekeeper/v3
$(CLUSTER_BIN)/%:
	@echo 'building $(@F) into $(@D), once for this version'
	@mkdir -p $(@D); CGO_ENABLED=0 go -C harness/cluster build -trimpath -ldflags '-s -w' -o $@.$$$$ $(PACKAGE); mv $@.$$$$ $@

# The build goes to a name of its own first, so that runs at the same time never see half a binary.
$(CACHE)/%:
	@echo 'building $(@F) into $(@D), once for this version'
	@mkdir -p $(@D); go -C harness/tools/$(@F) build -trimpath -o $@.$$$$ tool; mv $@.$$$$ $@
