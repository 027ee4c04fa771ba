package check_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/rampart-policy/rampart/constraints"
	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/catalog"
	"github.com/rampart-policy/rampart/harness/check"
	"github.com/rampart-policy/rampart/harness/config"
	"github.com/rampart-policy/rampart/harness/manifest"
	"github.com/rampart-policy/rampart/harness/report"
	"github.com/rampart-policy/rampart/policies"
)

var update = flag.Bool("update", false, "write the golden reports of the stories")

const (
	fixtures   = "../../fixtures"
	goldenName = "findings.golden"
)

// now is the time of every check here, so that nothing in the stories expires.
var now = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

var embedded = sync.OnceValues(func() (*catalog.Catalog, error) { return catalog.Load(policies.FS) })

func loadCatalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := embedded()
	require.NoError(t, err)
	return c
}

func resolve(t *testing.T, selection config.Selection) []config.Active {
	t.Helper()
	profiles, err := config.ReadProfiles(constraints.FS)
	require.NoError(t, err)
	active, err := config.Resolve(loadCatalog(t), profiles, selection)
	require.NoError(t, err)
	return active
}

func judge(t *testing.T, selection config.Selection, paths ...string) *report.Result {
	t.Helper()
	result, err := check.Run(context.Background(), check.Config{
		Catalog: loadCatalog(t), Profile: selection.ProfileName(), Active: resolve(t, selection), Now: now,
	}, paths)
	require.NoError(t, err)
	return result
}

// golden writes a result as one line for each finding, error and skip, in the order of the report.
func golden(folder string, result *report.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %d files, %d documents, %d objects\n", result.Summary.Profile, result.Summary.Files,
		result.Summary.Documents, result.Summary.Objects)
	for _, f := range result.Findings {
		fmt.Fprintf(&b, "%s:%d:%d %s %s %s %s: %s\n", f.File, f.Line, f.Column, f.Guardrail, f.Action, f.Object, f.Path,
			f.Message)
	}
	for _, e := range result.Errors {
		fmt.Fprintf(&b, "%s error in document %d: %s\n", e.Place(), e.Document, e.Message)
	}
	for _, s := range result.Skipped {
		switch {
		case filepath.Base(s.File) == goldenName:
		case s.Document == 0:
			fmt.Fprintf(&b, "%s skipped: %s\n", s.File, s.Reason)
		default:
			fmt.Fprintf(&b, "%s:%d skipped document %d: %s\n", s.File, s.Line, s.Document, s.Reason)
		}
	}
	return strings.ReplaceAll(b.String(), folder+string(filepath.Separator), "")
}

// assertGolden compares the text with the folder's golden report, or writes it.
func assertGolden(t *testing.T, folder, got string) {
	t.Helper()
	file := filepath.Join(folder, goldenName)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "write it with: go test ./harness/check -update")
	assert.Equal(t, string(want), got, "if this is right: go test ./harness/check -update, and review the difference")
}

func TestSecureStoryPasses(t *testing.T) {
	folder := filepath.Join(fixtures, "task-api", "secure")
	result := judge(t, config.Selection{Profile: "restricted"}, folder)
	assert.Empty(t, result.Findings)
	assert.Empty(t, result.Errors)
	assertGolden(t, folder, golden(folder, result))
}

// silentInBrokenStory are the guardrails that judge objects of the story and have no finding there, with the reason.
var silentInBrokenStory = map[string]string{
	"image-registry":          "inactive without a list; TestStoriesWithSiteLists gives one",
	"network-ingress-sources": "inactive without a list; TestStoriesWithSiteLists gives one",
	"baseline-capabilities":   "restricted-capabilities stands for it at this level",
	"baseline-seccomp":        "restricted-seccomp stands for it at this level",
	"host-path-volumes":       "volume-types stands for it at this level",
}

