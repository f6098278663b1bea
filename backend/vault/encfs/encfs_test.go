package encfs_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	_ "modernc.org/sqlite"

	"vitrine/backend/vault/encfs"
)

// testKey is a key that a test can name: the same number, the same key.
func testKey(n byte) (k encfs.Key) {
	for i := range k {
		k[i] = n ^ byte(7*i+1)
	}
	return k
}

func testKeys(n byte) encfs.KeySet {
	return encfs.KeySet{Current: 1, Epochs: map[uint32]encfs.Key{1: testKey(n)}}
}

var names atomic.Int64

// register makes an FS of the tests' first key, closed when the test ends.
func register(t testing.TB, keys encfs.KeySet, opt encfs.Options) *encfs.FS {
	t.Helper()
	fs, err := encfs.Register(fmt.Sprintf("encfs-test-%d-%d", os.Getpid(), names.Add(1)), keys, opt)
	must(t, err)
	t.Cleanup(func() {
		if err := fs.Close(); err != nil {
			t.Error(err)
		}
	})
	return fs
}

// open opens a database through fs, or through SQLite's own where fs is nil.
func open(t testing.TB, fs *encfs.FS, path string, settings ...string) *sql.DB {
	t.Helper()
	db := mustOpen(t, dsn(fs, path, settings...))
	t.Cleanup(func() { db.Close() })
	return db
}

func mustOpen(t testing.TB, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", name)
	must(t, err)
	return db
}

func dsn(fs *encfs.FS, path string, settings ...string) string {
	if fs != nil {
		settings = append(settings, "vfs="+fs.Name(), fmt.Sprintf("_pragma=page_size(%d)", fs.PageSize()))
	}
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?_busy_timeout=10000&" + strings.Join(settings, "&")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func run(t testing.TB, db interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), query, args...); err != nil {
		t.Fatalf("%.60s: %v", query, err)
	}
}

func text(t testing.TB, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}, query string, args ...any) (s string) {
	t.Helper()
	if err := db.QueryRowContext(context.Background(), query, args...).Scan(&s); err != nil {
		t.Fatalf("%.60s: %v", query, err)
	}
	return s
}

func intact(t testing.TB, db *sql.DB) {
	t.Helper()
	if s := text(t, db, "PRAGMA integrity_check"); s != "ok" {
		t.Fatalf("integrity_check: %s", s)
	}
}

// canary is in every row, so it is in every file that holds rows in the clear.
const canary = "QXJ-canary-7731-participant"

// giveaways are what a file that is not sealed would hold: rows, schema, and the
// beginnings of a database, a journal and a log. None is so short that chance makes it.
var giveaways = []string{canary, "SQLite format", "CREATE TABLE", "secretcolumn", "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "\x37\x7f\x06\x82\x00\x2d\xe2\x18", "\x37\x7f\x06\x83\x00\x2d\xe2\x18"}

// noPlain looks for giveaways in every file of a folder, except the index of the
// log, which holds no content.
func noPlain(t testing.TB, dir string) (looked []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		for _, g := range giveaways {
			if strings.Contains(string(data), g) {
				t.Errorf("%s holds %q", e.Name(), g)
			}
		}
		looked = append(looked, e.Name())
	}
	return looked
}

var modes = []string{"WAL", "DELETE", "TRUNCATE", "PERSIST"}

// TestSQLiteWorksAsItDoes runs what SQLite can do to a file in each journal mode
// with a cache so small that it spills, and looks for plain bytes on the way.
func TestSQLiteWorksAsItDoes(t *testing.T) {
	for _, mode := range modes {
		for _, size := range []int{4096, 16384, 65536} {
			t.Run(fmt.Sprintf("%s/%d", mode, size), func(t *testing.T) { useAll(t, mode, size) })
		}
	}
}

