// Package colstore keeps the columns of a dataset: written once when it is
// imported, then read as immutable typed columns that analyses scan in memory.
//
// Write streams each table into segments of 128k rows in SQLite (FORMAT.md) and
// gives every participant a dense number that is the same in all tables of a
// population. Open gives a Store; Store.Table and Table.Column give typed columns,
// read on first use, checked against their SHA-256 and kept in memory. Columns are
// shared by their readers and must not be changed; a Store is safe for concurrent use.
//
// It promises that what was read from a source file comes back exactly: integers,
// dates and codes as they were, floating point numbers bit for bit, NaN as missing.
// A damaged segment is an error that names its table and column, never a wrong
// number.
package colstore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
)

// Store is an opened dataset. The database stays the caller's to close, after the
// last use of the Store.
type Store struct {
	db      *sql.DB
	dataset *catalog.Dataset
	sizes   map[catalog.PopulationID]int
	rows    map[catalog.TableID]int

	mu     sync.Mutex
	tables map[catalog.TableID]*Table // guarded by mu; what they hold is not
}

// Open reads what the dataset is; columns are read when they are asked for.
func Open(ctx context.Context, db *sql.DB) (*Store, error) {
	s := &Store{db: db, sizes: map[catalog.PopulationID]int{}, rows: map[catalog.TableID]int{}, tables: map[catalog.TableID]*Table{}}
	if err := s.readMeta(ctx); err != nil {
		return nil, err
	}
	if err := s.readSizes(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Store) readMeta(ctx context.Context) error {
	meta := map[string][]byte{}
	err := each(ctx, s.db, `SELECT key, value FROM colstore_meta`, nil, func(rows *sql.Rows) error {
		var key string
		var value []byte
		err := rows.Scan(&key, &value)
		meta[key] = value
		return err
	})
	if err != nil {
		return fmt.Errorf("read column store: %w", err)
	}
	if format := string(meta["format"]); format != formatVersion {
		return problem.New(problem.Invalid, "colstore-format",
			fmt.Sprintf("The dataset is stored in column format “%.8s”; this program reads format %s.", format, formatVersion)).
			Try("Import the dataset again with this version of Vitrine.")
	}
	if s.dataset, err = catalog.Read(bytes.NewReader(meta["descriptor"]), "stored descriptor"); err != nil {
		return fmt.Errorf("read stored descriptor: %w", err)
	}
	if s.dataset.Fingerprint() != string(meta["fingerprint"]) {
		return damage("The dataset's stored descriptor is damaged.", string(s.dataset.ID))
	}
	return nil
}

func (s *Store) readSizes(ctx context.Context) error {
	err := each(ctx, s.db, `SELECT id, size FROM colstore_population`, nil, func(rows *sql.Rows) error {
		var id catalog.PopulationID
		var size int
		err := rows.Scan(&id, &size)
		s.sizes[id] = size
		return err
	})
	if err != nil {
		return fmt.Errorf("read populations: %w", err)
	}
	err = each(ctx, s.db, `SELECT id, rows FROM colstore_table`, nil, func(rows *sql.Rows) error {
		var id catalog.TableID
		var n int
		err := rows.Scan(&id, &n)
		s.rows[id] = n
		return err
	})
	if err != nil {
		return fmt.Errorf("read tables: %w", err)
	}
	for i := range s.dataset.Tables {
		t := &s.dataset.Tables[i]
		if n, ok := s.rows[t.ID]; !ok || int64(n) != t.Rows {
			return damage("The dataset's stored row counts are damaged.", string(t.ID))
		}
	}
	return nil
}

// Dataset is the descriptor that the dataset was imported with; do not change it.
func (s *Store) Dataset() *catalog.Dataset { return s.dataset }

// Population is the number of participants of a population.
func (s *Store) Population(id catalog.PopulationID) int { return s.sizes[id] }

// Table gives a table and reads its participants. An unknown id is a problem.
func (s *Store) Table(id catalog.TableID) (*Table, error) {
	t := s.dataset.Table(id)
	if t == nil {
		return nil, s.unknownTable(id)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if opened := s.tables[id]; opened != nil {
		return opened, nil
	}
	opened, err := s.openTable(t)
	if err != nil {
		return nil, err
	}
	s.tables[id] = opened
	return opened, nil
}

func (s *Store) unknownTable(id catalog.TableID) error {
	names := make([]string, len(s.dataset.Tables))
	for i := range s.dataset.Tables {
		names[i] = string(s.dataset.Tables[i].ID)
	}
	return problem.New(problem.NotFound, "table-unknown",
		fmt.Sprintf("Dataset %s has no table “%s”.%s", s.dataset.ID, id, problem.DidYouMean(string(id), names))).
		Try("The data dictionary lists every table.")
}

func (s *Store) openTable(descriptor *catalog.Table) (*Table, error) {
	t := &Table{db: s.db, descriptor: descriptor, rows: s.rows[descriptor.ID], population: s.sizes[descriptor.Population],
		columns: make([]cell, len(descriptor.Fields))}
	ids := make([]int32, t.rows)
	if descriptor.Participant == "" {
		for i := range ids {
			ids[i] = int32(i)
		}
	} else {
		raw, err := t.segments(context.Background(), participantColumn)
		if err != nil {
			return nil, err
		}
		for i, v := range raw.ints {
			if v < 0 || v >= int64(t.population) {
				return nil, t.damaged("its participants")
			}
			ids[i] = int32(v)
		}
	}
	t.participants = ids
	return t, nil
}

// Table is a table of a Store.
type Table struct {
	db           *sql.DB
	descriptor   *catalog.Table
	rows         int
	participants []int32
	population   int
	columns      []cell
}

// cell holds a column once it has been read.
type cell struct {
	mu     sync.Mutex
	column *Column // guarded by mu
}

// ID names the table.
func (t *Table) ID() catalog.TableID { return t.descriptor.ID }

// Descriptor describes the table; do not change it.
func (t *Table) Descriptor() *catalog.Table { return t.descriptor }

// Rows is the number of rows.
func (t *Table) Rows() int { return t.rows }

// Participants gives, for each row, the index of its participant in the table's
// population, and the number of participants in that population. Indexes mean the
// same participant in every table of the population. Shared: do not change it.
func (t *Table) Participants() (ids []int32, n int) { return t.participants, t.population }

// Column reads a column, or gives it again. An unknown name is a problem.
func (t *Table) Column(ctx context.Context, column string) (*Column, error) {
	for i := range t.descriptor.Fields {
		if t.descriptor.Fields[i].Column == column {
			return t.column(ctx, i)
		}
	}
	names := make([]string, len(t.descriptor.Fields))
	for i := range t.descriptor.Fields {
		names[i] = t.descriptor.Fields[i].Column
	}
	return nil, problem.New(problem.NotFound, "field-unknown",
		fmt.Sprintf("Table %s has no column “%s”.%s", t.descriptor.ID, column, problem.DidYouMean(column, names))).
		Try("The data dictionary lists every field.")
}

func (t *Table) column(ctx context.Context, i int) (*Column, error) {
	c := &t.columns[i]
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.column == nil {
		read, err := t.readColumn(ctx, i)
		if err != nil {
			return nil, err
		}
		c.column = read
	}
	return c.column, nil
}

// damage is what a reader is told of a store that does not agree with itself.
func damage(message, place string) *problem.Problem {
	return problem.New(problem.Invalid, "dataset-damaged", message).At(place).
		Try("Import the dataset again. If it happens again, have the disk checked.")
}

func (t *Table) damaged(what string) error {
	return damage(fmt.Sprintf("The stored data of table %s are damaged: %s do not match their checksum.", t.descriptor.ID, what),
		string(t.descriptor.ID))
}

// each runs a query and calls f for every row.
func each(ctx context.Context, db *sql.DB, query string, args []any, f func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := f(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
