package pss

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// fixture is one pod of the official test data, with the levels and versions at which it stands there.
type fixture struct {
	name   string
	object map[string]any
	passes map[api.LevelVersion]bool
}

// officialFixtures reads test/testdata of the evaluator's module: <level>/<version>/{pass,fail}/<name>.yaml. The same pod
// stands there for many versions.
func officialFixtures(t *testing.T) []*fixture {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output()
	require.NoError(t, err)
	root := os.DirFS(filepath.Join(string(bytes.TrimSpace(out)), "test", "testdata"))
	files, err := fs.Glob(root, "*/*/*/*.yaml")
	require.NoError(t, err)
	require.Greater(t, len(files), 4000, "the module's test data is missing")
	byContent := map[[32]byte]*fixture{}
	for _, file := range files {
		data, err := fs.ReadFile(root, file)
		require.NoError(t, err)
		var object map[string]any
		require.NoError(t, yaml.Unmarshal(data, &object))
		parts := strings.Split(file, "/")
		version, err := api.ParseVersion(parts[1])
		require.NoError(t, err)
		delete(object["metadata"].(map[string]any), "name")
		key := sha256.Sum256([]byte(compact(object)))
		if byContent[key] == nil {
			byContent[key] = &fixture{name: file, object: object, passes: map[api.LevelVersion]bool{}}
		}
		byContent[key].passes[api.LevelVersion{Level: api.Level(parts[0]), Version: version}] = parts[2] == "pass"
	}
	fixtures := slices.Collect(maps.Values(byContent))
	slices.SortFunc(fixtures, func(a, b *fixture) int { return strings.Compare(a.name, b.name) })
	return fixtures
}

var full = flag.Bool("pss.full", false, "judge the official fixtures at every version in workloads too")

// revisions are the versions that brought a change of the standards, in their order, and the latest.
var revisions = sync.OnceValue(func() []api.Version {
	var changed []api.Version
	for _, version := range versions() {
		if version.Latest() || slices.ContainsFunc(policy.DefaultChecks(), func(check policy.Check) bool {
			return slices.ContainsFunc(check.Versions, func(v policy.VersionedCheck) bool {
				return v.MinimumVersion == version
			})
		}) {
			changed = append(changed, version)
		}
	}
	return changed
})

// TestFixtures judges every pod of the official test data at every version as a Pod, and in every kind of workload at
// every version that changed the standards.
func TestFixtures(t *testing.T) {
	k, o := newOfficial(t), newOurs(t)
	fixtures, changed := officialFixtures(t), revisions()
	var judged atomic.Int64
	each(t, len(fixtures), func(i int) {
		f := fixtures[i]
		pod, err := typed(f.object)
		if err != nil {
			t.Errorf("%s: %v", f.name, err)
			return
		}
		objects := map[string]map[string]any{"Pod": f.object}
		for _, workload := range o.bases.Workloads() {
			if objects[workload], err = o.bases.Lift(f.object, workload); err != nil {
				t.Errorf("%s as %s: %v", f.name, workload, err)
				return
			}
		}
		for _, version := range versions() {
			for _, kind := range slices.Sorted(maps.Keys(objects)) {
				if kind != "Pod" && !*full && !slices.Contains(changed, version) {
					continue
				}
				judged.Add(1)
				differences, err := o.compare(t.Context(), k, version, pod, objects[kind], func(policy.CheckID, bool) {})
				if err != nil {
					t.Errorf("%s as %s at %s: %v", f.name, kind, version.String(), err)
				}
				for _, d := range differences {
					t.Errorf("%s as %s at %s: %s: refused: official %t, ours %t", f.name, kind, version.String(), d.what,
						d.want, d.got)
				}
			}
		}
		for lv, pass := range f.passes {
			denies, err := o.judge(t.Context(), lv, f.object)
			if err != nil || denies[namespaceAdmission] == pass {
				t.Errorf("%s at %s: its folder says pass %t, refused: %t (%v)", f.name, lv.String(), pass,
					denies[namespaceAdmission], err)
			}
		}
	})
	t.Logf("%d different pods of the official test data: %d objects judged at both levels", len(fixtures), judged.Load())
}

// each runs a function for every number below n, on all processors.
func each(t *testing.T, n int, run func(int)) {
	t.Helper()
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				run(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}
