package encfs_test

import (
	"path/filepath"
	"testing"

	"vitrine/backend/vault/encfs"
)

// TestADatasetIsWrittenOnceAndRead: staged without journal or syncs under an
// exclusive lock, then opened immutable by several readers, as the vault does.
func TestADatasetIsWrittenOnceAndRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	fs := register(t, testKeys(1), encfs.Options{PageSize: 32768})
	staged := open(t, fs, path, "_journal_mode=OFF", "_pragma=synchronous(OFF)", "_pragma=locking_mode(EXCLUSIVE)", "_pragma=cache_size(3)")
	staged.SetMaxOpenConns(1)
	run(t, staged, "PRAGMA application_id = 7")
	run(t, staged, "CREATE TABLE t (id INTEGER PRIMARY KEY, secretcolumn TEXT, b BLOB)")
	tx, err := staged.Begin()
	must(t, err)
	fillRows(t, tx, 1, 400)
	noPlain(t, dir)
	must(t, tx.Commit())
	must(t, staged.Close())
	digest, err := encfs.Digest(path)
	must(t, err)

	readers := open(t, fs, path, "mode=ro", "immutable=1", "_pragma=query_only(1)", "_pragma=cell_size_check(1)")
	readers.SetMaxOpenConns(3)
	done := make(chan error, 6)
	for range cap(done) {
		go func() {
			var n, sum int
			err := readers.QueryRow("SELECT count(*), sum(length(b)) FROM t").Scan(&n, &sum)
			if err == nil && n != 400 {
				t.Errorf("%d rows", n)
			}
			done <- err
		}()
	}
	for range cap(done) {
		must(t, <-done)
	}
	intact(t, readers)
	if got := text(t, readers, "PRAGMA application_id"); got != "7" {
		t.Errorf("application_id %s", got)
	}
	if _, err := readers.Exec("DELETE FROM t"); err == nil {
		t.Error("written to")
	}
	must(t, encfs.VerifyDigest(path, digest))
	if names := noPlain(t, dir); len(names) != 1 {
		t.Errorf("the folder holds %q", names)
	}
}
