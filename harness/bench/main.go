// Command bench measures whole runs of rampart check on generated manifests, and on a folder of real ones if there is one,
// beside a program that only parses them and beside other tools that are installed. Run it from the repository's root; see
// make bench.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rampart-policy/rampart/harness/internal/results"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "parse-only" {
		exit(parseOnly(os.Args[2:]))
	}
	b := bench{}
	flag.StringVar(&b.rampart, "rampart", "bin/rampart", "the program to measure")
	flag.StringVar(&b.corpus, "corpus", os.Getenv("RAMPART_CORPUS"), "a folder of real manifests; none if empty")
	flag.IntVar(&b.runs, "runs", 5, "runs of each program, of which the median counts")
	flag.BoolVar(&b.growth, "growth", false, "measure very large inputs too")
	output := flag.String("o", "", "write the results to this file as well")
	flag.Parse()
	var results bytes.Buffer
	b.out = io.MultiWriter(os.Stdout, &results)
	err := b.run()
	if err == nil && *output != "" {
		err = os.WriteFile(*output, results.Bytes(), 0o644)
	}
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type bench struct {
	rampart, corpus string
	runs            int
	growth          bool
	out             io.Writer
	folder          string // of the inputs
	parser          string // this program
}

func (b *bench) run() (err error) {
	if b.parser, err = os.Executable(); err != nil {
		return err
	}
	if b.folder, err = os.MkdirTemp("", "rampart-bench-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.folder) }()
	for _, step := range []func() error{b.environment, b.wholeRuns, b.growing, func() error { return guardrailCosts(b.out) }} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) printf(format string, args ...any) { _, _ = fmt.Fprintf(b.out, format, args...) }

// environment says what was measured, where and when.
func (b *bench) environment() error {
	version, err := exec.Command(b.rampart, "version").Output()
	if err != nil {
		return fmt.Errorf("%s: %w", b.rampart, err)
	}
	b.printf("# Results\n\n%s, %s.\nMedian of %d runs; the machine may have had other work. OPA.md and GATEKEEPER.md have what the guardrails cost there.\n",
		strings.TrimSpace(string(version)), results.Machine(), b.runs)
	return nil
}

// input is something to judge.
type input struct{ name, path string }

// inputs writes the generated manifests: one small file; S, a tenth of M; M; and L, nine copies of M.
func (b *bench) inputs() ([]input, error) {
	one := filepath.Join(b.folder, "one.yaml")
	if err := os.WriteFile(one, []byte(mix(medium[1:2], 0.01, "")[0]), 0o644); err != nil {
		return nil, err
	}
	inputs := []input{{"one file", one}}
	for _, size := range []struct {
		name   string
		share  float64
		copies int
	}{{"S", 0.1, 1}, {"M", 1, 1}, {"L", 1, 9}} {
		folder := filepath.Join(b.folder, size.name)
		for c := range size.copies {
			documents := mix(medium, size.share, fmt.Sprintf("-%d", c))
			if err := writeTree(filepath.Join(folder, fmt.Sprint(c)), documents, int(filesOfMedium*size.share)); err != nil {
				return nil, err
			}
		}
		inputs = append(inputs, input{size.name, folder})
	}
	if b.corpus != "" {
		inputs = append(inputs, input{"corpus", b.corpus})
	}
	return inputs, nil
}

// contender is a program with what comes before the path in its arguments.
type contender struct {
	name, program string
	args          []string
	files         bool // it takes files and no folders
}

// on are the arguments for an input.
func (c contender) on(path string) ([]string, error) {
	args := slices.Clone(c.args)
	if !c.files {
		return append(args, path), nil
	}
	return args, filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && slices.Contains([]string{".yaml", ".yml"}, filepath.Ext(name)) {
			args = append(args, name)
		}
		return err
	})
}

func (b *bench) contenders() []contender {
	all := []contender{{name: "parse only (sigs.k8s.io/yaml)", program: b.parser, args: []string{"parse-only"}},
		{name: "rampart", program: b.rampart, args: []string{"check"}}}
	others := []contender{{name: "kube-linter", args: []string{"lint"}}, {name: "kube-score", args: []string{"score"}, files: true},
		{name: "kubeconform", args: []string{"-ignore-missing-schemas"}}}
	for _, other := range others {
		if program, err := exec.LookPath(other.name); err == nil {
			other.program = program
			all = append(all, other)
		}
	}
	return all
}

func (b *bench) wholeRuns() error {
	inputs, err := b.inputs()
	if err != nil {
		return err
	}
	b.printf("\n## Whole runs\n\n| input | program | 1 processor: CPU s | to parse only | 2 processors: wall s | to parse only | CPU s | peak MiB |\n" +
		"|---|---|---|---|---|---|---|---|\n")
	growth := map[string]map[string]time.Duration{}
	for _, in := range inputs {
		var floor cost
		for _, c := range b.contenders() {
			args, err := c.on(in.path)
			if err != nil {
				return err
			}
			one, err := measure(b.runs, 1, c.program, args...)
			if err != nil {
				return err
			}
			two, err := measure(b.runs, 2, c.program, args...)
			if err != nil {
				return err
			}
			if floor.CPU == 0 {
				floor = cost{CPU: one.CPU, Wall: two.Wall}
			}
			b.printf("| %s | %s | %.3f | %.2f | %.3f | %.2f | %.3f | %.0f |\n", in.name, c.name, one.CPU.Seconds(),
				one.CPU.Seconds()/floor.CPU.Seconds(), two.Wall.Seconds(), two.Wall.Seconds()/floor.Wall.Seconds(), two.CPU.Seconds(),
				two.Peak)
			if growth[c.name] == nil {
				growth[c.name] = map[string]time.Duration{}
			}
			growth[c.name][in.name] = one.CPU
		}
	}
	b.printf("\nGrowth of the CPU time from M to L, nine times the documents:")
	for _, c := range b.contenders() {
		b.printf(" %s ×%.1f;", c.name, growth[c.name]["L"].Seconds()/growth[c.name]["M"].Seconds())
	}
	b.printf("\n")
	return nil
}
