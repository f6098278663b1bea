package tabular

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
)

// OpenCSV opens a CSV file as the table that t describes: UTF-8 (with or without a
// mark), comma, a header of column names in any order, text in double quotes where it
// needs them, any line end. An empty value is missing. Numbers are decimal with a
// point, dates 2026-01-31, timestamps RFC 3339 (UTC where no zone is given), booleans
// true, false, 1 or 0.
func OpenCSV(r io.Reader, t *catalog.Table) (Reader, error) {
	l, err := newLexer(r, t.File)
	if err != nil {
		return nil, err
	}
	header, err := l.header()
	if err != nil {
		return nil, err
	}
	from, err := matchHeader(t, header)
	if err != nil {
		return nil, err
	}
	c := &csvReader{lexer: l, table: t, from: from, width: len(header), check: newCheck(t, "line"),
		vectors: make([]Vector, len(t.Fields)), levels: make([]map[string]int64, len(t.Fields))}
	for i := range t.Fields {
		c.levels[i] = levelPositions(&t.Fields[i])
	}
	return c, nil
}

// matchHeader finds each field's position in the header, and every difference.
func matchHeader(t *catalog.Table, header []string) ([]int, error) {
	byName := map[string]int{}
	for i, name := range header {
		byName[name] = i
	}
	from := make([]int, len(t.Fields))
	var details []problem.Detail
	for i := range t.Fields {
		at, ok := byName[t.Fields[i].Column]
		if !ok {
			details = append(details, problem.Detail{Place: "column " + t.Fields[i].Column, Message: "the file has no such column"})
		}
		from[i] = at
		delete(byName, t.Fields[i].Column)
	}
	for _, name := range header {
		if _, left := byName[name]; left {
			details = append(details, problem.Detail{Place: "column " + quoted([]string{name}), Message: "the descriptor has no such column"})
		}
	}
	if len(header) > 0 && len(byName) == len(header) {
		return nil, headless(t)
	}
	if len(details) > 0 {
		return nil, mismatch(t).With(details...)
	}
	return from, nil
}

// headless speaks of a first line that names no column of the table. It is not
// quoted: it may be a participant's.
func headless(t *catalog.Table) error {
	return problem.New(problem.Invalid, "csv-header", fmt.Sprintf("The first line names no column of table %s.", t.ID)).
		At(t.File + ", line 1").Try("The first line must hold the column names that the descriptor lists.")
}

func levelPositions(f *catalog.Field) map[string]int64 {
	position := make(map[string]int64, len(f.Levels))
	for i, l := range f.Levels {
		position[l.Code] = int64(i)
	}
	return position
}

type csvReader struct {
	lexer   *lexer
	table   *catalog.Table
	from    []int // position of each field in a record
	width   int
	check   *check
	vectors []Vector
	lines   [BatchRows]int64
	levels  []map[string]int64
	done    error
}

func (c *csvReader) Close() error {
	c.done = errors.New("read from a closed file")
	return nil
}

func (c *csvReader) Next(ctx context.Context) (Batch, error) {
	if c.done != nil {
		return Batch{}, c.done
	}
	batch, err := c.batch(ctx)
	for err == nil && len(c.check.counts) > 0 { // read on, so that the problem counts every difference
		_, err = c.batch(ctx)
	}
	if errors.Is(err, io.EOF) && len(c.check.counts) > 0 {
		err = c.check.err()
	}
	if err != nil {
		c.done = err
		return Batch{}, err
	}
	return batch, nil
}

func (c *csvReader) batch(ctx context.Context) (Batch, error) {
	if err := ctx.Err(); err != nil {
		return Batch{}, err
	}
	for i := range c.vectors {
		c.vectors[i].prepare(c.table.Fields[i].Type, BatchRows)
	}
	n := 0
	for ; n < BatchRows; n++ {
		record, err := c.lexer.row(c.width)
		if errors.Is(err, io.EOF) && n > 0 {
			break
		}
		if err != nil {
			return Batch{}, err
		}
		c.lines[n] = int64(c.lexer.start)
		for i := range c.vectors {
			c.value(i, n, record[c.from[i]])
		}
	}
	for i := range c.vectors {
		c.vectors[i].cut(n)
		c.check.vector(i, &c.vectors[i], n, func(row int) int64 { return c.lines[row] })
	}
	return Batch{Rows: n, Columns: c.vectors}, nil
}

// cut shortens a vector to its first n rows.
func (v *Vector) cut(n int) {
	v.Ints, v.Floats, v.Texts = v.Ints[:min(n, len(v.Ints))], v.Floats[:min(n, len(v.Floats))], v.Texts[:min(n, len(v.Texts))]
	if v.Missing != nil {
		v.Missing = v.Missing[:n]
	}
}

// value parses one text into row of a column.
func (c *csvReader) value(column, row int, text string) {
	v, f := &c.vectors[column], &c.table.Fields[column]
	if text == "" {
		c.leave(column, row)
		if !f.Nullable {
			c.check.note(column, missingValue, c.lines[row])
		}
		return
	}
	var err error
	switch f.Type {
	case catalog.Integer:
		v.Ints[row], err = strconv.ParseInt(text, 10, 64)
	case catalog.Number:
		v.Floats[row], err = parseNumber(text)
	case catalog.Category:
		v.Ints[row] = c.position(column, text)
	case catalog.Text:
		v.Texts[row] = text
	case catalog.Date:
		v.Ints[row], err = parseDate(text)
	case catalog.Timestamp:
		v.Ints[row], err = parseTimestamp(text)
	case catalog.Boolean:
		v.Ints[row], err = parseBoolean(text)
	}
	if err != nil {
		c.check.note(column, wrongType, c.lines[row])
		c.leave(column, row)
	}
}

// leave makes a value missing.
func (c *csvReader) leave(column, row int) {
	v := &c.vectors[column]
	v.setMissing(row, BatchRows)
	switch {
	case v.Ints != nil:
		v.Ints[row] = 0
	case v.Floats != nil:
		v.Floats[row] = 0
	default:
		v.Texts[row] = ""
	}
}

func (c *csvReader) position(column int, code string) int64 {
	if p, ok := c.levels[column][code]; ok {
		return p
	}
	return -1
}

var errNotA = errors.New("not of this type")

// parseNumber reads decimal numbers; Go's hexadecimal and underscored forms, NaN and
// infinities are not what a CSV file means.
func parseNumber(text string) (float64, error) {
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, errNotA
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(x, 0) {
		return 0, errNotA
	}
	return x, nil
}

func parseDate(text string) (int64, error) {
	t, err := time.Parse(time.DateOnly, text)
	return t.Unix() / 86400, err
}

func parseTimestamp(text string) (int64, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UnixMicro(), nil
		}
	}
	return 0, fmt.Errorf("timestamp: %w", errNotA)
}

func parseBoolean(text string) (int64, error) {
	switch strings.ToLower(text) {
	case "true", "1":
		return 1, nil
	case "false", "0":
		return 0, nil
	}
	return 0, errNotA
}
