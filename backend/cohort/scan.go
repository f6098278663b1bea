package cohort

import (
	"context"
	"fmt"
	"math"

	"vitrine/backend/catalog"
	"vitrine/backend/colstore"
)

// scan gives the rows of the table that meet a predicate.
func scan(ctx context.Context, ds *catalog.Dataset, table *colstore.Table, p *Predicate) (colstore.Bitmap, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch {
	case p.All != nil:
		return scanAll(ctx, ds, table, p.All)
	case p.Any != nil:
		return scanAny(ctx, ds, table, p.Any)
	case p.Not != nil:
		rows, err := scan(ctx, ds, table, p.Not)
		if err != nil {
			return nil, err
		}
		all := colstore.FullBitmap(table.Rows())
		all.AndNot(rows)
		return all, nil
	}
	_, field, ok := ds.Lookup(p.Field)
	if !ok {
		return nil, fmt.Errorf("scan %s: the definition was not bound to this dataset", p.Field)
	}
	column, err := table.Column(ctx, field.Column)
	if err != nil {
		return nil, err
	}
	return compare(field, column, table.Rows(), p), nil
}

func scanAll(ctx context.Context, ds *catalog.Dataset, table *colstore.Table, list []Predicate) (colstore.Bitmap, error) {
	rows := colstore.FullBitmap(table.Rows())
	for i := range list {
		next, err := scan(ctx, ds, table, &list[i])
		if err != nil {
			return nil, err
		}
		rows.And(next)
	}
	return rows, nil
}

func scanAny(ctx context.Context, ds *catalog.Dataset, table *colstore.Table, list []Predicate) (colstore.Bitmap, error) {
	rows := colstore.NewBitmap(table.Rows())
	for i := range list {
		next, err := scan(ctx, ds, table, &list[i])
		if err != nil {
			return nil, err
		}
		rows.Or(next)
	}
	return rows, nil
}

func compare(f *catalog.Field, c *colstore.Column, n int, p *Predicate) colstore.Bitmap {
	rows := colstore.NewBitmap(n)
	switch {
	case p.Missing != nil:
		for i := range n {
			if c.Missing(i) == *p.Missing {
				rows.Set(i)
			}
		}
	case f.Type == catalog.Category || f.Type == catalog.Text:
		matchCodes(rows, c, wantedCodes(c.Dictionary(), p.In))
	case p.In != nil:
		matchSet(rows, c.Numbers(), newNumberSet(f, p.In))
	default:
		low, high := bounds(f, p)
		matchRange(rows, c.Numbers(), low, high)
	}
	return rows
}

// wantedCodes marks the dictionary entries that a value set names.
func wantedCodes(dictionary []string, values []Value) []bool {
	wanted := make(map[string]bool, len(values))
	for _, v := range values {
		wanted[v.Text] = true
	}
	codes := make([]bool, len(dictionary))
	for i, text := range dictionary {
		codes[i] = wanted[text]
	}
	return codes
}

func matchCodes(rows colstore.Bitmap, c *colstore.Column, wanted []bool) {
	for i, code := range c.Codes() {
		if !c.Missing(i) && wanted[code] {
			rows.Set(i)
		}
	}
}

// numberSet is a value set on a column's scale: single values, and whole days by
// their number.
type numberSet struct{ values, days map[float64]bool }

func newNumberSet(f *catalog.Field, values []Value) numberSet {
	set := numberSet{map[float64]bool{}, map[float64]bool{}}
	for i := range values {
		if s := mustSpan(f, &values[i]); s.first == s.last {
			set.values[s.first] = true
		} else {
			set.days[s.first/microsPerDay] = true
		}
	}
	return set
}

// matchSet relies on a missing number being NaN, which is in no set.
func matchSet(rows colstore.Bitmap, numbers []float64, set numberSet) {
	for i, x := range numbers {
		if set.values[x] || len(set.days) > 0 && set.days[math.Floor(x/microsPerDay)] {
			rows.Set(i)
		}
	}
}

// bounds turns a comparison into a closed range: "above x" starts at the next
// float after x, which is exact for every number the column can hold.
func bounds(f *catalog.Field, p *Predicate) (low, high float64) {
	low, high = math.Inf(-1), math.Inf(1)
	switch {
	case p.Above != nil:
		low = math.Nextafter(mustSpan(f, p.Above).last, math.Inf(1))
	case p.Below != nil:
		high = math.Nextafter(mustSpan(f, p.Below).first, math.Inf(-1))
	case p.Between != nil:
		if p.Between.Low != nil {
			low = mustSpan(f, p.Between.Low).first
		}
		if p.Between.High != nil {
			high = mustSpan(f, p.Between.High).last
		}
	}
	return low, high
}

// matchRange relies on a missing number being NaN, which is in no range.
func matchRange(rows colstore.Bitmap, numbers []float64, low, high float64) {
	for i, x := range numbers {
		if x >= low && x <= high {
			rows.Set(i)
		}
	}
}