func TestBrokenStoryFailsEveryGuardrail(t *testing.T) {
	folder := filepath.Join(fixtures, "task-api", "broken")
	restricted := config.Selection{Profile: "restricted"}
	result := judge(t, restricted, folder)
	assert.Empty(t, result.Errors)
	assertGolden(t, folder, golden(folder, result))

	fired := map[string]bool{}
	for _, f := range result.Findings {
		fired[f.Guardrail] = true
	}
	objects := objectsIn(t, folder)
	for _, g := range resolve(t, restricted) {
		judged := slices.ContainsFunc(objects, func(o *manifest.Object) bool { return g.Matches(o.Group, o.Kind) })
		reason, silent := silentInBrokenStory[g.ID]
		switch {
		case silent:
			assert.False(t, fired[g.ID], "%s has findings: it need not be excused (%s)", g.ID, reason)
		case judged:
			assert.True(t, fired[g.ID], "%s judges objects of the story and has no finding", g.ID)
		}
	}
	for id := range silentInBrokenStory {
		assert.NotNil(t, loadCatalog(t).Find(id), "silentInBrokenStory names the unknown guardrail %s", id)
	}
}

// slips are changes to the secure story that teaching material makes, with the guardrail that notices.
var slips = []struct{ name, file, guardrail, old, new string }{
	{
		"subject without namespace", "02-rbac.yaml", "rbac-binding-references",
		"    namespace: task-api # written out",
		"    # written out",
	},
	{
		"DNS over UDP only", "03-network-policies.yaml", "network-dns",
		"        - {protocol: TCP, port: 53}\n",
		"",
	},
	{
		"no default deny of ingress", "03-network-policies.yaml", "network-default-deny",
		"policyTypes: [Ingress, Egress]",
		"policyTypes: [Egress]",
	},
	{
		"Dapr token in dapr-system", "05-secrets.yaml", "dapr-api-token",
		"  name: dapr-api-token\n  namespace: task-api",
		"  name: dapr-api-token\n  namespace: dapr-system",
	},
	{
		"shortened digest", "06-task-api.yaml", "image-digest",
		"a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
		"",
	},
	{
		"pods without the labels", "06-task-api.yaml", "network-dangling",
		"      labels:\n        app.kubernetes.io/name: task-api\n",
		"      labels:\n        app: task-api\n",
	},
	{
		"token mounted", "06-task-api.yaml", "service-account-token",
		"automountServiceAccountToken: false",
		"automountServiceAccountToken: true",
	},
	{
		"two workloads, one account", "07-task-store.yaml", "dedicated-service-account",
		"serviceAccountName: task-store",
		"serviceAccountName: task-api",
	},
	{
		"Ingress without TLS", "08-gateway.yaml", "ingress-tls",
		"  tls:\n    - hosts: [tasks.example.com]\n      secretName: task-api-tls\n",
		"",
	},
	{
		"http without redirect", "08-gateway.yaml", "gateway-tls",
		"            scheme: https\n",
		"            path: {type: ReplaceFullPath, replaceFullPath: /}\n",
	},
	{
		"components for everyone", "09-dapr.yaml", "dapr-component-scopes",
		"scopes: [task-api]\n",
		"",
	},
	{
		"volumes in clear text", "10-storage.yaml", "storage-encryption",
		"  encrypted: \"true\"\n",
		"",
	},
	{
		"backups of another namespace", "10-storage.yaml", "backup-schedule",
		"includedNamespaces: [task-api]",
		"includedNamespaces: [other]",
	},
	{
		"backups in clear text", "10-storage.yaml", "backup-encryption",
		"    serverSideEncryption: aws:kms\n    kmsKeyId: arn:aws:kms",
		"    tagging: arn:aws:kms",
	},
	{
		"secrets in the audit log", "cluster/audit-policy.yaml", "audit-policy",
		"resources: [secrets, configmaps, serviceaccounts/token]",
		"resources: [configmaps]",
	},
	{
		"KMS of the first version", "cluster/encryption.yaml", "encryption-at-rest",
		"          apiVersion: v2\n",
		"",
	},
	{
		"admission without NodeRestriction", "cluster/kubeadm.yaml", "api-server-flags",
		"NodeRestriction,PodSecurity",
		"PodSecurity",
	},
	{
		"a bill of materials of another image", "reports/sbom-server.spdx.json", "sbom-integrity",
		"4f53cda18c2b",
		"4f53cda18c2c",
	},
	{
		"a signature by somebody of no issuer", "reports/cosign-server.json", "cosign-verification",
		`"Issuer"`,
		`"OtherIssuer"`,
	},
	{
		"no signature for another digest", "07-task-store.yaml", "cosign-verification",
		"5840c5bbdbc3",
		"5840c5bbdbc4",
	},
	{
		"no level for new namespaces", "cluster/admission.yaml", "pod-security-defaults",
		"        enforce: restricted\n",
		"",
	},
	{
		"a token with the rights that a repository happens to give", ".github/workflows/pull-request.yaml", "ci-permissions",
		"permissions:\n  contents: read\n",
		"",
	},
	{
		"a password in a workflow", ".github/workflows/release.yaml", "ci-plaintext-secrets",
		"${{ secrets.GITHUB_TOKEN }}",
		"Tr0ub4dor-and-3",
	},
}

