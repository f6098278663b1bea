package catalog

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Match is one field that a search found, with what a dictionary shows of it.
type Match struct {
	Dataset      DatasetID `json:"dataset"`
	DatasetTitle string    `json:"dataset_title"`
	Version      Version   `json:"version"`
	Table        TableID   `json:"table"`
	TableTitle   string    `json:"table_title"`
	ID           FieldID   `json:"id" doc:"Address of the field: table.column"`
	Field        Field     `json:"field"`
}

// Search finds fields by words, ignoring case and diacritics. Every word of the
// query must occur in the field's address, label, description, unit, levels or
// its table's title. Best first: the column or address named exactly, a column
// that begins with the query, a label that begins with it, a label that holds every
// word, anything else; within a rank the order of datasets and descriptors. An
// empty query lists everything. limit ≤ 0 means no limit; total counts all matches.
func Search(datasets []*Dataset, query string, limit int) (matches []Match, total int) {
	q := fold(strings.TrimSpace(query))
	words := strings.Fields(q)
	type ranked struct {
		rank  int
		match Match
	}
	var found []ranked
	for _, d := range datasets {
		for i := range d.Tables {
			t := &d.Tables[i]
			for j := range t.Fields {
				if rank, ok := rankField(t, &t.Fields[j], q, words); ok {
					found = append(found, ranked{rank, match(d, t, &t.Fields[j])})
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	total = len(found)
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	matches = make([]Match, len(found))
	for i, f := range found {
		matches[i] = f.match
	}
	return matches, total
}

func match(d *Dataset, t *Table, f *Field) Match {
	return Match{d.ID, d.Title, d.Version, t.ID, t.Title, t.Field(f.Column), *f}
}

// rankField gives 0 for the best kind of match; ok is false where a word is
// missing.
func rankField(t *Table, f *Field, query string, words []string) (rank int, ok bool) {
	column, label := fold(f.Column), fold(f.Label)
	address := fold(string(t.Field(f.Column)))
	if !holdsAll(haystack(t, f, address, label), words) {
		return 0, false
	}
	switch {
	case column == query || address == query:
		return 0, true
	case strings.HasPrefix(column, query):
		return 1, true
	case strings.HasPrefix(label, query):
		return 2, true
	case holdsAll(label, words):
		return 3, true
	}
	return 4, true
}

func haystack(t *Table, f *Field, address, label string) string {
	var b strings.Builder
	b.WriteString(address + "\n" + label + "\n" + fold(f.Description+"\n"+f.Unit+"\n"+t.Title))
	for _, l := range f.Levels {
		b.WriteString("\n" + fold(l.Code+"\n"+l.Label))
	}
	return b.String()
}

func holdsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// fold lowers case and drops diacritics: “Größe” and "grosse" meet, and so do
// "µg" (micro sign), "μg" (Greek mu) and "10³" with "103".
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
