package encfs_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/backend/vault/encfs"
)

// guarded opens a database on one connection that Guard watches.
func guarded(t testing.TB, fs *encfs.FS, path string) *sql.DB {
	t.Helper()
	db := open(t, fs, path, "_journal_mode=WAL")
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(context.Background())
	must(t, err)
	must(t, conn.Raw(encfs.Install))
	must(t, conn.Close())
	return db
}

func TestGuardKeepsSQLInside(t *testing.T) {
	dir := t.TempDir()
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	other := register(t, testKeys(2), encfs.Options{PageSize: 4096})
	db := guarded(t, fs, filepath.Join(dir, "a.db"))
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, secretcolumn TEXT)")
	run(t, db, "INSERT INTO t VALUES (1, ?)", canary)
	out := filepath.ToSlash(filepath.Join(dir, "out.db"))
	before := noPlain(t, dir)

	for _, query := range []string{
		"ATTACH 'file:" + out + "?vfs=unix' AS x",
		"ATTACH 'file:" + out + "?vfs=win32' AS x",
		"ATTACH 'file:" + out + "?%76fs=unix' AS x",
		"ATTACH 'file:" + out + "?vfs=" + fs.Name() + "&vfs=unix' AS x",
		"ATTACH 'file:" + out + "?mode=rwc&vfs=unix-none' AS x",
		"ATTACH 'file:" + out + "?vfs=memdb' AS x",
		"ATTACH 'file:" + out + "?cache=shared&vfs=unix' AS x",
		"ATTACH 'file:" + out + "?psow=0' AS x",
		"ATTACH 'file:" + out + "#?vfs=unix' AS x",
		"ATTACH 'file:" + out + "' || '?vfs=unix' AS x",
		"ATTACH '' AS x",
		"VACUUM INTO 'file:" + out + "?vfs=unix'",
		"VACUUM INTO 'file:" + out + "' || '?vfs=unix'",
		"PRAGMA temp_store_directory = '" + dir + "'",
		"PRAGMA Temp_Store_Directory",
		"PRAGMA writable_schema = ON",
		"PRAGMA main.WRITABLE_SCHEMA(1)",
		"PRAGMA trusted_schema = ON",
		"PRAGMA page_size = 8192",
		"PRAGMA mmap_size = 1000000",
		"PRAGMA lock_proxy_file = ':auto:'",
		"SELECT load_extension('x')",
		"SELECT LOAD_EXTENSION('x', 'y')",
		"UPDATE sqlite_dbpage SET data = zeroblob(4096) WHERE pgno = 2",
		"DELETE FROM sqlite_dbpage",
		"CREATE VIRTUAL TABLE v USING sqlite_dbpage",
		"CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN SELECT load_extension('x'); END; INSERT INTO t VALUES (5, 'x')",
	} {
		if _, err := db.Exec(query); err == nil {
			t.Errorf("allowed: %s", query)
		}
	}
	if _, err := db.Exec("ATTACH ? AS x", "file:"+out+"?vfs=unix"); err == nil {
		t.Error("allowed: ATTACH of a bound name")
	}
	if now := noPlain(t, dir); !slices.Equal(now, before) {
		t.Errorf("files were made: %q", now)
	}

	for _, query := range []string{
		"PRAGMA page_size", "PRAGMA journal_mode", "PRAGMA integrity_check", "PRAGMA foreign_keys = ON",
		"PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA user_version = 3", "SELECT upper('x')",
		"CREATE TABLE u (x)", "ALTER TABLE u ADD COLUMN y", "DROP TABLE u", "CREATE TEMP TABLE w (x)",
		"ATTACH ':memory:' AS m", "DETACH m",
		"ATTACH '" + filepath.Join(dir, "second.db") + "' AS s", "CREATE TABLE s.t AS SELECT * FROM main.t", "DETACH s",
		"VACUUM INTO '" + filepath.Join(dir, "third.db") + "'",
		"VACUUM INTO 'file:" + filepath.ToSlash(filepath.Join(dir, "fourth.db")) + "?vfs=" + other.Name() + "'",
		"VACUUM INTO 'file:" + filepath.ToSlash(filepath.Join(dir, "fifth.db")) + "'",
	} {
		if _, err := db.Exec(query); err != nil {
			t.Errorf("denied: %s: %v", query, err)
		}
	}
	if names := noPlain(t, dir); !slices.Contains(names, "fourth.db") || !slices.Contains(names, "second.db") {
		t.Errorf("only %q were made", names)
	}
	if got := text(t, open(t, other, filepath.Join(dir, "fourth.db")), "SELECT secretcolumn FROM t"); got != canary {
		t.Errorf("the copy under another key says %q", got)
	}
}

func TestVacuumUnderGuard(t *testing.T) {
	dir := t.TempDir()
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	db := guarded(t, fs, filepath.Join(dir, "a.db"))
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
	run(t, db, "INSERT INTO t VALUES (1, zeroblob(1000000))")
	run(t, db, "DELETE FROM t")
	if _, err := db.Exec("VACUUM"); err == nil {
		t.Error("plain VACUUM is allowed; Guard says it is not")
	}
	must(t, encfs.Vacuum(context.Background(), db))
	if got := text(t, db, "PRAGMA page_count"); got != "2" {
		t.Errorf("%s pages after Vacuum", got)
	}
	if _, err := db.Exec("ATTACH '' AS x"); err == nil {
		t.Error("Guard is gone after Vacuum")
	}
	intact(t, db)
}

// TestATransactionOverTwoFilesIsRefused: it would need a super-journal, which holds file names.
func TestATransactionOverTwoFilesIsRefused(t *testing.T) {
	dir := t.TempDir()
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	db := open(t, fs, filepath.Join(dir, "a.db"), "_journal_mode=DELETE")
	db.SetMaxOpenConns(1)
	run(t, db, "ATTACH '"+filepath.Join(dir, "b.db")+"' AS b")
	run(t, db, "CREATE TABLE t (x)")
	run(t, db, "CREATE TABLE b.t (x)")
	if _, err := db.Exec("BEGIN; INSERT INTO main.t VALUES (1); INSERT INTO b.t VALUES (1); COMMIT"); err == nil {
		t.Error("committed over two files")
	}
	_, _ = db.Exec("ROLLBACK")
	if got := text(t, db, "SELECT (SELECT count(*) FROM main.t) || (SELECT count(*) FROM b.t)"); got != "00" {
		t.Errorf("half of it stayed: %s", got)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if strings.Contains(e.Name(), "-mj") {
			t.Errorf("%s is left", e.Name())
		}
	}
}
