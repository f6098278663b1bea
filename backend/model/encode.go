package model

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// FlagKind is something a reader must see beside a prediction.
type FlagKind string

const (
	FlagMissing    FlagKind = "missing"         // no column, or an empty cell, NA or NaN
	FlagOutOfRange FlagKind = "out_of_range"    // outside the training range; used as it is
	FlagUnseen     FlagKind = "unseen_category" // a category that training did not have; treated as missing
	FlagNotANumber FlagKind = "not_a_number"    // text in a numeric column; the row gets no prediction
)

// Flag marks one input of one row.
type Flag struct {
	Feature string   `json:"feature"`
	Kind    FlagKind `json:"kind"`
	Column  int      `json:"column" doc:"Position of the column in the table from 1, 0 where there is none"`
}

// Encoder turns records of a table into rows for a model. It is not safe for
// use by several goroutines at once.
type Encoder struct {
	columns []column
	flags   []Flag
}

// column is one feature and where its values come from.
type column struct {
	feature *Feature
	index   int            // -1: no column
	levels  map[string]int // text to code
}

// NewEncoder prepares to encode records of the table that m was made from.
func (s *Schema) NewEncoder(m *Mapping) (*Encoder, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if len(m.Features) != len(s.Features) {
		return nil, fmt.Errorf("mapping of %d features for a schema of %d", len(m.Features), len(s.Features))
	}
	enc := &Encoder{columns: make([]column, len(s.Features))}
	for i := range s.Features {
		enc.columns[i] = column{feature: &s.Features[i], index: m.Features[i].Index, levels: levelCodes(&s.Features[i])}
	}
	return enc, nil
}

// Encode writes one record's inputs to row, one for each feature, NaN for
// missing and unseen. usable is false where the row must not be scored: text in
// a numeric column, or a missing value that the schema rejects. The flags are
// valid until the next call. It panics where row has the wrong length.
func (enc *Encoder) Encode(record []string, row []float64) (flags []Flag, usable bool) {
	if len(row) != len(enc.columns) {
		panic(fmt.Sprintf("model: row of %d values for %d features", len(row), len(enc.columns)))
	}
	enc.flags, usable = enc.flags[:0], true
	for i := range enc.columns {
		c := &enc.columns[i]
		var kind FlagKind
		row[i], kind = c.read(record)
		if kind == "" {
			continue
		}
		enc.flags = append(enc.flags, Flag{Feature: c.feature.Name, Kind: kind, Column: c.index + 1})
		if kind == FlagNotANumber || kind != FlagOutOfRange && c.feature.Missing == Reject {
			usable = false
		}
	}
	return enc.flags, usable
}

// read gives the value of a feature in a record, and its flag if it has one.
func (c *column) read(record []string) (float64, FlagKind) {
	if c.index < 0 || c.index >= len(record) {
		return math.NaN(), FlagMissing
	}
	text := strings.TrimSpace(record[c.index])
	if c.feature.Type == Category {
		return c.category(text)
	}
	return c.number(text)
}

func (c *column) category(text string) (float64, FlagKind) {
	if code, ok := c.levels[text]; ok { // before missing: "NA" may be a level
		return float64(code), ""
	}
	if isMissing(text) {
		return math.NaN(), FlagMissing
	}
	if x, ok := parseNumber(text); ok {
		if code, ok := c.levels[numberKey(x)]; ok {
			return float64(code), ""
		}
	}
	return math.NaN(), FlagUnseen
}

func (c *column) number(text string) (float64, FlagKind) {
	if isMissing(text) {
		return math.NaN(), FlagMissing
	}
	x, ok := parseNumber(text)
	if !ok {
		return math.NaN(), FlagNotANumber
	}
	if f := c.feature; f.Min != nil && x < *f.Min || f.Max != nil && x > *f.Max {
		return x, FlagOutOfRange
	}
	return x, ""
}

// isMissing reports whether a cell is one of the ways tables write "nothing":
// empty, NA, NaN.
func isMissing(text string) bool {
	return text == "" || text == "NA" || strings.EqualFold(text, "nan")
}

// parseNumber reads a decimal number. Infinity, hexadecimal and digit groups,
// which strconv knows, are not measurements.
func parseNumber(text string) (float64, bool) {
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil
}

// levelCodes finds a level by its text, and by its value where it is a number:
// a table may write 1.0 for level 1.
func levelCodes(f *Feature) map[string]int {
	if f.Type != Category {
		return nil
	}
	codes := make(map[string]int, 2*len(f.Levels))
	for i, level := range f.Levels {
		if x, ok := parseNumber(strings.TrimSpace(level)); ok {
			codes[numberKey(x)] = f.Code(i)
		}
	}
	for i, level := range f.Levels {
		codes[strings.TrimSpace(level)] = f.Code(i)
	}
	return codes
}

// numberKey cannot be the text of a trimmed cell: it starts with a space.
func numberKey(x float64) string {
	if x == 0 {
		x = 0 // -0 is 0
	}
	return " " + strconv.FormatFloat(x, 'g', -1, 64)
}
