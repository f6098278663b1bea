package encfs_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/backend/vault/encfs"
)

// The benchmarks answer: what does sealing cost against plain SQLite on the same
// work? Both run in one process, by turns; x is the median over the rounds of the
// ratio of their processor times, x-wall the same of wall times. VITRINE_BENCH_ROWS=1000000 is the
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
	var ratios, walls []float64
	var sealed time.Duration
	once := benchDBs(b, fs, size, fill)
	for round := 0; b.Loop(); round++ {
		dbs := once
		if round > 0 && !readsOnly(fill) {
			b.StopTimer()
			dbs = benchDBs(b, fs, size, fill)
			b.StartTimer()
		}
		var cpu, wall [2]time.Duration
		for i := range dbs {
			which := (i + round) % 2
			runtime.GC()
			began, used := time.Now(), processorTime()
			work(b, dbs[which])
			wall[which], cpu[which] = time.Since(began), processorTime()-used
		}
		ratios = append(ratios, float64(cpu[1])/float64(cpu[0]))
		walls = append(walls, float64(wall[1])/float64(wall[0]))
		sealed += wall[1]
	}
	b.ReportMetric(median(ratios), "x")
	b.ReportMetric(median(walls), "x-wall")
	b.ReportMetric(float64(sealed.Microseconds())/float64(b.N)/1000, "ms-sealed")
	b.ReportMetric(0, "ns/op")
}

// median is of the rounds, so that one that another program disturbed does not count.
func median(x []float64) float64 {
	slices.Sort(x)
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
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

// BenchmarkReadTogether: how fast do one and two connections read 1 MiB blobs of
// a published dataset, and what does the second add? plain is the same without
// sealing, BenchmarkSeal is the cipher alone.
func BenchmarkReadTogether(b *testing.B) {
	for _, size := range []int{16384, 32768, 65536} {
		fs := register(b, testKeys(1), encfs.Options{PageSize: size})
		for name, system := range map[string]*encfs.FS{"plain": nil, "sealed": fs} {
			path := filepath.Join(b.TempDir(), "a.db")
			db := open(b, system, path, fmt.Sprintf("_pragma=page_size(%d)", size), "_journal_mode=OFF", "_pragma=synchronous(OFF)")
			db.SetMaxOpenConns(1)
			fillBlobs(b, db)
			must(b, db.Close())
			for _, connections := range []int{1, 2} {
				b.Run(fmt.Sprintf("%s/%dk/%d", name, size>>10, connections), func(b *testing.B) {
					readTogether(b, open(b, system, path, "mode=ro", "immutable=1"), connections)
				})
			}
		}
	}
}

func readTogether(b *testing.B, db *sql.DB, connections int) {
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	b.SetBytes(int64(connections * benchBlobs() * benchBlob))
	for b.Loop() {
		var group sync.WaitGroup
		for range connections {
			group.Go(func() { readBlobs(b, db) })
		}
		group.Wait()
	}
}

// BenchmarkSeal: what do sealing and opening one page cost by themselves?
func BenchmarkSeal(b *testing.B) {
	for _, size := range []int{4096, 16384, 32768, 65536} {
		plain := make([]byte, size-32)
		s, err := encfs.NewBenchSealer(testKeys(1))
		must(b, err)
		sealed := make([]byte, size)
		b.Run(fmt.Sprintf("seal/%dk", size>>10), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				must(b, s.Seal(sealed, plain))
			}
		})
		b.Run(fmt.Sprintf("open/%dk", size>>10), func(b *testing.B) {
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				must(b, s.Open(plain, sealed))
			}
		})
	}
}
