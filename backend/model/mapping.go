package model

import (
	"fmt"
	"strings"
	"unicode"

	"vitrine/backend/problem"
)

// Match is how a column was found for a feature.
type Match string

const (
	Exact      Match = "exact"
	Normalised Match = "normalised" // equal but for case, spaces, underscores, dots and dashes
	Absent     Match = "missing"    // no column
	Ambiguous  Match = "ambiguous"  // several columns, none chosen
)

// MappedFeature is one feature and the column found for it.
type MappedFeature struct {
	Feature    string   `json:"feature"`
	Match      Match    `json:"match"`
	Column     string   `json:"column,omitempty"`
	Index      int      `json:"index" doc:"Position of the column in the table, -1 for none"`
	Candidates []string `json:"candidates,omitempty" doc:"The columns it could be, where that is ambiguous"`
}

// Mapping lays the columns of a table on the features of a schema.
type Mapping struct {
	Features   []MappedFeature `json:"features" doc:"One for each feature of the schema, in its order"`
	Missing    []string        `json:"missing" doc:"Features without a column"`
	Ambiguous  []string        `json:"ambiguous" doc:"Features that several columns could be"`
	Unused     []string        `json:"unused" doc:"Columns that the model does not take"`
	Duplicates []string        `json:"duplicates" doc:"Column names that occur more than once"`

	columns int // of the table
}

// Map finds a column for each feature by name: the same name, else the one name
// that is equal but for case, spaces, underscores, dots and dashes. A column with
// the exact name of one feature is not a candidate for another.
func (s *Schema) Map(header []string) *Mapping {
	m := &Mapping{Missing: []string{}, Ambiguous: []string{}, Unused: []string{}, Duplicates: duplicates(header), columns: len(header)}
	index := indexColumns(header)
	exact := make(map[string]bool, len(s.Features))
	shared := make(map[string]int, len(s.Features)) // features by normalised name
	for _, f := range s.Features {
		exact[f.Name] = true
		shared[normalise(f.Name)]++
	}
	used := make([]bool, len(header))
	for _, f := range s.Features {
		found := index.find(f.Name, exact, shared[normalise(f.Name)] > 1, header)
		m.add(found)
		if found.Index >= 0 {
			used[found.Index] = true
		}
	}
	for i, name := range header {
		if !used[i] {
			m.Unused = append(m.Unused, name)
		}
	}
	return m
}

func (m *Mapping) add(f MappedFeature) {
	m.Features = append(m.Features, f)
	switch f.Match {
	case Absent:
		m.Missing = append(m.Missing, f.Feature)
	case Ambiguous:
		m.Ambiguous = append(m.Ambiguous, f.Feature)
	}
}

// Check reports whether the mapping can be scored: a *problem.Problem where a
// feature is ambiguous or no feature has a column at all. Missing features do
// not stop it; every row is flagged for them.
func (m *Mapping) Check() error {
	var details []problem.Detail
	for _, f := range m.Features {
		if f.Match == Ambiguous {
			details = append(details, problem.Detail{Place: "feature " + f.Feature, Message: "could be any of the columns " + strings.Join(f.Candidates, ", ")})
		}
	}
	if len(details) > 0 {
		return problem.New(problem.Invalid, "mapping-ambiguous", fmt.Sprintf("%d of the model's %d features could be more than one column.", len(details), len(m.Features))).
			With(details...).Try("Rename or remove columns so that each feature has one.")
	}
	if len(m.Missing) == len(m.Features) {
		return problem.New(problem.Invalid, "mapping-empty", "No column of the table has the name of a feature of this model.").
			Try("Check that the first line of the file holds the column names, and that it is the file meant for this model.")
	}
	return nil
}

// columnIndex finds columns by name.
type columnIndex struct{ exact, normalised map[string][]int }

func indexColumns(header []string) columnIndex {
	index := columnIndex{map[string][]int{}, map[string][]int{}}
	for i, name := range header {
		name = plain(name)
		index.exact[name] = append(index.exact[name], i)
		key := normalise(name)
		index.normalised[key] = append(index.normalised[key], i)
	}
	return index
}

// find chooses the column for one feature. taken holds the exact names of all
// features; shared says that another feature has the same normalised name, so
// that only an exact match can tell them apart.
func (x columnIndex) find(feature string, taken map[string]bool, shared bool, header []string) MappedFeature {
	if at := x.exact[feature]; len(at) > 0 {
		return settle(feature, Exact, at, header)
	}
	var at []int
	for _, i := range x.normalised[normalise(feature)] {
		if !taken[plain(header[i])] {
			at = append(at, i)
		}
	}
	if shared && len(at) == 1 {
		return MappedFeature{Feature: feature, Match: Ambiguous, Index: -1, Candidates: []string{header[at[0]]}}
	}
	return settle(feature, Normalised, at, header)
}

func settle(feature string, match Match, at []int, header []string) MappedFeature {
	switch len(at) {
	case 0:
		return MappedFeature{Feature: feature, Match: Absent, Index: -1}
	case 1:
		return MappedFeature{Feature: feature, Match: match, Column: header[at[0]], Index: at[0]}
	}
	out := MappedFeature{Feature: feature, Match: Ambiguous, Index: -1}
	for _, i := range at {
		out.Candidates = append(out.Candidates, fmt.Sprintf("%s (column %d)", header[i], i+1))
	}
	return out
}

// plain drops a byte order mark, which spreadsheets put before the first name.
func plain(name string) string { return strings.TrimPrefix(name, "\ufeff") }

// SameName reports whether two names are equal but for case, spaces,
// underscores, dots and dashes.
func SameName(a, b string) bool { return normalise(a) == normalise(b) }

// normalise drops what programs change when they write column names.
func normalise(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '_' || r == '.' || r == '-' || r == '\ufeff' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

func duplicates(header []string) []string {
	count, out := map[string]int{}, []string{}
	for _, name := range header {
		if count[plain(name)]++; count[plain(name)] == 2 {
			out = append(out, name)
		}
	}
	return out
}
