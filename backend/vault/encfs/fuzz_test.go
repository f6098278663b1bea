package encfs_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"vitrine/backend/vault/encfs"
)

var fuzzPrefix = []byte("VTNE\x01\x0cabcdefghij")

// FuzzOpenPage: no bytes make the decoder fall over, what opens does so in one
// place and as it is, and what does not open leaves nothing behind.
func FuzzOpenPage(f *testing.F) {
	path := filepath.Join(f.TempDir(), "a.db")
	tamperDB(f, register(f, testKeys(1), encfs.Options{PageSize: tamperPage}), path, 1)
	data, err := os.ReadFile(path)
	must(f, err)
	for n := range len(data) / tamperPage {
		page := data[n*tamperPage:][:tamperPage]
		if n < 3 {
			f.Add(page, uint64(n+1))
			f.Add(page[:100], uint64(n+1))
		}
	}
	f.Add([]byte("SQLite format 3\x00"), uint64(1))
	f.Add(append(bytes.Clone(fuzzPrefix), make([]byte, tamperPage-16)...), uint64(1))
	f.Fuzz(func(t *testing.T, sealed []byte, number uint64) {
		page, err := encfs.OpenPage(testKeys(1), sealed, number)
		if err == nil {
			if _, err := encfs.OpenPage(testKeys(1), sealed, number+1); err == nil {
				t.Errorf("opens as page %d and as the next", number)
			}
			sealed = bytes.Clone(sealed)
			sealed[len(sealed)/2] ^= 1
			if _, err := encfs.OpenPage(testKeys(1), sealed, number); err == nil {
				t.Error("opens after a change")
			}
			return
		}
		if len(page) > 0 && !bytes.Equal(page[16:], make([]byte, len(page)-16)) {
			t.Error("a page that does not open leaves bytes behind")
		}
	})
}

// FuzzRecord: what is sealed opens as itself, and as nothing else.
func FuzzRecord(f *testing.F) {
	f.Add([]byte("thirty-two bytes of a log header"), byte('H'), uint64(0), uint16(3), byte(1))
	f.Add(make([]byte, 24+4096), byte('W'), uint64(7), uint16(4000), byte(128))
	f.Add([]byte{}, byte('P'), uint64(0), uint16(0), byte(2))
	f.Add(bytes.Repeat([]byte{1}, 512), byte('J'), uint64(1<<40), uint16(543), byte(16))
	kinds := []byte("HWPJM")
	f.Fuzz(func(t *testing.T, plain []byte, kind byte, index uint64, at uint16, flip byte) {
		which := bytes.IndexByte(kinds, kind)
		if which < 0 {
			return
		}
		sealed, err := encfs.SealRecord(testKeys(1), plain, kind, index, fuzzPrefix)
		must(t, err)
		if got, err := encfs.OpenRecord(testKeys(1), sealed, kind, index, fuzzPrefix); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("does not open as itself: %v", err)
		}
		if len(plain) >= 8 && bytes.Contains(sealed, plain) {
			t.Error("shows through")
		}
		if _, err := encfs.OpenRecord(testKeys(1), sealed, kind, index+1, fuzzPrefix); err == nil {
			t.Error("opens in another place")
		}
		if _, err := encfs.OpenRecord(testKeys(1), sealed, kinds[(which+1)%len(kinds)], index, fuzzPrefix); err == nil {
			t.Error("opens as another kind")
		}
		other := bytes.Clone(fuzzPrefix)
		binary.BigEndian.PutUint16(other[6:], at)
		if _, err := encfs.OpenRecord(testKeys(1), sealed, kind, index, other); err == nil && !bytes.Equal(other, fuzzPrefix) {
			t.Error("opens in another file")
		}
		if flip != 0 {
			sealed[int(at)%len(sealed)] ^= flip
			if _, err := encfs.OpenRecord(testKeys(1), sealed, kind, index, fuzzPrefix); err == nil {
				t.Error("opens after a change")
			}
		}
	})
}

// FuzzFiles: SQLite over any bytes, as database, log or journal, ends with an
// error or with what was written, and never with anything else.
func FuzzFiles(f *testing.F) {
	dir := f.TempDir()
	fs := register(f, testKeys(1), encfs.Options{PageSize: tamperPage})
	path := filepath.Join(dir, "a.db")
	db := open(f, fs, path, "_journal_mode=WAL")
	run(f, db, "CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)")
	files := contents(f, dir)
	must(f, db.Close())
	f.Add([]byte(files["a.db"]), []byte(files["a.db-wal"]), []byte{})
	f.Add([]byte(files["a.db"]), []byte(files["a.db-wal"][:80+4096+56]), []byte{})
	f.Add([]byte(files["a.db"]), []byte{}, bytes.Repeat([]byte{7}, 600))
	f.Add([]byte("x"), []byte(files["a.db-wal"]), []byte("VTNE\x01\x0c"))
	f.Fuzz(func(t *testing.T, main, log, journal []byte) {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.db")
		must(t, os.WriteFile(path, main, 0o600))
		for suffix, data := range map[string][]byte{"-wal": log, "-journal": journal} {
			if len(data) > 0 {
				must(t, os.WriteFile(path+suffix, data, 0o600))
			}
		}
		db := mustOpen(t, dsn(fs, path))
		defer db.Close()
		var n, sum int
		if err := db.QueryRow("SELECT count(*), coalesce(sum(n), 0) FROM t").Scan(&n, &sum); err == nil && (n > 1 || sum != n) {
			t.Errorf("read %d rows, sum %d", n, sum)
		}
	})
}
