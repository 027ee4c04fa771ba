# METADATA
# title: Patches of pods can be read
# description: |
#   A podSpecPatch of Argo Workflows changes the finished pod, its security settings too. The other guardrails judge the
#   pod as it is after the patch; that needs a patch that can be read as it stands. A patch that is put together from
#   parameters later, or that deletes with directives such as $patch, could do anything. Parameters as values inside of
#   a patch, such as a limit of memory, pass.
# scope: package
# related_resources:
#   - ref: https://argo-workflows.readthedocs.io/en/latest/fields/#workflowspec
#     description: Fields of Argo Workflows
# custom:
#   id: pod-spec-patches
#   severity: high
#   profiles: {baseline: deny, restricted: deny}
#   match: [{groups: [argoproj.io], kinds: [ClusterWorkflowTemplate, CronWorkflow, Workflow, WorkflowTemplate]}]
#   controls:
#     soc2: [CC6.1, CC7.1]
#     hipaa: ["164.312(a)(1)", "164.312(c)(1)"]
#     cis: ["5.6.3"]
#     nsa: [pod-security]
#   remediation: |
#     Write the patch as the YAML or JSON of a pod's spec, with parameters as values only and null for what is to go.
package rampart.container.pod_spec_patches

import data.lib.finding
import data.lib.k8s

violation contains finding.at(rego.metadata.chain(), path, msg) if {
	walk(k8s.resource, [steps, value])
	steps[count(steps) - 1] == "podSpecPatch"
	problem := _problem(value)
	path := finding.path(steps)
	msg := $"The podSpecPatch {problem}."
}

_problem(patch) := "is no text: write the YAML of a pod's spec" if {
	not is_string(patch)
	patch != null
}

_problem(patch) := concat("", [
	"can't be read as it stands, so that it could do anything to the pod: write the YAML of a pod's spec, ",
	"with parameters as quoted values only",
]) if {
	is_string(patch)
	not trim_space(patch) == ""
	not _readable(patch)
}

_problem(patch) := $"holds the directive {directives[0]}, which takes settings away: write out what remains" if {
	directives := sort({key | some key in _keys(patch); startswith(key, "$")})
	count(directives) > 0
} else := concat("", [
	$"spells {_fields[lower(misspelt[0])]} as {misspelt[0]}, which Argo takes for the same and guardrails do not: ",
	"spell it as Kubernetes does",
]) if {
	misspelt := sort({key | some key in _keys(patch); _fields[lower(key)] != key})
	count(misspelt) > 0
}

_keys(patch) := {key |
	_readable(patch)
	walk(yaml.unmarshal(patch), [_, node])
	is_object(node)
	some key in object.keys(node)
}

# The fields of a pod that guardrails judge, by their names in lower case.
_fields := {lower(name): name |
	some name in {
		"activeDeadlineSeconds", "allowPrivilegeEscalation", "appArmorProfile", "args", "automountServiceAccountToken",
		"capabilities", "command", "containers", "emptyDir", "env", "envFrom", "ephemeralContainers", "fsGroup",
		"hostIPC", "hostNetwork", "hostPID", "hostPath", "hostPort", "hostUsers", "image", "initContainers",
		"lifecycle", "livenessProbe", "nodeName", "os", "ports", "priorityClassName", "privileged", "procMount",
		"projected", "readOnlyRootFilesystem", "readinessProbe", "resources", "runAsGroup", "runAsNonRoot",
		"runAsUser", "seLinuxOptions", "seccompProfile", "secret", "securityContext", "serviceAccount",
		"serviceAccountName", "startupProbe", "supplementalGroups", "sysctls", "tolerations", "volumeMounts",
		"volumes", "windowsOptions",
	}
}

_readable(patch) if {
	is_string(patch)
	yaml.is_valid(patch)
	is_object(yaml.unmarshal(patch))
}
