package pss

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	kjson "sigs.k8s.io/json"
)

// newestVersion is the last minor version with a change in the standards that are built in here.
const newestVersion = 37

// versions are all that a namespace can ask for, and one that is yet to come.
func versions() []api.Version {
	var all []api.Version
	for minor := 0; minor <= newestVersion+1; minor++ {
		all = append(all, api.MajorMinorVersion(1, minor))
	}
	return append(all, api.LatestVersion())
}

// official is Kubernetes' own evaluator, for single checks and for whole levels.
type official struct {
	checks map[policy.CheckID]policy.Evaluator
	levels map[policy.CheckID]api.Level
	all    policy.Evaluator
	// replacedAt are the baseline checks that level restricted leaves out at a version.
	replacedAt map[api.Version][]policy.CheckID
}

func newOfficial(t *testing.T) *official {
	t.Helper()
	o := &official{checks: map[policy.CheckID]policy.Evaluator{}, levels: map[policy.CheckID]api.Level{},
		replacedAt: map[api.Version][]policy.CheckID{}}
	for _, check := range policy.DefaultChecks() {
		evaluator, err := policy.NewEvaluator([]policy.Check{check}, nil)
		require.NoError(t, err)
		o.checks[check.ID], o.levels[check.ID] = evaluator, check.Level
		for _, version := range versions() {
			o.replacedAt[version] = append(o.replacedAt[version], overrides(check, version)...)
		}
	}
	all, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	require.NoError(t, err)
	o.all = all
	return o
}

// denies tells for one check whether it refuses the pod. A check that does not exist at the version refuses none.
func (o *official) denies(id policy.CheckID, version api.Version, pod *corev1.Pod) bool {
	return denied(o.checks[id], o.levels[id], version, pod)
}

func (o *official) levelDenies(level api.Level, version api.Version, pod *corev1.Pod) bool {
	return denied(o.all, level, version, pod)
}

// replaced tells whether level restricted leaves a baseline check out at the version.
func (o *official) replaced(id policy.CheckID, version api.Version) bool {
	return slices.Contains(o.replacedAt[version], id)
}

// overrides are the baseline checks that a restricted check stands for at the version.
func overrides(check policy.Check, version api.Version) []policy.CheckID {
	var current policy.VersionedCheck
	for _, revision := range check.Versions {
		if !version.Older(revision.MinimumVersion) {
			current = revision
		}
	}
	return current.OverrideCheckIDs
}

func denied(e policy.Evaluator, level api.Level, version api.Version, pod *corev1.Pod) bool {
	results := e.EvaluatePod(api.LevelVersion{Level: level, Version: version}, &pod.ObjectMeta, &pod.Spec)
	return !policy.AggregateCheckResults(results).Allowed
}

// typed is the pod as the API server hands it to the evaluator: decoded strictly by case, with those defaults filled in
// that a verdict can depend on (SetDefaults_Pod and SetDefaults_Volume of k8s.io/kubernetes/pkg/apis/core/v1).
func typed(object map[string]any) (*corev1.Pod, error) {
	data, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	var pod corev1.Pod
	if err := kjson.UnmarshalCaseSensitivePreserveInts(data, &pod); err != nil {
		return nil, err
	}
	for i := range pod.Spec.Volumes {
		if pod.Spec.Volumes[i].VolumeSource == (corev1.VolumeSource{}) {
			pod.Spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	if pod.Spec.HostNetwork {
		setHostPorts(pod.Spec.InitContainers)
		setHostPorts(pod.Spec.Containers)
	}
	return &pod, nil
}

func setHostPorts(containers []corev1.Container) {
	for i := range containers {
		for j := range containers[i].Ports {
			if port := &containers[i].Ports[j]; port.HostPort == 0 {
				port.HostPort = port.ContainerPort
			}
		}
	}
}

func compact(object any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(object); err != nil {
		return fmt.Sprint(object)
	}
	return out.String()
}
