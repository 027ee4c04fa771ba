package manifest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const stdinPath = "-"

// Source is a file that Read can read, or that was found and is skipped.
type Source struct {
	Path string
	// Skipped is why the file is not read.
	Skipped string

	err              error // why it cannot be read
	template, values bool  // of a Helm chart
}

// Find lists the files that the paths lead to: files, folders with all below them, patterns (as in path.Match, with **
// for any number of folders), and "-" for the standard input. Those of one path are sorted; each file is listed once.
//
// Of a folder or a pattern only files with the extensions of manifests are read, and no patches of the kustomizations
// that were found; the others are listed as skipped. A file that is named is read whatever it is. Find lists what it
// can along with an error about each path that leads to nothing.
func Find(paths []string, opts Options) ([]Source, error) {
	f := finder{
		index: map[string]int{}, named: map[int]bool{},
		folders: map[string]bool{}, charts: map[string]bool{},
	}
	var errs []error
	for _, path := range paths {
		if err := f.path(path); err != nil {
			errs = append(errs, err)
		}
	}
	f.skipPatches(opts)
	return f.sources, errors.Join(errs...)
}

type finder struct {
	sources        []Source
	index          map[string]int  // into sources, by real path
	named          map[int]bool    // sources that the user named
	folders        map[string]bool // real paths of the folders that were walked
	charts         map[string]bool // whether a folder has a Chart.yaml
	kustomizations []int           // into sources
	met            int             // how many files and folders were met, again and again
}

func (f *finder) path(path string) error {
	if path == stdinPath {
		f.add(path, path, true)
		return nil
	}
	if _, err := os.Lstat(path); err != nil {
		if strings.ContainsAny(path, "*?[") {
			return f.pattern(path)
		}
		return fmt.Errorf("%q: %w", path, unwrapPath(err))
	}
	return f.visit(path, true)
}

// visit lists a file or folder. Of a file that does not exist it returns an error.
func (f *finder) visit(path string, named bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("%q: %w", path, unwrapPath(err))
	}
	real, err := realPath(path)
	if err != nil {
		return fmt.Errorf("%q: %w", path, unwrapPath(err))
	}
	if !info.IsDir() {
		f.add(path, real, named)
		return nil
	}
	if !named && isVersionControl(path) {
		f.put(real, Source{Path: path, Skipped: versionControl})
		return nil
	}
	met, walked := f.met, f.folders[real]
	f.walk(path, real)
	if named && f.met == met && !walked {
		return fmt.Errorf("%q: there is no file in the folder", path)
	}
	return nil
}

func realPath(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(absolute)
	if errors.Is(err, os.ErrNotExist) {
		return absolute, nil // A pipe of the shell, such as /dev/fd/63.
	}
	return real, err
}

// walk lists all that is below a folder, once.
func (f *finder) walk(folder, real string) {
	if f.folders[real] {
		return
	}
	f.folders[real] = true
	entries, err := os.ReadDir(folder)
	if err != nil {
		f.put(real, Source{Path: folder, err: unwrapPath(err)})
		return
	}
	for _, entry := range entries {
		f.entry(filepath.Join(folder, entry.Name()), filepath.Join(real, entry.Name()), entry.Type())
	}
}

func (f *finder) entry(path, real string, mode os.FileMode) {
	if mode&os.ModeSymlink != 0 {
		target, err := filepath.EvalSymlinks(path)
		if err == nil {
			target, err = filepath.Abs(target)
		}
		var info os.FileInfo
		if err == nil {
			info, err = os.Stat(target)
		}
		switch {
		case err != nil && isManifestName(path):
			f.put(real, Source{Path: path, err: unwrapPath(err)})
			return
		case err != nil:
			f.put(real, Source{Path: path, Skipped: "symbolic link that leads to nothing"})
			return
		case info.IsDir() && isWithin(real, target):
			f.put(real, Source{Path: path, Skipped: "symbolic link to a folder that contains it"})
			return
		}
		real, mode = target, info.Mode()
	}
	switch {
	case mode.IsDir() && isVersionControl(path):
		f.put(real, Source{Path: path, Skipped: versionControl})
	case mode.IsDir():
		f.walk(path, real)
	case mode.IsRegular():
		f.add(path, real, false)
	default:
		f.put(real, Source{Path: path, Skipped: "not a regular file"})
	}
}

const versionControl = "folder of a version control system"

func isWithin(path, folder string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator)))
	return ok && (rest == "" || rest[0] == filepath.Separator)
}

func isVersionControl(path string) bool {
	return slices.Contains([]string{".git", ".hg", ".svn"}, filepath.Base(path))
}

func isManifestName(path string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(path))) ||
		isKustomizationName(path)
}

// add lists a file.
func (f *finder) add(path, real string, named bool) {
	source := Source{Path: path}
	if path != stdinPath {
		source.values = strings.HasPrefix(filepath.Base(path), "values") && f.isChart(filepath.Dir(real))
		source.template = f.isTemplate(real)
	}
	if !named && !isManifestName(path) {
		source.Skipped = "not a manifest by its extension (.yaml, .yml or .json)"
	}
	i := f.put(real, source)
	if named {
		f.named[i] = true
		f.sources[i].Skipped = ""
	}
}

// put lists a source unless it is there already, and returns its index.
func (f *finder) put(real string, source Source) int {
	f.met++
	if i, ok := f.index[real]; ok {
		return i
	}
	i := len(f.sources)
	f.sources = append(f.sources, source)
	f.index[real] = i
	if source.Skipped == "" && source.err == nil && isKustomizationName(source.Path) {
		f.kustomizations = append(f.kustomizations, i)
	}
	return i
}

// isTemplate tells whether the file is below the templates folder of a chart.
func (f *finder) isTemplate(real string) bool {
	for folder := filepath.Dir(real); filepath.Dir(folder) != folder; folder = filepath.Dir(folder) {
		if filepath.Base(folder) == "templates" && f.isChart(filepath.Dir(folder)) {
			return true
		}
	}
	return false
}

func (f *finder) isChart(folder string) bool {
	chart, known := f.charts[folder]
	if !known {
		_, err := os.Stat(filepath.Join(folder, "Chart.yaml"))
		chart = err == nil
		f.charts[folder] = chart
	}
	return chart
}
