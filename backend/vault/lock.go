package vault

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"vitrine/backend/problem"
)

// lock is this process's hold on a data folder. The operating system lets go of
// it when the process ends, however it ends; the file itself stays, because
// removing it would let two processes lock two files of one name.
type lock struct{ file *os.File }

// acquire takes the lock of home or says which process has it.
func acquire(home string) (*lock, error) {
	path := filepath.Join(home, lockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, FileProblem(err, path)
	}
	free, err := tryLock(file)
	if err != nil {
		_ = file.Close()
		return nil, FileProblem(err, path)
	}
	if !free {
		holder := readHolder(file)
		_ = file.Close()
		return nil, inUse(home, holder)
	}
	if err := writeHolder(file); err != nil {
		_ = file.Close()
		return nil, FileProblem(err, path)
	}
	return &lock{file}, nil
}

// release lets the next process in. The number goes first, so that a later
// reader is not told of a process that left in order.
func (l *lock) release() error {
	_ = l.file.Truncate(0)
	return l.file.Close()
}

func writeHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// readHolder is the number of the process that holds the lock, or 0 where it has
// not written it yet.
func readHolder(file *os.File) int {
	var text [32]byte
	n, _ := file.ReadAt(text[:], 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}

func inUse(home string, pid int) error {
	who := "another Vitrine"
	if pid > 0 {
		who = fmt.Sprintf("another Vitrine (process %d)", pid)
	}
	return problem.New(problem.Conflict, "vault-in-use", "This vault is open in "+who+".").At(home).
		Try("Use that one, close it, or name another folder with --home.")
}
