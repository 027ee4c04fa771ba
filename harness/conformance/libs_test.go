package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	_ "crypto/sha256" // digests of images are valid where their algorithm is there
	_ "crypto/sha512"
)

// TestQuantitiesAgainstKubernetes: lib.quantity reads and orders every text and number as resource.Quantity does.
func TestQuantitiesAgainstKubernetes(t *testing.T) {
	t.Parallel()
	parse := libQuery(t, "lib/quantity/quantity.rego", "data.lib.quantity.parse(input)")
	compare := libQuery(t, "lib/quantity/quantity.rego", "data.lib.quantity.compare(input[0], input[1])")
	random := rand.New(rand.NewPCG(1, 2))
	type amount struct {
		value any
		want  resource.Quantity
	}
	var amounts []amount
	for _, value := range quantities(random) {
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		var want resource.Quantity
		wantErr := json.Unmarshal(raw, &want)
		got, valid := parse(value)
		if valid != (wantErr == nil) {
			t.Errorf("%s: lib.quantity says %v, Kubernetes %v", raw, got, wantErr)
			continue
		}
		if valid {
			assert.Equal(t, fmt.Sprint(want.Sign()), fmt.Sprint(got.([]any)[0]), "the sign of %s", raw)
			amounts = append(amounts, amount{value, want})
		}
	}
	require.Greater(t, len(amounts), 500)
	for range 5_000 {
		a, b := amounts[random.IntN(len(amounts))], amounts[random.IntN(len(amounts))]
		got, ok := compare([]any{a.value, b.value})
		if assert.True(t, ok, "%v and %v have no order", a.value, b.value) {
			assert.Equal(t, fmt.Sprint(a.want.Cmp(b.want)), fmt.Sprint(got), "%v and %v", a.value, b.value)
		}
	}
}

func quantities(random *rand.Rand) []any {
	signs := []string{"", "+", "-", "--", " "}
	numbers := []string{"", ".", "0", "00", "0.", ".5", "5.", "1", "007", "1.5", "999", "1024", "0.0000000001",
		"9.9999999999", "123456789012345678", "1234567890123456789", "9223372036854775807", "9223372036854775808",
		"1_0", "1,5", "1.2.3", "0x10"}
	suffixes := []string{"", "n", "u", "m", "k", "K", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
		"ki", "i", "e", "e3", "E3", "e+3", "e-3", "e-9", "E-10", "e03", "e+", "e100", "e-100",
		"e99999999999999999999", "m3", "MB", "Ei3", " "}
	var texts []any
	for _, sign := range signs {
		for _, number := range numbers {
			for _, suffix := range suffixes {
				texts = append(texts, sign+number+suffix)
			}
		}
	}
	for range 2_000 {
		texts = append(texts, pick(random, signs)+digits(random, 24)+"."+digits(random, 24)+pick(random, suffixes))
	}
	for _, number := range []string{"0", "-0", "1", "-1", "0.5", "1.50", "1e3", "1E3", "1e+21", "1.5e-7", "1e-12",
		"9223372036854775808"} {
		texts = append(texts, json.Number(number))
	}
	return texts
}

// TestImagesAgainstDistribution: lib.images reads every reference as the container runtimes do.
func TestImagesAgainstDistribution(t *testing.T) {
	t.Parallel()
	parse := libQuery(t, "lib/images/images.rego", "data.lib.images.parse(input)")
	valid := 0
	for _, text := range references(rand.New(rand.NewPCG(3, 4))) {
		got, ok := parse(text)
		require.True(t, ok, "%q has no answer", text)
		fields := got.(map[string]any)
		named, err := reference.ParseNormalizedNamed(text)
		if err != nil {
			assert.Equal(t, []string{"problem"}, keys(fields), "%q: %v", text, err)
			continue
		}
		valid++
		domain, path := reference.Domain(named), reference.Path(named)
		want := map[string]any{"domain": domain, "path": path, "tag": "", "digest": "",
			"repository": strings.TrimPrefix(strings.ToLower(domain)+"/"+path, "/")}
		if tagged, ok := named.(reference.Tagged); ok {
			want["tag"] = tagged.Tag()
		}
		if digested, ok := named.(reference.Digested); ok {
			want["digest"] = digested.Digest().String()
		}
		assert.Equal(t, want, fields, "%q", text)
	}
	require.Greater(t, valid, 500)
}

