// Package tabular reads tables: Parquet and CSV files whose columns a catalog
// descriptor names, and CSV files without one (Records). It streams: a Reader
// hands out batches of at most BatchRows rows, so a table of any length passes
// through a few megabytes.
//
// What it hands out is checked against the descriptor: every column is there,
// nothing else is, types agree, values lie in their value sets, nothing is missing
// that may not be. A file that differs is refused with one problem that lists every
// difference by column, row number and count; a participant's value never enters a
// message.
//
// Files are hostile until shown otherwise. parquet-go's page reader panics on many
// damaged files and can be made to ask for 65 GB by one forged run length, which no
// recover catches (parquet-go issue 537). So parquet-go decodes the metadata here,
// after a guard has checked its lengths, and pages are walked by this package with
// every size checked before memory is taken: pages are decoded as they are consumed,
// never as whole row groups and never as rows.
package tabular

import (
	"context"

	"vitrine/backend/catalog"
)

// BatchRows is the largest number of rows in a Batch.
const BatchRows = 8192

// Reader hands out a table in order.
//
// Next returns the next batch, or io.EOF after the last. Its columns stand in the
// descriptor's order, whatever the file's order. A batch is valid until the next
// call. Errors about the file are *problem.Problem. Close may be called twice. A
// Reader is used by one goroutine at a time.
type Reader interface {
	Next(ctx context.Context) (Batch, error)
	Close() error
}

// Batch is a run of rows by columns.
type Batch struct {
	Rows    int
	Columns []Vector
}

// Vector is a run of one column's values. Which slice is filled follows the type:
//
//	integer              Ints
//	number               Floats (NaN in a file is read as missing; infinities are refused)
//	category             Ints: the position of the value in the field's Levels
//	text                 Texts
//	date                 Ints: days since 1970-01-01
//	timestamp            Ints: microseconds since 1970-01-01 UTC (finer units are cut off)
//	boolean              Ints: 0 or 1
//
// Missing is nil where no value is missing; the value at a missing place is zero.
type Vector struct {
	Type    catalog.Type
	Missing []bool
	Ints    []int64
	Floats  []float64
	Texts   []string
}

// missing reports whether row i has no value.
func (v *Vector) missing(i int) bool { return v.Missing != nil && v.Missing[i] }

// setMissing marks row i of n.
func (v *Vector) setMissing(i, n int) {
	if v.Missing == nil {
		v.Missing = make([]bool, n)
	}
	v.Missing[i] = true
}
