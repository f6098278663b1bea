package encfs_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"vitrine/backend/vault/encfs"
)

// The benchmarks answer: what does sealing cost against plain SQLite on the same
// work? Both run in one process, by turns, and the ratio of their processor times
// is reported as x; wall times are beside it. VITRINE_BENCH_ROWS=1000000 is the
// full size.

func benchRows() int {
	if n, err := strconv.Atoi(os.Getenv("VITRINE_BENCH_ROWS")); err == nil {
		return n
	}
	return 100_000
}

const (
	benchLookups = 20_000
	benchBlob    = 1 << 20
)

func benchBlobs() int { return max(16, benchRows()*256/1_000_000) }

// BenchmarkAgainstPlain: one line for each page size and kind of work.
func BenchmarkAgainstPlain(b *testing.B) {
	for _, size := range []int{4096, 16384, 32768, 65536} {
		for _, w := range []struct {
			name string
			work func(testing.TB, *sql.DB)
			fill func(testing.TB, *sql.DB)
		}{
			{"insert", insertRows, makeTables},
			{"scan", scanRows, fillTables},
			{"lookups", lookUp, fillTables},
			{"blobs-write", writeBlobs, makeTables},
			{"blobs-read", readBlobs, fillBlobs},
		} {
			b.Run(fmt.Sprintf("%s/%dk", w.name, size>>10), func(b *testing.B) { against(b, size, w.fill, w.work) })
		}
	}
}

// against runs work by turns on a plain and a sealed database.
func against(b *testing.B, size int, fill, work func(testing.TB, *sql.DB)) {
	fs := register(b, testKeys(1), encfs.Options{PageSize: size})
	var cpu, wall [2]time.Duration
	once := benchDBs(b, fs, size, fill)
	for round := 0; b.Loop(); round++ {
		dbs := once
		if round > 0 && !readsOnly(fill) {
			b.StopTimer()
			dbs = benchDBs(b, fs, size, fill)
			b.StartTimer()
		}
		for i := range dbs {
			which := (i + round) % 2
			runtime.GC()
			began, used := time.Now(), processorTime()
			work(b, dbs[which])
			wall[which] += time.Since(began)
			cpu[which] += processorTime() - used
		}
	}
	b.ReportMetric(float64(cpu[1])/float64(cpu[0]), "x")
	b.ReportMetric(float64(wall[1])/float64(wall[0]), "x-wall")
	b.ReportMetric(float64(wall[1].Microseconds())/float64(b.N)/1000, "ms-sealed")
	b.ReportMetric(0, "ns/op")
}

func readsOnly(fill func(testing.TB, *sql.DB)) bool {
	return fmt.Sprintf("%p", fill) != fmt.Sprintf("%p", makeTables)
}

// benchDBs makes a plain and a sealed database.
func benchDBs(b *testing.B, fs *encfs.FS, size int, fill func(testing.TB, *sql.DB)) (dbs [2]*sql.DB) {
	for i, system := range []*encfs.FS{nil, fs} {
		dbs[i] = open(b, system, filepath.Join(b.TempDir(), "a.db"),
			fmt.Sprintf("_pragma=page_size(%d)", size), "_journal_mode=WAL", "_pragma=synchronous(NORMAL)", "_pragma=temp_store(MEMORY)")
		dbs[i].SetMaxOpenConns(1)
		fill(b, dbs[i])
		run(b, dbs[i], "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	return dbs
}

func makeTables(b testing.TB, db *sql.DB) {
	run(b, db, "CREATE TABLE wide (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, c REAL, d REAL, e TEXT, f TEXT, g INTEGER)")
	run(b, db, "CREATE TABLE lump (id INTEGER PRIMARY KEY, x BLOB)")
}

func fillTables(b testing.TB, db *sql.DB) {
	makeTables(b, db)
	insertRows(b, db)
}

func fillBlobs(b testing.TB, db *sql.DB) {
	makeTables(b, db)
	writeBlobs(b, db)
}

func insertRows(b testing.TB, db *sql.DB) {
	tx, err := db.Begin()
	must(b, err)
	stmt, err := tx.Prepare("INSERT INTO wide VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
	must(b, err)
	for i := range benchRows() {
		_, err := stmt.Exec(i, i*7, i%100, float64(i)/3, float64(i)*1.5, "visit", "site-of-the-study", i%13)
		must(b, err)
	}
	must(b, tx.Commit())
}

func scanRows(b testing.TB, db *sql.DB) {
	if got := text(b, db, "SELECT count(*) || ' ' || sum(a) FROM wide WHERE c > d * -1"); !strings.HasPrefix(got, fmt.Sprint(benchRows()-1)) {
		b.Fatalf("scanned %s", got)
	}
}

func lookUp(b testing.TB, db *sql.DB) {
	stmt, err := db.Prepare("SELECT a FROM wide WHERE id = ?")
	must(b, err)
	defer stmt.Close()
	r := rand.New(rand.NewPCG(1, 2))
	for range benchLookups {
		var a int
		id := r.IntN(benchRows())
		if err := stmt.QueryRow(id).Scan(&a); err != nil || a != id*7 {
			b.Fatal(a, err)
		}
	}
}

func writeBlobs(b testing.TB, db *sql.DB) {
	lump := make([]byte, benchBlob)
	for i := range benchBlobs() {
		lump[i] = byte(i)
		run(b, db, "INSERT INTO lump VALUES (?, ?)", i, lump)
	}
}

func readBlobs(b testing.TB, db *sql.DB) {
	rows, err := db.Query("SELECT x FROM lump")
	must(b, err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		var x sql.RawBytes
		must(b, rows.Scan(&x))
		n += len(x)
	}
	if n != benchBlobs()*benchBlob {
		b.Fatalf("read %d bytes", n)
	}
}
