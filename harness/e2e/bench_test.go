package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
	"github.com/rampart-policy/rampart/harness/internal/results"
)

var (
	cost   = flag.Bool("cost", false, "measure what the bundle costs an OPA")
	window = flag.Duration("cost.window", 2*time.Second, "how long to measure each number, in each of two rounds")
)

// contender is an OPA with one bundle.
type contender struct {
	*server
	url     string
	numbers map[string]float64
}

// TestCost compares an OPA that has the bundle with one whose only policy admits everything: how long it takes from the
// start to the first decision, how long decisions on a Deployment take, and how much memory the two need. They take turns,
// so that a busy machine is busy for both.
func TestCost(t *testing.T) {
	if !*cost {
		t.Skip("run with -cost")
	}
	p := loadPack(t)
	deployment := p.build(t, "deployment", nil)
	review, err := json.Marshal((&cases.Sample{Review: cases.ReviewOf(deployment)}).AdmissionReview())
	require.NoError(t, err)
	empty := newContender(t, write(t, t.TempDir(), "admit.rego", []byte("package system.main\nresponse := {\"allowed\": true}\n")))
	rampart := newContender(t, buildBundle(t, signingKey{}))
	both := []*contender{empty, rampart}
	for _, c := range both {
		require.NoError(t, c.ask(review))
		c.numbers["memory at rest, MiB"] = c.memory(t)
	}
	for _, clients := range []int{1, 10} {
		latencies := map[*contender][]time.Duration{}
		for range 2 {
			for _, c := range both {
				latencies[c] = append(latencies[c], c.load(t, review, clients)...)
			}
		}
		for _, c := range both {
			slices.Sort(latencies[c])
			for _, percent := range []int{50, 99} {
				name := fmt.Sprintf("p%d of %d clients, ms", percent, clients)
				c.numbers[name] = latencies[c][len(latencies[c])*percent/100].Seconds() * 1000
			}
		}
	}
	for _, c := range both {
		c.evaluation(t, review)
		c.numbers["memory after load, MiB"] = c.memory(t)
	}
	t.Logf("\n%s", table(empty, rampart))
	require.NoError(t, results.WriteTable("../bench/OPA.md", "The bundle in OPA", "An OPA with all guardrails of the restricted profile, on a "+
		"Deployment that passes, beside one whose only policy admits everything. Latencies are the client's; evaluation is what OPA says itself.",
		table(empty, rampart)))
}

// evaluation asks one by one what OPA's evaluation took.
func (c *contender) evaluation(t *testing.T, review []byte) {
	t.Helper()
	var took []float64
	for range 1000 {
		response, err := http.Post(c.url+"/v1/data/system/main?metrics=true", "application/json",
			bytes.NewReader(slices.Concat([]byte(`{"input":`), review, []byte(`}`))))
		require.NoError(t, err)
		var answer struct {
			Metrics struct {
				Nanoseconds float64 `json:"timer_rego_query_eval_ns"`
			}
		}
		require.NoError(t, errors.Join(json.NewDecoder(response.Body).Decode(&answer), response.Body.Close()))
		require.Positive(t, answer.Metrics.Nanoseconds)
		took = append(took, answer.Metrics.Nanoseconds/1e6)
	}
	slices.Sort(took)
	c.numbers["p50 of evaluation, ms"], c.numbers["p99 of evaluation, ms"] = took[len(took)/2], took[len(took)*99/100]
}

func newContender(t *testing.T, bundle string) *contender {
	t.Helper()
	address := freeAddress(t)
	c := &contender{url: "http://" + address, numbers: map[string]float64{}}
	started := time.Now()
	c.server = start(t, nil, "opa", "run", "--server", "--addr", address, "--skip-version-check", "--log-level", "error", bundle)
	eventually(t, "the first decision", func() error {
		response, err := http.Get(c.url + "/health?bundles")
		if err == nil {
			err = response.Body.Close()
		}
		return err
	})
	c.numbers["start, s"] = time.Since(started).Seconds()
	return c
}

// ask sends the AdmissionReview, which must be answered.
func (c *contender) ask(review []byte) error {
	response, err := http.Post(c.url, "application/json", bytes.NewReader(review))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return errors.Join(err, response.Body.Close())
}

// load asks from several clients at once, for the window, and returns how long each answer took.
func (c *contender) load(t *testing.T, review []byte, clients int) []time.Duration {
	t.Helper()
	var mu sync.Mutex
	var all []time.Duration
	var group sync.WaitGroup
	end := time.Now().Add(*window)
	for range clients {
		group.Go(func() {
			var own []time.Duration
			for begin := time.Now(); begin.Before(end); begin = time.Now() {
				if err := c.ask(review); err != nil {
					t.Error(err)
					return
				}
				own = append(own, time.Since(begin))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
		})
	}
	group.Wait()
	return all
}

// memory is what the kernel says that the process holds, in MiB.
func (c *contender) memory(t *testing.T) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.command.Process.Pid))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "VmRSS:")
	require.True(t, found)
	var kib float64
	_, err = fmt.Sscan(rest, &kib)
	require.NoError(t, err)
	return kib / 1024
}

func table(empty, rampart *contender) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tempty\trampart\tratio\t")
	for _, name := range []string{"start, s", "memory at rest, MiB", "memory after load, MiB", "p50 of 1 clients, ms", "p99 of 1 clients, ms",
		"p50 of 10 clients, ms", "p99 of 10 clients, ms", "p50 of evaluation, ms", "p99 of evaluation, ms"} {
		e, r := empty.numbers[name], rampart.numbers[name]
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.1f\t\n", name, e, r, r/e)
	}
	_ = w.Flush()
	return b.String()
}
