package colstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

// maxExact is the largest integer up to which a float64 holds every one.
const maxExact = 1 << 53

// tableWriter gathers batches into segments.
type tableWriter struct {
	tx          *sql.Tx
	table       *catalog.Table
	segmentRows int
	rows        int64
	columns     []*columnWriter // the participants last, where there are any

	people  *population
	key     int // position of the participant column, -1 where rows are participants
	seen    map[int32]bool
	lastKey string
	lastID  int32
}

func newTableWriter(tx *sql.Tx, t *catalog.Table, people *population, segmentRows int) *tableWriter {
	w := &tableWriter{tx: tx, table: t, segmentRows: segmentRows, people: people, key: -1, seen: map[int32]bool{}}
	for i := range t.Fields {
		f := &t.Fields[i]
		w.columns = append(w.columns, newColumnWriter(i, f.Type))
		if f.Column == t.Participant {
			w.key = i
		}
	}
	if w.key >= 0 {
		w.columns = append(w.columns, newColumnWriter(participantColumn, catalog.Category))
	}
	return w
}

// participants is how many participants have a row.
func (w *tableWriter) participants() int {
	if w.key < 0 {
		return int(w.rows)
	}
	return len(w.seen)
}

// add takes a batch, writing every segment that it fills.
func (w *tableWriter) add(ctx context.Context, batch *tabular.Batch) error {
	for from := 0; from < batch.Rows; {
		held := int(w.rows) % w.segmentRows
		n := min(batch.Rows-from, w.segmentRows-held)
		for i := range batch.Columns {
			if err := w.take(w.columns[i], &batch.Columns[i], from, n); err != nil {
				return err
			}
		}
		if w.key >= 0 {
			if err := w.number(&batch.Columns[w.key], from, n); err != nil {
				return err
			}
		}
		from += n
		w.rows += int64(n)
		if held+n == w.segmentRows {
			if err := w.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *tableWriter) take(c *columnWriter, v *tabular.Vector, from, n int) error {
	if c.kind == catalog.Integer {
		for i, x := range v.Ints[from : from+n] {
			if x > maxExact || x < -maxExact {
				return problem.New(problem.Invalid, "integer-too-large",
					fmt.Sprintf("Column %s holds a whole number too large to compute with exactly.", w.table.Fields[c.col].Column)).
					At(fmt.Sprintf("%s, row %d", w.table.File, w.rows+int64(i)+1)).
					Try("If the column holds identifiers, declare it as text in the descriptor and store it as text.")
			}
		}
	}
	c.take(v, from, n)
	return nil
}

// number gives each row its participant.
func (w *tableWriter) number(v *tabular.Vector, from, n int) error {
	ids := w.columns[len(w.columns)-1]
	for i := from; i < from+n; i++ {
		key := w.keyOf(v, i)
		if key != w.lastKey || w.rows == 0 && i == from {
			id, err := w.people.number(key)
			if err != nil {
				return err
			}
			w.lastKey, w.lastID = key, id
			w.seen[id] = true
		}
		ids.takeInt(int64(w.lastID))
	}
	return nil
}

func (w *tableWriter) keyOf(v *tabular.Vector, i int) string {
	switch v.Type {
	case catalog.Text:
		return v.Texts[i]
	case catalog.Category:
		return w.table.Fields[w.key].Levels[v.Ints[i]].Code
	}
	return strconv.FormatInt(v.Ints[i], 10)
}

// flush writes what is held as the next segment of every column.
func (w *tableWriter) flush(ctx context.Context) error {
	for _, c := range w.columns {
		if c.kind == catalog.Text {
			c.settle() // codes wait for the whole dictionary
			continue
		}
		if err := w.segment(ctx, c, c.missing, c.ints, c.floats); err != nil {
			return err
		}
		c.reset()
	}
	return nil
}

func (w *tableWriter) segment(ctx context.Context, c *columnWriter, missing []bool, ints []int64, floats []float64) error {
	bits := NewBitmap(max(len(ints), len(floats)))
	for i, m := range missing {
		if m {
			bits.Set(i)
		}
	}
	codes := c.kind == catalog.Category || c.kind == catalog.Text
	data, z := encodeSegment(bits, ints, floats, codes)
	c.merge(z)
	sum := checksum(string(w.table.ID), columnName(c.col), columnName(c.segments), data)
	_, err := w.tx.ExecContext(ctx, `INSERT INTO colstore_segment (tab, col, seg, rows, missing, least, most, sha256, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(w.table.ID), c.col, c.segments, max(len(ints), len(floats)), z.missing, z.least, z.most, sum, data)
	if err != nil {
		return fmt.Errorf("write table %s: %w", w.table.ID, err)
	}
	c.segments++
	return nil
}

// finish writes the last segments, the text columns and what is known of columns.
func (w *tableWriter) finish(ctx context.Context) error {
	if w.rows%int64(w.segmentRows) != 0 {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	for _, c := range w.columns {
		if err := w.texts(ctx, c); err != nil {
			return err
		}
		if err := w.column(ctx, c); err != nil {
			return err
		}
	}
	if w.key < 0 {
		w.people.size = int(w.rows)
	}
	_, err := w.tx.ExecContext(ctx, `INSERT INTO colstore_table (id, rows, participants, segment_rows) VALUES (?, ?, ?, ?)`,
		string(w.table.ID), w.rows, w.participants(), w.segmentRows)
	if err != nil {
		return fmt.Errorf("write table %s: %w", w.table.ID, err)
	}
	return nil
}

// texts writes a text column, whose codes are known only now: its dictionary is
// sorted so that codes order as texts do.
func (w *tableWriter) texts(ctx context.Context, c *columnWriter) error {
	if c.kind != catalog.Text {
		return nil
	}
	rank := c.sortTexts()
	for codes := range slices.Chunk(c.all, w.segmentRows) {
		ints, missing := make([]int64, len(codes)), make([]bool, len(codes))
		for i, code := range codes {
			if missing[i] = code < 0; code >= 0 {
				ints[i] = rank[code]
			}
		}
		if err := w.segment(ctx, c, missing, ints, nil); err != nil {
			return err
		}
	}
	return nil
}

func (w *tableWriter) column(ctx context.Context, c *columnWriter) error {
	var dictionary, sum []byte
	if c.kind == catalog.Text {
		var err error
		if dictionary, err = encodeDictionary(c.texts); err != nil {
			return fmt.Errorf("write column %s: %w", w.table.Fields[c.col].Column, err)
		}
		sum = checksum(string(w.table.ID), columnName(c.col), "dictionary", dictionary)
	}
	_, err := w.tx.ExecContext(ctx, `INSERT INTO colstore_column (tab, col, missing, least, most, dictionary, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		string(w.table.ID), c.col, c.zone.missing, c.zone.least, c.zone.most, dictionary, sum)
	if err != nil {
		return fmt.Errorf("write table %s: %w", w.table.ID, err)
	}
	return nil
}
