package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/report"
)

// unpack unpacks a bundle into a folder, as the README says.
func unpack(t testing.TB, tarball string) string {
	t.Helper()
	dir := t.TempDir()
	run(t, "tar", "xzf", tarball, "-C", dir)
	return dir
}

// conftest runs conftest test with a folder as policy and data, and returns the findings by file. An error of its own, such
// as for a file that it cannot read, is the one finding "error".
func conftest(t testing.TB, dir string, arguments ...string) map[string][]finding {
	t.Helper()
	arguments = append([]string{"test", "-p", dir, "-d", dir, "-o", "json"}, arguments...)
	stdout, stderr, code := execute(t, "conftest", arguments...)
	require.Contains(t, []int{0, 1}, code, stderr)
	if stdout == "" {
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "Error: ")
		return map[string][]finding{"": {{Guardrail: "error", Message: stderr}}}
	}
	type result struct {
		Msg      string
		Loc      struct{ File string }
		Metadata finding
	}
	var answer []struct {
		Filename           string
		Failures, Warnings []result
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &answer))
	found := map[string][]finding{}
	denied := 0
	for _, file := range answer {
		denied += len(file.Failures)
		for _, r := range slices.Concat(file.Failures, file.Warnings) {
			name, f := file.Filename, r.Metadata
			if r.Loc.File != "" {
				name = r.Loc.File
				r.Msg = strings.TrimPrefix(r.Msg, name+": ")
			}
			message, ok := strings.CutPrefix(r.Msg, "["+f.Guardrail+"] ")
			require.True(t, ok, r.Msg)
			f.Message = precise(message)
			found[name] = append(found[name], f)
		}
	}
	assert.Equal(t, denied > 0, code == 1, "the exit code is 1 where something is denied")
	return normal(found)
}

// precise undoes what conftest does to the one number among the cases that no float64 holds: it reads all numbers as such.
func precise(message string) string {
	return strings.ReplaceAll(message, "1.8446744073709552e+19", "18446744073709552000")
}

// rampartCheck runs rampart check for every guardrail. Of its findings those that need the text of a file are left out.
func rampartCheck(t testing.TB, arguments ...string) (found map[string][]finding, result *report.Result) {
	t.Helper()
	stdout, stderr, code := execute(t, "rampart", append([]string{"check", "--profile", "all", "-o", "json"}, arguments...)...)
	require.Contains(t, []int{0, 1, 2}, code, stderr)
	result = &report.Result{}
	require.NoError(t, json.Unmarshal([]byte(stdout), result), stderr)
	found = map[string][]finding{}
	for _, f := range result.Findings {
		if !slices.Contains(textReaders, f.Guardrail) {
			path := f.Path
			if f.Item != "" {
				path = f.Item + "." + path
			}
			found[f.File] = append(found[f.File], finding{f.Guardrail, f.Severity, f.Action, f.Message, path, "", ""})
		}
	}
	return normal(found), result
}

// normal sorts the findings and leaves out what rampart check does not show.
func normal(found map[string][]finding) map[string][]finding {
	for file, findings := range found {
		for i := range findings {
			findings[i].Container, findings[i].Image = "", ""
		}
		found[file] = sorted(findings)
	}
	return found
}

// TestConftestCases: conftest finds in the files of all cases, one by one and combined, what rampart check finds.
func TestConftestCases(t *testing.T) {
	t.Parallel()
	p := loadPack(t)
	key := newSigningKey(t)
	var files, found, differing atomic.Int64
	t.Cleanup(func() {
		t.Logf("%d files, one by one and combined: %d findings, %d files differing", files.Load(), found.Load(), differing.Load())
		assert.Positive(t, found.Load())
	})
	for i, r := range p.revisions(t) {
		t.Run(fmt.Sprintf("configuration %d", i), func(t *testing.T) {
			t.Parallel()
			dir := unpack(t, buildBundle(t, key, "--config", r.configuration))
			folder := t.TempDir()
			alone := r.files(t, folder)
			together, result := rampartCheck(t, "--config", r.configuration, folder)
			files.Add(int64(result.Summary.Files))
			compare := func(t *testing.T, want, got map[string][]finding) {
				for _, file := range union(want, got) {
					found.Add(int64(len(got[file])))
					if !assert.Equal(t, want[file], got[file], file) {
						differing.Add(1)
					}
				}
			}
			t.Run("one by one", func(t *testing.T) {
				t.Parallel()
				compare(t, alone, conftest(t, dir, folder))
			})
			t.Run("combined", func(t *testing.T) {
				t.Parallel()
				compare(t, together, conftest(t, dir, "--combine", folder))
			})
		})
	}
}

