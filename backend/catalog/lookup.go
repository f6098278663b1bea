package catalog

import (
	"strings"

	"vitrine/backend/problem"
)

// Table finds a table by id, nil where there is none.
func (d *Dataset) Table(id TableID) *Table {
	for i := range d.Tables {
		if d.Tables[i].ID == id {
			return &d.Tables[i]
		}
	}
	return nil
}

// Column finds a field by its column name, nil where there is none.
func (t *Table) Column(column string) *Field {
	for i := range t.Fields {
		if t.Fields[i].Column == column {
			return &t.Fields[i]
		}
	}
	return nil
}

// Lookup finds the field at an address. Both parts of an address may hold dots
// (pbc.alk.phos); Validate guarantees that at most one field answers.
func (d *Dataset) Lookup(id FieldID) (*Table, *Field, bool) {
	for i := range d.Tables {
		t := &d.Tables[i]
		column, ok := strings.CutPrefix(string(id), string(t.ID)+".")
		if !ok {
			continue
		}
		if f := t.Column(column); f != nil {
			return t, f, true
		}
	}
	return nil, nil, false
}

// Fields lists every address of the dataset, in the descriptor's order.
func (d *Dataset) Fields() []FieldID {
	var ids []FieldID
	for i := range d.Tables {
		t := &d.Tables[i]
		for j := range t.Fields {
			ids = append(ids, t.Field(t.Fields[j].Column))
		}
	}
	return ids
}

// Suggest gives " Did you mean “…”?" for a field address that Lookup does not
// find, or "" where nothing is near. A column named without its table is near.
func (d *Dataset) Suggest(id FieldID) string {
	var addresses []string
	for _, f := range d.Fields() {
		if strings.HasSuffix(string(f), "."+string(id)) {
			return problem.DidYouMean(string(f), []string{string(f)})
		}
		addresses = append(addresses, string(f))
	}
	return problem.DidYouMean(string(id), addresses)
}

// Level finds the position of a code in the field's value set, -1 where it is not
// one of them.
func (f *Field) Level(code string) int {
	for i, l := range f.Levels {
		if l.Code == code {
			return i
		}
	}
	return -1
}
