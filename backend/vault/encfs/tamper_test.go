package encfs_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitrine/backend/vault/encfs"
)

const tamperPage = 4096

// tamperDB makes a closed database with rows, an index, overflow and free pages.
func tamperDB(t testing.TB, fs *encfs.FS, path string, seed int) {
	t.Helper()
	db := open(t, fs, path, "_journal_mode=WAL")
	db.SetMaxOpenConns(1)
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, secretcolumn TEXT, b BLOB)")
	run(t, db, "CREATE INDEX i ON t (secretcolumn)")
	tx, err := db.Begin()
	must(t, err)
	for id := 1; id <= 60; id++ {
		run(t, tx, "INSERT INTO t VALUES (?, ?, ?)", id, fmt.Sprintf("%s %d", canary, id*seed), blob(id*seed, 90*id))
	}
	must(t, tx.Commit())
	run(t, db, "DELETE FROM t WHERE id BETWEEN 20 AND 35")
	if text(t, db, "PRAGMA freelist_count") == "0" {
		t.Error("no free pages")
	}
	must(t, db.Close())
}

func check(t testing.TB, path string, keys encfs.KeySet) encfs.Report {
	t.Helper()
	r, err := encfs.Check(context.Background(), path, keys)
	must(t, err)
	return r
}

// found lists what Check complains of, as "page" or "page,page".
func found(r encfs.Report) string {
	var s []string
	for _, f := range r.Findings {
		s = append(s, fmt.Sprint(f.File, f.Number))
	}
	return strings.Join(s, ",")
}

// answer reads every row and the index; what it says is never wrong, or it is an error.
func answer(t testing.TB, fs *encfs.FS, path string) (string, error) {
	t.Helper()
	db := mustOpen(t, dsn(fs, path, "mode=ro", "immutable=1"))
	defer db.Close()
	var table, index string
	if err := db.QueryRow("SELECT count(*) || group_concat(hex(b)) || group_concat(secretcolumn) FROM t").Scan(&table); err != nil {
		return "", err
	}
	err := db.QueryRow("SELECT count(*) || group_concat(secretcolumn) FROM t INDEXED BY i WHERE secretcolumn > ''").Scan(&index)
	return table + index, err
}

// TestEveryChangeToAPageIsFound changes each page of a database in every way
// that a person with a hex editor and copies of other files could.
func TestEveryChangeToAPageIsFound(t *testing.T) {
	dir := t.TempDir()
	keys := encfs.KeySet{Current: 2, Epochs: map[uint32]encfs.Key{1: testKey(1), 2: testKey(2)}}
	fs := register(t, keys, encfs.Options{PageSize: tamperPage})
	path, twin, stranger := filepath.Join(dir, "a.db"), filepath.Join(dir, "twin.db"), filepath.Join(dir, "stranger.db")
	tamperDB(t, fs, path, 1)
	tamperDB(t, fs, twin, 1)
	tamperDB(t, register(t, testKeys(9), encfs.Options{PageSize: tamperPage}), stranger, 1)
	good, err := os.ReadFile(path)
	must(t, err)
	sameKey, err := os.ReadFile(twin)
	must(t, err)
	otherKey, err := os.ReadFile(stranger)
	must(t, err)
	want, err := answer(t, fs, path)
	must(t, err)
	if r := check(t, path, keys); !r.OK() || r.Pages != int64(len(good)/tamperPage) || r.Epochs[2] != r.Pages {
		t.Fatalf("the good file: %+v", r)
	}

	pages := len(good) / tamperPage
	changes := map[string]func(page []byte, n int){
		"zeroed":                 func(p []byte, _ int) { clear(p) },
		"half zeroed":            func(p []byte, _ int) { clear(p[tamperPage/2:]) },
		"swapped":                func(p []byte, n int) { copy(p, good[(n+1)%pages*tamperPage:][:tamperPage]) },
		"epoch changed":          func(p []byte, _ int) { binary.BigEndian.PutUint32(p[tamperPage-4:], 1) },
		"unknown epoch":          func(p []byte, _ int) { binary.BigEndian.PutUint32(p[tamperPage-4:], 7) },
		"of a file of the key":   func(p []byte, n int) { copy(p, sameKey[n*tamperPage:][:tamperPage]) },
		"of another vault":       func(p []byte, n int) { copy(p, otherKey[n*tamperPage:][:tamperPage]) },
		"of a file, prefix kept": func(p []byte, n int) { copy(p[16:], sameKey[n*tamperPage:][16:tamperPage]) },
		"of a plain SQLite file": func(p []byte, _ int) { clear(p); copy(p, "SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20") },
		"another page under it":  func(p []byte, n int) { copy(p[:12], good[(n+1)%pages*tamperPage:][:12]) },
		"tag of another page": func(p []byte, n int) {
			copy(p[tamperPage-20:], good[(n+1)%pages*tamperPage:][tamperPage-20:tamperPage])
		},
		"version of the format up": func(p []byte, _ int) { p[4]++ },
	}
	for _, off := range []int{0, 3, 5, 6, 11, 12, 15, 16, 27, 28, 29, 100, 2048, tamperPage - 37, tamperPage - 36, tamperPage - 21, tamperPage - 20, tamperPage - 5, tamperPage - 4, tamperPage - 1} {
		changes[fmt.Sprintf("bit of byte %d", off)] = func(p []byte, n int) { p[off] ^= 1 << (n % 8) }
	}
	victim := filepath.Join(t.TempDir(), "a.db")
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			for n := range pages {
				bad := bytes.Clone(good)
				change(bad[n*tamperPage:][:tamperPage], n)
				if bytes.Equal(bad, good) {
					t.Fatalf("page %d is as it was", n+1)
				}
				must(t, os.WriteFile(victim, bad, 0o600))
				r := check(t, victim, keys)
				if r.OK() || n > 0 && found(r) != fmt.Sprint(n+1) {
					t.Errorf("page %d: Check finds %q", n+1, found(r))
				}
				if got, err := answer(t, fs, victim); err == nil && got != want {
					t.Errorf("page %d: a wrong answer", n+1)
				}
			}
		})
	}
}

