package encfs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"vitrine/backend/vault/encfs"
)

func twoKeys(current uint32) encfs.KeySet {
	return encfs.KeySet{Current: current, Epochs: map[uint32]encfs.Key{1: testKey(1), 2: testKey(2)}}
}

// TestRotationInUse rotates under readers and a writer, rewrites, and then opens
// with the new key alone.
func TestRotationInUse(t *testing.T) {
	for _, mode := range []string{"WAL", "DELETE"} {
		t.Run(mode, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "a.db")
			fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
			tamperDB(t, fs, path, 1)
			run(t, open(t, fs, path), "PRAGMA journal_mode = "+mode)
			db := open(t, fs, path, "_txlock=immediate")
			must(t, fs.Rotate(twoKeys(2)))

			ctx, stop := context.WithCancel(context.Background())
			var others sync.WaitGroup
			others.Go(func() {
				for i := 100; ctx.Err() == nil && mode == "WAL"; i++ { // elsewhere a writer shuts everybody out
					if _, err := db.Exec("INSERT INTO t VALUES (?, ?, zeroblob(100))", i, canary); err != nil {
						t.Errorf("write: %v", err)
					}
				}
			})
			others.Go(func() {
				for ctx.Err() == nil && mode == "WAL" {
					var n int
					if err := db.QueryRow("SELECT count(b) FROM t").Scan(&n); err != nil || n < 44 {
						t.Errorf("read %d rows: %v", n, err)
					}
				}
			})
			var last encfs.Progress
			left, err := fs.Rewrite(context.Background(), path, func(p encfs.Progress) { last = p })
			stop()
			others.Wait()
			must(t, err)
			if last.Done != last.Total || last.Total < 20 {
				t.Errorf("progress ended at %+v", last)
			}
			if left > 0 { // a reader kept the log; nobody does now
				left, err = fs.Rewrite(context.Background(), path, nil)
				must(t, err)
			}
			if left != 0 {
				t.Errorf("%d pages are left", left)
			}
			intact(t, db)
			want := text(t, db, "SELECT count(*) || sum(length(b)) FROM t")
			must(t, db.Close())
			must(t, fs.Rotate(encfs.KeySet{Current: 2, Epochs: map[uint32]encfs.Key{2: testKey(2)}}))

			alone := encfs.KeySet{Current: 2, Epochs: map[uint32]encfs.Key{2: testKey(2)}}
			if r := check(t, path, alone); !r.OK() || r.Epochs[2] != r.Pages {
				t.Errorf("after rotation: %+v", r)
			}
			db = open(t, register(t, alone, encfs.Options{PageSize: 4096}), path)
			intact(t, db)
			if got := text(t, db, "SELECT count(*) || sum(length(b)) FROM t"); got != want {
				t.Errorf("read %s, want %s", got, want)
			}
			must(t, db.Close())
			if _, err := answer(t, register(t, testKeys(1), encfs.Options{PageSize: 4096}), path); err == nil {
				t.Error("the old key still opens it")
			}
		})
	}
}

// TestRewriteStopsAndGoesOn stops after each step and calls again.
func TestRewriteStopsAndGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	db := open(t, fs, path, "_journal_mode=WAL")
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
	run(t, db, "INSERT INTO t VALUES (1, randomblob(1000000))")
	run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
	want := text(t, db, "SELECT hex(b) FROM t")
	must(t, fs.Rotate(twoKeys(2)))
	calls := 0
	for left := int64(1); left > 0; calls++ {
		ctx, stop := context.WithCancel(context.Background())
		var err error
		left, err = fs.Rewrite(ctx, path, func(encfs.Progress) { stop() })
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		stop()
		run(t, db, "PRAGMA wal_checkpoint(TRUNCATE)")
		intact(t, db)
		if calls > 20 {
			t.Fatal("it never ends")
		}
	}
	if calls < 4 {
		t.Errorf("only %d calls: nothing was stopped", calls)
	}
	if got := text(t, db, "SELECT hex(b) FROM t"); got != want {
		t.Error("the content changed")
	}
}

