package encfs_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"vitrine/backend/vault/encfs"
)

// TestADiskThatRefusesLosesNothing has the disk refuse each change in turn, once
// and for good, and then looks at the ledger as the next program would find it.
func TestADiskThatRefusesLosesNothing(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			fresh := t.TempDir()
			newLedger(t, register(t, testKeys(1), encfs.Options{PageSize: 4096}), filepath.Join(fresh, "a.db"), mode)
			total := refuse(t, fresh, mode, 1<<30, 0, false)
			if total < 20 {
				t.Fatalf("only %d changes", total)
			}
			for at := 1; at <= total; at += times(max(1, total/7), 1) {
				refuse(t, fresh, mode, at, encfs.DiskFull, false)
				refuse(t, fresh, mode, at, encfs.FailWrite, true)
			}
		})
	}
}

// refuse keeps books until the disk refuses a change; it returns how many there were.
func refuse(t *testing.T, fresh, mode string, at int, code int32, forGood bool) int {
	t.Helper()
	dir := copyFolder(t, fresh)
	path := filepath.Join(dir, "a.db")
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	changes, last := 0, 0
	fs.Watch(func(c encfs.Change) int32 {
		if c.Op == "delete" {
			return 0
		}
		changes++
		if changes == at || forGood && changes > at {
			if c.Op == "sync" {
				return encfs.FailSync
			}
			return code
		}
		return 0
	})
	db, err := openLedger(fs, path, mode)
	must(t, err)
	_ = keepBooks(db, 5, func(i int) error { last = i; return nil }) // fails, or SQLite can do without the change
	_ = db.Close()
	noPlain(t, dir)
	if err := audit(register(t, testKeys(1), encfs.Options{PageSize: 4096}), path, last); err != nil {
		t.Errorf("change %d of %s refused: %v", at, mode, err)
	}
	return changes
}

// TestUnlinkedFilesAreSealed reads SQLite's temporary files, which have no name,
// through the descriptors of this process while a sort and a temporary table use them.
func TestUnlinkedFilesAreSealed(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	db := open(t, fs, filepath.Join(t.TempDir(), "a.db"), "_pragma=temp_store(FILE)", "_pragma=cache_size(2)", "_pragma=temp.cache_size(2)")
	db.SetMaxOpenConns(1)
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, secretcolumn TEXT)")
	run(t, db, "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i+1 FROM n WHERE i < 4000) INSERT INTO t SELECT i, ? || i || hex(randomblob(200)) FROM n", canary)
	run(t, db, "CREATE TEMP TABLE w AS SELECT * FROM t")
	tx, err := db.Begin()
	must(t, err)
	run(t, tx, "INSERT INTO t SELECT id + 10000, secretcolumn FROM t")
	run(t, tx, "SAVEPOINT s")
	run(t, tx, "UPDATE t SET secretcolumn = secretcolumn || 'x'") // a statement journal
	rows, err := tx.Query("SELECT secretcolumn FROM t ORDER BY substr(secretcolumn, -30)")
	must(t, err)
	if !rows.Next() {
		t.Fatal("no rows")
	}
	sealed := unlinked(t)
	if sealed < 3 {
		t.Errorf("only %d files without a name", sealed)
	}
	must(t, rows.Close())
	must(t, tx.Rollback())

	plain := open(t, nil, filepath.Join(t.TempDir(), "a.db"), "_pragma=temp_store(FILE)", "_pragma=temp.cache_size(2)")
	plain.SetMaxOpenConns(1)
	run(t, plain, "CREATE TEMP TABLE w (x)")
	run(t, plain, "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i+1 FROM n WHERE i < 4000) INSERT INTO w SELECT ? || i || hex(randomblob(200)) FROM n", canary)
	if !leaks(t) {
		t.Error("the control, plain SQLite, shows nothing: the test cannot see")
	}
	must(t, plain.Close())
}

// unlinked looks into the files without a name that this process holds.
func unlinked(t *testing.T) (count int) {
	t.Helper()
	for name, data := range descriptors(t) {
		count++
		for _, g := range giveaways {
			if strings.Contains(data, g) {
				t.Errorf("%s holds %q", name, g)
			}
		}
	}
	return count
}

func leaks(t *testing.T) bool {
	t.Helper()
	for _, data := range descriptors(t) {
		if strings.Contains(data, canary) {
			return true
		}
	}
	return false
}

func descriptors(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	found := map[string]string{}
	for _, e := range entries {
		path := filepath.Join("/proc/self/fd", e.Name())
		target, err := os.Readlink(path)
		if err != nil || !strings.HasSuffix(target, "(deleted)") {
			continue
		}
		data, err := os.ReadFile(path)
		must(t, err)
		found[target] = string(data)
	}
	return found
}