func TestSlipsAreNoticed(t *testing.T) {
	for _, slip := range slips {
		t.Run(slip.name, func(t *testing.T) {
			if loadCatalog(t).Find(slip.guardrail) == nil {
				t.Skipf("there is no guardrail %s", slip.guardrail)
			}
			folder := t.TempDir()
			require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Join(fixtures, "task-api", "secure"))))
			file := filepath.Join(folder, slip.file)
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Contains(t, string(data), slip.old)
			changed := strings.ReplaceAll(string(data), slip.old, slip.new)
			require.NoError(t, os.WriteFile(file, []byte(changed), 0o644))
			result := judge(t, config.Selection{Profile: "restricted", Only: []string{slip.guardrail}}, folder)
			assert.NotEmpty(t, result.Findings)
		})
	}
}

func TestStoriesWithSiteLists(t *testing.T) {
	lists := config.Selection{Profile: "restricted", Set: []string{
		"cosign-verification.identities=[{issuer: https://token.actions.githubusercontent.com, " +
			"subjectRegExp: 'https://github\\.com/task-api/.*'}]",
		"image-registry.allowed=[ghcr.io/task-api]",
		"network-ingress-sources.sources=[{namespaceLabels: {kubernetes.io/metadata.name: gateway}}]",
	}}
	assert.Empty(t, judge(t, lists, filepath.Join(fixtures, "task-api", "secure")).Findings)
	fired := map[string]bool{}
	for _, f := range judge(t, lists, filepath.Join(fixtures, "task-api", "broken")).Findings {
		fired[f.Guardrail] = true
	}
	assert.True(t, fired["image-registry"])
	assert.True(t, fired["network-ingress-sources"])
}

func readFolder(t *testing.T, folder string) []manifest.File {
	t.Helper()
	sources, err := manifest.Find([]string{folder}, manifest.Options{})
	require.NoError(t, err)
	files := make([]manifest.File, len(sources))
	for i, source := range sources {
		files[i] = manifest.Read(source, manifest.Options{})
	}
	return files
}

func objectsIn(t *testing.T, folder string) []*manifest.Object {
	t.Helper()
	var objects []*manifest.Object
	for _, file := range readFolder(t, folder) {
		for _, d := range file.Documents {
			objects = append(objects, d.Objects...)
		}
	}
	return objects
}

// falsePositive is a finding that should not be there. The golden report marks it.
type falsePositive struct{ application, profile, guardrail, object, path, reason string }

// falsePositives are those known in the applications. One that is gone has to leave the list.
var falsePositives = []falsePositive{
	{"monitoring", "", "network-dangling", "NetworkPolicy monitoring/prometheus-k8s", "spec.podSelector",
		"the operator makes the pods, from the Prometheus beside it"},
}

func (p falsePositive) is(application string, summary report.Summary, f report.Finding) bool {
	return p.application == application && (p.profile == "" || p.profile == summary.Profile) &&
		p.guardrail == f.Guardrail && p.object == f.Object.String() && p.path == f.Path
}

// markFalsePositives adds the reason to the message, and returns what it found, by index in falsePositives.
func markFalsePositives(application string, result *report.Result) map[int]bool {
	marked := map[int]bool{}
	for i := range result.Findings {
		for j, p := range falsePositives {
			if p.is(application, result.Summary, result.Findings[i]) {
				result.Findings[i].Message += " [FALSE POSITIVE: " + p.reason + "]"
				marked[j] = true
			}
		}
	}
	return marked
}

