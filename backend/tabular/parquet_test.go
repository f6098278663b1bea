package tabular_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"vitrine/backend/catalog"
	"vitrine/backend/catalog/catalogtest"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

var testdata = filepath.Join("..", "..", "testdata")

func classics(t testing.TB) *catalog.Dataset {
	t.Helper()
	return catalogtest.Read(t, filepath.Join(testdata, "clinical"))
}

func contents(t testing.TB, table *catalog.Table) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testdata, "clinical", table.File))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// readParquet reads a whole file into one text per value, "" where missing.
func readParquet(t testing.TB, data []byte, table *catalog.Table) ([][]string, error) {
	t.Helper()
	r, err := tabular.OpenParquet(bytes.NewReader(data), int64(len(data)), table)
	if err != nil {
		return nil, err
	}
	return readAll(t, r, table)
}

func readAll(t testing.TB, r tabular.Reader, table *catalog.Table) ([][]string, error) {
	t.Helper()
	defer r.Close()
	var rows [][]string
	for {
		batch, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		if batch.Rows < 1 || batch.Rows > tabular.BatchRows || len(batch.Columns) != len(table.Fields) {
			t.Fatalf("batch of %d rows and %d columns", batch.Rows, len(batch.Columns))
		}
		for i := range batch.Rows {
			row := make([]string, len(batch.Columns))
			for j := range batch.Columns {
				row[j] = text(&batch.Columns[j], &table.Fields[j], i)
			}
			rows = append(rows, row)
		}
	}
}

func text(v *tabular.Vector, f *catalog.Field, i int) string {
	switch {
	case v.Missing != nil && v.Missing[i]:
		return ""
	case v.Type == catalog.Category:
		return f.Levels[v.Ints[i]].Code
	case v.Type == catalog.Number:
		return strconv.FormatFloat(v.Floats[i], 'g', -1, 64)
	case v.Type == catalog.Text:
		return v.Texts[i]
	}
	return strconv.FormatInt(v.Ints[i], 10)
}

func TestEveryValueEqualsTheCSVTwin(t *testing.T) {
	for _, name := range []catalog.TableID{"pbc", "pbcseq", "lung", "colon", "veteran"} {
		t.Run(string(name), func(t *testing.T) {
			folder := filepath.Join(testdata, "golden", "data")
			if name == "pbcseq" {
				folder = "testdata"
			}
			twin, err := os.Open(filepath.Join(folder, string(name)+".csv"))
			if err != nil {
				t.Fatal(err)
			}
			defer twin.Close()
			want, err := csv.NewReader(twin).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			table := classics(t).Table(name)
			got, err := readParquet(t, contents(t, table), table)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want)-1 || int64(len(got)) != table.Rows {
				t.Fatalf("%d rows, want %d", len(got), len(want)-1)
			}
			for i, row := range got {
				for j, value := range row {
					if !same(value, want[i+1][j]) {
						t.Fatalf("row %d, column %s differs from the twin", i+1, table.Fields[j].Column)
					}
				}
			}
		})
	}
}

// same compares texts, or numbers written in different ways.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

// asProblem demands a problem for readers.
func asProblem(t testing.TB, err error) *problem.Problem {
	t.Helper()
	var p *problem.Problem
	if !errors.As(err, &p) {
		t.Fatalf("not a problem: %v", err)
	}
	if p.Hint == "" || p.Place == "" {
		t.Errorf("no place or remedy: %v", p)
	}
	return p
}

func TestTheDescriptorIsHeldAgainstTheFile(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*catalog.Table)
		says   []string
	}{
		"renamed": {func(v *catalog.Table) { v.Fields[0].Column = "arm" },
			[]string{"At column arm: the file has no such column.", "At column “trt”: the descriptor has no such column."}},
		"type": {func(v *catalog.Table) { v.Fields[1].Type = catalog.Number; v.Fields[4].Type = catalog.Date },
			[]string{"At column celltype: the file holds text where the descriptor says number.", "At column karno: the file holds whole numbers where the descriptor says date."}},
		"rows": {func(v *catalog.Table) { v.Rows = 138 }, []string{"At rows: the file has 137 where the descriptor says 138."}},
		"levels": {func(v *catalog.Table) {
			v.Fields[1].Levels = v.Fields[1].Levels[1:]
			v.Fields[7].Levels = v.Fields[7].Levels[:1]
		},
			[]string{"At column celltype: 35 values are outside the value set of 3, first in row 1.", "At column prior: 40 values are outside the value set of 1, first in row 2."}},
	} {
		t.Run(name, func(t *testing.T) {
			table := classics(t).Table("veteran")
			data := contents(t, table)
			c.change(table)
			_, err := readParquet(t, data, table)
			p := asProblem(t, err)
			for _, want := range c.says {
				if p.Code != "table-mismatch" || !contains(p.Error(), want) {
					t.Errorf("missing %q in\n%v", want, p)
				}
			}
		})
	}
}

func TestMissingValuesWhereNoneMayBe(t *testing.T) {
	table := classics(t).Table("lung")
	data := contents(t, table)
	for i := range table.Fields {
		table.Fields[i].Nullable = false
	}
	_, err := readParquet(t, data, table)
	if p := asProblem(t, err); !contains(p.Error(), "At column inst: 1 value is missing where none may be, first in row") ||
		!contains(p.Error(), "At column meal.cal: 47 values are missing") {
		t.Errorf("got %v", p)
	}
}

func TestColumnsComeInTheDescriptorsOrder(t *testing.T) {
	table := classics(t).Table("veteran")
	data := contents(t, table)
	plain, err := readParquet(t, data, table)
	if err != nil {
		t.Fatal(err)
	}
	f := table.Fields
	f[0], f[1], f[7] = f[7], f[0], f[1]
	turned, err := readParquet(t, data, table)
	if err != nil {
		t.Fatal(err)
	}
	for i := range plain {
		if turned[i][0] != plain[i][7] || turned[i][1] != plain[i][0] || turned[i][7] != plain[i][1] {
			t.Fatalf("row %d is not in the descriptor's order", i+1)
		}
	}
}

func TestAReaderAnswersTheSameAfterItsEnd(t *testing.T) {
	table := classics(t).Table("veteran")
	data := contents(t, table)
	r, err := tabular.OpenParquet(bytes.NewReader(data), int64(len(data)), table)
	if err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Next(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for range 2 {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := r.Next(context.Background()); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("after Close: %v", err)
	}
}
