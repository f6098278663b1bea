package backend_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// levels is the map of the program: a package may import packages of a lower
// level only. A new arrow is a design decision: change the map in the same
// commit and say why.
var levels = map[string]int{
	"backend/problem": -1, // every package may name a problem
	"backend/jsondoc": 0, "backend/stats": 0, "backend/figure": 0,
	"backend/catalog": 1, "backend/bucket": 1, "backend/vault": 1,
	"backend/tabular": 2, "backend/access": 2, "backend/audit": 2, "backend/model": 2,
	"backend/colstore": 3, "backend/inference": 3,
	"backend/cohort":   4,
	"backend/analysis": 5,
	"backend":          7,
	"backend/gateway":  8,
	"frontend":         8,
	"app":              9, "app/cli": 9,
}

// only lists packages and imports that have a single place.
var only = map[string][]string{
	"github.com/wailsapp/wails/v2": {"app"},
	"modernc.org/sqlite":           {"backend/vault"},
	"github.com/parquet-go":        {"backend/tabular"},
	"vitrine/backend/access":       {"backend"},
	"vitrine/backend/audit":        {"backend"},
	"github.com/alecthomas/kong":   {"app/cli"},
}

func TestImportsRunDownTheMap(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, top := range []string{"app", "backend", "frontend"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "dist") {
				return filepath.SkipDir
			}
			if filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") {
				checkFile(t, root, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func checkFile(t *testing.T, root, path string) {
	t.Helper()
	rel, err := filepath.Rel(root, path)
	if err != nil {
		t.Fatal(err)
	}
	pkg := filepath.ToSlash(filepath.Dir(rel))
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", rel, err)
		return
	}
	from, known := level(pkg)
	if !known {
		t.Errorf("%s: package %s is not on the map in backend/layers_test.go", rel, pkg)
		return
	}
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		checkOnly(t, rel, pkg, imported)
		inner, ours := strings.CutPrefix(imported, "vitrine/")
		if !ours || within(inner, pkg) || within(pkg, inner) && inner != "backend" {
			continue
		}
		if to, known := level(inner); !known || to >= from {
			t.Errorf("%s: %s (level %d) imports %s (level %d): arrows point down only", rel, pkg, from, inner, to)
		}
	}
}

func checkOnly(t *testing.T, rel, pkg, imported string) {
	t.Helper()
	for prefix, places := range only {
		if !within(imported, prefix) {
			continue
		}
		allowed := false
		for _, place := range places {
			allowed = allowed || pkg == place || place != "backend" && place != "app" && within(pkg, place)
		}
		if !allowed {
			t.Errorf("%s: only %s may import %s", rel, strings.Join(places, ", "), imported)
		}
	}
}

// level finds a package on the map; a package below a mapped one shares its
// level, so that vault/encfs belongs to vault.
func level(pkg string) (int, bool) {
	for p := pkg; p != "."; p = filepath.ToSlash(filepath.Dir(p)) {
		if l, ok := levels[p]; ok && (p == pkg || p != "backend" && p != "app") {
			return l, true
		}
	}
	return 0, false
}

// within reports whether path is dir or lies below it.
func within(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, dir+"/")
}