func useAll(t *testing.T, mode string, size int) {
	dir := t.TempDir()
	fs := register(t, testKeys(1), encfs.Options{PageSize: size})
	path := filepath.Join(dir, "a.db")
	db := open(t, fs, path, "_journal_mode="+mode, "_pragma=cache_size(3)", "_pragma=temp_store(FILE)", "_pragma=synchronous(OFF)")
	db.SetMaxOpenConns(1)
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, secretcolumn TEXT, b BLOB)")

	tx, err := db.Begin()
	must(t, err)
	fillRows(t, tx, 1, 300)
	files := noPlain(t, dir)
	if len(files) < 2 {
		t.Errorf("only %q while a transaction spills", files)
	}
	run(t, tx, "SAVEPOINT s")
	run(t, tx, "UPDATE t SET secretcolumn = 'gone', b = zeroblob(9000)")
	noPlain(t, dir)
	run(t, tx, "ROLLBACK TO s")
	run(t, tx, "DELETE FROM t WHERE id % 3 = 0")
	must(t, tx.Commit())
	noPlain(t, dir)

	tx, err = db.Begin()
	must(t, err)
	run(t, tx, "UPDATE t SET b = randomblob(5000)")
	noPlain(t, dir)
	must(t, tx.Rollback())
	want := text(t, db, "SELECT count(*) || ' ' || sum(length(b)) || ' ' || max(secretcolumn) FROM t")

	run(t, db, "CREATE TEMP TABLE big AS SELECT * FROM t ORDER BY b")
	run(t, db, "CREATE INDEX i ON t (secretcolumn, b)")
	if got := text(t, db, "SELECT count(*) FROM (SELECT DISTINCT b FROM big ORDER BY b DESC)"); got != "200" {
		t.Errorf("sorted %s rows", got)
	}
	run(t, db, "VACUUM")
	intact(t, db)
	run(t, db, "VACUUM INTO ?", filepath.Join(dir, "copy.db"))
	noPlain(t, dir)
	must(t, db.Close())
	noPlain(t, dir)

	for _, name := range []string{"a.db", "copy.db"} {
		db = open(t, fs, filepath.Join(dir, name))
		intact(t, db)
		if got := text(t, db, "SELECT count(*) || ' ' || sum(length(b)) || ' ' || max(secretcolumn) FROM t"); got != want {
			t.Errorf("%s: read %q, want %q", name, got, want)
		}
		if got := text(t, db, "PRAGMA page_size"); got != fmt.Sprint(size) {
			t.Errorf("%s: page size %s", name, got)
		}
		must(t, db.Close())
	}
}

// fillRows writes rows whose content is a function of their id.
func fillRows(t testing.TB, tx *sql.Tx, from, to int) {
	t.Helper()
	stmt, err := tx.Prepare("INSERT INTO t VALUES (?, ?, ?)")
	must(t, err)
	for id := from; id <= to; id++ {
		_, err := stmt.Exec(id, fmt.Sprintf("%s %d", canary, id), blob(id, 2000))
		must(t, err)
	}
	must(t, stmt.Close())
}

func blob(seed, n int) []byte {
	r := rand.New(rand.NewPCG(uint64(seed), 1))
	b := make([]byte, n+seed%97)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return append(b, canary...)
}

// TestAWrongKeyReadsNothingAndHarmsNothing opens a database with a hot log or
// journal under another key.
func TestAWrongKeyReadsNothingAndHarmsNothing(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.db")
			right := register(t, testKeys(1), encfs.Options{PageSize: 4096})
			db := open(t, right, path, "_journal_mode="+mode, "_pragma=cache_size(2)")
			db.SetMaxOpenConns(1)
			run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, secretcolumn TEXT, b BLOB)")
			tx, err := db.Begin()
			must(t, err)
			fillRows(t, tx, 1, 50)
			must(t, tx.Commit())
			tx, err = db.Begin()
			must(t, err)
			run(t, tx, "UPDATE t SET b = randomblob(3000)")
			crashed := copyFolder(t, dir) // as a crash would leave it
			must(t, tx.Rollback())
			before := contents(t, crashed)

			wrong := register(t, testKeys(2), encfs.Options{PageSize: 4096})
			other := open(t, wrong, filepath.Join(crashed, "a.db"))
			var n int
			if err := other.QueryRow("SELECT count(*) FROM t").Scan(&n); err == nil {
				t.Error("read with the wrong key")
			}
			if _, err := other.Exec("CREATE TABLE x (y)"); err == nil {
				t.Error("wrote with the wrong key")
			}
			if err := wrong.Failure(); !errors.Is(err, encfs.ErrSeal) {
				t.Errorf("the reason is %v", err)
			}
			must(t, other.Close())
			for name, data := range contents(t, crashed) {
				if before[name] != data && !strings.HasSuffix(name, "-shm") {
					t.Errorf("%s was changed", name)
				}
			}
			for name := range before {
				if _, err := os.Stat(filepath.Join(crashed, name)); err != nil && !strings.HasSuffix(name, "-shm") {
					t.Errorf("%s was removed", name)
				}
			}

			again := open(t, right, filepath.Join(crashed, "a.db"))
			intact(t, again)
			if got := text(t, again, "SELECT count(*) FROM t"); got != "50" {
				t.Errorf("the right key then reads %s rows", got)
			}
			must(t, again.Close())
		})
	}
}

func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	all := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		all[e.Name()] = string(data)
	}
	return all
}

// copyFolder copies what is on disk, except the index of the log, which a crash loses.
func copyFolder(t testing.TB, dir string) string {
	t.Helper()
	to := t.TempDir()
	for name, data := range contents(t, dir) {
		if !strings.HasSuffix(name, "-shm") {
			must(t, os.WriteFile(filepath.Join(to, name), []byte(data), 0o600))
		}
	}
	return to
}
