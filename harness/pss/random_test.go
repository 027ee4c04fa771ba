package pss

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

var (
	podCount = flag.Int("pss.pods", 50_000, "number of random pods")
	podSeed  = flag.Uint64("pss.seed", 0, "seed of the random pods; 0 takes one from the clock")
)

// TestRandomPods judges random pods, each at one version. Every check must have refused and allowed some of them.
// After some twenty differences it gives up.
func TestRandomPods(t *testing.T) {
	k, o := newOfficial(t), newOurs(t)
	seed := *podSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("%d pods; to repeat: -pss.pods=%d -pss.seed=%d", *podCount, *podCount, seed)
	var counts tally
	var reported atomic.Int32
	each(t, *podCount, func(i int) {
		if reported.Load() > 20 {
			return
		}
		g := newGenerator(seed, uint64(i))
		version, object := g.version(), g.pod()
		found, err := differences(t, k, o, version, object, counts.add)
		if err != nil {
			t.Errorf("pod %d of seed %d at %s: %v\n%s", i, seed, version.String(), err, compact(object))
			return
		}
		for _, d := range found {
			reported.Add(1)
			minimal := shrink(object, func(smaller map[string]any) bool {
				found, err := differencesQuiet(t, k, o, version, smaller)
				return err == nil && slices.Contains(found, d)
			})
			t.Errorf("pod %d of seed %d at %s: %s: refused: official %t, ours %t\n%s", i, seed, version.String(), d.what,
				d.want, d.got, compact(minimal))
		}
	})
	t.Log("\n" + counts.String())
	for id, n := range counts.of {
		assert.Positive(t, n[0], "%s allowed no pod", id)
		assert.Positive(t, n[1], "%s refused no pod", id)
	}
	assert.Len(t, counts.of, len(k.checks)+2)
}

func differences(t *testing.T, k *official, o *ours, version api.Version, object map[string]any,
	count func(policy.CheckID, bool)) ([]difference, error) {
	pod, err := typed(object)
	if err != nil {
		return nil, fmt.Errorf("the generator made a pod that cannot be decoded: %w", err)
	}
	return o.compare(t.Context(), k, version, pod, object, count)
}

func differencesQuiet(t *testing.T, k *official, o *ours, version api.Version, object map[string]any) ([]difference, error) {
	return differences(t, k, o, version, object, func(policy.CheckID, bool) {})
}

// tally counts how many pods each check allowed and refused.
type tally struct {
	mu sync.Mutex
	of map[policy.CheckID]*[2]int
}

func (c *tally) add(id policy.CheckID, denied bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of == nil {
		c.of = map[policy.CheckID]*[2]int{}
	}
	if c.of[id] == nil {
		c.of[id] = &[2]int{}
	}
	if denied {
		c.of[id][1]++
	} else {
		c.of[id][0]++
	}
}

func (c *tally) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s %8s %8s\n", "check", "allowed", "refused")
	for _, id := range slices.Sorted(maps.Keys(c.of)) {
		fmt.Fprintf(&b, "%-28s %8d %8d\n", id, c.of[id][0], c.of[id][1])
	}
	return b.String()
}

// shrink leaves out of an object whatever a difference does not need.
func shrink(object map[string]any, still func(map[string]any) bool) map[string]any {
	for {
		smaller, ok := oneLess(object, func(candidate any) bool { return still(candidate.(map[string]any)) })
		if !ok {
			return object
		}
		object = smaller.(map[string]any)
	}
}

// oneLess is the first copy of the node with one key or item less that is accepted.
func oneLess(node any, accept func(any) bool) (any, bool) {
	switch node := node.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			if key == "kind" || key == "apiVersion" {
				continue
			}
			c := maps.Clone(node)
			delete(c, key)
			if accept(c) {
				return c, true
			}
			with := func(value any) any { c := maps.Clone(node); c[key] = value; return c }
			if value, ok := oneLess(node[key], func(v any) bool { return accept(with(v)) }); ok {
				return with(value), true
			}
		}
	case []any:
		for i := range node {
			if c := slices.Delete(slices.Clone(node), i, i+1); accept(any(c)) {
				return c, true
			}
			with := func(value any) any { c := slices.Clone(node); c[i] = value; return c }
			if value, ok := oneLess(node[i], func(v any) bool { return accept(with(v)) }); ok {
				return with(value), true
			}
		}
	}
	return nil, false
}

func one[T any](g *generator, from []T) T { return from[g.IntN(len(from))] }

func newGenerator(seed, number uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, number)), revisions: revisions()}
	// Pods that are all wrong say nothing about a single check, those that are all right nothing about the others.
	g.wrong = one(g, []float64{0, 0.01, 0.03, 0.1, 0.4})
	return g
}

func TestShrink(t *testing.T) {
	object := map[string]any{"kind": "Pod", "a": []any{1, map[string]any{"b": 2, "c": 3}}, "d": 4}
	got := shrink(object, func(o map[string]any) bool { return strings.Contains(compact(o), `"b":2`) })
	require.Equal(t, map[string]any{"kind": "Pod", "a": []any{map[string]any{"b": 2}}}, got)
}
