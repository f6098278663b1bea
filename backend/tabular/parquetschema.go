package tabular

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
)

// leaf is a column of the file: where it stands and how its stored values become
// the descriptor's.
type leaf struct {
	index    int // position among the file's columns
	physical format.Type
	optional bool
	convert  func(*raw) error // nil where the stored values are already right
}

// raw is a run of stored values: integers, floating point numbers or texts.
type raw struct {
	ints   []int64
	floats []float64
	texts  []string
}

func (r *raw) reset() { r.ints, r.floats, r.texts = r.ints[:0], r.floats[:0], r.texts[:0] }

// match finds the descriptor's columns in the file's schema, and every difference.
func match(t *catalog.Table, meta *format.FileMetaData) ([]leaf, error) {
	elements, details := leaves(meta.Schema)
	if elements == nil {
		return nil, mismatch(t).With(details...)
	}
	byName := map[string]int{}
	for i, e := range elements {
		byName[e.Name] = i
	}
	columns := make([]leaf, len(t.Fields))
	for i := range t.Fields {
		f := &t.Fields[i]
		at, ok := byName[f.Column]
		if !ok {
			details = append(details, problem.Detail{Place: "column " + f.Column, Message: "the file has no such column"})
			continue
		}
		delete(byName, f.Column)
		column, stored := newLeaf(f, elements[at], at)
		if stored != "" {
			details = append(details, problem.Detail{Place: "column " + f.Column,
				Message: fmt.Sprintf("the file holds %s where the descriptor says %s", stored, f.Type)})
		}
		columns[i] = column
	}
	for _, e := range elements { // in the file's order
		if _, left := byName[e.Name]; left {
			details = append(details, problem.Detail{Place: "column " + quoted([]string{e.Name}), Message: "the descriptor has no such column"})
		}
	}
	if meta.NumRows != t.Rows {
		details = append(details, problem.Detail{Place: "rows", Message: fmt.Sprintf("the file has %d where the descriptor says %d", meta.NumRows, t.Rows)})
	}
	if len(details) > 0 {
		return nil, mismatch(t).With(details...)
	}
	return columns, nil
}

// leaves lists the columns of a flat schema; a nested or repeated one is a finding.
func leaves(schema []format.SchemaElement) ([]format.SchemaElement, []problem.Detail) {
	if len(schema) == 0 || int(schema[0].NumChildren.V) != len(schema)-1 {
		return nil, []problem.Detail{{Place: "schema", Message: "columns are nested, and a table's are not"}}
	}
	seen := map[string]bool{}
	for _, e := range schema[1:] {
		at := "column " + quoted([]string{e.Name})
		switch {
		case !utf8.ValidString(e.Name) || seen[e.Name]:
			return nil, []problem.Detail{{Place: "schema", Message: "two columns have one name, or a name is not text"}}
		case !e.Type.Valid || e.NumChildren.V > 0 || e.RepetitionType.V == format.Repeated:
			return nil, []problem.Detail{{Place: at, Message: "this column is nested or repeated, and a table's are not"}}
		}
		seen[e.Name] = true
	}
	return schema[1:], nil
}

// newLeaf says how a stored column becomes the field's type; stored names what is
// stored where it cannot.
func newLeaf(f *catalog.Field, e format.SchemaElement, index int) (l leaf, stored string) {
	l = leaf{index: index, physical: e.Type.V, optional: e.RepetitionType.V == format.Optional}
	s := storedAs(e)
	ok := false
	switch f.Type {
	case catalog.Integer:
		l.convert, ok = s.convert, s.kind == wholeNumbers
	case catalog.Number:
		l.convert, ok = asFloats(s)
	case catalog.Category:
		l.convert, ok = asLevels(f), s.kind == texts
	case catalog.Text:
		ok = s.kind == texts
	case catalog.Date:
		ok = s.kind == days
	case catalog.Timestamp:
		l.convert, ok = s.convert, s.kind == instants
	case catalog.Boolean:
		ok = s.kind == truths
	}
	if !ok {
		return l, s.name
	}
	return l, ""
}

// storage is what a Parquet column holds, by physical and logical type.
type storage struct {
	kind    storageKind
	name    string
	convert func(*raw) error
}

type storageKind int

const (
	other storageKind = iota
	wholeNumbers
	fractions
	texts
	days
	instants
	truths
)