// TestACutFileIsFound cuts at pages and within them.
func TestACutFileIsFound(t *testing.T) {
	dir := t.TempDir()
	fs := register(t, testKeys(1), encfs.Options{PageSize: tamperPage})
	path := filepath.Join(dir, "a.db")
	tamperDB(t, fs, path, 1)
	want, err := answer(t, fs, path)
	must(t, err)
	good, err := os.ReadFile(path)
	must(t, err)
	for _, cut := range []int{1, 4, 33, 511, tamperPage - 1, tamperPage, 3 * tamperPage, 10*tamperPage + 7, len(good) - tamperPage, len(good) - 15} {
		must(t, os.WriteFile(path, good[:len(good)-cut], 0o600))
		if check(t, path, testKeys(1)).OK() {
			t.Errorf("cut by %d bytes: Check finds nothing", cut)
		}
		if got, err := answer(t, fs, path); err == nil && got != want {
			t.Errorf("cut by %d bytes: a wrong answer", cut)
		}
	}
}

// TestAnOlderPageIsSeenByTheDigestOnly holds FORMAT.md's table to its word: what
// it says is not detected is not, and what it says is, is.
func TestAnOlderPageIsSeenByTheDigestOnly(t *testing.T) {
	fs := register(t, testKeys(1), encfs.Options{PageSize: tamperPage})
	path := filepath.Join(t.TempDir(), "a.db")
	tamperDB(t, fs, path, 1)
	older, err := os.ReadFile(path)
	must(t, err)
	db := open(t, fs, path)
	run(t, db, "UPDATE t SET b = zeroblob(length(b))")
	must(t, db.Close())
	digest, err := encfs.Digest(path)
	must(t, err)
	must(t, encfs.VerifyDigest(path, digest))
	newer, err := os.ReadFile(path)
	must(t, err)

	changed := 0
	for n := range len(newer) / tamperPage {
		mixed := bytes.Clone(newer)
		copy(mixed[n*tamperPage:][:tamperPage], older[n*tamperPage:])
		if bytes.Equal(mixed, newer) {
			continue
		}
		changed++
		must(t, os.WriteFile(path, mixed, 0o600))
		if r := check(t, path, testKeys(1)); !r.OK() {
			t.Errorf("page %d: Check finds %q; FORMAT.md says that it cannot", n+1, found(r))
		}
		if err := encfs.VerifyDigest(path, digest); !errors.Is(err, encfs.ErrDigest) {
			t.Errorf("page %d: the digest says %v", n+1, err)
		}
	}
	if changed < 20 {
		t.Errorf("only %d pages changed", changed)
	}
	must(t, os.WriteFile(path, older, 0o600))
	if err := encfs.VerifyDigest(path, digest); !errors.Is(err, encfs.ErrDigest) {
		t.Errorf("the whole older file: the digest says %v", err)
	}
	must(t, os.WriteFile(path, newer, 0o600))
	must(t, encfs.VerifyDigest(path, digest))
	must(t, os.WriteFile(path+"-wal", []byte("x"), 0o600))
	if _, err := encfs.Digest(path); !errors.Is(err, encfs.ErrUnfinished) {
		t.Errorf("with a log beside it: %v", err)
	}
}

