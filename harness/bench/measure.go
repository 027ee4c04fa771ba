package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"syscall"
	"time"
)

// cost is what one run of a program took.
type cost struct {
	Wall, CPU time.Duration // CPU is user and system time of all its threads
	Peak      float64       // resident memory in MiB
}

// measure runs a program several times on so many processors and returns the median of each number. It fails if the program
// could not run to its end; what its exit code says of the input is of no interest.
func measure(runs, processors int, program string, args ...string) (cost, error) {
	var costs []cost
	forgetPeak()
	for range runs {
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", processors))
		start := time.Now()
		err := cmd.Run()
		wall := time.Since(start)
		if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || !exit.Exited()) {
			return cost{}, fmt.Errorf("%s: %w", program, err)
		}
		usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		costs = append(costs, cost{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), float64(usage.Maxrss) / 1024})
	}
	return cost{
		Wall: median(costs, func(c cost) time.Duration { return c.Wall }),
		CPU:  median(costs, func(c cost) time.Duration { return c.CPU }),
		Peak: median(costs, func(c cost) float64 { return c.Peak }),
	}, nil
}

// forgetPeak lets go of memory and of the peak: Linux counts the peak of this process to that of a program that it starts.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // Elsewhere than on Linux there is no such file, and no need.
}

func median[T cmp.Ordered](costs []cost, of func(cost) T) T {
	values := make([]T, len(costs))
	for i, c := range costs {
		values[i] = of(c)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
