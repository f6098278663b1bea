package stats_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// The golden files are R's answers; testdata/golden/README.md says which R and
// how they were made. The tolerance is relative and is never loosened.
const (
	goldenDir = "../../testdata/golden"
	tolerance = 1e-10
)

// number reads R's numbers: null is NA, and what is not finite is a string.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	s := string(b)
	if unquoted, err := strconv.Unquote(s); err == nil {
		s = unquoted
	}
	if s == "null" {
		*n = number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(s, 64)
	*n = number(v)
	return err
}

func floats(n []number) []float64 {
	x := make([]float64, len(n))
	for i, v := range n {
		x[i] = float64(v)
	}
	return x
}

// golden decodes the results of one domain, by case.
func golden[T any](t *testing.T, domain string) map[string]T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(goldenDir, domain+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			ID     string
			Result json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	cases := map[string]T{}
	for _, c := range file.Cases {
		var result T
		if err := json.Unmarshal(c.Result, &result); err != nil {
			result = *new(T) // of another shape; the tests take such cases by name
		}
		cases[c.ID] = result
	}
	return cases
}

// mustCover fails when a golden case is neither checked nor skipped by name, so
// that none is forgotten when the files grow.
func mustCover[T any](t *testing.T, cases map[string]T, checked []string, skipped map[string]string) {
	t.Helper()
	for id := range cases {
		if _, skip := skipped[id]; !skip && !slices.Contains(checked, id) {
			t.Errorf("golden case %s is neither checked nor skipped", id)
		}
	}
	for id, why := range skipped {
		t.Logf("skipped %s: %s", id, why)
	}
}

// table is a CSV file as text, by column.
type table struct {
	columns map[string][]string
	rows    int
}

func readTable(t *testing.T, dataset string) table {
	t.Helper()
	file, err := os.Open(filepath.Join(goldenDir, "data", dataset+".csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	d := table{map[string][]string{}, len(records) - 1}
	for j, name := range records[0] {
		for _, record := range records[1:] {
			d.columns[name] = append(d.columns[name], record[j])
		}
	}
	return d
}

// where keeps the rows whose column has this value; "" keeps those that have any.
func (d table) where(t *testing.T, column, value string) table {
	t.Helper()
	kept := table{columns: map[string][]string{}}
	for i, v := range d.text(t, column) {
		if v == "" || value != "" && v != value {
			continue
		}
		kept.rows++
		for name, cells := range d.columns {
			kept.columns[name] = append(kept.columns[name], cells[i])
		}
	}
	return kept
}

func (d table) text(t *testing.T, column string) []string {
	t.Helper()
	cells, ok := d.columns[column]
	if !ok {
		t.Fatalf("no column %s", column)
	}
	return cells
}

// number is a column of numbers, missing ones left out.
func (d table) number(t *testing.T, column string) []float64 {
	t.Helper()
	var x []float64
	for i, cell := range d.text(t, column) {
		if cell == "" {
			continue
		}
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			t.Fatalf("column %s, line %d is not a number", column, i+2)
		}
		x = append(x, v)
	}
	return x
}

func (d table) is(t *testing.T, column, value string) []bool {
	t.Helper()
	b := make([]bool, d.rows)
	for i, cell := range d.text(t, column) {
		b[i] = cell == value
	}
	return b
}

// codes numbers the values of a column by their place among the levels.
func (d table) codes(t *testing.T, column string, levels []string) []int {
	t.Helper()
	g := make([]int, d.rows)
	for i, cell := range d.text(t, column) {
		if g[i] = slices.Index(levels, cell); g[i] < 0 {
			t.Fatalf("column %s, line %d is at no level", column, i+2)
		}
	}
	return g
}

func near(got, want float64) bool {
	switch {
	case math.IsNaN(want):
		return math.IsNaN(got)
	case math.IsNaN(got):
		return false
	case math.Abs(want) < 1e-15: // R's rounding around an exact zero
		return math.Abs(got) < 1e-12
	}
	return math.Abs(got-want) <= tolerance*math.Abs(want)
}

func checkNear(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !near(got, want) {
		t.Errorf("%s: got %.17g, want %.17g (relative %.1e)", what, got, want, math.Abs(got/want-1))
	}
}

func checkExact(t *testing.T, what string, got, want float64) {
	t.Helper()
	if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Errorf("%s: got %.17g, want exactly %.17g", what, got, want)
	}
}

// checkAll compares slices with near or exact equality.
func checkAll(t *testing.T, check func(*testing.T, string, float64, float64), what string, got []float64, want []number) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		check(t, what+"["+strconv.Itoa(i)+"]", got[i], float64(want[i]))
	}
}
