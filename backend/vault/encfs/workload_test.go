package encfs_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"vitrine/backend/vault/encfs"
)

// TestAnyWorkGivesTheSameResults runs random statements on a plain and on a
// sealed database, and compares each answer.
func TestAnyWorkGivesTheSameResults(t *testing.T) {
	for seed := range uint64(times(4, 40)) {
		size := 4096 << (seed % 5)
		t.Run(fmt.Sprintf("%d/%d", seed, size), func(t *testing.T) {
			w := newWork(t, seed, size)
			for range times(400, 3000) {
				w.step()
				if t.Failed() {
					return
				}
			}
			w.both("COMMIT")
			w.both("PRAGMA integrity_check")
			w.reopen()
			w.both("SELECT * FROM a ORDER BY id")
			w.both("SELECT * FROM b ORDER BY id")
			noPlain(t, filepath.Dir(w.path[1]))
			if w.bad > w.n/4 {
				t.Errorf("%d of %d statements were refused: too little was done", w.bad, w.n)
			}
		})
	}
}

// work is one random history on two databases: plain and sealed.
type work struct {
	t    *testing.T
	rng  *rand.Rand
	fs   [2]*encfs.FS
	path [2]string
	db   [2]*sql.DB
	n    int // statements
	bad  int // of them, refused by both
}

func newWork(t *testing.T, seed uint64, size int) *work {
	w := &work{t: t, rng: rand.New(rand.NewPCG(seed, 11))}
	w.fs[1] = register(t, testKeys(1), encfs.Options{PageSize: size})
	for i := range w.path {
		w.path[i] = filepath.Join(t.TempDir(), "a.db")
	}
	w.reopen()
	w.both("CREATE TABLE a (id INTEGER PRIMARY KEY, x INTEGER, s TEXT, b BLOB)")
	w.both("CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a, s TEXT) ")
	return w
}

func (w *work) reopen() {
	for i, db := range w.db {
		if db != nil {
			must(w.t, db.Close())
		}
		w.db[i] = open(w.t, w.fs[i], w.path[i], fmt.Sprintf("_pragma=page_size(%d)", w.fs[1].PageSize()), "_pragma=cache_size(5)")
		w.db[i].SetMaxOpenConns(1)
	}
}

