package encfs_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"vitrine/backend/vault/encfs"
)

// TestCheckInUse: Check of a database that is being written finds nothing, and
// takes no lock away from SQLite.
func TestCheckInUse(t *testing.T) {
	for _, mode := range []string{"WAL", "DELETE"} {
		t.Run(mode, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.db")
			fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
			newLedger(t, fs, path, mode)
			db, err := openLedger(fs, path, mode)
			must(t, err)
			defer db.Close()
			count := times(40, 1000)
			done := make(chan error, 1)
			go func() { done <- keepBooks(db, count, func(int) error { return nil }) }()
			for looked := 0; ; looked++ {
				if r := check(t, path, testKeys(1)); mode == "WAL" && hasLasting(r) {
					t.Errorf("Check finds %+v", r.Findings)
				}
				select {
				case err := <-done:
					must(t, err)
					t.Logf("looked %d times", looked+1)
					must(t, db.Close())
					if r := check(t, path, testKeys(1)); !r.OK() {
						t.Errorf("afterwards Check finds %+v", r.Findings)
					}
					must(t, audit(fs, path, count))
					return
				default:
				}
			}
		})
	}
}

// hasLasting reports whether anything was found that a write in progress does not explain.
func hasLasting(r encfs.Report) bool {
	for _, f := range r.Findings {
		if !f.Torn {
			return true
		}
	}
	return false
}

// TestCheckTakesNoLockAway: on Unix, closing any descriptor of a file drops the
// process's locks on it, and then another process could write too.
func TestCheckTakesNoLockAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	newLedger(t, fs, path, "DELETE")
	db := open(t, fs, path)
	tx, err := db.Begin()
	must(t, err)
	run(t, tx, "INSERT INTO log VALUES (1)")
	check(t, path, testKeys(1))
	_, err = encfs.Digest(path)
	if err == nil {
		t.Error("a digest in the middle of a transaction")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childPath+"="+path, childMode+"=DELETE", childDies+"=1", childWaits+"=0")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !bytes.Contains(out, []byte("locked")) {
		t.Errorf("another process is not kept out: %v %s", err, out)
	}
	must(t, tx.Commit())
}
