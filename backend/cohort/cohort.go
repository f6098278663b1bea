// Package cohort answers who is in: it reads a cohort definition, says each of
// its parts in words, and evaluates it over a dataset's columns to a set of
// participants with the attrition that led there.
//
// A Definition is JSON with a published schema (docs/cohort-definition.schema.json).
// Parse reads it strictly, Bind checks it against a dataset's dictionary, and an
// Evaluator turns it into bitmaps, keeping each rule's bitmap so that moving one
// threshold rescans one rule.
//
// Two rules of meaning hold everywhere. A rule speaks of a participant: it is met
// when any of the participant's base rows meets its predicate. And a comparison
// with a missing value is not met; "not" turns that round, so a definition that
// wants missing values out says so.
package cohort

import "vitrine/backend/catalog"

// FormatVersion is the definition format this program reads.
const FormatVersion = 1

// Definition says who belongs to a cohort.
type Definition struct {
	ID      string // identity of a saved or edited cohort; not part of its meaning
	Name    string
	Dataset catalog.DatasetID
	Base    Base
	Include []Rule
	Exclude []Rule
}

// Base is the population that the rules start from: the participants with a row
// in Table that meets all of All.
type Base struct {
	Table catalog.TableID
	All   []Predicate

	pointer string // where Table is named in the document, for Bind's findings
}

// Rule keeps (include) or removes (exclude) the participants that meet Where.
type Rule struct {
	ID       string
	Label    string // "" means its sentence
	Disabled bool
	Where    Predicate
}

// Predicate is a condition on one row: exactly one of All, Any, Not and Field is
// used, and with Field exactly one of In, Between, Above, Below and Missing.
type Predicate struct {
	All, Any []Predicate
	Not      *Predicate

	Field        catalog.FieldID
	In           []Value
	Between      *Between
	Above, Below *Value
	Missing      *bool

	pointer string // where it stands in the document, for Bind's findings
}

// Between is a range with both ends included; a nil end is open.
type Between struct{ Low, High *Value }

// Value is a literal: a number, text (a category, a date as YYYY-MM-DD), or true
// and false, whose Number is 1 and 0.
type Value struct {
	Number float64
	Text   string
	IsText bool
	IsBool bool
}