// TestChangesToALogAreFound changes each frame of a log that a crash left.
func TestChangesToALogAreFound(t *testing.T) {
	dir := t.TempDir()
	fs := register(t, testKeys(1), encfs.Options{PageSize: tamperPage})
	db := open(t, fs, filepath.Join(dir, "a.db"), "_journal_mode=WAL")
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")
	for i := range 12 {
		run(t, db, "INSERT INTO t VALUES (?, ?)", i+1, i*i)
	}
	crashed := copyFolder(t, dir)
	must(t, db.Close())
	path := filepath.Join(crashed, "a.db")
	log, err := os.ReadFile(path + "-wal")
	must(t, err)
	r := check(t, path, testKeys(1))
	if !r.OK() || r.Frames < 13 {
		t.Fatalf("the good log: %+v", r)
	}
	const slot = tamperPage + 56
	for n := range int(r.Frames) {
		for _, off := range []int{0, 12, 30, 40, 2000, slot - 20, slot - 1} {
			bad := bytes.Clone(log)
			bad[80+n*slot+off] ^= 4
			must(t, os.WriteFile(path+"-wal", bad, 0o600))
			r := check(t, path, testKeys(1))
			if last := n == int(r.Frames)-1; found(r) != fmt.Sprint("-wal", n) || r.Findings[0].Torn != last {
				t.Errorf("frame %d, byte %d: Check finds %+v", n, off, r.Findings)
			}
		}
	}
	for _, off := range []int{0, 4, 6, 15, 16, 30, 60, 79} {
		bad := bytes.Clone(log)
		bad[off] ^= 4
		must(t, os.WriteFile(path+"-wal", bad, 0o600))
		if r := check(t, path, testKeys(1)); found(r) != "-wal-1" {
			t.Errorf("header, byte %d: Check finds %q", off, found(r))
		}
		db := mustOpen(t, dsn(fs, path))
		var count int
		if err := db.QueryRow("SELECT count(*) FROM t").Scan(&count); err == nil {
			t.Errorf("header, byte %d: read %d rows, as if there were no log", off, count)
		}
		must(t, db.Close())
		if now, err := os.ReadFile(path + "-wal"); err != nil || !bytes.Equal(now, bad) {
			t.Errorf("header, byte %d: the log was touched", off)
		}
	}
	must(t, os.WriteFile(path+"-wal", log, 0o600))
	if got := text(t, open(t, fs, path), "SELECT count(*) FROM t"); got != "12" {
		t.Errorf("the good log gives %s rows", got)
	}
}

// TestADamagedLogIsNotCutShort: where every commit is synced, a frame that whole
// transactions follow is damage, and the log is refused rather than ended there.
func TestADamagedLogIsNotCutShort(t *testing.T) {
	dir := t.TempDir()
	careful := register(t, testKeys(1), encfs.Options{PageSize: tamperPage, FullSync: true})
	saving := register(t, testKeys(1), encfs.Options{PageSize: tamperPage})
	db := open(t, careful, filepath.Join(dir, "a.db"), "_journal_mode=WAL", "_pragma=synchronous(FULL)")
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")
	for i := range 12 {
		run(t, db, "INSERT INTO t VALUES (?, ?)", i+1, i*i)
	}
	crashed := copyFolder(t, dir)
	must(t, db.Close())
	path := filepath.Join(crashed, "a.db")
	good := contents(t, crashed)
	const slot = tamperPage + 56
	frames := (len(good["a.db-wal"]) - 80) / slot
	for n := range frames {
		bad := []byte(good["a.db-wal"])
		bad[80+n*slot+500] ^= 1
		for i, fs := range []*encfs.FS{careful, saving} {
			must(t, os.WriteFile(path, []byte(good["a.db"]), 0o600))
			must(t, os.WriteFile(path+"-wal", bad, 0o600))
			_ = os.Remove(path + "-shm")
			db := mustOpen(t, dsn(fs, path))
			var rows int
			err := db.QueryRow("SELECT count(*) FROM t").Scan(&rows)
			must(t, db.Close())
			if refused := err != nil; i == 0 && refused != (n < frames-2) {
				t.Errorf("frame %d of %d: %d rows, %v", n, frames, rows, err)
			}
			if i == 1 && n > 2 && (err != nil || rows >= 12) {
				t.Errorf("frame %d of %d, to save what can be: %d rows, %v", n, frames, rows, err)
			}
		}
	}
}

