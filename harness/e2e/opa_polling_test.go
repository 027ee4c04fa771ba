package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rampart-policy/rampart/harness/cases"
)

// TestOPAPolling: what goes right and wrong with a bundle between two polls never leaves OPA without a decision that it had.
func TestOPAPolling(t *testing.T) {
	p := loadPack(t)
	pod := p.build(t, "pod", object{"spec.containers[0].securityContext.privileged": true})
	key := newSigningKey(t)
	denying := buildBundle(t, key)
	warning := buildBundle(t, key, "--config", write(t, t.TempDir(), "rampart.yaml",
		[]byte("guardrails: {privileged-containers: {action: warn}}")))
	refused := map[string]string{
		"not signed":            buildBundle(t, signingKey{}),
		"signed by another key": buildBundle(t, newSigningKey(t)),
		"changed":               altered(t, denying, "data.json", `"action":"deny"`, `"action":"warn"`),
	}
	for name, startSource := range sources {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := startSource(t)
			p := &polling{opa: startOPA(t, "opa", from, key, nil), pod: pod}
			p.assertUndecided(t)
			from.publish(t, denying)
			p.activated(t, revisionOf(t, denying))
			p.assertDecides(t, "deny")
			from.publish(t, warning)
			p.assertSwitches(t, revisionOf(t, warning))
			for name, tarball := range refused {
				from.put(t, tarball)
				p.failed(t, name)
				p.assertDecides(t, "warn")
				p.activated(t, revisionOf(t, warning))
				from.publish(t, warning)
				p.recovered(t)
			}
			from.stop()
			p.failed(t, "server gone")
			p.assertDecides(t, "warn")
			p.restart(t)
			p.activated(t, revisionOf(t, warning))
			p.assertDecides(t, "warn")
			p.stop()
			p.alterPersisted(t)
			p.restart(t)
			p.failed(t, "changed on disk")
			p.assertUndecided(t)
		})
	}
}

// polling is an OPA with a pod that its bundles judge differently.
type polling struct {
	*opa
	pod object
}

func (p *polling) review() object {
	return (&cases.Sample{Review: cases.ReviewOf(p.pod)}).AdmissionReview()
}

// assertUndecided: without a bundle OPA says so, and a webhook gets an error, on which the API server fails closed.
func (p *polling) assertUndecided(t *testing.T) {
	t.Helper()
	assert.Equal(t, http.StatusInternalServerError, p.ready(t))
	_, err := p.check(t, p.pod)
	require.Error(t, err)
	code, err := p.call(t, http.MethodPost, "/", p.review(), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, code)
}

// assertDecides: the pod is found with the action, as an object and as an AdmissionReview.
func (p *polling) assertDecides(t *testing.T, action string) {
	t.Helper()
	assert.Equal(t, http.StatusOK, p.ready(t))
	got, err := p.action(t)
	require.NoError(t, err)
	assert.Equal(t, action, got)
	var answer struct {
		Kind     string
		Response struct {
			UID      string
			Warnings []string
			Status   struct{ Message string }
		}
	}
	code, err := p.call(t, http.MethodPost, "/", p.review(), &answer)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "AdmissionReview", answer.Kind)
	assert.Equal(t, "u", answer.Response.UID)
	texts := map[string]string{"deny": answer.Response.Status.Message, "warn": strings.Join(answer.Response.Warnings, "\n")}
	assert.Contains(t, texts[action], "[privileged-containers] ")
}

// action is what the bundle does about the pod.
func (p *polling) action(t *testing.T) (string, error) {
	t.Helper()
	findings, err := p.check(t, p.pod)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(findings, func(f finding) bool { return f.Guardrail == "privileged-containers" })
	if i < 0 {
		return "", fmt.Errorf("%v", findings)
	}
	return findings[i].Action, nil
}

// assertSwitches: while OPA changes from a revision that denies to one that warns, every request is answered, and never by
// the old one after the new one.
func (p *polling) assertSwitches(t *testing.T, revision string) {
	t.Helper()
	var actions []string
	eventually(t, "revision "+revision, func() error {
		for range 20 {
			action, err := p.action(t)
			require.NoError(t, err)
			actions = append(actions, action)
		}
		s, err := p.status(t)
		if err == nil && (s.ActiveRevision != revision || !slices.Contains(actions, "warn")) {
			err = fmt.Errorf("%+v", s)
		}
		return err
	})
	t.Logf("%d requests during the change", len(actions))
	assert.True(t, slices.IsSorted(actions), "deny comes before warn")
	assert.Equal(t, []string{"deny", "warn"}, slices.Compact(actions))
}

// failed waits until OPA says that it could not load the bundle.
func (p *polling) failed(t *testing.T, why string) {
	t.Helper()
	eventually(t, why, func() error {
		s, err := p.status(t)
		if err == nil && (s.Code == "" || s.Message == "") {
			err = fmt.Errorf("%+v", s)
		}
		return err
	})
	s, err := p.status(t)
	require.NoError(t, err)
	t.Logf("%s: %s", why, s.Message)
	assert.Contains(t, p.logged(), "Bundle load failed")
}

func (p *polling) recovered(t *testing.T) {
	t.Helper()
	eventually(t, "loaded again", func() error {
		s, err := p.status(t)
		if err == nil && s.Code != "" {
			err = errors.New(s.Message)
		}
		return err
	})
}

// alterPersisted changes the bundle that OPA keeps on disk.
func (p *polling) alterPersisted(t *testing.T) {
	t.Helper()
	file := filepath.Join(p.dir, "bundles", "rampart", "bundle.tar.gz")
	data, err := os.ReadFile(altered(t, file, "data.json", `"action":"deny"`, `"action":"dryrun"`))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, data, 0o600))
}

// altered is a copy of the tarball in which one file has another text.
func altered(t testing.TB, tarball, name, from, to string) string {
	t.Helper()
	data, err := os.ReadFile(tarball)
	require.NoError(t, err)
	unzipped, err := gzip.NewReader(bytes.NewReader(data))
	require.NoError(t, err)
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	done := false
	for reader := tar.NewReader(unzipped); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		content, err := io.ReadAll(reader)
		require.NoError(t, err)
		if strings.TrimPrefix(header.Name, "/") == name {
			changed := bytes.ReplaceAll(content, []byte(from), []byte(to))
			done, content = !bytes.Equal(content, changed), changed
			header.Size = int64(len(content))
		}
		require.NoError(t, archive.WriteHeader(header))
		_, err = archive.Write(content)
		require.NoError(t, err)
	}
	require.True(t, done, "%s has no %s", name, from)
	require.NoError(t, errors.Join(archive.Close(), zipped.Close()))
	return write(t, t.TempDir(), "altered.tar.gz", out.Bytes())
}
