package catalog

import (
	"fmt"
	"math"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"vitrine/backend/problem"
)

// Names that become parts of file names and addresses are plain; a column is
// called what its file calls it.
var (
	datasetName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	versionName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]{0,63}$`)
	plainName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$`)
	sha256Hex   = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// maxFindings bounds what one problem lists.
const maxFindings = 50

// Validate reports everything that makes a descriptor ambiguous or incomplete, as
// one *problem.Problem with a JSON pointer per finding. What it accepts holds
// these promises: ids are unique; every table has a known population; tables
// that share one say who their participants are; participant and order columns exist
// and have no missing values; every category has its
// value set; no two fields share an address; files are plain names.
func (d *Dataset) Validate() error {
	v := &validation{addresses: map[FieldID]bool{}}
	v.dataset(d)
	if len(v.findings) == 0 {
		return nil
	}
	return problem.New(problem.Invalid, "descriptor-invalid", "The dataset descriptor cannot be used as it is.").
		With(v.findings...).Try("Correct the descriptor, or ask its publisher for a new one.")
}

type validation struct {
	findings  []problem.Detail
	addresses map[FieldID]bool
}

func (v *validation) need(ok bool, pointer, format string, args ...any) {
	if !ok && len(v.findings) < maxFindings {
		v.findings = append(v.findings, problem.Detail{Place: pointer, Message: fmt.Sprintf(format, args...)})
	}
}

func (v *validation) dataset(d *Dataset) {
	v.need(d.Format == FormatVersion, "/format", "this program reads descriptor format %d", FormatVersion)
	v.need(datasetName.MatchString(string(d.ID)), "/id", "an id is lower-case letters, digits and dashes")
	v.need(versionName.MatchString(string(d.Version)), "/version", "a version is letters, digits, dots, dashes and plus signs")
	v.text(d.Title, "/title", true)
	v.text(d.Description, "/description", false)
	populations := map[PopulationID]bool{}
	for i, p := range d.Populations {
		at := fmt.Sprintf("/populations/%d", i)
		v.need(plainName.MatchString(string(p.ID)), at+"/id", "an id is letters, digits, dots, dashes and underscores")
		v.need(!populations[p.ID], at+"/id", "this population is listed twice")
		v.text(p.Title, at+"/title", true)
		populations[p.ID] = true
	}
	v.tables(d, populations)
}

func (v *validation) tables(d *Dataset, populations map[PopulationID]bool) {
	v.need(len(d.Tables) > 0, "/tables", "a dataset has at least one table")
	ids, files := map[TableID]bool{}, map[string]bool{}
	for i := range d.Tables {
		t, at := &d.Tables[i], fmt.Sprintf("/tables/%d", i)
		v.need(plainName.MatchString(string(t.ID)), at+"/id", "an id is letters, digits, dots, dashes and underscores")
		v.need(!ids[t.ID], at+"/id", "this table is listed twice")
		v.need(populations[t.Population], at+"/population", "this population is not listed")
		v.need(!files[strings.ToLower(t.File)], at+"/file", "another table has this file")
		v.need(t.Participant != "" || sharing(d, t.Population) == 1, at+"/participant",
			"rows of this table are participants of their own, so no other table can share its population")
		ids[t.ID], files[strings.ToLower(t.File)] = true, true
		v.table(t, at)
	}
}

// sharing counts the tables of a population.
func sharing(d *Dataset, id PopulationID) int {
	n := 0
	for i := range d.Tables {
		if d.Tables[i].Population == id {
			n++
		}
	}
	return n
}