// files writes the objects of the cases, and returns what the engine finds in each file by itself.
func (r *revision) files(t testing.TB, folder string) map[string][]finding {
	t.Helper()
	found := map[string][]finding{}
	for i, s := range r.samples {
		if !s.plain() {
			continue
		}
		text, err := json.Marshal(s.Review.Object)
		require.NoError(t, err)
		file := write(t, folder, fmt.Sprintf("%04d.json", i), text)
		if findings := r.oracle.judge(t, s.Review, itself(t, s.Review.Object.(object))); len(findings) > 0 {
			found[file] = findings
		}
	}
	return normal(found)
}

// itself is the inventory of a file that holds one object.
func itself(t testing.TB, o object) ast.Value {
	t.Helper()
	objects := []object{o}
	if cases.ReviewOf(o).Name == "" {
		objects = nil
	}
	value, _ := inventory(t, objects)
	return value
}

func union(a, b map[string][]finding) []string {
	all := map[string]bool{}
	for _, m := range []map[string][]finding{a, b} {
		for name := range m {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// listItem is how rampart check begins the path of a finding on an item of a list.
var listItem = regexp.MustCompile(`^\[\d+\]\.`)

// TestConftestStories: on whole applications conftest --combine finds what rampart check finds. Files that hold no Kubernetes
// object, which rampart check lists as skipped, conftest denies.
func TestConftestStories(t *testing.T) {
	t.Parallel()
	dir := unpack(t, buildBundle(t, signingKey{}))
	total := 0
	for _, folder := range []string{"task-api/secure", "task-api/broken", "attacks/matching"} {
		folder = filepath.Join("../../fixtures", folder)
		want, result := rampartCheck(t, folder)
		got := conftest(t, dir, "--combine", folder)
		for _, skipped := range result.Skipped {
			if skipped.Document > 0 {
				require.Len(t, got[skipped.File], 1, skipped.File)
				assert.Equal(t, "input", got[skipped.File][0].Guardrail, skipped.File)
				delete(got, skipped.File)
			}
		}
		for _, findings := range want { // conftest takes the items of a list for documents of their own.
			for i := range findings {
				findings[i].Path = listItem.ReplaceAllString(findings[i].Path, "")
			}
		}
		want = normal(want)
		for _, file := range union(want, got) {
			assert.Equal(t, want[file], got[file], file)
			total += len(got[file])
		}
	}
	t.Logf("%d findings", total)
	assert.Positive(t, total)
}

// What conftest reads otherwise than kubectl does, so that rampart check is the one to ask. The README says so.
var (
	// dropped are files of which conftest judges the first documents only.
	dropped = []string{"line-ends-mixed.yaml", "separator-dots.yaml", "separator-with-comment.yaml", "separator-with-space.yaml",
		"separator-with-tag.yaml"}
	// passed are files that rampart check refuses, and conftest finds nothing wrong with.
	passed = []string{"duplicate-key-by-type.yaml", "wrong-group.yaml"}
)

// TestConftestReading: of the attacks on the reading of files conftest misses those that are known, and no other.
func TestConftestReading(t *testing.T) {
	t.Parallel()
	const some, folder = "--only=privileged-containers,run-as-user,image-digest", "../../fixtures/attacks/reading"
	dir := unpack(t, buildBundle(t, signingKey{}, some))
	files, err := filepath.Glob(folder + "/*.*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	want, result := rampartCheck(t, some, folder)
	for _, file := range files {
		found := conftest(t, dir, file)
		got := slices.Concat(found[file], found[""])
		refused := slices.ContainsFunc(got, func(f finding) bool { return f.Guardrail == "error" || f.Guardrail == "input" })
		missing := slices.DeleteFunc(slices.Clone(want[file]), func(f finding) bool {
			return refused || slices.ContainsFunc(got, func(g finding) bool { return f.Guardrail == g.Guardrail && f.Path == g.Path })
		})
		invalid := slices.ContainsFunc(result.Errors, func(e report.Error) bool { return e.File == file })
		name := filepath.Base(file)
		assert.Equal(t, slices.Contains(dropped, name), len(missing) > 0, "%s: dropped: %v", name, missing)
		assert.Equal(t, slices.Contains(passed, name), invalid && len(got) == 0, "%s: passed", name)
	}
}

// TestConftestConfiguration: a bundle is configured where it is built. What conftest is given beside it may add an inventory,
// and cannot change a parameter: data that contradicts is an error.
func TestConftestConfiguration(t *testing.T) {
	t.Parallel()
	p := loadPack(t)
	work := t.TempDir()
	pod := p.build(t, "pod", object{"spec.containers[0].image": "docker.io/library/nginx:1.27"})
	text, err := json.Marshal(pod)
	require.NoError(t, err)
	file := write(t, work, "pod.json", text)
	site := write(t, work, "rampart.yaml", []byte(`
guardrails:
  image-registry: {parameters: {allowed: [ghcr.io/shop]}}
  network-default-deny: {action: warn}
waivers:
  - {guardrail: image-digest, kind: Pod, namespace: task-api, name: task-api, reason: r, expires: "2999-12-31"}
`))
	dir := unpack(t, buildBundle(t, signingKey{}, "--config", site))
	want, _ := rampartCheck(t, "--config", site, file)
	assert.Equal(t, want, conftest(t, dir, file))
	assert.Contains(t, fmt.Sprint(want), "image-registry")

	policy := p.build(t, "default-deny", nil)
	_, provided := inventory(t, []object{policy})
	text, err = json.Marshal(object{"inventory": provided})
	require.NoError(t, err)
	inCluster := write(t, work, "inventory.json", text)
	assert.Contains(t, fmt.Sprint(conftest(t, dir, file)), "network-default-deny")
	assert.NotContains(t, fmt.Sprint(conftest(t, dir, "-d", inCluster, file)), "network-default-deny")

	weaker := write(t, work, "weaker.json", []byte(`{"rampart": {"parameters": {"image-registry": {"allowed": ["docker.io"]}}}}`))
	_, stderr, refused := execute(t, "conftest", "test", "-p", dir, "-d", dir, "-d", weaker, file)
	assert.Equal(t, 1, refused)
	assert.Contains(t, stderr, "merge error")

	stdout, _, code := execute(t, "conftest", "test", "-p", dir, file)
	assert.Equal(t, 1, code)
	assert.Contains(t, stdout, "The data of the bundle is missing")
}

// TestConftestPull: conftest gets the bundle from where OPA does, and unpacks it itself.
func TestConftestPull(t *testing.T) {
	p := loadPack(t)
	text, err := json.Marshal(p.build(t, "pod", object{"spec.hostPID": true}))
	require.NoError(t, err)
	file := write(t, t.TempDir(), "pod.json", text)
	want, _ := rampartCheck(t, file)
	first := buildBundle(t, newSigningKey(t), "--only", "host-ports")
	second := buildBundle(t, newSigningKey(t))
	server, registry := startNginx(t, nil), startRegistry(t)
	t.Setenv("SSL_CERT_FILE", server.certificates.ca.file) // the only way to give conftest an authority
	for reference, from := range map[string]source{server.url() + "/bundles/rampart.tar.gz": server, "oci://" + registry.reference(): registry} {
		t.Chdir(t.TempDir()) // below which conftest pulls
		from.publish(t, first)
		run(t, "conftest", "pull", reference)
		assert.Empty(t, conftest(t, "policy", file))
		from.publish(t, second)
		assert.Equal(t, want, conftest(t, "policy", "--update", reference, file), reference)
	}
}
