// Package server serves bundles to OPA by its bundle service API, with long polling:
// https://www.openpolicyagent.org/docs/management-bundles
package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	// mediaType tells OPA that the server does long polling.
	mediaType = "application/vnd.openpolicyagent.bundles"
	// maxWait is how long a request may wait for a change, whatever it prefers.
	maxWait = 5 * time.Minute
	// The other limits: for a request's headers, for its answer, between requests, and for those that run at the end.
	readTimeout, writeTimeout, idleTimeout, drainTimeout = 10 * time.Second, time.Minute, 2 * time.Minute, 10 * time.Second
)

// Server serves the bundles of a store.
type Server struct {
	Store *Store
	// Token is the bearer token that requests must have; "" is none.
	Token string
	// TLS is nil for plain HTTP.
	TLS *tls.Config
	Log *slog.Logger
}

// Run serves until the context ends, then lets requests end; those that wait for a change are answered at once.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(ctx),
		ReadHeaderTimeout: readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    1 << 16,
		TLSConfig:         s.TLS,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go s.Store.Watch(watching)
	served := make(chan error, 1)
	go func() {
		if s.TLS != nil {
			served <- server.ServeTLS(listener, "", "")
		} else {
			served <- server.Serve(listener)
		}
	}()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	s.Log.Info("stopping")
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// Handler answers requests. Those that wait for a change wait no longer than the context.
func (s *Server) Handler(ctx context.Context) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.Handle("GET /bundles/{name}", s.authenticated(func(w http.ResponseWriter, r *http.Request) { s.bundle(ctx, w, r) }))
	return s.logged(mux)
}

func (s *Server) bundle(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	known := strings.Join(r.Header.Values("If-None-Match"), ",")
	b := s.await(ctx, r, known)
	if b == nil {
		http.NotFound(w, r)
		return
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(writeTimeout))
	header := w.Header()
	header.Set("Content-Type", mediaType)
	header.Set("ETag", b.etag)
	header.Set("Cache-Control", "no-cache")
	if b.matches(known) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	// Not the file's time: a file may be replaced by an older one.
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.tarball))
}

// await returns the bundle as soon as it is another than the known one, or as it is at the end of the time that the
// request is ready to wait.
func (s *Server) await(ctx context.Context, r *http.Request, known string) *served {
	timer := time.NewTimer(wait(r.Header))
	defer timer.Stop()
	for {
		b, changed := s.Store.get(r.PathValue("name"))
		if b == nil || !b.matches(known) {
			return b
		}
		select {
		case <-changed:
			continue
		case <-timer.C:
		case <-r.Context().Done():
		case <-ctx.Done():
		}
		return b
	}
}

// preferredWait is in seconds. OPA separates preferences by semicolons, RFC 7240 by commas.
var preferredWait = regexp.MustCompile(`(?:^|[;,\s])wait="?([0-9]{1,9})"?(?:$|[;,\s])`)

func wait(header http.Header) time.Duration {
	match := preferredWait.FindStringSubmatch(strings.Join(header.Values("Prefer"), ","))
	if match == nil {
		return 0
	}
	seconds, err := strconv.Atoi(match[1])
	if err != nil {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxWait)
}

// authenticated lets those pass that have the token.
func (s *Server) authenticated(next http.HandlerFunc) http.Handler {
	want := sha256.Sum256([]byte(s.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		// Of hashes, for the comparison's time must not tell the length either.
		got := sha256.Sum256([]byte(token))
		if s.Token != "" && (!strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(got[:], want[:]) != 1) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="rampart"`)
			http.Error(w, "a valid bearer token is needed", http.StatusUnauthorized)
			return
		}
		next(w, r)
	})
}

// logged writes a line for each request but those for the health.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		if r.URL.Path == "/health" {
			return
		}
		s.Log.Info("request", "remote", r.RemoteAddr, "method", r.Method, "path", r.URL.Path, "status", answer.status,
			"bytes", answer.bytes, "took", time.Since(start).Round(time.Millisecond))
	})
}

// recorder keeps what the log shows of an answer.
type recorder struct {
	http.ResponseWriter
	status, bytes int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(content []byte) (int, error) {
	n, err := r.ResponseWriter.Write(content)
	r.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
