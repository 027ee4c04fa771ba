# METADATA
# title: What pipelines do with images
# description: |
#   The actions of a pipeline that push an image to a registry, and those that deploy to a cluster. Known are the tools and
#   actions that people use for it; a push to a registry on the machine itself is none.
package lib.pipelines.images

import data.lib.pipelines
import data.lib.shell

# METADATA
# description: |
#   The actions that push an image, as {"step", "command", "what", "conditions"}. What can't be told from the text, such as
#   `push: ${{ … }}`, is taken to push; it is one of the conditions then.
pushes := [object.union(action, {"what": what, "conditions": conditions}) |
	some action in pipelines.actions
	what := pushed_by(action)
	conditions := pipelines.conditions(action) | {pipelines.expression(input_) | input_ := action.step.inputs.push}
]

# METADATA
# description: What pushes an image in an action; undefined where nothing does.
pushed_by(action) := action.step.uses if {
	_pushing_action(action.step)
} else := sort(names)[0] if {
	names := {name | some name in _pushing_programs(action.command)}
	count(names) > 0
}

# METADATA
# description: |
#   The actions that deploy to a cluster, as {"step", "command", "what"}. Deploying to a cluster that the same job has made, for
#   a test, is none.
deployments := [object.union(action, {"what": what}) |
	some action in pipelines.actions
	what := _deployed_by(action)
	not action.step.job in _jobs_with_test_clusters
]

# Pushes

_pushing_action(step) if {
	regex.match(`(?:^|/)(?:build-push-action|bake-action|[a-z-]*kaniko[a-z-]*|docker-build-push|docker-build-publish)$`, step.uses)
	not _stays(step)
}

_pushing_action(step) if {
	step.uses in {
		"redhat-actions/push-to-registry", "macbre/push-to-ghcr", "elgohr/publish-docker-github-action", "philips-labs/docker-ci-scripts",
		"docker/github-builder/.github/workflows/build.yml", "docker/github-builder/.github/workflows/bake.yml",
	}
	not _is_local(object.get(step.inputs, "registry", ""))
}

# Tasks of Tekton's catalogue.
_pushing_action(step) if step.uses in {"buildah", "buildpacks", "buildpacks-phases", "jib-gradle", "jib-maven", "kaniko", "ko", "s2i"}

# What these build stays where it is built, or goes to the machine's own registry.
_stays(step) if {
	object.get(step.inputs, "push", "false") == "false"
	not _exports(step)
	not _pushes_without_input(step.uses)
}

_stays(step) if _are_local(split(object.get(step.inputs, "tags", ""), "\n"))

_exports(step) if {
	some name in ["outputs", "set", "build-args", "buildx-args"]
	regex.match(_to_registry, object.get(step.inputs, name, ""))
}

_to_registry := `type=registry|push=true|\$\{\{`

# These push unless they are told not to.
_pushes_without_input(uses) if not regex.match(`(?:^|/)(?:build-push-action|bake-action)$`, uses)

_pushing_programs(command) := (((((((((({"docker push" |
	operands := _operands(shell.mentions(command, "docker"))
	_is_push(operands)
} | {$"{program} push" |
	some program in ["podman", "buildah", "nerdctl", "docker-compose"]
	operands := _operands(shell.mentions(command, program))
	_is_push(operands)
}) | {"docker build --push" |
	some program in ["docker", "podman", "nerdctl", "buildx", "docker-buildx", "buildctl", "depot", "earthly"]
	args := shell.mentions(command, program)
	some word in ["build", "b", "buildx", "bake", "builder", "--push"]
	word in args
	_builds_to_registry(args)
}) | {"crane push" |
	args := shell.mentions(command, "crane")
	args[0] == "push"
	not _are_local(array.slice(args, 2, 3))
}) | {"skopeo copy" |
	args := shell.mentions(command, "skopeo")
	operands := shell.operands(args)
	operands[0] in {"copy", "sync"}
	from_here := [operand | some operand in operands; regex.match(`^(?:docker-daemon|containers-storage|oci|oci-archive|docker-archive|dir):`, operand)]
	to := operands[count(operands) - 1]
	count(from_here) > 0
	startswith(to, "docker://")
	not _is_local(trim_prefix(to, "docker://"))
}) | {$"ko {args[0]}" |
	args := shell.mentions(command, "ko")
	args[0] in {"build", "publish", "resolve", "apply", "create"}
	not "--push=false" in args
	not _is_one_of(args, {"--local", "-L", "--local=true"})
	not regex.match(`ko\.local|kind\.local|localhost`, concat(" ", command.assigned))
}) | {"kaniko" |
	some program in ["executor", "kaniko"]
	args := shell.mentions(command, program)
	regex.match(`--destination|-d`, concat(" ", args))
	not _is_one_of(args, {"--no-push", "--no-push=true", "--noPush"})
}) | {"jib" |
	some word in command.words
	regex.match(`(?:^|:)jib(?::build)?$`, word)
	some program in ["mvn", "mvnw", "gradle", "gradlew"]
	_ = shell.mentions(command, program)
}) | {"pack build --publish" |
	args := shell.mentions(command, "pack")
	shell.on(args, "--publish")
}) | {"az acr build" |
	args := shell.mentions(command, "az")
	array.slice(args, 0, 2) == ["acr", "build"]
	not "--no-push" in args
}) | {"gcloud builds submit" |
	args := shell.mentions(command, "gcloud")
	array.slice(shell.operands(args), 0, 2) == ["builds", "submit"]
}) | {concat(" ", array.slice(command.words, i, i + 2)) |
	some program in ["make", "task", "just", "mage"]
	args := shell.mentions(command, program)
	some i, word in command.words
	word == program
	some arg in args
	regex.match(`(?i)^[^-]*(?:(?:docker|image|container|oci)[\w./-]*push|push[\w./-]*(?:docker|image|container))`, arg)
}

