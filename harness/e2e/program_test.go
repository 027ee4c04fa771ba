package e2e

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// timeout is how long anything may take that a test waits for.
const timeout = time.Minute

// program is the path of a program in PATH.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	require.NoError(t, err, "run make test-servers, which builds or installs what is needed")
	return path
}

// execute runs a program to its end.
func execute(t testing.TB, name string, arguments ...string) (stdout, stderr string, exitCode int) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program(t, name), arguments...)
	var out, errors bytes.Buffer
	command.Stdout, command.Stderr = &out, &errors
	if err := command.Run(); command.ProcessState == nil {
		require.NoError(t, err)
	}
	return out.String(), errors.String(), command.ProcessState.ExitCode()
}

// run runs a program that must succeed.
func run(t testing.TB, name string, arguments ...string) {
	t.Helper()
	stdout, stderr, code := execute(t, name, arguments...)
	require.Zero(t, code, "%s %s\n%s%s", name, strings.Join(arguments, " "), stdout, stderr)
}

// server is a running program that ends with the test.
type server struct {
	command *exec.Cmd
	log     string
	done    chan struct{}
}

// start starts a program; configure may change the command before.
func start(t testing.TB, configure func(*exec.Cmd), name string, arguments ...string) *server {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), filepath.Base(name)+"-*.log")
	require.NoError(t, err)
	command := exec.Command(program(t, name), arguments...)
	command.Stdout, command.Stderr = log, log
	if configure != nil {
		configure(command)
	}
	require.NoError(t, command.Start())
	s := &server{command: command, log: log.Name(), done: make(chan struct{})}
	go func() {
		_ = command.Wait()
		_ = log.Close()
		close(s.done)
	}()
	t.Cleanup(func() {
		s.stop()
		if t.Failed() {
			t.Logf("the end of the log of %s:\n%s", name, s.tail())
		}
	})
	return s
}

// stop ends the program, and with it its children, for which SIGTERM is the word.
func (s *server) stop() {
	_ = s.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(timeout):
		_ = s.command.Process.Kill()
		<-s.done
	}
}

func (s *server) logged() string {
	text, _ := os.ReadFile(s.log)
	return string(text)
}

func (s *server) tail() string {
	lines := strings.Split(s.logged(), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// eventually waits until the condition holds, and fails with its last error otherwise.
func eventually(t testing.TB, what string, condition func() error) {
	t.Helper()
	deadline := time.Now().Add(timeout)
	for {
		err := condition()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s: %v", what, timeout, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// listening waits until something listens at the address.
func listening(t testing.TB, address string) {
	t.Helper()
	eventually(t, address, func() error {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			assert.NoError(t, connection.Close())
		}
		return err
	})
}

// freeAddress is a port of loopback that nothing listens at.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func write(t testing.TB, folder, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(folder, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, content, 0o644))
	return path
}

// replaceOnce replaces a text that must be there exactly once.
func replaceOnce(t testing.TB, text, from, to string) string {
	t.Helper()
	require.Equal(t, 1, strings.Count(text, from), "%q", from)
	return strings.Replace(text, from, to, 1)
}