// TestAReaderKeepsTheOldKey: as long as a reader holds the log, frames of the old
// key are in it, and Rewrite says so.
func TestAReaderKeepsTheOldKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	db := open(t, fs, path, "_journal_mode=WAL")
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
	run(t, db, "INSERT INTO t VALUES (1, randomblob(30000))")
	reader, err := db.Begin()
	must(t, err)
	want := text(t, reader, "SELECT hex(b) FROM t")
	run(t, db, "UPDATE t SET b = zeroblob(30000)")
	must(t, fs.Rotate(twoKeys(2)))
	left, err := fs.Rewrite(context.Background(), "file:"+path, nil)
	if err == nil {
		t.Errorf("a URI is taken for a path: %d", left)
	}
	left, err = fs.Rewrite(context.Background(), path, nil)
	must(t, err)
	if left == 0 {
		t.Error("nothing is left while a reader holds the log")
	}
	if got := text(t, reader, "SELECT hex(b) FROM t"); got != want {
		t.Error("the reader sees something else")
	}
	must(t, reader.Rollback())
	left, err = fs.Rewrite(context.Background(), path, nil)
	must(t, err)
	if left != 0 {
		t.Errorf("%d are left", left)
	}
}

func TestRotateRefuses(t *testing.T) {
	fs := register(t, testKeys(1), encfs.Options{})
	other := encfs.KeySet{Current: 2, Epochs: map[uint32]encfs.Key{1: testKey(7), 2: testKey(2)}}
	if err := fs.Rotate(other); !errors.Is(err, encfs.ErrKeyChanged) {
		t.Errorf("another key for an epoch: %v", err)
	}
	if err := fs.Rotate(encfs.KeySet{Current: 3, Epochs: twoKeys(1).Epochs}); err == nil {
		t.Error("a current epoch without a key is accepted")
	}
	if err := fs.Rotate(encfs.KeySet{Current: 2, Epochs: map[uint32]encfs.Key{2: {}}}); err == nil {
		t.Error("a key of zeros is accepted")
	}
}

// TestVacuumIntoAnotherKey is the full rewrite: a copy that the old key never touched.
func TestVacuumIntoAnotherKey(t *testing.T) {
	dir := t.TempDir()
	from := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	to := register(t, testKeys(2), encfs.Options{PageSize: 4096})
	path, copied := filepath.Join(dir, "a.db"), filepath.Join(dir, "b.db")
	tamperDB(t, from, path, 1)
	want, err := answer(t, from, path)
	must(t, err)
	run(t, open(t, from, path), "VACUUM INTO ?", fmt.Sprintf("file:%s?vfs=%s", filepath.ToSlash(copied), to.Name()))
	if r := check(t, copied, testKeys(2)); !r.OK() {
		t.Errorf("the copy: %+v", r.Findings)
	}
	if got, err := answer(t, to, copied); err != nil || got != want {
		t.Errorf("the copy says something else: %v", err)
	}
	if _, err := answer(t, from, copied); err == nil {
		t.Error("the old key opens the copy")
	}
}

// TestSealsAreCountedAheadAndEnd starts just below the limit.
func TestSealsAreCountedAheadAndEnd(t *testing.T) {
	const limit = 1 << 31
	kept := map[uint32]int64{}
	broken := errors.New("the count cannot be kept")
	var fail error
	fs := register(t, testKeys(1), encfs.Options{
		PageSize: 4096, Spent: map[uint32]int64{1: limit - 100_000},
		KeepCount: func(epoch uint32, seals int64) error { kept[epoch] = max(kept[epoch], seals); return fail },
	})
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, fs, path, "_journal_mode=WAL")
	db.SetMaxOpenConns(1)
	fail = broken
	if _, err := db.Exec("CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)"); err == nil {
		t.Error("wrote without a count")
	}
	if !errors.Is(fs.Failure(), broken) {
		t.Errorf("the reason is %v", fs.Failure())
	}
	fail = nil
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
	var err error
	for i := 0; err == nil; i++ {
		_, err = db.Exec("INSERT INTO t VALUES (?, zeroblob(4000000))", i)
		if n := fs.Seals()[1]; n > limit || kept[1] < n {
			t.Fatalf("%d seals made, %d kept", n, kept[1])
		}
	}
	if !errors.Is(fs.Failure(), encfs.ErrSealsSpent) || kept[1] != limit {
		t.Errorf("it ended with %v, %d kept", fs.Failure(), kept[1])
	}
	before := text(t, db, "SELECT count(*) FROM t")
	must(t, fs.Rotate(twoKeys(2)))
	run(t, db, "INSERT INTO t VALUES (-1, 'new key')")
	if got := text(t, db, "SELECT count(*) FROM t WHERE id >= 0"); got != before {
		t.Errorf("%s rows, then %s", before, got)
	}
	intact(t, db)
	if got := maps.Collect(maps.All(fs.Seals())); got[2] == 0 || got[1] > limit {
		t.Errorf("seals %v", got)
	}
}

