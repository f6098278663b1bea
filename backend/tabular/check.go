package tabular

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
)

// check holds batches against the descriptor and remembers what differs: how often,
// and where first.
type check struct {
	table  *catalog.Table
	row    string // "row" or "line"
	counts map[finding]*tally
	codes  []map[uint64]bool // permitted values of numeric fields with levels, by column
}

type finding struct {
	column int
	kind   kind
}

type tally struct{ count, first int64 }

// kind is a way in which a value can differ from its descriptor.
type kind int

const (
	missingValue kind = iota
	outsideLevels
	infinite
	notText
	wrongType
)

func newCheck(t *catalog.Table, row string) *check {
	c := &check{table: t, row: row, counts: map[finding]*tally{}, codes: make([]map[uint64]bool, len(t.Fields))}
	for i := range t.Fields {
		c.codes[i] = permitted(&t.Fields[i])
	}
	return c
}

// permitted gives the values of a numeric field's levels as bit patterns.
func permitted(f *catalog.Field) map[uint64]bool {
	if f.Type != catalog.Integer && f.Type != catalog.Number || len(f.Levels) == 0 {
		return nil
	}
	set := map[uint64]bool{}
	for _, l := range f.Levels {
		if f.Type == catalog.Integer {
			n, _ := strconv.ParseInt(l.Code, 10, 64) // Validate has parsed every code
			set[uint64(n)] = true
		} else {
			x, _ := strconv.ParseFloat(l.Code, 64)
			set[math.Float64bits(x+0)] = true
		}
	}
	return set
}

func (c *check) note(column int, k kind, at int64) {
	key := finding{column, k}
	if t := c.counts[key]; t != nil {
		t.count++
		return
	}
	c.counts[key] = &tally{1, at}
}

// present checks that nothing is missing where nothing may be.
func (c *check) present(column int, v *Vector, at func(row int) int64) {
	if c.table.Fields[column].Nullable {
		return
	}
	for i, m := range v.Missing {
		if m {
			c.note(column, missingValue, at(i))
		}
	}
}

// vector checks the values of one column of a batch. at gives the place of a row.
func (c *check) vector(column int, v *Vector, rows int, at func(row int) int64) {
	f := &c.table.Fields[column]
	switch {
	case f.Type == catalog.Category:
		c.levels(column, v, rows, at, func(i int) bool { return v.Ints[i] >= 0 })
	case f.Type == catalog.Integer && c.codes[column] != nil:
		c.levels(column, v, rows, at, func(i int) bool { return c.codes[column][uint64(v.Ints[i])] })
	case f.Type == catalog.Number:
		c.finite(column, v, at)
		if c.codes[column] != nil {
			c.levels(column, v, rows, at, func(i int) bool { return c.codes[column][math.Float64bits(v.Floats[i]+0)] })
		}
	}
}

func (c *check) levels(column int, v *Vector, rows int, at func(int) int64, permitted func(int) bool) {
	for i := range rows {
		if !v.missing(i) && !permitted(i) {
			c.note(column, outsideLevels, at(i))
		}
	}
}

func (c *check) finite(column int, v *Vector, at func(int) int64) {
	for i, x := range v.Floats {
		if math.IsInf(x, 0) {
			c.note(column, infinite, at(i))
		}
	}
}

// err is everything noted, as one problem.
func (c *check) err() error {
	if len(c.counts) == 0 {
		return nil
	}
	keys := make([]finding, 0, len(c.counts))
	for k := range c.counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b finding) int {
		if a.column != b.column {
			return a.column - b.column
		}
		return int(a.kind - b.kind)
	})
	details := make([]problem.Detail, len(keys))
	for i, k := range keys {
		t, f := c.counts[k], &c.table.Fields[k.column]
		details[i] = problem.Detail{Place: "column " + f.Column,
			Message: fmt.Sprintf("%s, first in %s %d", c.describe(k.kind, f, t.count), c.row, t.first)}
	}
	return mismatch(c.table).With(details...)
}

func (c *check) describe(k kind, f *catalog.Field, n int64) string {
	switch k {
	case missingValue:
		return fmt.Sprintf("%s missing where none may be", values(n))
	case outsideLevels:
		return fmt.Sprintf("%s outside the value set of %d", values(n), len(f.Levels))
	case infinite:
		return fmt.Sprintf("%s infinite", values(n))
	case notText:
		return fmt.Sprintf("%s not valid UTF-8 text", values(n))
	}
	return fmt.Sprintf("%s not %s", values(n), inWords(f.Type))
}

func values(n int64) string {
	if n == 1 {
		return "1 value is"
	}
	return fmt.Sprintf("%d values are", n)
}

func inWords(t catalog.Type) string {
	switch t {
	case catalog.Integer:
		return "a whole number"
	case catalog.Number:
		return "a decimal number"
	case catalog.Date:
		return "a date written as 2026-01-31"
	case catalog.Timestamp:
		return "a time written as 2026-01-31T12:00:00Z"
	case catalog.Boolean:
		return "true or false"
	}
	return "of type " + string(t)
}

func mismatch(t *catalog.Table) *problem.Problem {
	return problem.New(problem.Invalid, "table-mismatch",
		fmt.Sprintf("The file does not match the descriptor of table %s.", t.ID)).
		At(t.File).
		Try("Check that file and descriptor are of the same release; ask the publisher for the right one.")
}

// quoted lists names for a message, a few of many.
func quoted(names []string) string {
	const most = 8
	extra := ""
	if len(names) > most {
		extra = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	return "“" + strings.Join(names, "”, “") + "”" + extra
}
