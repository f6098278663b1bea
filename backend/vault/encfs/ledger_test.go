package encfs_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"vitrine/backend/vault/encfs"
)

// The ledger is the work that crashes interrupt: numbered transactions on a few
// wide rows, so that the state after each is known and any mixture of two shows.

const accounts = 40

// torture is set by build/torture.sh: the same tests, many times over.
const tortureVar = "VITRINE_TORTURE"

func createLedger(db *sql.DB) error {
	_, err := db.Exec(`
		CREATE TABLE account (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, secretcolumn BLOB NOT NULL);
		CREATE TABLE log (i INTEGER PRIMARY KEY);
		CREATE INDEX by_n ON account (n);`)
	for id := range accounts {
		if err == nil {
			_, err = db.Exec("INSERT INTO account VALUES (?, 0, ?)", id, wide(0))
		}
	}
	return err
}

// wide is a row's content; from its number alone it can be told whether it is right.
func wide(n int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%s %d;", canary, n), 30+n%50)
}

// moves are what transaction i does: the same at each run.
func moves(i int) map[int]int {
	r := rand.New(rand.NewPCG(uint64(i), 77))
	count := 1 + r.IntN(4)
	if i%7 == 0 {
		count = accounts
	}
	by := map[int]int{}
	for range count {
		by[r.IntN(accounts)] += 1 + r.IntN(9)
	}
	return by
}

// ledgerAfter is the state after transactions 1 to last.
func ledgerAfter(last int) (state [accounts]int) {
	for i := 1; i <= last; i++ {
		for id, n := range moves(i) {
			state[id] += n
		}
	}
	return state
}

// transact runs transaction i, with a savepoint that is rolled back on the way.
func transact(db *sql.DB, i int) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("INSERT INTO log VALUES (?)", i); err != nil {
		return err
	}
	by := moves(i)
	for _, id := range slices.Sorted(maps.Keys(by)) {
		var n int
		if err := tx.QueryRow("SELECT n FROM account WHERE id = ?", id).Scan(&n); err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE account SET n = ?, secretcolumn = ? WHERE id = ?", n+by[id], wide(n+by[id]), id); err != nil {
			return err
		}
	}
	if i%5 == 0 {
		if _, err := tx.Exec("SAVEPOINT s; UPDATE account SET n = -1, secretcolumn = zeroblob(3000); ROLLBACK TO s; RELEASE s"); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// keepBooks runs transactions from the one after the last recorded, and tells of each when it is committed.
func keepBooks(db *sql.DB, count int, acknowledged func(i int) error) error {
	var last int
	if err := db.QueryRow("SELECT coalesce(max(i), 0) FROM log").Scan(&last); err != nil {
		return err
	}
	for i := last + 1; i <= last+count; i++ {
		if err := transact(db, i); err != nil {
			return fmt.Errorf("transaction %d: %w", i, err)
		}
		if err := acknowledged(i); err != nil {
			return err
		}
		if i%15 == 0 {
			if _, err := db.Exec("VACUUM"); err != nil {
				return fmt.Errorf("vacuum after %d: %w", i, err)
			}
		}
	}
	return nil
}

var errLost = errors.New("an acknowledged transaction is lost")

// audit looks whether a ledger is exactly the state after one of its
// transactions, none of the acknowledged ones lost.
func audit(fs *encfs.FS, path string, acknowledged int) error {
	db, err := sql.Open("sqlite", dsn(fs, path))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var sound string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		return fmt.Errorf("integrity_check: %.80s %w", sound, errors.Join(err, fs.Failure()))
	}
	var last, count int
	if err := db.QueryRow("SELECT coalesce(max(i), 0), count(*) FROM log").Scan(&last, &count); err != nil {
		return err
	}
	if last != count {
		return fmt.Errorf("%d transactions up to number %d", count, last)
	}
	if err := compare(db, ledgerAfter(last)); err != nil {
		return fmt.Errorf("after %d: %w", last, err)
	}
	if last < acknowledged {
		return fmt.Errorf("%d of %d: %w", last, acknowledged, errLost)
	}
	return nil
}

func compare(db *sql.DB, want [accounts]int) error {
	rows, err := db.Query("SELECT id, n, secretcolumn FROM account ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	seen := 0
	for ; rows.Next(); seen++ {
		var id, n int
		var content []byte
		if err := rows.Scan(&id, &n, &content); err != nil {
			return err
		}
		if id != seen || n != want[id] || !bytes.Equal(content, wide(n)) {
			return fmt.Errorf("row %d is of another transaction", id)
		}
	}
	if seen != accounts {
		return fmt.Errorf("%d rows", seen)
	}
	return rows.Err()
}

// newLedger makes a ledger in a mode, closed.
func newLedger(t testing.TB, fs *encfs.FS, path, mode string) {
	t.Helper()
	db := mustOpen(t, dsn(fs, path, "_journal_mode="+mode, "_pragma=synchronous(OFF)"))
	db.SetMaxOpenConns(1)
	must(t, createLedger(db))
	must(t, db.Close())
}

// openLedger opens a ledger on one connection.
func openLedger(fs *encfs.FS, path, mode string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", ledgerDSN(fs, path, mode, "FULL"))
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// ledgerDSN opens with a cache so small that transactions spill.
func ledgerDSN(fs *encfs.FS, path, mode, sync string) string {
	return dsn(fs, path, "_journal_mode="+mode, "_txlock=immediate", "_pragma=cache_size(4)",
		"_pragma=wal_autocheckpoint(25)", "_pragma=synchronous("+sync+")", "_pragma=temp_store(FILE)")
}