func TestApplications(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(fixtures, "applications", "*"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(folders), 6)
	marked, ran := map[int]bool{}, 0
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			ran++
			var got string
			for _, profile := range []string{"restricted", "baseline"} {
				result := judge(t, config.Selection{Profile: profile}, folder)
				assert.Empty(t, result.Errors, "published manifests are valid")
				maps.Copy(marked, markFalsePositives(filepath.Base(folder), result))
				got += golden(folder, result)
			}
			assertGolden(t, folder, got)
		})
	}
	for i, p := range falsePositives {
		assert.True(t, marked[i] || ran < len(folders), "%s no longer errs on %s: remove it from falsePositives",
			p.guardrail, p.object)
	}
}

// attacked are the guardrails that the attacks try to get past.
var attacked = config.Selection{Profile: "restricted", Only: []string{
	"embedded-manifests", "host-namespaces", "pod-spec-patches", "privileged-containers", "rbac-wildcards", "run-as-user",
	"unknown-fields", "volume-types",
}}

// harmlessAttacks are files without a deny finding or an error, with the reason. The test holds them to it.
var harmlessAttacks = map[string]string{
	"reading/embedded-manifest.yaml": "a warning points at the manifest; admission judges what is made of it",
	"reading/kustomize/patch.yaml":   "a fragment: what kustomize makes of it is to be judged",
	"reading/skipped/pod":            "not a manifest by its name, listed as skipped; judged where it is named",
	"reading/skipped/pod.yaml.tmpl":  "not a manifest by its name, listed as skipped; judged where it is named",
	"reading/skipped/pod.yml.bak":    "not a manifest by its name, listed as skipped; judged where it is named",
}

// attackName finds the names of objects that must not pass, in the bytes of a file that nothing has read yet.
var attackName = regexp.MustCompile(`\bname"?\s*:\s*"?((?:system:)?attack-[a-z0-9-]+)`)

func TestNoAttackPasses(t *testing.T) {
	folder := filepath.Join(fixtures, "attacks")
	result := judge(t, attacked, folder)
	denied := map[string]map[string]bool{} // names by file
	broken := map[string]map[int]bool{}    // documents with errors by file
	note := func(file string) {
		if denied[file] == nil {
			denied[file], broken[file] = map[string]bool{}, map[int]bool{}
		}
	}
	for _, f := range result.Findings {
		if note(f.File); f.Action == "deny" {
			denied[f.File][f.Object.Name] = true
		}
	}
	for _, e := range result.Errors {
		note(e.File)
		broken[e.File][e.Document] = true
	}
	var outcomes strings.Builder
	for _, file := range readFolder(t, folder) {
		name, err := filepath.Rel(folder, file.Path)
		require.NoError(t, err)
		if name == goldenName || name == ".gitattributes" {
			continue
		}
		fmt.Fprintf(&outcomes, "%s: %s\n", name, strings.Join(documents(file), "; "))
		t.Run(name, func(t *testing.T) {
			note(file.Path)
			denied, broken := denied[file.Path], broken[file.Path]
			if reason, harmless := harmlessAttacks[name]; harmless {
				assert.Empty(t, denied, "it is denied, so it need not be excused (%s)", reason)
				assert.Empty(t, broken, "it is an error, so it need not be excused (%s)", reason)
				return
			}
			assert.NotZero(t, len(denied)+len(broken), "the attack passes")
			assertEveryAttackIsSeen(t, file, denied, broken)
		})
	}
	text := golden(folder, result) + "\n# what became of every document\n" + outcomes.String()
	assertGolden(t, folder, strings.ReplaceAll(text, folder+string(filepath.Separator), ""))
}

// assertEveryAttackIsSeen looks for the names of the attacks in the file's bytes: each must be denied, or there must be a
// document for it that is an error.
func assertEveryAttackIsSeen(t *testing.T, file manifest.File, denied map[string]bool, broken map[int]bool) {
	t.Helper()
	data, err := os.ReadFile(file.Path)
	require.NoError(t, err)
	var passed []string
	for _, match := range attackName.FindAllSubmatch(data, -1) {
		if name := string(match[1]); !denied[name] && !slices.Contains(passed, name) {
			passed = append(passed, name)
		}
	}
	if !broken[0] { // The whole file is an error.
		assert.LessOrEqual(t, len(passed), len(broken), "neither denied nor an error: %v", passed)
	}
}