# The operands behind flags of docker itself, such as --context name.
_operands(args) := shell.operands(array.slice(args, from, count(args))) if {
	from := 2 * count([1 | args[0] in {"--config", "--context", "-c", "--host", "-H", "--log-level", "-l", "--namespace", "-n"}])
}

_is_push(operands) if {
	operands[0] == "push"
	not _are_local(array.slice(operands, 1, 2))
}

_is_push(operands) if {
	operands[0] in {"image", "compose", "manifest"}
	some i, operand in operands
	operand == "push"
	i < 4
	not _are_local(array.slice(operands, i + 1, count(operands)))
}

_builds_to_registry(args) if {
	some arg in args
	regex.match(`--push\b`, arg)
	arg != "--push=false"
	not _is_tagged_local(args)
}

_builds_to_registry(args) if {
	regex.match(`type=registry|push=true`, concat(" ", args))
	not _is_tagged_local(args)
}

_is_tagged_local(args) if _are_local(shell.values(args, {"-t", "--tag"}))

_is_one_of(args, flags) if {
	some arg in args
	arg in flags
}

_are_local(names) if {
	given := [trim_space(name) | some name in names; trim_space(name) != ""]
	count(given) > 0
	every name in given {
		_is_local(name)
	}
}

_is_local(name) if regex.match(`^(?:localhost|127\.0\.0\.1|\[::1\])(?::|/)`, name)

# Deployments

_deployed_by(action) := action.step.uses if {
	_deploying_action(action.step)
} else := names[0] if {
	names := sort([name | some name in _deploying_programs(action.command)])
	count(names) > 0
}

_deploying_action(step) if {
	step.uses in ({
		"azure/k8s-deploy", "google-github-actions/deploy-gke", "google-github-actions/deploy-cloudrun",
		"helmfile/helmfile-action", "deliverybot/helm", "steebchen/kubectl", "actions-hub/kubectl", "kodermax/kubectl-aws-eks",
		"stefanprodan/kube-tools", "aws-actions/amazon-ecs-deploy-task-definition", "wahyd4/kubectl-helm-action",
	} - {"azure/k8s-bake"})
}

# Tasks of Tekton's catalogue.
_deploying_action(step) if step.uses in {"helm-upgrade-from-repo", "helm-upgrade-from-source", "kubernetes-actions", "kubectl-deploy-pod"}

_deploying_programs(command) := (({$"{program} {verb}" |
	some program in ["kubectl", "oc"]
	args := shell.mentions(command, program)
	not _is_dry(args)
	verb := _changing_verb(args)
} | {$"helm {verb}" |
	args := shell.mentions(command, "helm")
	not _is_dry(args)
	verb := [arg | some arg in args; arg in {"install", "upgrade"}][0]
	not "plugin" in args
	not "repo" in args
}) | {$"argocd app {verb}" |
	args := shell.operands(shell.mentions(command, "argocd"))
	args[0] == "app"
	verb := args[1]
	verb in {"create", "set", "sync"}
}) | {$"{program} {args[0]}" |
	some program, verbs in {
		"helmfile": {"apply", "sync"}, "kapp": {"deploy"}, "skaffold": {"run", "deploy"}, "werf": {"converge"}, "timoni": {"apply"},
		"flux": {"reconcile"},
	}
	args := shell.operands(shell.mentions(command, program))
	args[0] in verbs
}

_is_dry(args) if {
	some arg in args
	regex.match(`^--dry-run(?:$|=(?:client|server|true)$)`, arg)
}

# Verbs that can start another image. The values of flags before the verb are no verbs.
_changing_verb(args) := verb if {
	operands := shell.operands(args)
	verb := [operand | some operand in array.slice(operands, 0, 4); operand in {"apply", "create", "patch", "replace", "run", "set"}][0]
	_starts_images(verb, args)
}

_starts_images(verb, _) if verb in {"apply", "replace", "run"}

_starts_images("set", args) if "image" in args

_starts_images("create", args) if {
	some arg in args
	regex.match(`^(?:-f.*|--filename.*|-k.*|--kustomize.*|deploy(?:ment)?s?|jobs?|cronjobs?|cj)$`, arg)
}

_starts_images("patch", args) if regex.match(`image`, concat(" ", args))

# Clusters that live as long as the job.
_jobs_with_test_clusters contains action.step.job if {
	some action in pipelines.actions
	_makes_test_cluster(action)
}

_makes_test_cluster(action) if {
	regex.match(`(?:^|/)[a-z-]*(?:kind|k3d|minikube|k3s|microk8s)(?:-[a-z-]*)?$`, action.step.uses)
}

_makes_test_cluster(action) if {
	some program, verbs in {"kind": {"create"}, "k3d": {"cluster"}, "minikube": {"start"}}
	args := shell.operands(shell.mentions(action.command, program))
	args[0] in verbs
}

_makes_test_cluster(action) if {
	some program in ["ct", "kind-with-registry.sh", "setup-kind.sh"]
	_ = shell.mentions(action.command, program)
}
