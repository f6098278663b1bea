package vault_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"vitrine/backend/problem"
	"vitrine/backend/vault"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func TestWriteFileReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.txt")
	for _, want := range []string{"first", "second", ""} {
		must(t, vault.WriteFile(path, 0o640, text(want)))
		data, err := os.ReadFile(path)
		must(t, err)
		if string(data) != want {
			t.Errorf("the file holds %q, want %q", data, want)
		}
	}
	info, err := os.Stat(path)
	must(t, err)
	if runtime.GOOS != "windows" && info.Mode().Perm()&^0o640 != 0 {
		t.Errorf("mode %v", info.Mode())
	}
	if got := files(t, dir); len(got) != 1 {
		t.Errorf("the folder holds %q", got)
	}
}

func TestWriteFileLeavesTheOldFileWhenWritingStops(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.txt")
	put(t, path, "old")
	stop := errors.New("stop")
	err := vault.WriteFile(path, 0o600, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	mine := problem.New(problem.Invalid, "mine", "Mine.")
	if err := vault.WriteFile(path, 0o600, func(io.Writer) error { return mine }); err != mine {
		t.Errorf("a problem became %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = vault.WriteFile(path, 0o600, func(io.Writer) error { panic("bug") })
	}()
	data, err := os.ReadFile(path)
	must(t, err)
	if string(data) != "old" || len(files(t, dir)) != 1 {
		t.Errorf("the file holds %q, the folder %q", data, files(t, dir))
	}
}

func TestWriteFileFollowsALink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target.txt"), filepath.Join(dir, "link.txt")
	put(t, target, "old")
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no links here: ", err)
	}
	must(t, vault.WriteFile(link, 0o600, text("new")))
	data, err := os.ReadFile(target)
	must(t, err)
	info, err := os.Lstat(link)
	must(t, err)
	if string(data) != "new" || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("target holds %q, link is %v", data, info.Mode())
	}
}

func TestWriteFileProblems(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "file"), "x")
	cases := map[string]struct{ path, code string }{
		"a missing folder":       {filepath.Join(dir, "missing", "out.txt"), "file-missing"},
		"a folder that is none":  {filepath.Join(dir, "file", "out.txt"), "not-a-folder"},
		"a folder as its target": {dir, "not-a-file"},
		"a name too long":        {filepath.Join(dir, string(slices.Repeat([]byte("a"), 300))), "file-name"},
	}
	if runtime.GOOS != "windows" {
		cases["a device"] = struct{ path, code string }{os.DevNull, "not-a-file"}
	} else {
		delete(cases, "a folder that is none") // Windows says "not found"
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := wantCode(t, vault.WriteFile(c.path, 0o600, text("x")), c.code)
			if p.Place != c.path {
				t.Errorf("the place is %q", p.Place)
			}
		})
	}
}

func TestFileProblemKeepsWhatItDoesNotKnow(t *testing.T) {
	if vault.FileProblem(nil, "x") != nil || vault.DBProblem(nil, "x") != nil {
		t.Error("nil became an error")
	}
	odd := errors.New("odd")
	if err := vault.DBProblem(odd, "x"); !errors.Is(err, odd) || problem.From(err).Kind != problem.Internal {
		t.Errorf("got %v", err)
	}
	p := wantCode(t, vault.FileProblem(&fs.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}, "x"), "file-permission")
	if !errors.Is(p, fs.ErrPermission) {
		t.Error("the cause is lost")
	}
}
