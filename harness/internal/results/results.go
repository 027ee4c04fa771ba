// Package results writes what benchmarks measured to files that are committed, with the machine that measured it.
package results

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// Machine describes the compiler, the machine and the day.
func Machine() string {
	return fmt.Sprintf("%s, %s/%s, %d processors%s, %s", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), processor(),
		time.Now().UTC().Format(time.DateOnly))
}

// processor is the processor's model, where the system tells it.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, found := strings.Cut(string(info), "model name")
	if !found {
		return ""
	}
	model, _, _ := strings.Cut(rest, "\n")
	return " (" + strings.Trim(model, " \t:") + ")"
}

// WriteTable writes a table of aligned text as a document with a title and a sentence on what it compares.
func WriteTable(file, title, what, table string) error {
	text := fmt.Sprintf("# %s\n\n%s\n\n%s; the machine may have had other work.\n\n```\n%s```\n", title, what, Machine(), table)
	return os.WriteFile(file, []byte(text), 0o644)
}
