package manifest

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tree makes files in a new folder, in which the test then runs. A text that starts with -> is a symbolic link.
func tree(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for path, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		if target, ok := strings.CutPrefix(text, "->"); ok {
			require.NoError(t, os.Symlink(target, path))
			continue
		}
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
}

// found writes what was found: paths, with the reasons of skipped ones.
func found(sources []Source) []string {
	var all []string
	for _, s := range sources {
		line := s.Path
		if s.Skipped != "" {
			line += ": " + s.Skipped
		}
		if s.err != nil {
			line += ": error: " + s.err.Error()
		}
		all = append(all, line)
	}
	return all
}

func TestFind(t *testing.T) {
	const (
		extension = ": not a manifest by its extension (.yaml, .yml or .json)"
		patch     = ": kustomize patch of "
	)
	for _, tc := range []struct {
		name  string
		files map[string]string
		paths []string
		want  []string
		err   string
	}{
		{
			name:  "folder",
			files: map[string]string{"m/b.yaml": "", "m/a.yml": "", "m/c/d.json": "", "m/a.YAML": ""},
			paths: []string{"m"},
			want:  []string{"m/a.YAML", "m/a.yml", "m/b.yaml", "m/c/d.json"},
		},
		{
			name:  "this folder",
			files: map[string]string{"b.yaml": "", "c/a.yaml": ""},
			paths: []string{"."},
			want:  []string{"b.yaml", "c/a.yaml"},
		},
		{
			name:  "other extensions",
			files: map[string]string{"a.yaml.tmpl": "", "b.yml.bak": "", "noext": "", "README.md": "", "c.yaml": ""},
			paths: []string{"."},
			want:  []string{"README.md" + extension, "a.yaml.tmpl" + extension, "b.yml.bak" + extension, "c.yaml", "noext" + extension},
		},
		{
			name:  "a file that is named",
			files: map[string]string{"a.yaml.tmpl": "", "noext": ""},
			paths: []string{"noext", "a.yaml.tmpl"},
			want:  []string{"noext", "a.yaml.tmpl"},
		},
		{
			name:  "a file that is found and named",
			files: map[string]string{"a.yaml": "", "noext": ""},
			paths: []string{".", "noext"},
			want:  []string{"a.yaml", "noext"},
		},
		{
			name:  "each file once",
			files: map[string]string{"m/a.yaml": "", "m/b.yaml": "->a.yaml", "link": "->m"},
			paths: []string{"m/a.yaml", "./m/../m/a.yaml", "m", "link", "link/a.yaml", "m/*.yaml"},
			want:  []string{"m/a.yaml"},
		},
		{
			name:  "dot folders",
			files: map[string]string{".github/x.yaml": "", ".git/x.yaml": "", ".svn/x.yaml": "", "a/.git/x.yaml": ""},
			paths: []string{"."},
			want: []string{
				".git: folder of a version control system", ".github/x.yaml", ".svn: folder of a version control system",
				"a/.git: folder of a version control system",
			},
		},
		{
			name:  "a dot folder that is named",
			files: map[string]string{".git/x.yaml": ""},
			paths: []string{".git"},
			want:  []string{".git/x.yaml"},
		},
		{
			name:  "links",
			files: map[string]string{"m/loop": "->..", "m/self": "->self", "m/broken.yaml": "->x", "m/broken": "->x", "m/n/up": "->../../m", "m/side": "->../s", "s/a.yaml": ""},
			paths: []string{"m"},
			want: []string{
				"m/broken: symbolic link that leads to nothing",
				"m/broken.yaml: error: cannot be read: no such file or directory",
				"m/loop: symbolic link to a folder that contains it",
				"m/n/up: symbolic link to a folder that contains it",
				"m/self: symbolic link that leads to nothing",
				"m/side/a.yaml",
			},
		},
		{
			name:  "folders that link to each other",
			files: map[string]string{"a/x.yaml": "", "a/to-b": "->../b", "b/y.yaml": "", "b/to-a": "->../a"},
			paths: []string{"a", "b"},
			want:  []string{"a/to-b/y.yaml", "a/x.yaml"},
		},
		{
			name:  "patterns",
			files: map[string]string{"a.yaml": "", "m/b.yaml": "", "m/n/c.yaml": "", "m/n/d.txt": "", "m/.git/e.yaml": ""},
			paths: []string{"*.yaml", "m/**/c.yaml", "m/*"},
			want:  []string{"a.yaml", "m/n/c.yaml", "m/.git: folder of a version control system", "m/b.yaml", "m/n/d.txt" + extension},
		},
		{
			name:  "pattern for any folder",
			files: map[string]string{"a.yaml": "", "m/b.yaml": "", "m/n/c.yaml": "", "m/d.txt": "", ".git/e.yaml": "", "m/loop": "->.."},
			paths: []string{"**/*.yaml"},
			want:  []string{"a.yaml", "m/b.yaml", "m/n/c.yaml"},
		},
		{
			name:  "pattern over folders that link to each other",
			files: map[string]string{"a/x.yaml": "", "a/to-b": "->../b", "b/y.yaml": "", "b/to-a": "->../a"},
			paths: []string{"**/**/*.yaml"},
			want:  []string{"a/to-b/y.yaml", "a/x.yaml"},
		},
		{
			name:  "pattern for all below",
			files: map[string]string{"a.yaml": "", "m/n/c.yaml": "", "m/d.txt": ""},
			paths: []string{"m/**"},
			want:  []string{"m/d.txt" + extension, "m/n/c.yaml"},
		},
		{
			name:  "pattern in the middle",
			files: map[string]string{"m/a/x.yaml": "", "m/b/x.yaml": "", "m/b/y.yaml": "", "m/x.yaml": ""},
			paths: []string{"m/?/x.yaml"},
			want:  []string{"m/a/x.yaml", "m/b/x.yaml"},
		},
		{
			name:  "file with the name of a pattern",
			files: map[string]string{"[a].yaml": "", "a.yaml": ""},
			paths: []string{"[a].yaml"},
			want:  []string{"[a].yaml"},
		},
		{
			name:  "standard input",
			files: map[string]string{"a.yaml": ""},
			paths: []string{"-", "a.yaml", "-"},
			want:  []string{"-", "a.yaml"},
		},
		{
			name:  "paths that lead to nothing",
			files: map[string]string{"a.yaml": "", "empty/x/y": "->z"},
			paths: []string{"b.yaml", "a.yaml", "*.json", "[", ""},
			want:  []string{"a.yaml"},
			err: `"b.yaml": cannot be read: no such file or directory
"*.json": the pattern matches nothing
"[": syntax error in pattern
"": cannot be read: no such file or directory`,
		},
		{
			name: "kustomize patches",
			files: map[string]string{
				"base/kustomization.yaml": "resources: [a.yaml, both.yaml]\npatches: [{path: both.yaml}, {path: p.yaml}, {patch: '{}'}]\n" +
					"patchesStrategicMerge: [s.yaml, '{kind: Pod}']\npatchesJson6902: [{path: ../shared/j.yaml}]\n" +
					"replacements: [{path: r.yaml}]\nconfigurations: [c.yaml]\n",
				"base/a.yaml": "", "base/both.yaml": "", "base/p.yaml": "", "base/s.yaml": "", "base/r.yaml": "", "base/c.yaml": "",
				"base/other.yaml": "", "shared/j.yaml": "",
				"component/Kustomization": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: q.yml}]\n",
				"component/q.yml":         "",
			},
			paths: []string{"."},
			want: []string{
				"base/a.yaml", "base/both.yaml", "base/c.yaml" + patch + "base/kustomization.yaml", "base/kustomization.yaml",
				"base/other.yaml", "base/p.yaml" + patch + "base/kustomization.yaml",
				"base/r.yaml" + patch + "base/kustomization.yaml", "base/s.yaml" + patch + "base/kustomization.yaml",
				"component/Kustomization", "component/q.yml" + patch + "component/Kustomization",
				"shared/j.yaml" + patch + "base/kustomization.yaml",
			},
		},
		{
			name:  "a kustomize patch that is named",
			files: map[string]string{"kustomization.yml": "patches: [{path: p.yaml}]\n", "p.yaml": ""},
			paths: []string{".", "p.yaml"},
			want:  []string{"kustomization.yml", "p.yaml"},
		},
		{
			name:  "a kustomize patch that another kustomization has as a resource",
			files: map[string]string{"a/kustomization.yaml": "patches: [{path: ../p.yaml}]\n", "b/kustomization.yaml": "resources: [../p.yaml]\n", "p.yaml": ""},
			paths: []string{"."},
			want:  []string{"a/kustomization.yaml", "b/kustomization.yaml", "p.yaml"},
		},
		{
			name:  "kustomizations that are none",
			files: map[string]string{"a/kustomization.yaml": "apiVersion: v1\nkind: Pod\npatches: [{path: p.yaml}]\n", "a/p.yaml": "", "b/kustomization.yaml": "[", "c/kustomization.yaml": "patches: 1\nresources: {}\n"},
			paths: []string{"."},
			want:  []string{"a/kustomization.yaml", "a/p.yaml", "b/kustomization.yaml", "c/kustomization.yaml"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tree(t, tc.files)
			sources, err := Find(tc.paths, Options{})
			if tc.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, tc.err)
			}
			assert.Equal(t, tc.want, found(sources))
		})
	}
}