func storedAs(e format.SchemaElement) storage {
	logical, old := e.LogicalType.Value, deprecated.ConvertedType(-1)
	if e.ConvertedType.Valid {
		old = e.ConvertedType.V
	}
	switch e.Type.V {
	case format.Boolean:
		return storage{truths, "true/false values", nil}
	case format.Float, format.Double:
		return storage{fractions, "floating point numbers", nil}
	case format.ByteArray:
		return storedText(logical, old)
	case format.Int32, format.Int64:
		return storedInteger(e.Type.V, logical, old)
	case format.Int96:
		return storage{other, "INT96 timestamps, which are obsolete", nil}
	}
	return storage{other, "fixed-length bytes", nil}
}

func storedText(logical any, old deprecated.ConvertedType) storage {
	switch logical.(type) {
	case *format.StringType, *format.EnumType:
		return storage{texts, "text", nil}
	case nil:
		if old == deprecated.UTF8 || old == deprecated.Enum || old < 0 {
			return storage{texts, "text", nil}
		}
	}
	return storage{other, "bytes that are not text", nil}
}

func storedInteger(physical format.Type, logical any, old deprecated.ConvertedType) storage {
	switch lt := logical.(type) {
	case *format.DateType:
		return storage{days, "dates", nil}
	case *format.TimestampType:
		return storedInstant(lt)
	case *format.IntType:
		if !lt.IsSigned {
			return storage{wholeNumbers, "whole numbers", unsigned(physical)}
		}
		return storage{wholeNumbers, "whole numbers", nil}
	case nil:
	default:
		return storage{other, "decimals or times of day", nil}
	}
	switch old {
	case deprecated.Date:
		return storage{days, "dates", nil}
	case deprecated.TimestampMillis:
		return storage{instants, "timestamps", scaled(1000, 1)}
	case deprecated.TimestampMicros:
		return storage{instants, "timestamps", nil}
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return storage{wholeNumbers, "whole numbers", unsigned(physical)}
	case -1, deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		return storage{wholeNumbers, "whole numbers", nil}
	}
	return storage{other, "decimals or times of day", nil}
}

func storedInstant(t *format.TimestampType) storage {
	switch t.Unit.Value.(type) {
	case *format.MilliSeconds:
		return storage{instants, "timestamps", scaled(1000, 1)}
	case *format.NanoSeconds:
		return storage{instants, "timestamps", scaled(1, 1000)}
	}
	return storage{instants, "timestamps", nil}
}

// scaled brings timestamps to microseconds; finer units are cut off towards the past.
func scaled(times, over int64) func(*raw) error {
	return func(r *raw) error {
		for i, v := range r.ints {
			if v > math.MaxInt64/times || v < math.MinInt64/times {
				return errRange
			}
			q := v * times / over
			if v%over < 0 {
				q--
			}
			r.ints[i] = q
		}
		return nil
	}
}

func unsigned(physical format.Type) func(*raw) error {
	return func(r *raw) error {
		for i, v := range r.ints {
			if physical == format.Int32 {
				r.ints[i] = int64(uint32(v))
			} else if v < 0 {
				return errRange
			}
		}
		return nil
	}
}

// asFloats reads whole numbers as numbers where a float64 holds them exactly.
func asFloats(s storage) (func(*raw) error, bool) {
	if s.kind == fractions {
		return nil, true
	}
	return func(r *raw) error {
		if s.convert != nil {
			if err := s.convert(r); err != nil {
				return err
			}
		}
		for _, v := range r.ints {
			if v > 1<<53 || v < -1<<53 {
				return errRange
			}
			r.floats = append(r.floats, float64(v))
		}
		r.ints = r.ints[:0]
		return nil
	}, s.kind == wholeNumbers
}

// asLevels turns texts into positions in the value set, -1 for what is not in it.
func asLevels(f *catalog.Field) func(*raw) error {
	position := make(map[string]int64, len(f.Levels))
	for i, l := range f.Levels {
		position[l.Code] = int64(i)
	}
	return func(r *raw) error {
		for _, s := range r.texts {
			p, ok := position[s]
			if !ok {
				p = -1
			}
			r.ints = append(r.ints, p)
		}
		r.texts = r.texts[:0]
		return nil
	}
}
