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
pushes := [object.union(action, {"what": min(names), "conditions": conditions}) |
	some i in sort({number | some [number, _] in _pushing})
	action := pipelines.actions[i]
	names := {what | some [number, what] in _pushing; number == i}
	conditions := pipelines.conditions(action) | {pipelines.expression(input_) | input_ := action.step.inputs.push}
]

# METADATA
# description: |
#   The actions that deploy to a cluster, as {"step", "command", "what"}. Deploying to a cluster that the same job has made, for
#   a test, is none.
deployments := [object.union(action, {"what": min(names)}) |
	some i in sort({number | some [number, _] in _deploying})
	action := pipelines.actions[i]
	names := {what | some [number, what] in _deploying; number == i}
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

_stays(step) if _are_local(split(object.get(step.inputs, "tags", ""), "\n"), {"step": step})

_exports(step) if {
	some name in ["outputs", "set", "build-args", "buildx-args"]
	regex.match(_to_registry, object.get(step.inputs, name, ""))
}

_to_registry := `type=registry|push=true|\$\{\{`

# These push unless they are told not to.
_pushes_without_input(uses) if not regex.match(`(?:^|/)(?:build-push-action|bake-action)$`, uses)

# What pushes, by the number of the action.

_pushing contains [i, action.step.uses] if {
	some i, action in pipelines.actions
	action.step.uses != ""
	_pushing_action(action.step)
}

_pushing contains [action.number, $"{program} push"] if {
	some program in ["docker", "podman", "buildah", "nerdctl", "docker-compose"]
	some action in pipelines.mentioning(program)
	operands := _operands(action.args)
	_is_push(operands, action)
}

_pushing contains [action.number, "docker build --push"] if {
	some program in _builders
	some action in pipelines.mentioning(program)
	some word in ["build", "b", "buildx", "bake", "builder", "--push"]
	word in action.args
	_exports_to_registry(action.args)
	not _are_local(shell.values(action.args, {"-t", "--tag"}), action)
}

_builders := {"docker", "podman", "nerdctl", "buildx", "docker-buildx", "buildctl", "depot", "earthly"}

_pushing contains [action.number, "crane push"] if {
	some action in pipelines.mentioning("crane")
	action.args[0] == "push"
	not _are_local(array.slice(action.args, 2, 3), action)
}

_pushing contains [action.number, "skopeo copy"] if {
	some action in pipelines.mentioning("skopeo")
	operands := shell.operands(action.args)
	operands[0] in {"copy", "sync"}
	to := operands[count(operands) - 1]
	startswith(to, "docker://")
	not _are_local([trim_prefix(to, "docker://")], action)
	some from in operands
	regex.match(`^(?:docker-daemon|containers-storage|oci|oci-archive|docker-archive|dir):`, from)
}

_pushing contains [action.number, $"ko {action.args[0]}"] if {
	some action in pipelines.mentioning("ko")
	action.args[0] in {"build", "publish", "resolve", "apply", "create"}
	not _is_one_of(action.args, {"--local", "-L", "--local=true", "--push=false"})
	not _has_local_registry(action)
}

_pushing contains [action.number, "kaniko"] if {
	some program in ["executor", "kaniko"]
	some action in pipelines.mentioning(program)
	regex.match(`(?:^| )(?:--destination|-d)[ =]`, concat(" ", action.args))
	not _is_one_of(action.args, {"--no-push", "--no-push=true", "--noPush"})
}

_pushing contains [action.number, "jib"] if {
	some program in ["mvn", "mvnw", "gradle", "gradlew"]
	some action in pipelines.mentioning(program)
	some arg in action.args
	regex.match(`(?:^|:)jib(?::build)?$`, arg)
}

_pushing contains [action.number, "pack build --publish"] if {
	some action in pipelines.mentioning("pack")
	shell.on(action.args, "--publish")
}

_pushing contains [action.number, "az acr build"] if {
	some action in pipelines.mentioning("az")
	array.slice(action.args, 0, 2) == ["acr", "build"]
	not "--no-push" in action.args
}

_pushing contains [action.number, "gcloud builds submit"] if {
	some action in pipelines.mentioning("gcloud")
	array.slice(shell.operands(action.args), 0, 2) == ["builds", "submit"]
}

_pushing contains [action.number, $"{program} {target}"] if {
	some program in ["make", "task", "just", "mage"]
	some action in pipelines.mentioning(program)
	some target in action.args
	regex.match(`(?i)^[^-]*(?:(?:docker|image|container|oci)[\w./-]*push|push[\w./-]*(?:docker|image|container))`, target)
	not _has_local_registry(action)
}

# The operands behind flags of docker itself, such as --context name.
_operands(args) := shell.operands(array.slice(args, from, count(args))) if {
	from := 2 * count([1 | args[0] in {"--config", "--context", "-c", "--host", "-H", "--log-level", "-l", "--namespace", "-n"}])
}

_is_push(operands, action) if {
	operands[0] == "push"
	not _are_local(array.slice(operands, 1, 2), action)
}

_is_push(operands, action) if {
	operands[0] in {"image", "compose", "manifest"}
	some i, operand in operands
	operand == "push"
	i < 4
	not _are_local(array.slice(operands, i + 1, count(operands)), action)
}

_exports_to_registry(args) if {
	some arg in args
	regex.match(`--push\b`, arg)
	arg != "--push=false"
}

_exports_to_registry(args) if regex.match(`type=registry|push=true`, concat(" ", args))

_is_one_of(args, flags) if {
	some arg in args
	arg in flags
}

# Names of images in a registry on the machine itself: all of them, by whatever their variables are set to.
_are_local(names, action) if {
	meanings := {meaning |
		some name in names
		trim_space(name) != ""
		some meaning in pipelines.meanings(trim_space(name), action)
	}
	count(meanings) > 0
	every meaning in meanings {
		_is_local(meaning)
	}
}

_is_local(name) if regex.match(`^(?:localhost|127\.0\.0\.1|\[::1\]|(?:ko|kind)\.local)(?::|/|$)`, name)

# What make and ko push to is in a variable.
_has_local_registry(action) if {
	some _, value in action.step.env
	_is_local(value)
}

_has_local_registry(action) if {
	some text in action.command.assigned
	_is_local(regex.replace(text, `^\w+=`, ""))
}

# Deployments

_deploying_action(step) if {
	step.uses in {
		"azure/k8s-deploy", "google-github-actions/deploy-gke", "google-github-actions/deploy-cloudrun", "steebchen/kubectl",
		"helmfile/helmfile-action", "deliverybot/helm", "actions-hub/kubectl", "kodermax/kubectl-aws-eks",
		"stefanprodan/kube-tools", "aws-actions/amazon-ecs-deploy-task-definition", "wahyd4/kubectl-helm-action",
	}
}

# Tasks of Tekton's catalogue.
_deploying_action(step) if step.uses in {"helm-upgrade-from-repo", "helm-upgrade-from-source", "kubernetes-actions", "kubectl-deploy-pod"}

_deploying contains [i, action.step.uses] if {
	some i, action in pipelines.actions
	action.step.uses != ""
	_deploying_action(action.step)
}

_deploying contains [action.number, $"{program} {verb}"] if {
	some program in ["kubectl", "oc"]
	some action in pipelines.mentioning(program)
	not _is_dry(action.args)
	verb := _changing_verb(action.args)
}

_deploying contains [action.number, $"helm {verb}"] if {
	some action in pipelines.mentioning("helm")
	not _is_dry(action.args)
	verb := [arg | some arg in action.args; arg in {"install", "upgrade"}][0]
	not _is_one_of(action.args, {"plugin", "repo"})
}

_deploying contains [action.number, $"argocd app {args[1]}"] if {
	some action in pipelines.mentioning("argocd")
	args := shell.operands(action.args)
	args[0] == "app"
	args[1] in {"create", "set", "sync"}
}

_deploying contains [action.number, $"{program} {args[0]}"] if {
	some program, verbs in {
		"helmfile": {"apply", "sync"}, "kapp": {"deploy"}, "skaffold": {"run", "deploy"}, "werf": {"converge"}, "timoni": {"apply"},
		"flux": {"reconcile"},
	}
	some action in pipelines.mentioning(program)
	args := shell.operands(action.args)
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
	action.step.uses != ""
	regex.match(`(?:^|/)[a-z-]*(?:kind|k3d|minikube|k3s|microk8s)(?:-[a-z-]*)?$`, action.step.uses)
}

_jobs_with_test_clusters contains action.step.job if {
	some program, arguments in {
		"kind": `^create`, "k3d": `^cluster`, "minikube": `^start`, "ct": ``,
		"make": `(?:^|[ -])(?:kind|k3d|minikube|dev-env)(?:$|[ -])`,
	}
	some action in pipelines.mentioning(program)
	regex.match(arguments, concat(" ", action.args))
}