func references(random *rand.Rand) []string {
	hex := strings.Repeat("0123456789abcdef", 8)
	domains := []string{"", "", "docker.io/", "index.docker.io/", "Docker.io/", "ghcr.io/", "GHCR.IO/", "localhost/",
		"LOCALHOST/", "localhost:5000/", "reg:5000/", "reg:/", "[::1]:5000/", "[fe80::1%eth0]/", "127.0.0.1/",
		"foo_bar.com/", "foo___bar.com/", "-x.io/", "x-.io/", "a..b/", ".io/", "team/", "Team/", "/",
		"http://ghcr.io/", "ü.io/", "user@ghcr.io/", "evil@x:y/"}
	paths := []string{"nginx", "nginx", "library/nginx", "a/b/c", "NGINX", "a/B", "a__b", "a___b", "a--b", "a-", "_a",
		"a.b", "a..b", "a//b", "a/", "../evil/x", "a/../b", "", "é", "a b", hex[:64], hex[:63],
		strings.Repeat("z", 64), strings.Repeat("a", 247), strings.Repeat("a", 248), strings.Repeat("a", 255),
		strings.Repeat("a", 256), strings.Repeat("a/", 127) + "a"}
	tags := []string{"", "", ":latest", ":1.25", ":", ":_x", ":.x", ":-x", ":a:b", ":a/b", ": ", ":" + hex[:128],
		":" + hex[:128] + "0"}
	hashes := []string{"", "", "@", "@sha256:" + hex[:64], "@sha256:" + hex[:63], "@sha256:" + hex[:64] + "0",
		"@sha256:" + hex[:32], "@sha256:" + strings.ToUpper(hex[:64]), "@SHA256:" + hex[:64], "@sha512:" + hex,
		"@sha512:" + hex[:64], "@sha384:" + hex[:96], "@md5:" + hex[:32], "@sha256+b64:" + hex[:64],
		"@sha256:" + hex[:64] + ":latest", "@sha256:" + hex[:64] + "\n",
		"@sha256:" + hex[:64] + "@sha256:" + hex[:64], "@x:y/b:latest"}
	pieces := []string{"a", "b", "A", "0", ".", ":", "/", "-", "_", "@", "[", "]", "docker.io", "localhost",
		"library", "sha256:" + hex[:64]}
	var texts []string
	for _, parts := range [][]string{domains, paths, tags, hashes} {
		texts = append(texts, parts...)
	}
	for range 8_000 {
		texts = append(texts, pick(random, domains)+pick(random, paths)+pick(random, tags)+pick(random, hashes))
	}
	for range 8_000 {
		var text strings.Builder
		for range 1 + random.IntN(8) {
			text.WriteString(pick(random, pieces))
		}
		texts = append(texts, text.String())
	}
	return texts
}

func pick(random *rand.Rand, texts []string) string { return texts[random.IntN(len(texts))] }

func digits(random *rand.Rand, most int) string {
	text := make([]byte, random.IntN(most+1))
	for i := range text {
		text[i] = "0099123456789"[random.IntN(13)]
	}
	return string(text)
}

func keys(object map[string]any) []string {
	var names []string
	for name := range object {
		names = append(names, name)
	}
	return names
}

// libQuery prepares a query over a library of the checkout. What it returns evaluates it on an input; false stands for
// undefined.
func libQuery(t *testing.T, lib, query string) func(input any) (any, bool) {
	t.Helper()
	c := loadCatalog(t)
	require.Contains(t, c.Libs, lib)
	modules, err := c.Closure(c.Libs[lib])
	require.NoError(t, err)
	options := []func(*rego.Rego){rego.Query(query), rego.StrictBuiltinErrors(true),
		rego.ParsedModule(c.Libs[lib].AST)}
	for _, module := range modules {
		if module != c.Libs[lib] {
			options = append(options, rego.ParsedModule(module.AST))
		}
	}
	prepared, err := rego.New(options...).PrepareForEval(t.Context())
	require.NoError(t, err)
	return func(input any) (any, bool) {
		t.Helper()
		value, err := ast.InterfaceToValue(input)
		require.NoError(t, err)
		results, err := prepared.Eval(t.Context(), rego.EvalParsedInput(value))
		require.NoError(t, err, "%v", input)
		if len(results) == 0 {
			return nil, false
		}
		return results[0].Expressions[0].Value, true
	}
}