// documents says what became of each document of a file.
func documents(file manifest.File) []string {
	switch {
	case file.Err != nil:
		return []string{"error"}
	case file.Skipped != "":
		return []string{"skipped"}
	}
	var all []string
	for _, d := range file.Documents {
		var parts []string
		for _, o := range d.Objects {
			parts = append(parts, strings.TrimSpace(o.Kind+" "+o.Name))
		}
		if d.Skipped != "" {
			parts = append(parts, "skipped")
		}
		if len(d.Errors) > 0 {
			parts = append(parts, "error")
		}
		all = append(all, fmt.Sprintf("%d %s", d.Number, strings.Join(parts, ", ")))
	}
	return all
}

func TestSkippedAttacksAreJudgedWhereNamed(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(fixtures, "attacks", "reading", "skipped", "*"))
	require.NoError(t, err)
	require.Len(t, files, 3)
	for _, file := range append(files, filepath.Join(fixtures, "attacks", "reading", "kustomize", "patch.yaml")) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			assert.NotEmpty(t, judge(t, attacked, file).Findings)
		})
	}
}

func TestAttackThroughLinks(t *testing.T) {
	folder := t.TempDir()
	source, err := filepath.Abs(filepath.Join(fixtures, "attacks", "reading", "separator-with-tag.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(folder, "below"), 0o755))
	for name, target := range map[string]string{
		"linked.yaml": source, "again.yaml": source, "dangling.yaml": "nowhere.yaml", "below/loop": "..", "self.yaml": "self.yaml",
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(folder, name)))
	}
	result := judge(t, attacked, folder)
	assert.Len(t, result.Findings, 2, "the file is judged, and once")
	assert.Len(t, result.Errors, 2, "of the links that lead to nothing")
	assert.Len(t, result.Skipped, 1, "of the loop")
}

// sharedByBases are the findings that the base objects have because they are together, with the reason.
var sharedByBases = map[string]string{
	"dedicated-service-account": "the base workloads are one pod in many kinds, and share its account",
}

func TestBaseObjectsPassTogether(t *testing.T) {
	bases, err := cases.LoadBases(os.DirFS(filepath.Join(fixtures, "base")), loadCatalog(t).PodTemplates)
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(fixtures, "base", "*.yaml"))
	require.NoError(t, err)
	names := bases.Workloads()
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".yaml"))
	}
	folder := t.TempDir()
	for _, name := range names {
		object, err := bases.Build(cases.Object{Base: name})
		require.NoError(t, err)
		if strings.HasPrefix(cases.GroupKind(object), catalog.DocumentGroup+"/") { // In files, their form says what they are.
			delete(object, "apiVersion")
			delete(object, "kind")
		}
		data, err := yaml.Marshal(object)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".yaml"), data, 0o644))
	}
	result := judge(t, config.Selection{Profile: config.All}, folder)
	assert.Equal(t, len(names), result.Summary.Objects)
	assert.Empty(t, result.Errors)
	for _, f := range result.Findings {
		if _, known := sharedByBases[f.Guardrail]; !known {
			assert.Fail(t, "a base object does not pass", "%s %s %s: %s", f.Guardrail, f.Object, f.Path, f.Message)
		}
	}
}

// pile is a folder of documents made at random, with what must become of them.
type pile struct {
	random   *rand.Rand
	files    map[string]*bytes.Buffer
	number   int
	expected struct {
		objects, judged, skipped, errors int
		bad                              map[string]bool
	}
}

// pod is a Pod on one line, which is JSON as well as YAML; a bad one is privileged.
func (p *pile) pod() string {
	p.number++
	name, privileged := fmt.Sprintf("good-%d", p.number), p.random.IntN(3) == 0
	if privileged {
		name = fmt.Sprintf("bad-%d", p.number)
		p.expected.bad[name] = true
	}
	p.expected.objects++
	return fmt.Sprintf(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": %q, "namespace": "pile"}, `+
		`"spec": {"containers": [{"name": "app", "image": "example.com/app", "securityContext": {"privileged": %v}}]}}`,
		name, privileged)
}

