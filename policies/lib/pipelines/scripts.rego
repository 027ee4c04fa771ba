# METADATA
# title: Scripts that matter
# description: |
#   To take a script apart costs more than all else about a pipeline, and most scripts hold nothing that a guardrail looks for.
#   Here a look at the text decides. A program that a guardrail is to look for by lib.pipelines must be named here: the cases
#   that it is to deny fail otherwise.
package lib.pipelines.scripts

# METADATA
# description: |
#   Whether a script is of interest, with variables as texts by name. What gets the commits of pull requests is, where an event is
#   `watched` that gives a stranger's pull request the rights of the repository.
matter(script, env, watched) if {
	# Quotes and continued lines are no part of a word.
	bare := strings.replace_n({"\"": "", "'": "", "\\\r\n": " ", "\\\n": " ", "\\": ""}, script)
	_matters(bare, env, watched)
}

_matters(bare, _, _) if regex.match(_programs, bare)

# What gets the commits of pull requests
_matters(bare, env, true) if {
	regex.match(`\bg(?:it|h)\b`, bare)
	texts := lower(concat("\n", array.concat([bare], [text | some text in env])))
	regex.match(`head|pull|outputs|merge_commit|\bco\b|\bpr\s+checkout\b`, texts)
}

# What may print a secret
_matters(bare, env, _) if {
	regex.match(_printers, bare)
	_may_show(bare, env)
}

_may_show(bare, _) if regex.match(_secret, bare)

_may_show(bare, env) if {
	some name, text in env
	contains(bare, name)
	regex.match(_secret, text)
}

# What prints all variables
_may_show(bare, env) if {
	regex.match(`\b(?:env|printenv|export|declare|set)\b[ \t]*(?:-[px0]|--null|[|;&)\n]|$)|(?i)env:`, bare)
	some text in env
	regex.match(_secret, text)
}

_secret := `(?i)secrets|github\s*[.[]\s*token|inputs`

_printers := `\b(?:echo|print|printf|cat|env|printenv|export|declare|set|Write-\w+|Get-ChildItem|gci|dir|ls)\b`

# A program with a command of its own counts where that comes somewhere behind it.
_programs := concat("", [
	# images: what builds and pushes, scans, signs and lists them
	`(?s:(?:docker|podman|buildah|nerdctl|buildx|buildctl|\bdepot\b|earthly).*(?:push|type=registry|bom))`,
	`|(?s:\b(?:crane|ko|pack|az|gcloud|skopeo|executor|kaniko)\b.*(?:push|build|publish|resolve|apply|create|copy|sync|submit|destination|-d))`,
	`|\bjib|:jib|trivy|cosign|syft|cdxgen|\btern\b|bom\b`,
	`|(?i:(?:docker|image|container|oci)[\w./-]*push|push[\w./-]*(?:docker|image|container))`,
	# clusters
	`|(?s:(?:kubectl|\boc\b).*(?:apply|create|patch|replace|run|set))|(?s:helm.*(?:install|upgrade|apply|sync))`,
	`|argocd|\bkapp\b|skaffold|\bwerf\b|timoni|(?s:\bflux\b.*reconcile)|\bkind\s+create\b|k3d|minikube|\bct\b`,
	`|\bmake\b[^\n]*(?:kind|dev-env)`,
	# dependencies
	`|govulncheck|osv-scanner|audit|\bsafety\b|\bnancy\b|snyk|grype|dependency-check|\bdeny\b`,
])
