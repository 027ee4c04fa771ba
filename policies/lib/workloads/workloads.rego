# METADATA
# title: Where each workload kind keeps its pods
# description: |
#   One table for the kinds whose pod template is an ordinary PodTemplateSpec. Keys are "group/Kind", values are the
#   paths from the object's root to each pod template, where `*` stands for every entry of a list or a map. The harness
#   reads this table too: a guardrail that matches `pods` is dispatched for every kind named here. A configuration can
#   add kinds of a site's own.
package lib.workloads

pod_templates := {
	"/Pod": [[]],
	"/PodTemplate": [["template"]],
	"/ReplicationController": [["spec", "template"]],
	"apps/DaemonSet": [["spec", "template"]],
	"apps/Deployment": [["spec", "template"]],
	"apps/ReplicaSet": [["spec", "template"]],
	"apps/StatefulSet": [["spec", "template"]],
	"batch/CronJob": [["spec", "jobTemplate", "spec", "template"]],
	"batch/Job": [["spec", "template"]],
	"extensions/DaemonSet": [["spec", "template"]],
	"extensions/Deployment": [["spec", "template"]],
	"extensions/ReplicaSet": [["spec", "template"]],
	"agones.dev/Fleet": [["spec", "template", "spec", "template"]],
	"agones.dev/GameServer": [["spec", "template"]],
	"apps.kruise.io/AdvancedCronJob": [
		["spec", "template", "jobTemplate", "spec", "template"],
		["spec", "template", "broadcastJobTemplate", "spec", "template"],
	],
	"apps.kruise.io/BroadcastJob": [["spec", "template"]],
	"apps.kruise.io/CloneSet": [["spec", "template"]],
	"apps.kruise.io/DaemonSet": [["spec", "template"]],
	"apps.kruise.io/SidecarSet": [[]],
	"apps.kruise.io/StatefulSet": [["spec", "template"]],
	"apps.kruise.io/UnitedDeployment": [
		["spec", "template", "statefulSetTemplate", "spec", "template"],
		["spec", "template", "advancedStatefulSetTemplate", "spec", "template"],
		["spec", "template", "cloneSetTemplate", "spec", "template"],
		["spec", "template", "deploymentTemplate", "spec", "template"],
	],
	"apps.openshift.io/DeploymentConfig": [["spec", "template"]],
	"argoproj.io/AnalysisRun": [["spec", "metrics", "*", "provider", "job", "spec", "template"]],
	"argoproj.io/AnalysisTemplate": [["spec", "metrics", "*", "provider", "job", "spec", "template"]],
	"argoproj.io/ClusterAnalysisTemplate": [["spec", "metrics", "*", "provider", "job", "spec", "template"]],
	"argoproj.io/Experiment": [["spec", "templates", "*", "template"]],
	"argoproj.io/Rollout": [["spec", "template"]],
	"batch.volcano.sh/Job": [["spec", "tasks", "*", "template"]],
	"jobset.x-k8s.io/JobSet": [["spec", "replicatedJobs", "*", "template", "spec", "template"]],
	"keda.sh/ScaledJob": [["spec", "jobTargetRef", "template"]],
	"kubeflow.org/ClusterTrainingRuntime": [[
		"spec", "template", "spec", "replicatedJobs", "*", "template", "spec", "template",
	]],
	"kubeflow.org/JAXJob": [["spec", "jaxReplicaSpecs", "*", "template"]],
	"kubeflow.org/MPIJob": [["spec", "mpiReplicaSpecs", "*", "template"]],
	"kubeflow.org/Notebook": [["spec", "template"]],
	"kubeflow.org/PaddleJob": [["spec", "paddleReplicaSpecs", "*", "template"]],
	"kubeflow.org/PyTorchJob": [["spec", "pytorchReplicaSpecs", "*", "template"]],
	"kubeflow.org/TFJob": [["spec", "tfReplicaSpecs", "*", "template"]],
	"kubeflow.org/TrainingRuntime": [[
		"spec", "template", "spec", "replicatedJobs", "*", "template", "spec", "template",
	]],
	"kubeflow.org/XGBoostJob": [["spec", "xgbReplicaSpecs", "*", "template"]],
	"leaderworkerset.x-k8s.io/LeaderWorkerSet": [
		["spec", "leaderWorkerTemplate", "leaderTemplate"],
		["spec", "leaderWorkerTemplate", "workerTemplate"],
	],
	"ray.io/RayCluster": [
		["spec", "headGroupSpec", "template"],
		["spec", "workerGroupSpecs", "*", "template"],
	],
	"ray.io/RayJob": [
		["spec", "rayClusterSpec", "headGroupSpec", "template"],
		["spec", "rayClusterSpec", "workerGroupSpecs", "*", "template"],
		["spec", "submitterPodTemplate"],
	],
	"ray.io/RayService": [
		["spec", "rayClusterConfig", "headGroupSpec", "template"],
		["spec", "rayClusterConfig", "workerGroupSpecs", "*", "template"],
	],
	"serving.knative.dev/Configuration": [["spec", "template"]],
	"serving.knative.dev/Revision": [[]],
	"serving.knative.dev/Service": [["spec", "template"]],
	"trainer.kubeflow.org/ClusterTrainingRuntime": [[
		"spec", "template", "spec", "replicatedJobs", "*", "template", "spec", "template",
	]],
	"trainer.kubeflow.org/TrainingRuntime": [[
		"spec", "template", "spec", "replicatedJobs", "*", "template", "spec", "template",
	]],
}

# METADATA
# description: |
#   Kinds that spell their containers in fields of their own (Argo Workflows' templates, Tekton's steps); lib.k8s
#   knows their shape. Values are the kind's shape and the path to the part that has it.
containers_in := {
	"argoproj.io/ClusterWorkflowTemplate": {"shape": "argo", "path": ["spec"]},
	"argoproj.io/CronWorkflow": {"shape": "argo", "path": ["spec", "workflowSpec"]},
	"argoproj.io/Workflow": {"shape": "argo", "path": ["spec"]},
	"argoproj.io/WorkflowTemplate": {"shape": "argo", "path": ["spec"]},
	"tekton.dev/ClusterTask": {"shape": "tekton-task", "path": ["spec"]},
	"tekton.dev/Pipeline": {"shape": "tekton-pipeline", "path": ["spec"]},
	"tekton.dev/PipelineRun": {"shape": "tekton-pipeline-run", "path": ["spec"]},
	"tekton.dev/StepAction": {"shape": "tekton-step-action", "path": ["spec"]},
	"tekton.dev/Task": {"shape": "tekton-task", "path": ["spec"]},
	"tekton.dev/TaskRun": {"shape": "tekton-task-run", "path": ["spec"]},
}

# METADATA
# description: The kinds of the tables above that have no namespace.
cluster_scoped := {
	"apps.kruise.io/SidecarSet",
	"argoproj.io/ClusterAnalysisTemplate",
	"argoproj.io/ClusterWorkflowTemplate",
	"kubeflow.org/ClusterTrainingRuntime",
	"tekton.dev/ClusterTask",
	"trainer.kubeflow.org/ClusterTrainingRuntime",
}
