package vault

import (
	"bufio"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"vitrine/backend/problem"
)

// WriteFile makes the file at path hold exactly what write writes, or leaves
// what was there before. It writes beside it, syncs, renames and syncs the
// folder; a link is followed to the file it names. perm is narrowed by the
// umask as usual. An error of write is returned as it is unless the disk was
// its cause.
//
// Problems are those of FileProblem, and "not-a-file" where path is a folder or
// a device. A process that is killed can leave its unfinished file behind, named
// .vitrine-….tmp in the same folder.
func WriteFile(path string, perm fs.FileMode, write func(io.Writer) error) error {
	target, err := writable(path)
	if err != nil {
		return err
	}
	temp, err := createTemp(filepath.Dir(target), perm)
	if err != nil {
		return FileProblem(err, path)
	}
	renamed := false
	defer func() { // also when write panics
		if !renamed {
			_ = temp.Close()
			_ = os.Remove(temp.Name())
		}
	}()
	if err := fill(temp, write, filepath.Base(target)); err != nil {
		return FileProblem(err, path)
	}
	atStep("file " + filepath.Base(target) + ": synced")
	if err := os.Rename(temp.Name(), target); err != nil {
		return FileProblem(err, path)
	}
	renamed = true
	atStep("file " + filepath.Base(target) + ": renamed")
	return FileProblem(syncFolder(filepath.Dir(target)), path)
}

// fill writes, syncs and closes; name is for tests that stop at each step.
func fill(file *os.File, write func(io.Writer) error, name string) error {
	out := bufio.NewWriterSize(file, 64<<10)
	if err := write(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	atStep("file " + name + ": written")
	if err := file.Sync(); err != nil {
		return err
	}
	return file.Close()
}

// writable follows a link and refuses what a rename must not replace: over
// /dev/null it would succeed, and break the machine.
func writable(path string) (string, error) {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, os.ErrNotExist) {
		return path, nil
	}
	if err != nil {
		return "", FileProblem(err, path)
	}
	info, err := os.Stat(target)
	if err != nil {
		return "", FileProblem(err, path)
	}
	if !info.Mode().IsRegular() {
		return "", problem.New(problem.Invalid, "not-a-file", "This is a folder or a device, not a file.").At(path).
			Try("Name a file.")
	}
	return target, nil
}

const (
	tempPrefix = ".vitrine-"
	tempSuffix = ".tmp"
)

func createTemp(dir string, perm fs.FileMode) (*os.File, error) {
	name := make([]byte, 8)
	if _, err := rand.Read(name); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, tempPrefix+hex.EncodeToString(name)+tempSuffix)
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
}

func isTemp(name string) bool {
	return strings.HasPrefix(name, tempPrefix) && strings.HasSuffix(name, tempSuffix)
}
