package colstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"vitrine/backend/catalog"
)

// segments reads all of a stored column; col is its position, or participantColumn.
func (t *Table) segments(ctx context.Context, col int) (*rawColumn, error) {
	raw := &rawColumn{missing: NewBitmap(t.rows)}
	if col != participantColumn && t.descriptor.Fields[col].Type == catalog.Number {
		raw.floats = make([]float64, t.rows)
	} else {
		raw.ints = make([]int64, t.rows)
	}
	next, from := 0, 0
	err := each(ctx, t.db, `SELECT seg, rows, sha256, data FROM colstore_segment WHERE tab = ? AND col = ? ORDER BY seg`,
		[]any{string(t.descriptor.ID), col}, func(rows *sql.Rows) error {
			var seg, n int
			var sum, data sql.RawBytes
			if err := rows.Scan(&seg, &n, &sum, &data); err != nil {
				return err
			}
			want := checksum(string(t.descriptor.ID), columnName(col), columnName(seg), data)
			if seg != next || n < 1 || n > t.rows-from || !bytes.Equal(sum, want) {
				return errSegment
			}
			next, from = next+1, from+n
			return raw.decodeSegment(data, from-n, n)
		})
	if errors.Is(err, errSegment) || err == nil && from != t.rows {
		return nil, t.damaged(t.name(col))
	}
	if err != nil {
		return nil, fmt.Errorf("read %s of table %s: %w", t.name(col), t.descriptor.ID, err)
	}
	return raw, nil
}

// name says which column, for messages.
func (t *Table) name(col int) string {
	if col == participantColumn {
		return "its participants"
	}
	return fmt.Sprintf("the values of column %s", t.descriptor.Fields[col].Column)
}

func (t *Table) readColumn(ctx context.Context, col int) (*Column, error) {
	raw, err := t.segments(ctx, col)
	if err != nil {
		return nil, err
	}
	f := &t.descriptor.Fields[col]
	c := &Column{field: f, rows: t.rows, missing: raw.missing, missingCount: raw.missing.Count()}
	switch f.Type {
	case catalog.Category:
		for _, l := range f.Levels {
			c.dictionary = append(c.dictionary, l.Code)
		}
		err = c.setCodes(raw.ints)
	case catalog.Text:
		if c.dictionary, err = t.dictionary(ctx, col); err == nil {
			err = c.setCodes(raw.ints)
		}
	case catalog.Number:
		c.setNumbers(raw.floats)
	default:
		numbers := make([]float64, t.rows)
		for i, v := range raw.ints {
			numbers[i] = float64(v)
		}
		c.setNumbers(numbers)
	}
	if errors.Is(err, errSegment) {
		return nil, t.damaged(t.name(col))
	}
	return c, err
}

func (c *Column) setCodes(ints []int64) error {
	c.codes = make([]uint32, len(ints))
	for i, v := range ints {
		if v < 0 || v >= int64(len(c.dictionary)) && !c.missing.Get(i) {
			return errSegment
		}
		c.codes[i] = uint32(v)
	}
	return nil
}

// setNumbers takes the values over; missing ones become NaN.
func (c *Column) setNumbers(numbers []float64) {
	c.numbers = numbers
	c.missing.Each(func(i int) { numbers[i] = math.NaN() })
}

func (t *Table) dictionary(ctx context.Context, col int) ([]string, error) {
	var data, sum []byte
	err := t.db.QueryRowContext(ctx, `SELECT dictionary, sha256 FROM colstore_column WHERE tab = ? AND col = ?`,
		string(t.descriptor.ID), col).Scan(&data, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errSegment
	}
	if err != nil {
		return nil, fmt.Errorf("read the dictionary of %s: %w", t.name(col), err)
	}
	if !bytes.Equal(sum, checksum(string(t.descriptor.ID), columnName(col), "dictionary", data)) {
		return nil, errSegment
	}
	return decodeDictionary(data)
}
