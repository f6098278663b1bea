package colstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "modernc.org/sqlite"

	"vitrine/backend/catalog"
	"vitrine/backend/catalog/catalogtest"
	"vitrine/backend/colstore"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

var clinical = filepath.Join("..", "..", "testdata", "clinical")

func classics(t testing.TB) *catalog.Dataset {
	t.Helper()
	return catalogtest.Read(t, clinical)
}

// file keeps an opened table's file open until the Reader is closed.
type file struct {
	tabular.Reader
	io.Closer
}

func (f file) Close() error { return errors.Join(f.Reader.Close(), f.Closer.Close()) }

func openClassic(t *catalog.Table) (tabular.Reader, error) {
	f, err := os.Open(filepath.Join(clinical, t.File))
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r, err := tabular.OpenParquet(f, info.Size(), t)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return file{r, f}, nil
}

func database(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "set.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// stored writes a dataset with short segments and opens it.
func stored(t testing.TB, ds *catalog.Dataset, rows int, open func(*catalog.Table) (tabular.Reader, error)) (*colstore.Store, *sql.DB, colstore.Summary) {
	t.Helper()
	db := database(t)
	summary, err := colstore.Writer{SegmentRows: rows}.Write(context.Background(), db, ds, open)
	if err != nil {
		t.Fatal(err)
	}
	store, err := colstore.Open(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return store, db, summary
}

func table(t testing.TB, s *colstore.Store, id catalog.TableID) *colstore.Table {
	t.Helper()
	opened, err := s.Table(id)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

func column(t testing.TB, table *colstore.Table, name string) *colstore.Column {
	t.Helper()
	c, err := table.Column(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// equalToSource reads every table again from its source and compares all values.
func equalToSource(t *testing.T, s *colstore.Store, open func(*catalog.Table) (tabular.Reader, error)) {
	t.Helper()
	ds := s.Dataset()
	for i := range ds.Tables {
		d := &ds.Tables[i]
		r, err := open(d)
		if err != nil {
			t.Fatal(err)
		}
		opened, row := table(t, s, d.ID), 0
		for {
			batch, err := r.Next(context.Background())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for j := range batch.Columns {
				equalBatch(t, column(t, opened, d.Fields[j].Column), &batch.Columns[j], row, batch.Rows)
			}
			row += batch.Rows
		}
		if row != opened.Rows() || int64(row) != d.Rows {
			t.Errorf("table %s has %d rows, its source %d", d.ID, opened.Rows(), row)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func equalBatch(t *testing.T, c *colstore.Column, v *tabular.Vector, from, n int) {
	t.Helper()
	for i := range n {
		row, missing, same := from+i, v.Missing != nil && v.Missing[i], false
		switch {
		case missing:
			same = c.Text(row) == "" && math.IsNaN(c.Number(row))
		case v.Type == catalog.Text:
			same = c.Text(row) == v.Texts[i] && c.Dictionary()[c.Code(row)] == v.Texts[i]
		case v.Type == catalog.Category:
			same = c.Code(row) == uint32(v.Ints[i]) && c.Text(row) == c.Field().Levels[v.Ints[i]].Code
		case v.Type == catalog.Number:
			same = math.Float64bits(c.Number(row)) == math.Float64bits(v.Floats[i])
		default:
			same = c.Number(row) == float64(v.Ints[i]) && (int64(c.Number(row)) == v.Ints[i] || v.Type == catalog.Timestamp)
		}
		if !same || c.Missing(row) != missing {
			t.Fatalf("column %s, row %d differs from its source", c.Field().Column, row)
		}
	}
}

func TestTheClassicsComeBackAsTheyWere(t *testing.T) {
	for _, segment := range []int{0, 100, 1945} {
		s, _, summary := stored(t, classics(t), segment, openClassic)
		equalToSource(t, s, openClassic)
		if summary.Rows != 4586 || summary.Participants != 418+228+929+137 {
			t.Errorf("segments of %d: %+v", segment, summary)
		}
		want := colstore.TableSummary{ID: "pbcseq", Rows: 1945, Participants: 312}
		if summary.Tables[1] != want || summary.Populations[0].Participants != 418 {
			t.Errorf("segments of %d: %+v", segment, summary)
		}
	}
}

func TestAParticipantHasOneNumberInEveryTable(t *testing.T) {
	s, _, _ := stored(t, classics(t), 100, openClassic)
	keys := map[int32]string{}
	for _, id := range []catalog.TableID{"pbc", "pbcseq"} {
		opened := table(t, s, id)
		ids, n := opened.Participants()
		if n != 418 || n != s.Population("pbc") || len(ids) != opened.Rows() {
			t.Fatalf("%s: %d participants, %d rows", id, n, len(ids))
		}
		c := column(t, opened, "id")
		for row, p := range ids {
			if k, known := keys[p]; known && k != c.Text(row) || p < 0 || int(p) >= n {
				t.Fatalf("%s, row %d: number %d means two participants", id, row, p)
			}
			keys[p] = c.Text(row)
		}
	}
	if len(keys) != 418 {
		t.Errorf("%d participants", len(keys))
	}
	ids, n := table(t, s, "lung").Participants()
	if n != 228 || ids[0] != 0 || ids[227] != 227 {
		t.Error("without a participant column each row is a participant")
	}
}

func TestColumnsAreReadOnceAndShared(t *testing.T) {
	s, _, _ := stored(t, classics(t), 0, openClassic)
	var wait sync.WaitGroup
	columns := make([]*colstore.Column, 8)
	for i := range columns {
		wait.Go(func() {
			opened, err := s.Table("pbc")
			if err != nil {
				t.Error(err)
				return
			}
			if columns[i], err = opened.Column(context.Background(), "bili"); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, c := range columns {
		if c != columns[0] || &c.Numbers()[0] != &columns[0].Numbers()[0] {
			t.Fatal("two copies of one column")
		}
	}
}

func TestUnknownNamesAreProblemsWithASuggestion(t *testing.T) {
	s, _, _ := stored(t, classics(t), 0, openClassic)
	_, err := s.Table("pbcsec")
	if p := problem.From(err); p.Code != "table-unknown" || !strings.Contains(p.Message, "“pbcseq”") {
		t.Errorf("got %v", err)
	}
	_, err = table(t, s, "pbc").Column(context.Background(), "billi")
	if p := problem.From(err); p.Code != "field-unknown" || !strings.Contains(p.Message, "“bili”") {
		t.Errorf("got %v", err)
	}
}

func TestDamageIsNamedAndNeverRead(t *testing.T) {
	for name, c := range map[string]struct{ change, says string }{
		"flipped byte":     {`UPDATE colstore_segment SET data = zeroblob(length(data)) WHERE tab = 'pbc' AND col = 10 AND seg = 1`, "the values of column bili do not match their checksum"},
		"swapped segments": {`UPDATE colstore_segment SET seg = 3 - seg WHERE tab = 'pbc' AND col = 10 AND seg IN (1, 2)`, "the values of column bili"},
		"other column":     {`UPDATE colstore_segment SET (data, sha256) = (SELECT data, sha256 FROM colstore_segment WHERE tab = 'pbc' AND col = 12 AND seg = 0) WHERE tab = 'pbc' AND col = 10 AND seg = 0`, "the values of column bili"},
		"lost segment":     {`DELETE FROM colstore_segment WHERE tab = 'pbc' AND col = 10 AND seg = 4`, "the values of column bili"},
		"lost participant": {`UPDATE colstore_segment SET data = x'00' WHERE tab = 'pbc' AND col = -1`, "its participants do not match"},
	} {
		t.Run(name, func(t *testing.T) {
			s, db, _ := stored(t, classics(t), 100, openClassic)
			if name == "swapped segments" { // the key forbids a swap in one step
				c.change = strings.Replace(c.change, "3 - seg", "-seg", 1)
				exec(t, db, c.change)
				c.change = `UPDATE colstore_segment SET seg = 3 + seg WHERE tab = 'pbc' AND col = 10 AND seg < 0`
			}
			exec(t, db, c.change)
			opened, err := s.Table("pbc")
			if err == nil {
				_, err = opened.Column(context.Background(), "bili")
			}
			p := problem.From(err)
			if p.Code != "dataset-damaged" || p.Hint == "" || !strings.Contains(p.Message, "table pbc") || !strings.Contains(p.Message, c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func exec(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	result, err := db.Exec(query)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("nothing changed: %v", err)
	}
}

func TestAnotherFormatIsRefused(t *testing.T) {
	_, db, _ := stored(t, classics(t), 0, openClassic)
	exec(t, db, `UPDATE colstore_meta SET value = x'32' WHERE key = 'format'`)
	if _, err := colstore.Open(context.Background(), db); problem.From(err).Code != "colstore-format" {
		t.Errorf("got %v", err)
	}
	if _, err := colstore.Open(context.Background(), database(t)); err == nil {
		t.Error("an empty database is not a dataset")
	}
}

func TestAFailedWriteLeavesNothing(t *testing.T) {
	broken := errors.New("disk unplugged")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	short := classics(t)
	short.Tables[4].Rows--
	for name, c := range map[string]struct {
		ctx  context.Context
		ds   *catalog.Dataset
		open func(*catalog.Table) (tabular.Reader, error)
		want func(error) bool
	}{
		"source fails": {context.Background(), classics(t), func(t *catalog.Table) (tabular.Reader, error) {
			if t.ID == "colon" {
				return nil, broken
			}
			return openClassic(t)
		}, func(err error) bool { return errors.Is(err, broken) }},
		"cancelled": {cancelled, classics(t), openClassic, func(err error) bool { return errors.Is(err, context.Canceled) }},
		"row count": {context.Background(), short, openClassic, func(err error) bool { return problem.From(err).Code == "table-mismatch" }},
		"invalid":   {context.Background(), &catalog.Dataset{}, openClassic, func(err error) bool { return problem.From(err).Code == "descriptor-invalid" }},
	} {
		t.Run(name, func(t *testing.T) {
			db := database(t)
			if _, err := colstore.Write(c.ctx, db, c.ds, c.open); !c.want(err) {
				t.Errorf("got %v", err)
			}
			var tables int
			if err := db.QueryRow(`SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil || tables != 0 {
				t.Errorf("%d tables left, %v", tables, err)
			}
		})
	}
}

func ExampleBitmap() {
	rows := colstore.FullBitmap(100)
	few := colstore.NewBitmap(100)
	few.Set(3)
	few.Set(99)
	rows.And(few)
	rows.Each(func(i int) { fmt.Println(i) })
	rows.Not(100)
	fmt.Println(rows.Count(), rows.Get(3))
	// Output:
	// 3
	// 99
	// 98 false
}
