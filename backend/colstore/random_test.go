package colstore_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vitrine/backend/catalog"
	"vitrine/backend/colstore"
	"vitrine/backend/tabular"
)

// made is a source of seeded random batches with every type and width of value.
type made struct {
	random *rand.Rand
	table  *catalog.Table
	left   int
	row    int
}

func (m *made) Close() error { return nil }

func (m *made) Next(context.Context) (tabular.Batch, error) {
	if m.left == 0 {
		return tabular.Batch{}, io.EOF
	}
	n := min(m.left, 1+m.random.IntN(700))
	m.left -= n
	b := tabular.Batch{Rows: n}
	for i := range m.table.Fields {
		b.Columns = append(b.Columns, m.vector(&m.table.Fields[i], n))
	}
	m.row += n
	return b, nil
}

func (m *made) vector(f *catalog.Field, n int) tabular.Vector {
	v := tabular.Vector{Type: f.Type, Ints: make([]int64, n), Floats: make([]float64, n), Texts: make([]string, n)}
	if f.Nullable {
		v.Missing = make([]bool, n)
	}
	for i := range n {
		if f.Nullable && (m.random.IntN(3) == 0 || f.Column == "never") {
			v.Missing[i] = true
			continue
		}
		switch f.Column {
		case "who":
			v.Ints[i] = int64((m.row+i)/3%400) * 1_000_003
		case "tiny":
			v.Ints[i] = m.random.Int64N(256) - 128
		case "growing":
			v.Ints[i] = int64(m.row+i) * int64(m.row+i) * 1_000_000 * int64(1-2*m.random.IntN(2))
		case "at":
			v.Ints[i] = m.random.Int64() - m.random.Int64()
		case "x":
			v.Floats[i] = []float64{math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, m.random.NormFloat64()}[m.random.IntN(4)]
		case "kind":
			v.Ints[i] = m.random.Int64N(3)
		case "note":
			v.Texts[i] = []string{"", "é", "zebra", fmt.Sprintf("note %d", m.random.IntN(500))}[m.random.IntN(4)]
		case "yes", "day":
			v.Ints[i] = m.random.Int64N(2)
		}
	}
	return v
}

const madeRows = 5000

func madeSet() *catalog.Dataset {
	levels := []catalog.Level{{Code: "z", Label: "Z"}, {Code: "a", Label: "A"}, {Code: "m", Label: "M"}}
	return &catalog.Dataset{Format: 1, ID: "made", Version: "1", Title: "Made",
		Populations: []catalog.Population{{ID: "p", Title: "P"}},
		Tables: []catalog.Table{{ID: "rows", Title: "Rows", Population: "p", Participant: "who", Grain: "a row", File: "rows.csv",
			Rows: madeRows, SHA256: strings.Repeat("0", 64), Source: "made", Licence: "CC0-1.0",
			Fields: []catalog.Field{
				{Column: "who", Label: "Who", Type: catalog.Integer},
				{Column: "tiny", Label: "Tiny", Type: catalog.Integer, Nullable: true},
				{Column: "growing", Label: "Growing", Type: catalog.Integer},
				{Column: "at", Label: "At", Type: catalog.Timestamp, Nullable: true},
				{Column: "x", Label: "X", Type: catalog.Number, Nullable: true},
				{Column: "never", Label: "Never", Type: catalog.Number, Nullable: true},
				{Column: "kind", Label: "Kind", Type: catalog.Category, Nullable: true, Levels: levels},
				{Column: "note", Label: "Note", Type: catalog.Text, Nullable: true},
				{Column: "yes", Label: "Yes", Type: catalog.Boolean, Nullable: true},
				{Column: "day", Label: "Day", Type: catalog.Date},
			}}}}
}

func openMade(t *catalog.Table) (tabular.Reader, error) {
	return &made{random: rand.New(rand.NewPCG(5, 6)), table: t, left: madeRows}, nil
}

func TestRandomRowsComeBackInSegmentsOfAnySize(t *testing.T) {
	for _, segment := range []int{1000, 64, 999, madeRows} {
		s, _, summary := stored(t, madeSet(), segment, openMade)
		equalToSource(t, s, openMade)
		if summary.Participants != 400 || summary.Tables[0].Participants != 400 {
			t.Errorf("segments of %d: %+v", segment, summary)
		}
	}
}

func TestTextCodesOrderAsTextsDo(t *testing.T) {
	s, _, _ := stored(t, madeSet(), 777, openMade)
	dictionary := column(t, table(t, s, "rows"), "note").Dictionary()
	if !slices.IsSorted(dictionary) || len(slices.Compact(slices.Clone(dictionary))) != len(dictionary) || dictionary[0] != "" {
		t.Error("not sorted, or a text twice")
	}
}

func TestAnEmptyTableIsATable(t *testing.T) {
	ds := madeSet()
	ds.Tables[0].Rows = 0
	s, _, _ := stored(t, ds, 10, func(t *catalog.Table) (tabular.Reader, error) { return &made{table: t}, nil })
	c := column(t, table(t, s, "rows"), "note")
	if len(c.Codes()) != 0 || c.Summary(nil).N != 0 || s.Population("p") != 0 {
		t.Error("something came from nothing")
	}
}

func TestIntegersThatAFloatCannotHoldAreRefused(t *testing.T) {
	ds := madeSet()
	_, err := colstore.Write(context.Background(), database(t), ds, func(t *catalog.Table) (tabular.Reader, error) {
		r, err := openMade(t)
		return big{r}, err
	})
	if err == nil || !strings.Contains(err.Error(), "rows.csv, row 1: Column growing holds a whole number too large") {
		t.Errorf("got %v", err)
	}
}

// big puts one integer beyond 2^53 into the first row.
type big struct{ tabular.Reader }

func (b big) Next(ctx context.Context) (tabular.Batch, error) {
	batch, err := b.Reader.Next(ctx)
	if err == nil {
		batch.Columns[2].Ints[0] = 1<<53 + 1
	}
	return batch, err
}

func TestBitmapsAgreeWithSets(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{0, 1, 63, 64, 65, 300} {
		a, b := colstore.NewBitmap(n), colstore.NewBitmap(n)
		var x, y []bool
		for i := range n {
			x, y = append(x, r.IntN(2) == 0), append(y, r.IntN(2) == 0)
			if x[i] {
				a.Set(i)
			}
			if y[i] {
				b.Set(i)
			}
		}
		and, andNot, or, not := a.Clone(), a.Clone(), a.Clone(), a.Clone()
		and.And(b)
		andNot.AndNot(b)
		or.Or(b)
		not.Not(n)
		count := 0
		for i := range n {
			if and.Get(i) != (x[i] && y[i]) || andNot.Get(i) != (x[i] && !y[i]) || or.Get(i) != (x[i] || y[i]) || not.Get(i) == x[i] {
				t.Fatalf("n = %d, member %d", n, i)
			}
			if x[i] && y[i] {
				count++
			}
		}
		if and.Count() != count || a.AndCount(b) != count || a.Count()+not.Count() != n {
			t.Errorf("n = %d: counts", n)
		}
		last := -1
		a.Each(func(i int) {
			if i <= last || !x[i] {
				t.Fatalf("Each gave %d after %d", i, last)
			}
			last = i
			a.Clear(i)
		})
		if a.Count() != 0 {
			t.Error("members left after all were taken out")
		}
	}
}
