package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"sync"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOPACases: an OPA that polls signed bundles finds in every case, as an object and as an AdmissionReview, what rampart
// check finds, through all configurations that the cases need.
func TestOPACases(t *testing.T) {
	p := loadPack(t)
	key := newSigningKey(t)
	revisions := p.revisions(t)
	tarballs := make([]string, len(revisions))
	expected := make([][]expectation, len(revisions))
	for i, r := range revisions {
		tarballs[i], expected[i] = buildBundle(t, key, "--config", r.configuration), r.oracle.expect(t, r.samples)
	}
	for _, test := range []struct{ opa, source string }{{"opa", "nginx"}, {"opa", "registry"}, {"opa-oldest", "nginx"}} {
		t.Run(test.opa+" from "+test.source, func(t *testing.T) {
			t.Parallel()
			from := sources[test.source](t)
			o := startOPA(t, test.opa, from, key, nil)
			var count tally
			for i, tarball := range tarballs {
				from.publish(t, tarball)
				o.activated(t, revisionOf(t, tarball))
				count.judge(t, o, expected[i])
			}
			t.Logf("%d configurations, %d cases, %d queries, %d findings, %d differing", len(revisions), count.cases, count.queries,
				count.findings, count.differing)
			assert.Positive(t, count.findings)
		})
	}
}

// revisionOf is what the tarball's manifest says.
func revisionOf(t testing.TB, tarball string) string {
	t.Helper()
	data, err := os.ReadFile(tarball)
	require.NoError(t, err)
	b, err := bundle.NewReader(bytes.NewReader(data)).WithSkipBundleVerification(true).Read()
	require.NoError(t, err)
	return b.Manifest.Revision
}

// tally counts what was compared.
type tally struct {
	mu                                  sync.Mutex
	cases, queries, findings, differing int
}

// judge asks for every sample, for those that share an inventory at the same time.
func (c *tally) judge(t *testing.T, o *opa, all []expectation) {
	t.Helper()
	byInventory := map[string][]expectation{}
	for _, s := range all {
		text, err := json.Marshal(s.Inventory)
		require.NoError(t, err)
		byInventory[string(text)] = append(byInventory[string(text)], s)
	}
	for _, samples := range byInventory {
		o.provide(t, samples[0].Inventory)
		var workers sync.WaitGroup
		queue := make(chan expectation)
		for range 4 {
			workers.Go(func() {
				for s := range queue {
					c.compare(t, o, s)
				}
			})
		}
		for _, s := range samples {
			queue <- s
		}
		close(queue)
		workers.Wait()
	}
}

func (c *tally) compare(t *testing.T, o *opa, s expectation) {
	t.Helper()
	ask := func(form string, input any, want []finding) {
		got, err := o.check(t, input)
		same := assert.NoError(t, err, "%s, %s", s.name, form) && assert.Equal(t, want, got, "%s, %s", s.name, form)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.queries++
		c.findings += len(got)
		if !same {
			c.differing++
		}
	}
	if s.plain() {
		ask("object", s.Review.Object, s.asObject)
	}
	ask("AdmissionReview", s.AdmissionReview(), s.asReview)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cases++
}