func TestFindEmptyFolder(t *testing.T) {
	tree(t, nil)
	require.NoError(t, os.Mkdir("empty", 0o700))
	_, err := Find([]string{"empty"}, Options{})
	assert.EqualError(t, err, `"empty": there is no file in the folder`)
}

func TestFindPipe(t *testing.T) {
	tree(t, map[string]string{"m/a.yaml": ""})
	require.NoError(t, syscall.Mkfifo("m/pipe.yaml", 0o600))
	sources, err := Find([]string{"m"}, Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"m/a.yaml", "m/pipe.yaml: not a regular file"}, found(sources))
	sources, err = Find([]string{"m/pipe.yaml"}, Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{"m/pipe.yaml"}, found(sources))
}

// TestFilesAndFoldersOfCharts reads what it finds.
func TestFilesAndFoldersOfCharts(t *testing.T) {
	const hint = "file error: this is a template of a Helm chart; render it first (helm template ... | rampart check -)"
	tree(t, map[string]string{
		"chart/Chart.yaml":                 "apiVersion: v2\nname: x\nversion: 1.0.0\n",
		"chart/values.yaml":                "kind: DaemonSet\nimage: x\n",
		"chart/values-prod.yaml":           "image: x\n",
		"chart/values-pod.yaml":            podA,
		"chart/crds/crd.yaml":              podA,
		"chart/templates/a.yaml":           "kind: {{ .Values.kind }}\n",
		"chart/templates/deep/b.yaml":      podA + "# {{ x }}\n",
		"chart/templates/c.yaml":           podA,
		"chart/templates/_helpers.tpl":     "{{ x }}",
		"chart/charts/sub/Chart.yaml":      "apiVersion: v1\nname: sub\nversion: 1.0.0\n",
		"chart/charts/sub/templates/d.yml": "{{ x }}",
		"templates/e.yaml":                 podA + "# {{ x }}\n",
		"values.yaml":                      "kind: DaemonSet\nimage: x\n",
		"pod/Chart.yaml":                   podA,
	})
	sources, err := Find([]string{"."}, Options{})
	require.NoError(t, err)
	got := map[string]string{}
	for _, s := range sources {
		file := Read(s, Options{})
		got[s.Path] = file.Skipped + strings.Join(outcome(file), "; ")
	}
	const chart = "skipped: Helm chart: render it with helm template and check what comes out"
	assert.Equal(t, map[string]string{
		"chart/Chart.yaml":                 chart,
		"chart/values.yaml":                "skipped: values of a Helm chart",
		"chart/values-prod.yaml":           "skipped: values of a Helm chart",
		"chart/values-pod.yaml":            "Pod/a",
		"chart/crds/crd.yaml":              "Pod/a",
		"chart/templates/a.yaml":           hint,
		"chart/templates/deep/b.yaml":      hint,
		"chart/templates/c.yaml":           "Pod/a",
		"chart/templates/_helpers.tpl":     "not a manifest by its extension (.yaml, .yml or .json)",
		"chart/charts/sub/Chart.yaml":      chart,
		"chart/charts/sub/templates/d.yml": hint,
		"templates/e.yaml":                 "Pod/a",
		"values.yaml":                      "error: the object has no apiVersion",
		"pod/Chart.yaml":                   "Pod/a",
	}, got)

	t.Chdir("chart/templates")
	sources, err = Find([]string{"a.yaml"}, Options{})
	require.NoError(t, err)
	assert.Equal(t, []string{hint}, outcome(Read(sources[0], Options{})))
}

func TestKustomizationFile(t *testing.T) {
	const skipped = "skipped: kustomization: render it with kustomize build and check what comes out"
	tree(t, map[string]string{
		"a/kustomization.yaml": "resources: [x.yaml]\n",
		"b/Kustomization":      "kind: Kustomization\nresources: [x.yaml]\n",
		"c/kustomization.yml":  podA,
	})
	sources, err := Find([]string{"."}, Options{})
	require.NoError(t, err)
	var got []string
	for _, s := range sources {
		got = append(got, outcome(Read(s, Options{}))...)
	}
	assert.Equal(t, []string{skipped, skipped, "Pod/a"}, got)
}