func (w *work) step() {
	id, n := w.rng.IntN(300), w.rng.IntN(40)
	word := fmt.Sprintf("%s-%d", canary, w.rng.IntN(1000))
	switch k := w.rng.IntN(100); {
	case k < 25:
		w.both("INSERT OR REPLACE INTO a VALUES (?, ?, ?, ?)", id, n, word, blob(id, w.rng.IntN(1+w.rng.IntN(30000))))
	case k < 35:
		w.both("INSERT OR IGNORE INTO b SELECT id * 7 % 1000, id, s || ? FROM a WHERE x < ?", word, n)
	case k < 45:
		w.both("UPDATE a SET s = ? || s, x = x + 1 WHERE id BETWEEN ? AND ?", word, id, id+n)
	case k < 50:
		w.both("DELETE FROM a WHERE id BETWEEN ? AND ?", id, id+n/4)
	case k < 53:
		w.both("DELETE FROM b WHERE id % 5 = ?", n%5)
	case k < 58:
		w.both("SELECT x, count(*), sum(length(b)), min(s) FROM a GROUP BY x ORDER BY x")
	case k < 63:
		w.both("SELECT a.id, b.id, b.s FROM a JOIN b ON b.a = a.id ORDER BY b.s, a.id LIMIT 50")
	case k < 66:
		w.both("SELECT id, hex(substr(b, ?, 40)) FROM a WHERE length(b) > ? ORDER BY b", n*300, n*300)
	case k < 74:
		w.both([]string{"BEGIN", "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"}[n%3])
	case k < 80:
		w.both([]string{"COMMIT", "COMMIT", "ROLLBACK"}[n%3])
	case k < 86:
		w.both([]string{"SAVEPOINT p", "SAVEPOINT p", "ROLLBACK TO p", "RELEASE p"}[n%4])
	case k < 89:
		w.both([]string{"CREATE INDEX IF NOT EXISTS i ON a (s, x)", "DROP INDEX IF EXISTS i", "CREATE INDEX IF NOT EXISTS j ON b (s)", "REINDEX"}[n%4])
	case k < 92:
		w.both("PRAGMA journal_mode = " + modes[n%4])
	case k < 94:
		w.both([]string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_checkpoint(RESTART)", "PRAGMA optimize", "ANALYZE"}[n%5])
	case k < 96:
		w.both([]string{"CREATE TEMP TABLE IF NOT EXISTS w AS SELECT * FROM a", "SELECT count(*), sum(x) FROM temp.w", "DROP TABLE IF EXISTS temp.w", "PRAGMA temp_store = FILE"}[n%4])
	case k < 98:
		w.both("PRAGMA integrity_check")
	case k < 99:
		w.both(fmt.Sprintf("PRAGMA cache_size = %d", 2+n))
	default:
		w.both("ROLLBACK")
		w.reopen()
	}
}

// both runs a statement on both databases and compares what they answer.
func (w *work) both(query string, args ...any) {
	w.t.Helper()
	w.n++
	plain, sealed := result(w.db[0], query, args), result(w.db[1], query, args)
	if strings.HasPrefix(plain, "error") {
		w.bad++
	}
	if strings.Contains(query, "wal_checkpoint") || strings.Contains(query, "optimize") {
		return // they tell of frames, which may differ
	}
	if plain != sealed {
		w.t.Errorf("statement %d, %s: plain %.200q, sealed %.200q (%v)", w.n, query, plain, sealed, w.fs[1].Failure())
	}
}

// result is all rows as text, or the error.
func result(db *sql.DB, query string, args []any) string {
	rows, err := db.Query(query, args...)
	if err != nil {
		return "error: " + err.Error()
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "error: " + err.Error()
	}
	var out strings.Builder
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return "error: " + err.Error()
		}
		fmt.Fprintf(&out, "%v\n", values)
	}
	if err := rows.Err(); err != nil {
		return "error: " + err.Error()
	}
	return out.String()
}

// TestReadersBesideAWriter: readers on connections of their own never see half of
// a transaction while a writer commits and checkpoints.
func TestReadersBesideAWriter(t *testing.T) {
	for _, mode := range []string{"WAL", "TRUNCATE"} {
		t.Run(mode, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.db")
			fs := register(t, testKeys(1), encfs.Options{PageSize: 4096})
			newLedger(t, fs, path, mode)
			writer, err := openLedger(fs, path, mode)
			must(t, err)
			defer writer.Close()
			readers := open(t, fs, path, "_query_only=1", "_pragma=cache_size(4)")
			readers.SetMaxOpenConns(3)
			ctx, stop := context.WithCancel(context.Background())
			var group sync.WaitGroup
			reads := make([]int, 3)
			for r := range reads {
				group.Go(func() {
					for ctx.Err() == nil {
						if err := readLedger(readers); err != nil {
							t.Errorf("read: %v, %v", err, fs.Failure())
							return
						}
						reads[r]++
					}
				})
			}
			for i := range times(60, 2000) {
				if err := transact(writer, i+1); err != nil {
					t.Errorf("write: %v, %v", err, fs.Failure())
					break
				}
			}
			stop()
			group.Wait()
			must(t, audit(fs, path, times(60, 2000)))
			t.Logf("%v reads", reads)
		})
	}
}

// readLedger compares the rows and the number of the last transaction within one snapshot.
func readLedger(db *sql.DB) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var last, sum int
	if err := tx.QueryRow("SELECT coalesce(max(i), 0) FROM log").Scan(&last); err != nil {
		return err
	}
	if err := tx.QueryRow("SELECT sum(n) FROM account WHERE length(secretcolumn) > 0").Scan(&sum); err != nil {
		return err
	}
	want := 0
	for _, n := range ledgerAfter(last) {
		want += n
	}
	if sum != want {
		return fmt.Errorf("after transaction %d the sum is %d, want %d", last, sum, want)
	}
	return nil
}
