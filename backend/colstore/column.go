package colstore

import (
	"math"
	"time"

	"vitrine/backend/catalog"
)

// Column is one column in memory, immutable and shared. Integer, number, date
// (days since 1970-01-01), timestamp (microseconds since 1970-01-01 UTC) and boolean
// (0 or 1) columns hold numbers; category and text columns hold codes into a
// dictionary.
type Column struct {
	field        *catalog.Field
	rows         int
	missing      Bitmap
	missingCount int
	numbers      []float64
	codes        []uint32
	dictionary   []string
}

// Field describes the column; do not change it.
func (c *Column) Field() *catalog.Field { return c.field }

// Rows is the number of rows.
func (c *Column) Rows() int { return c.rows }

// Missing reports whether row i has no value.
func (c *Column) Missing(i int) bool { return c.missing.Get(i) }

// MissingCount is the number of rows without a value.
func (c *Column) MissingCount() int { return c.missingCount }

// Number is the value of row i: NaN where it is missing or the column holds codes.
func (c *Column) Number(i int) float64 {
	if c.numbers == nil {
		return math.NaN()
	}
	return c.numbers[i]
}

// Numbers gives every row's number, NaN where missing; nil for category and text.
// Integers are exact (Write refuses those a float64 cannot hold); timestamps beyond
// the year 2255 are rounded to some microseconds. Shared: do not change it.
func (c *Column) Numbers() []float64 { return c.numbers }

// Code is the dictionary position of row i; 0 where it is missing.
func (c *Column) Code(i int) uint32 { return c.codes[i] }

// Codes gives every row's dictionary position, 0 where missing (ask Missing); nil for
// columns that hold numbers. Shared: do not change it.
func (c *Column) Codes() []uint32 { return c.codes }

// Dictionary gives the texts that codes stand for: a category's level codes in the
// order of its value set, a text column's texts ascending by bytes. It is empty for a
// text column without a value. Shared: do not change it.
func (c *Column) Dictionary() []string { return c.dictionary }

// Text writes the value of row i: a level's code, a text, a number in its shortest
// decimal form, a date as 2026-01-31, a timestamp as RFC 3339, a boolean as 0 or 1;
// "" where it is missing.
func (c *Column) Text(i int) string {
	if c.Missing(i) {
		return ""
	}
	if c.codes != nil {
		return c.dictionary[c.codes[i]]
	}
	switch x := c.numbers[i]; c.field.Type {
	case catalog.Date:
		return time.Unix(int64(x)*86400, 0).UTC().Format(time.DateOnly)
	case catalog.Timestamp:
		return time.UnixMicro(int64(x)).UTC().Format(time.RFC3339Nano)
	default:
		return catalog.FormatNumber(x)
	}
}
