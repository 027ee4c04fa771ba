package server

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rampart-policy/rampart/harness/bundle"
)

// DefaultName is the name under which a single file is served, beside its own.
const DefaultName = "rampart.tar.gz"

// extension is that of the files in a folder which are bundles.
const extension = ".tar.gz"

// Store holds the bundles of a file or folder. It holds nothing but bundles that verify: a file that is replaced by
// something else, or removed, stays as it was.
type Store struct {
	path     string
	key      *bundle.Key
	interval time.Duration
	log      *slog.Logger

	files map[string]*file // by path; only for whoever watches

	mutex   sync.RWMutex
	bundles map[string]*served
	changed chan struct{} // closed at the next change
}

// served is a bundle as it is served.
type served struct {
	tarball []byte
	etag    string
}

// file is what is known of a file.
type file struct {
	// info is from before its content was read; nil if that has to be read again.
	info os.FileInfo
	// problem is what was last said of it.
	problem string
}

// Open reads the bundle of a file, or those of a folder, *.tar.gz; all must verify, with a key also their signature. Files
// are looked at again in the interval.
func Open(path string, key *bundle.Key, interval time.Duration, log *slog.Logger) (*Store, error) {
	s := &Store{path: path, key: key, interval: interval, log: log,
		files: map[string]*file{}, bundles: map[string]*served{}, changed: make(chan struct{})}
	paths, err := s.list()
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s: holds no *%s", path, extension)
	}
	for _, path := range paths {
		s.files[path] = &file{}
		if err := s.read(path); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Names are those of the bundles.
func (s *Store) Names() []string {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	var names []string
	for name := range s.bundles {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Watch looks at the files until the context ends.
func (s *Store) Watch(ctx context.Context) {
	ticker := time.NewTicker(s.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.refresh()
		}
	}
}

// refresh reads what has changed. It tells of a problem when it arises, not each time.
func (s *Store) refresh() {
	paths, err := s.list()
	for _, path := range paths {
		if s.files[path] == nil {
			s.files[path] = &file{}
		}
	}
	for path, f := range s.files {
		problem := ""
		switch {
		case slices.Contains(paths, path):
			if err := s.read(path); err != nil {
				problem = err.Error()
			}
		case err != nil:
			f.info, problem = nil, err.Error()
		default:
			f.info, problem = nil, path+": gone"
		}
		if problem != f.problem && problem != "" {
			s.log.Warn("what was served before stays", "problem", problem)
		}
		f.problem = problem
	}
}

// list returns the paths of the files that should be bundles.
func (s *Store) list() ([]string, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{s.path}, nil
	}
	entries, err := os.ReadDir(s.path)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), extension) && !strings.HasPrefix(entry.Name(), ".") {
			paths = append(paths, filepath.Join(s.path, entry.Name()))
		}
	}
	return paths, nil
}

// read reads a file again if it has changed. A change to what is no bundle that verifies is an error.
func (s *Store) read(path string) error {
	f := s.files[path]
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if f.info != nil && os.SameFile(f.info, info) && f.info.Size() == info.Size() && f.info.ModTime().Equal(info.ModTime()) {
		return nil
	}
	tarball, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	f.info = info
	about, err := bundle.Read(tarball, s.key)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	b := &served{tarball, fmt.Sprintf(`"%x"`, sha256.Sum256(tarball))}
	names := []string{filepath.Base(path)}
	if path == s.path {
		names = append(names, DefaultName)
	}
	s.put(b, names)
	s.log.Info("serving", "file", path, "revision", about.Revision, "profile", about.Profile, "etag", b.etag)
	return nil
}

func (s *Store) put(b *served, names []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, name := range names {
		s.bundles[name] = b
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// get returns a bundle, nil if there is none of that name, and what is closed at the next change of any.
func (s *Store) get(name string) (*served, <-chan struct{}) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return s.bundles[name], s.changed
}

// matches tells whether the bundle is among those of an If-None-Match, by the weak comparison of RFC 9110.
func (b *served) matches(known string) bool {
	for tag := range strings.SplitSeq(known, ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == b.etag {
			return true
		}
	}
	return false
}
