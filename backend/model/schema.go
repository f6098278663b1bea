// Package model holds what Vitrine knows about a trained model besides its
// arithmetic: the file itself, the Schema of its inputs, and how the columns of
// somebody's table correspond to them.
//
// A Schema lists the inputs in the model's order with unit, training range and
// category levels. Map lays a table's columns on it by name and says what it
// did: matched, missing, ambiguous, not used. An Encoder turns one record of
// text into the numbers a model takes, and flags what a reader must see beside
// the prediction. A Repository keeps the files.
//
// The package refuses to guess. A name that two columns could mean is reported,
// not chosen; text in a numeric column is a fault of that record, never a silent
// missing value; a value out of range is flagged and passed on unchanged. No
// value of a participant is put into an error: column names and line numbers
// only.
package model

import (
	"fmt"

	"vitrine/backend/problem"
)

// Type is the type of an input.
type Type string

const (
	Number   Type = "number"
	Category Type = "category" // one of Levels
)

// Missing is what the model does with a missing value.
type Missing string

const (
	ByModel Missing = "model"  // the model learnt what a missing value means
	AsZero  Missing = "zero"   // training saw none missing; the model takes one for the number 0
	Reject  Missing = "reject" // the model cannot be applied; the row gets no prediction
)

// Feature is one input of a model.
type Feature struct {
	Name              string   `json:"name"`
	Type              Type     `json:"type"`
	Unit              string   `json:"unit,omitempty"`
	Min               *float64 `json:"min,omitempty" doc:"Lowest value in training"`
	Max               *float64 `json:"max,omitempty" doc:"Highest value in training"`
	Levels            []string `json:"levels,omitempty" doc:"Categories, as text in a table"`
	Codes             []int    `json:"codes,omitempty" doc:"The model's code for each level; absent: the position in levels"`
	Missing           Missing  `json:"missing" doc:"What the model does with a missing value"`
	MissingInTraining *int     `json:"missing_in_training,omitempty" doc:"Missing values in training, where known"`
}

// Schema describes what goes into a model and what its outputs mean.
type Schema struct {
	Label    string    `json:"label,omitempty" doc:"What is predicted"`
	Classes  []string  `json:"classes,omitempty" doc:"Names of the classes in the order of the outputs; none for a model that predicts a quantity"`
	Features []Feature `json:"features"`
}

// Validate reports the first fault of a schema as a *problem.Problem: no
// features, a name empty or twice, a category without levels, a range upside
// down.
func (s *Schema) Validate() error {
	if len(s.Features) == 0 {
		return fault("/features", "The schema lists no features.")
	}
	seen := make(map[string]bool, len(s.Features))
	for i := range s.Features {
		f := &s.Features[i]
		place := fmt.Sprintf("/features/%d", i)
		if f.Name == "" || seen[f.Name] {
			return fault(place+"/name", "A feature has no name, or one that an earlier feature has.")
		}
		seen[f.Name] = true
		if err := f.validate(place); err != nil {
			return err
		}
	}
	if repeated(s.Classes) {
		return fault("/classes", "A class is named twice.")
	}
	return nil
}

func (f *Feature) validate(place string) error {
	switch {
	case f.Type != Number && f.Type != Category:
		return fault(place+"/type", fmt.Sprintf("Feature %q is neither a number nor a category.", f.Name))
	case f.Missing != ByModel && f.Missing != AsZero && f.Missing != Reject:
		return fault(place+"/missing", fmt.Sprintf("Feature %q has none of the policies model, zero and reject for missing values.", f.Name))
	case f.Type == Category && len(f.Levels) == 0:
		return fault(place+"/levels", fmt.Sprintf("Category %q has no levels.", f.Name))
	case f.Type == Number && len(f.Levels)+len(f.Codes) > 0:
		return fault(place+"/levels", fmt.Sprintf("Number %q has levels.", f.Name))
	case repeated(f.Levels) || f.Codes != nil && (len(f.Codes) != len(f.Levels) || repeated(f.Codes)):
		return fault(place+"/levels", fmt.Sprintf("Category %q has a level or code twice, or not one code for each level.", f.Name))
	case f.Min != nil && f.Max != nil && *f.Min > *f.Max:
		return fault(place+"/min", fmt.Sprintf("The range of %q is upside down.", f.Name))
	}
	return nil
}

// Code is the number that stands for the level at a position of Levels.
func (f *Feature) Code(level int) int {
	if f.Codes != nil {
		return f.Codes[level]
	}
	return level
}

func repeated[T comparable](list []T) bool {
	seen := make(map[T]bool, len(list))
	for _, v := range list {
		if seen[v] {
			return true
		}
		seen[v] = true
	}
	return false
}

func fault(place, message string) *problem.Problem {
	return problem.New(problem.Invalid, "schema-invalid", message).At("schema " + place).
		Try("Correct the schema file that goes with the model.")
}