// TestNoTwoSealsAreAlike: the same page written again shares no byte run with itself.
func TestNoTwoSealsAreAlike(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	db := open(t, fs, path, "_journal_mode=DELETE")
	run(t, db, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)")
	run(t, db, "INSERT INTO t VALUES (1, zeroblob(100000))")
	nonces := map[[12]byte]bool{}
	for i := range 20 { // SQLite does not write a page that stays the same
		run(t, db, "UPDATE t SET b = CAST(replace(hex(zeroblob(50000)), '00', ?) AS BLOB)", []string{"\x00\x00", "\x00\x01"}[i%2])
		data, err := os.ReadFile(path)
		must(t, err)
		for n := 1; n < len(data)/4096; n++ {
			nonces[[12]byte(data[n*4096:])] = true
		}
	}
	if len(nonces) < 20*24 {
		t.Errorf("only %d nonces", len(nonces))
	}
	data, err := os.ReadFile(path)
	must(t, err)
	if bytes.Contains(data, bytes.Repeat([]byte{0, 1}, 8)) {
		t.Error("what is written shows through")
	}
}

// TestKeysEnd: what is open keeps its keys, and nothing opens afterwards.
func TestKeysEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
	db := open(t, fs, path)
	run(t, db, "CREATE TABLE t (x)")
	if err := fs.Close(); !errors.Is(err, encfs.ErrInUse) {
		t.Errorf("Close with a file open: %v", err)
	}
	run(t, db, "INSERT INTO t VALUES (1)")
	must(t, db.Close())
	must(t, fs.Close())
	must(t, fs.Close())
	if err := mustOpen(t, dsn(fs, path)).Ping(); err == nil {
		t.Error("opened after Close")
	}
	if err := fs.Rotate(twoKeys(2)); !errors.Is(err, encfs.ErrClosed) {
		t.Errorf("Rotate after Close: %v", err)
	}
}

func TestRegisterRefuses(t *testing.T) {
	for name, f := range map[string]func() (*encfs.FS, error){
		"a page of 512": func() (*encfs.FS, error) {
			return encfs.Register("encfs-bad", testKeys(1), encfs.Options{PageSize: 512})
		},
		"a page of 5000": func() (*encfs.FS, error) {
			return encfs.Register("encfs-bad", testKeys(1), encfs.Options{PageSize: 5000})
		},
		"no key":           func() (*encfs.FS, error) { return encfs.Register("encfs-bad", encfs.KeySet{}, encfs.Options{}) },
		"a name for a URI": func() (*encfs.FS, error) { return encfs.Register("encfs&bad=1", testKeys(1), encfs.Options{}) },
		"SQLite's name":    func() (*encfs.FS, error) { return encfs.Register("unix", testKeys(1), encfs.Options{}) },
	} {
		if _, err := f(); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	fs := register(t, testKeys(1), encfs.Options{})
	if _, err := encfs.Register(fs.Name(), testKeys(2), encfs.Options{}); err == nil {
		t.Error("a name is given twice")
	}
	path := filepath.Join(t.TempDir(), "a.db")
	db := open(t, fs, path)
	run(t, db, "CREATE TABLE t (x)")
	must(t, db.Close())
	bigger := register(t, testKeys(1), encfs.Options{PageSize: 32768})
	if err := open(t, bigger, path).QueryRow("SELECT 1 FROM t").Scan(new(int)); err == nil || !errors.Is(bigger.Failure(), encfs.ErrPageSize) {
		t.Errorf("opened with another page size: %v", bigger.Failure())
	}
}
