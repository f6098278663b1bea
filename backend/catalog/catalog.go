// Package catalog says what a dataset is: its tables, their fields, types, units
// and value sets, who published it and under which licence. It is the data
// dictionary that every other package reads.
//
// A Dataset is a descriptor; it holds no participant data. It refuses a
// descriptor that is ambiguous or incomplete (see Validate) so that nothing
// downstream needs to check again. Field names are addressed as table.column
// (FieldID); either part may hold dots, so an address is looked up, never split.
package catalog

// FormatVersion is the descriptor format this program reads and writes.
const FormatVersion = 1

type (
	// DatasetID names a dataset: lower-case letters, digits and dashes.
	DatasetID string
	// Version names a release of a dataset, for example "2026.11".
	Version string
	// TableID names a table within a dataset.
	TableID string
	// FieldID addresses a field within a dataset: table.column.
	FieldID string
	// PopulationID names a set of participants that tables of a dataset share.
	PopulationID string
)

// Type is the type of a field's values.
type Type string

const (
	Integer   Type = "integer"   // whole numbers; with Levels, labelled codes
	Number    Type = "number"    // 64-bit floating point
	Category  Type = "category"  // one of Levels, in their order; the first is the reference
	Text      Type = "text"      // free text
	Date      Type = "date"      // a calendar day
	Timestamp Type = "timestamp" // an instant, microseconds, UTC
	Boolean   Type = "boolean"
)

// Dataset describes one release of a dataset.
type Dataset struct {
	Format        int          `json:"format" doc:"Descriptor format version"`
	ID            DatasetID    `json:"id"`
	Version       Version      `json:"version" doc:"Release of the dataset"`
	Title         string       `json:"title"`
	Description   string       `json:"description"`
	Demonstration bool         `json:"demonstration" doc:"Public data that a demonstration vault may hold"`
	Populations   []Population `json:"populations"`
	Tables        []Table      `json:"tables"`
}

// Population is a set of participants. Two tables of one population speak of
// the same people; ids of different populations are unrelated.
type Population struct {
	ID    PopulationID `json:"id"`
	Title string       `json:"title"`
}

// Table describes one table and the file that carries it.
type Table struct {
	ID          TableID      `json:"id"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Population  PopulationID `json:"population"`
	Participant string       `json:"participant,omitempty" doc:"Column that identifies the participant; absent where each row is a participant of its own"`
	Order       string       `json:"order,omitempty" doc:"Column that orders one participant's rows"`
	Grain       string       `json:"grain" doc:"What one row is, in words"`
	File        string       `json:"file" doc:"File name beside the descriptor: .parquet or .csv"`
	Rows        int64        `json:"rows"`
	Bytes       int64        `json:"bytes"`
	SHA256      string       `json:"sha256"`
	Source      string       `json:"source"`
	Licence     string       `json:"licence"`
	Fields      []Field      `json:"fields"`
}

// Field describes one column.
type Field struct {
	Column      string  `json:"column"`
	Label       string  `json:"label"`
	Description string  `json:"description,omitempty"`
	Type        Type    `json:"type"`
	Unit        string  `json:"unit,omitempty"`
	Nullable    bool    `json:"nullable"`
	Levels      []Level `json:"levels,omitempty" doc:"Value set, in order"`
}

// Level is one permitted value: its code as stored and its label as shown.
type Level struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

// Field gives the address of a column of this table.
func (t *Table) Field(column string) FieldID { return FieldID(string(t.ID) + "." + column) }

// Categorical reports whether the field's values are a labelled, finite set.
func (f *Field) Categorical() bool {
	return f.Type == Category || f.Type == Boolean || len(f.Levels) > 0
}

// Numeric reports whether the field is measured on a scale: means and ranges
// make sense.
func (f *Field) Numeric() bool {
	return (f.Type == Integer || f.Type == Number) && len(f.Levels) == 0
}