func (v *validation) table(t *Table, at string) {
	v.text(t.Title, at+"/title", true)
	v.text(t.Description, at+"/description", false)
	v.text(t.Grain, at+"/grain", true)
	v.text(t.Source, at+"/source", true)
	v.text(t.Licence, at+"/licence", true)
	ext := path.Ext(t.File)
	v.need(plainName.MatchString(t.File) && (ext == ".parquet" || ext == ".csv"), at+"/file",
		"a file is a plain name ending in .parquet or .csv")
	v.need(t.Rows >= 0 && t.Rows <= math.MaxInt32, at+"/rows", "a table has between 0 and %d rows", math.MaxInt32)
	v.need(t.Bytes >= 0, at+"/bytes", "a size is not negative")
	v.need(sha256Hex.MatchString(t.SHA256), at+"/sha256", "a SHA-256 is 64 lower-case hexadecimal digits")
	v.need(len(t.Fields) > 0, at+"/fields", "a table has at least one field")
	for i := range t.Fields {
		v.field(t, &t.Fields[i], fmt.Sprintf("%s/fields/%d", at, i))
	}
	v.key(t, t.Participant, at+"/participant", Integer, Text, Category)
	v.key(t, t.Order, at+"/order", Integer, Number, Date, Timestamp)
	v.need(t.Order == "" || t.Participant != "", at+"/order", "rows are ordered within a participant; the participant column is missing")
}

// key checks a column that other rows are found by.
func (v *validation) key(t *Table, column, at string, types ...Type) {
	if column == "" {
		return
	}
	f := t.Column(column)
	if f == nil {
		v.need(false, at, "the table has no column of this name")
		return
	}
	right := false
	for _, ty := range types {
		right = right || f.Type == ty
	}
	v.need(right, at, "a column of type %s cannot serve here", f.Type)
	v.need(!f.Nullable, at, "this column may not be nullable")
}

func (v *validation) field(t *Table, f *Field, at string) {
	v.need(f.Column != "" && f.Column == strings.TrimSpace(f.Column), at+"/column",
		"a column has a name without blanks around it")
	v.text(f.Column, at+"/column", false)
	address := t.Field(f.Column)
	v.need(!v.addresses[address], at+"/column", "two fields have the address of this one")
	v.addresses[address] = true
	v.text(f.Label, at+"/label", true)
	v.text(f.Description, at+"/description", false)
	v.text(f.Unit, at+"/unit", false)
	v.levels(f, at)
}

func (v *validation) levels(f *Field, at string) {
	switch f.Type {
	case Category:
		v.need(len(f.Levels) > 0, at+"/levels", "a category lists its levels")
	case Integer, Number:
	case Text, Date, Timestamp, Boolean:
		v.need(len(f.Levels) == 0, at+"/levels", "a field of type %s has no levels", f.Type)
	default:
		v.need(false, at+"/type", "types are integer, number, category, text, date, timestamp, boolean")
	}
	seen := map[string]bool{}
	for i, l := range f.Levels {
		at := fmt.Sprintf("%s/levels/%d", at, i)
		v.need(!seen[l.Code], at+"/code", "this code is listed twice")
		v.need(canonical(f.Type, l.Code), at+"/code", "a code of type %s is written in its shortest form", f.Type)
		v.text(l.Code, at+"/code", true)
		v.text(l.Label, at+"/label", true)
		seen[l.Code] = true
	}
}

// canonical reports whether a code is the one way to write its value, so that
// "1" and "01" cannot both stand for one.
func canonical(t Type, code string) bool {
	switch t {
	case Integer:
		n, err := strconv.ParseInt(code, 10, 64)
		return err == nil && strconv.FormatInt(n, 10) == code
	case Number:
		x, err := strconv.ParseFloat(code, 64)
		return err == nil && !math.IsNaN(x) && !math.IsInf(x, 0) && FormatNumber(x) == code
	}
	return true
}

// FormatNumber writes a number as level codes write it: the shortest decimal that
// reads back as the same float64, without an exponent.
func FormatNumber(x float64) string {
	if x == 0 {
		return "0"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// text checks what a reader will see: UTF-8, no control characters, not blank
// where it must be there.
func (v *validation) text(s, pointer string, required bool) {
	v.need(!required || strings.TrimSpace(s) != "", pointer, "this may not be empty")
	v.need(utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl), pointer, "this has characters that cannot be shown")
}
