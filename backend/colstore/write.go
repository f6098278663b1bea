package colstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

// Summary says what was written.
type Summary struct {
	Rows         int64               `json:"rows" doc:"Rows of all tables"`
	Participants int                 `json:"participants" doc:"Participants of all populations"`
	Populations  []PopulationSummary `json:"populations"`
	Tables       []TableSummary      `json:"tables"`
}

// PopulationSummary counts a population.
type PopulationSummary struct {
	ID           catalog.PopulationID `json:"id"`
	Participants int                  `json:"participants"`
}

// TableSummary counts a table; Participants are those with a row in it.
type TableSummary struct {
	ID           catalog.TableID `json:"id"`
	Rows         int64           `json:"rows"`
	Participants int             `json:"participants"`
}

// Writer writes datasets. The zero Writer is the one to use.
type Writer struct {
	SegmentRows int // rows of a segment; 0 means 131,072
}

// Write is Writer{}.Write.
func Write(ctx context.Context, db *sql.DB, ds *catalog.Dataset, open func(*catalog.Table) (tabular.Reader, error)) (Summary, error) {
	return Writer{}.Write(ctx, db, ds, open)
}

// Write stores a dataset in an empty database, in one transaction: all of it or
// nothing. Tables are opened and streamed one after another, in the descriptor's
// order; every Reader is closed. It holds in memory one segment of every column and
// the dictionaries and codes of one table's text columns. Row counts are checked
// against the descriptor; an integer that a float64 does not hold is refused.
func (w Writer) Write(ctx context.Context, db *sql.DB, ds *catalog.Dataset, open func(*catalog.Table) (tabular.Reader, error)) (Summary, error) {
	if err := ds.Validate(); err != nil {
		return Summary{}, err
	}
	if w.SegmentRows == 0 {
		w.SegmentRows = defaultSegmentRows
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return Summary{}, fmt.Errorf("write dataset %s: %w", ds.ID, err)
	}
	summary, err := w.write(ctx, tx, ds, open)
	if err != nil {
		return Summary{}, rollback(tx, err)
	}
	if err := tx.Commit(); err != nil {
		return Summary{}, fmt.Errorf("write dataset %s: %w", ds.ID, err)
	}
	return summary, nil
}

// rollback undoes a transaction. Cancelling the context undoes it too, so that it
// may be over already.
func rollback(tx *sql.Tx, err error) error {
	if e := tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
		return errors.Join(err, e)
	}
	return err
}

const schema = `
CREATE TABLE colstore_meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE colstore_population (id TEXT PRIMARY KEY, size INTEGER NOT NULL, keys BLOB NOT NULL, sha256 BLOB NOT NULL) STRICT;
CREATE TABLE colstore_table (id TEXT PRIMARY KEY, rows INTEGER NOT NULL, participants INTEGER NOT NULL, segment_rows INTEGER NOT NULL) STRICT;
CREATE TABLE colstore_column (tab TEXT NOT NULL, col INTEGER NOT NULL, missing INTEGER NOT NULL, least ANY, most ANY,
	dictionary BLOB, sha256 BLOB, PRIMARY KEY (tab, col)) STRICT;
CREATE TABLE colstore_segment (tab TEXT NOT NULL, col INTEGER NOT NULL, seg INTEGER NOT NULL, rows INTEGER NOT NULL,
	missing INTEGER NOT NULL, least ANY, most ANY, sha256 BLOB NOT NULL, data BLOB NOT NULL, PRIMARY KEY (tab, col, seg)) STRICT;`

func (w Writer) write(ctx context.Context, tx *sql.Tx, ds *catalog.Dataset, open func(*catalog.Table) (tabular.Reader, error)) (Summary, error) {
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return Summary{}, fmt.Errorf("create column store: %w", err)
	}
	summary := Summary{Populations: []PopulationSummary{}, Tables: []TableSummary{}}
	populations := map[catalog.PopulationID]*population{}
	for _, p := range ds.Populations {
		populations[p.ID] = &population{index: map[string]int32{}}
	}
	for i := range ds.Tables {
		t := &ds.Tables[i]
		written, err := w.table(ctx, tx, t, populations[t.Population], open)
		if err != nil {
			return Summary{}, err
		}
		summary.Tables = append(summary.Tables, written)
		summary.Rows += written.Rows
	}
	for _, p := range ds.Populations {
		if err := populations[p.ID].save(ctx, tx, p.ID); err != nil {
			return Summary{}, err
		}
		size := populations[p.ID].size
		summary.Populations = append(summary.Populations, PopulationSummary{p.ID, size})
		summary.Participants += size
	}
	return summary, writeMeta(ctx, tx, ds)
}

func writeMeta(ctx context.Context, tx *sql.Tx, ds *catalog.Dataset) error {
	descriptor, err := json.Marshal(ds)
	if err != nil {
		return fmt.Errorf("write descriptor of %s: %w", ds.ID, err)
	}
	for key, value := range map[string][]byte{
		"format": []byte(formatVersion), "descriptor": descriptor, "fingerprint": []byte(ds.Fingerprint()),
	} {
		if _, err := tx.ExecContext(ctx, `INSERT INTO colstore_meta (key, value) VALUES (?, ?)`, key, value); err != nil {
			return fmt.Errorf("write descriptor of %s: %w", ds.ID, err)
		}
	}
	return nil
}

// table streams one table.
func (w Writer) table(ctx context.Context, tx *sql.Tx, t *catalog.Table, people *population, open func(*catalog.Table) (tabular.Reader, error)) (s TableSummary, err error) {
	reader, err := open(t)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	tw := newTableWriter(tx, t, people, w.SegmentRows)
	for {
		batch, err := reader.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s, err
		}
		if err := tw.add(ctx, &batch); err != nil {
			return s, err
		}
	}
	if tw.rows != t.Rows {
		return s, problem.New(problem.Invalid, "table-mismatch", fmt.Sprintf("The file does not match the descriptor of table %s.", t.ID)).
			At(t.File).With(problem.Detail{Place: "rows", Message: fmt.Sprintf("the file has %d where the descriptor says %d", tw.rows, t.Rows)}).
			Try("Check that file and descriptor are of the same release; ask the publisher for the right one.")
	}
	if err := tw.finish(ctx); err != nil {
		return s, err
	}
	return TableSummary{t.ID, tw.rows, tw.participants()}, nil
}
