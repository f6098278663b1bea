package encfs_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"vitrine/backend/vault/encfs"
)

// A child process keeps a ledger and is killed. These say what it does.
const (
	childPath  = "ENCFS_TEST_PATH" // the ledger; set only in a child
	childMode  = "ENCFS_TEST_MODE"
	childWaits = "ENCFS_TEST_WAITS" // for a lock, in milliseconds; 10 s where it is not set
	childDies  = "ENCFS_TEST_DIES"  // before which change to the disk; 0: when the parent says so
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child keeps books until it is killed, and prints each transaction when it is committed.
func child(path string) error {
	keys := testKeys(1)
	fs, err := encfs.Register("encfs-child", keys, encfs.Options{PageSize: 4096})
	if err != nil {
		return err
	}
	dies, err := strconv.ParseInt(os.Getenv(childDies), 10, 64)
	if err != nil {
		return err
	}
	var changes atomic.Int64
	fs.Watch(func(encfs.Change) int32 {
		if changes.Add(1) == dies {
			die()
		}
		return 0
	})
	db, err := openLedger(fs, path, os.Getenv(childMode))
	if err != nil {
		return err
	}
	if wait := os.Getenv(childWaits); wait != "" {
		if _, err := db.Exec("PRAGMA busy_timeout = " + wait); err != nil {
			return err
		}
	}
	return keepBooks(db, 100_000, func(i int) error {
		_, err := fmt.Println(i)
		return err
	})
}

// die is kill -9 from within: nothing of the program runs after it.
func die() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {}
}

// TestKilledAnywhere kills a child again and again, and after each time the
// ledger is exactly the state after one of its transactions.
func TestKilledAnywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for i, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			killMany(t, mode, times(13, 250), rand.New(rand.NewPCG(uint64(i), 9)))
		})
	}
}

func killMany(t *testing.T, mode string, rounds int, rng *rand.Rand) {
	dir, temp := t.TempDir(), t.TempDir()
	path := filepath.Join(dir, "a.db")
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096, FullSync: true})
	newLedger(t, fs, path, mode)
	left, last := 0, 0
	for round := range rounds {
		if round%25 == 24 { // keep the transactions to check few
			removeAll(t, dir)
			newLedger(t, fs, path, mode)
			last = 0
		}
		last = max(last, killOne(t, path, mode, temp, rng))
		noPlain(t, temp)
		if len(noPlain(t, dir)) > 1 {
			left++
		}
		if err := audit(fs, path, last); err != nil {
			t.Fatalf("kill %d: %v", round+1, err)
		}
	}
	t.Logf("%d kills, %d with a log or journal left", rounds, left)
	if left == 0 {
		t.Error("no kill left anything to recover")
	}
}

func removeAll(t *testing.T, dir string) {
	t.Helper()
	for name := range contents(t, dir) {
		must(t, os.Remove(filepath.Join(dir, name)))
	}
}

// killOne runs a child that dies before a random change to the disk, or is killed
// from outside after a random transaction. It returns the last one acknowledged.
func killOne(t *testing.T, path, mode, temp string, rng *rand.Rand) (last int) {
	t.Helper()
	dies, acks := 1+rng.IntN(700), 0
	if rng.IntN(3) == 0 {
		dies, acks = 0, rng.IntN(12)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childPath+"="+path, childMode+"="+mode,
		fmt.Sprintf("%s=%d", childDies, dies), "SQLITE_TMPDIR="+temp, "TMPDIR="+temp)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewReader(out)
	for n := 0; ; n++ {
		if dies == 0 && n == acks {
			_ = cmd.Process.Kill()
		}
		line, err := lines.ReadString('\n')
		if err != nil {
			break // a line without its end was not acknowledged
		}
		last, err = strconv.Atoi(line[:len(line)-1])
		must(t, err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() == 1 {
		t.Fatalf("the child was not killed: %v %s", err, stderr.String())
	}
	return last
}