// TestALiveFrameOfAnEarlierLogIsRefused puts a frame of an earlier log in the
// place of one that a connection is about to read.
func TestALiveFrameOfAnEarlierLogIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	fs := register(t, testKeys(1), encfs.Options{PageSize: tamperPage})
	db := open(t, fs, path, "_journal_mode=WAL", "_pragma=cache_size(1)")
	db.SetMaxOpenConns(1)
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
	run(t, db, "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i+1 FROM n WHERE i < 30) INSERT INTO t SELECT i, zeroblob(3000) FROM n")
	earlier, err := os.ReadFile(path + "-wal")
	must(t, err)
	run(t, db, "PRAGMA wal_checkpoint(RESTART)")
	run(t, db, "UPDATE t SET b = randomblob(3000)")
	later, err := os.ReadFile(path + "-wal")
	must(t, err)
	if bytes.Equal(earlier[:80], later[:80]) {
		t.Fatal("it is the same log")
	}
	copy(later[80:], earlier[80:])
	f, err := os.OpenFile(path+"-wal", os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(later[80:], 80)
	must(t, errors.Join(err, f.Close()))
	var sum string
	if err := db.QueryRow("SELECT sum(length(b)) FROM t WHERE hex(b) LIKE '%0%'").Scan(&sum); err == nil {
		t.Error("frames of an earlier log were read")
	}
	if !errors.Is(fs.Failure(), encfs.ErrSeal) {
		t.Errorf("the reason is %v", fs.Failure())
	}
}

// TestChangesToAHotJournalAreFound does the same for a rollback journal.
func TestChangesToAHotJournalAreFound(t *testing.T) {
	dir := t.TempDir()
	fs := register(t, testKeys(1), encfs.Options{PageSize: tamperPage})
	path := filepath.Join(dir, "a.db")
	tamperDB(t, fs, path, 1)
	db := open(t, fs, path, "_journal_mode=DELETE", "_pragma=cache_size(2)")
	db.SetMaxOpenConns(1)
	tx, err := db.Begin()
	must(t, err)
	run(t, tx, "UPDATE t SET b = zeroblob(4000)")
	crashed := copyFolder(t, dir)
	must(t, errors.Join(tx.Rollback(), db.Close()))
	path = filepath.Join(crashed, "a.db")
	journal, err := os.ReadFile(path + "-journal")
	must(t, err)
	r := check(t, path, testKeys(1))
	if len(r.Findings) != 0 || r.Blocks < 100 {
		t.Fatalf("the good journal: %d blocks, %+v", r.Blocks, r.Findings)
	}
	for n := range int(r.Blocks) {
		bad := bytes.Clone(journal)
		bad[48+n*544+n%544] ^= 8
		must(t, os.WriteFile(path+"-journal", bad, 0o600))
		if got := found(check(t, path, testKeys(1))); got != fmt.Sprint("-journal", n) {
			t.Errorf("block %d: Check finds %q", n, got)
		}
	}
	for _, off := range []int{0, 4, 10, 16, 28, 44, 47} {
		bad := bytes.Clone(journal)
		bad[off] ^= 8
		must(t, os.WriteFile(path+"-journal", bad, 0o600))
		db := mustOpen(t, dsn(fs, path))
		var count int
		if err := db.QueryRow("SELECT count(*) FROM t").Scan(&count); err == nil {
			t.Errorf("prologue, byte %d: read as if there were no journal", off)
		}
		must(t, db.Close())
		if now, err := os.ReadFile(path + "-journal"); err != nil || !bytes.Equal(now, bad) {
			t.Errorf("prologue, byte %d: the journal was touched", off)
		}
	}
	must(t, os.WriteFile(path+"-journal", journal, 0o600))
	db = open(t, fs, path)
	intact(t, db)
	if got := text(t, db, "SELECT count(*) FROM t WHERE length(b) = 4000"); got != "0" {
		t.Errorf("%s rows were not rolled back", got)
	}
}

func TestCheckNeedsItsKeys(t *testing.T) {
	fs := register(t, testKeys(1), encfs.Options{PageSize: tamperPage})
	path := filepath.Join(t.TempDir(), "a.db")
	tamperDB(t, fs, path, 1)
	r := check(t, path, testKeys(2))
	if int64(len(r.Findings))+r.More != r.Pages || r.Pages == 0 {
		t.Errorf("with another key: %d findings of %d pages", len(r.Findings), r.Pages)
	}
	if _, err := encfs.Check(context.Background(), path+"x", testKeys(1)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := encfs.Check(ctx, path, testKeys(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	plain := filepath.Join(t.TempDir(), "plain.db")
	tamperDB(t, nil, plain, 1)
	if r := check(t, plain, testKeys(1)); found(r) != "-1" {
		t.Errorf("a plain database: %+v", r.Findings)
	}
	if _, err := answer(t, fs, plain); err == nil || !errors.Is(fs.Failure(), encfs.ErrFormat) {
		t.Errorf("a plain database opened: %v", fs.Failure())
	}
	if !slices.Equal(noPlain(t, filepath.Dir(path)), []string{"a.db"}) {
		t.Error("Check left files")
	}
}