func (p *pile) judged(text string) string  { p.expected.judged++; return text }
func (p *pile) skipped(text string) string { p.expected.skipped++; return text }
func (p *pile) broken(text string) string  { p.expected.errors++; return text }

// document is one document of YAML, of any kind.
func (p *pile) document() string {
	switch p.random.IntN(12) {
	case 0:
		return p.skipped("# nothing here\n")
	case 1:
		return p.skipped("services: {}\n")
	case 2:
		return p.broken("apiVersion: v1\nkind: [\n")
	case 3:
		return p.broken("apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n")
	case 4:
		return p.broken("apiVersion: v1\nkind: Pod\nkind: Pod\n")
	case 5:
		return p.broken("- just\n- a list\n")
	case 6:
		// Garbage of the wrong types is an error, and judged all the same.
		p.expected.objects++
		garbage := []string{"text", "[]", "{containers: {}}", "{containers: [1, null, [], text]}", "{volumes: 5, containers: text}"}
		return p.broken("apiVersion: v1\nkind: Pod\nmetadata: {name: garbage}\nspec: " + garbage[p.random.IntN(len(garbage))] + "\n")
	case 7:
		items := make([]string, 1+p.random.IntN(4))
		for i := range items {
			items[i] = p.pod()
		}
		return p.judged("apiVersion: v1\nkind: List\nitems: [" + strings.Join(items, ", ") + "]\n")
	case 8:
		return p.judged(strings.ReplaceAll(strings.TrimSuffix(p.pod(), "}"), `, "spec"`, ",\r\n\"spec\"") + "}\r\n")
	default:
		return p.judged(p.pod() + "\n")
	}
}

func newPile(seed uint64, documents int) *pile {
	p := &pile{random: rand.New(rand.NewPCG(seed, seed)), files: map[string]*bytes.Buffer{}}
	p.expected.bad = map[string]bool{}
	separators := []string{"---\n", "--- # next\n", "--- \n", "---\r\n", "--- !!map\n", "...\n---\n"}
	for i := range documents {
		if i%10 == 0 { // A file of JSON objects, side by side.
			p.file(fmt.Sprintf("%d.json", i%7)).WriteString(p.judged(p.pod()))
			continue
		}
		file := p.file(fmt.Sprintf("%d.yaml", p.random.IntN(100)))
		separator := separators[p.random.IntN(len(separators))]
		text := p.document()
		if !strings.HasPrefix(text, "{") && strings.Contains(separator, "!!map") {
			separator = "---\n"
		}
		file.WriteString(separator + text)
	}
	return p
}

func (p *pile) file(name string) *bytes.Buffer {
	if p.files[name] == nil {
		p.files[name] = &bytes.Buffer{}
	}
	return p.files[name]
}

func TestEveryOfThousandDocumentsIsAccountedFor(t *testing.T) {
	const generated = 1000
	p := newPile(20261123, generated)
	folder := t.TempDir()
	for name, content := range p.files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), content.Bytes(), 0o644))
	}
	result := judge(t, config.Selection{Profile: "restricted"}, folder)

	errors := map[string]bool{}
	for _, e := range result.Errors {
		errors[fmt.Sprint(e.File, e.Document)] = true
	}
	assert.Equal(t, generated, result.Summary.Documents)
	assert.Len(t, errors, p.expected.errors)
	assert.Len(t, result.Skipped, p.expected.skipped)
	assert.Equal(t, generated, p.expected.judged+len(result.Skipped)+len(errors))
	assert.Equal(t, p.expected.objects, result.Summary.Objects)

	found := map[string]bool{}
	for _, f := range result.Findings {
		if f.Guardrail == "privileged-containers" {
			found[f.Object.Name] = true
		}
	}
	require.Greater(t, len(p.expected.bad), 100)
	assert.Equal(t, slices.Sorted(maps.Keys(p.expected.bad)), slices.Sorted(maps.Keys(found)))
}
