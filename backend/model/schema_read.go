package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"vitrine/backend/problem"
)

const maxSchemaBytes = 64 << 20

// ReadSchema reads a schema: the form that this package writes, or the
// schema.json that goes with a model file, where a feature has a dtype
// (float64, int64, categorical …) in place of a type. Keys it does not need are
// passed over. Every fault is a *problem.Problem with its JSON pointer or line.
func ReadSchema(r io.Reader) (*Schema, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSchemaBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	if len(data) > maxSchemaBytes {
		return nil, problem.New(problem.TooLarge, "schema-too-large", fmt.Sprintf("The schema is larger than %d MB.", maxSchemaBytes>>20)).
			Try("Check that this is the schema and not the model.")
	}
	var in schemaFile
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, notJSON(data, err)
	}
	s, err := in.schema()
	if err != nil {
		return nil, err
	}
	return s, s.Validate()
}

// schemaFile is what is read of either form.
type schemaFile struct {
	Label         string        `json:"label"`
	Classes       []string      `json:"classes"`
	MissingPolicy string        `json:"missing_policy"`
	Features      []featureFile `json:"features"`
}

type featureFile struct {
	Name              string   `json:"name"`
	Type              string   `json:"type"`
	Dtype             string   `json:"dtype"`
	Unit              string   `json:"unit"`
	Min               limit    `json:"min"`
	Max               limit    `json:"max"`
	Levels            []string `json:"levels"`
	Codes             []int    `json:"codes"`
	Missing           Missing  `json:"missing"`
	MissingInTraining *int     `json:"missing_in_training"`
	MissingInTrain    *int     `json:"missing_in_train"`
}

// limit is the end of a range: a number, or null, "NaN", "Infinity" and
// "-Infinity" for none.
type limit struct{ value *float64 }

func (l *limit) UnmarshalJSON(data []byte) error {
	var number *float64
	if err := json.Unmarshal(data, &number); err == nil {
		l.value = number
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err == nil && (text == "NaN" || strings.TrimPrefix(text, "-") == "Infinity") {
		return nil
	}
	return errors.New("a range ends in a number")
}

func (in *schemaFile) schema() (*Schema, error) {
	s := &Schema{Label: in.Label, Classes: in.Classes, Features: make([]Feature, len(in.Features))}
	for i, f := range in.Features {
		kind, err := f.kind(i)
		if err != nil {
			return nil, err
		}
		s.Features[i] = Feature{
			Name: f.Name, Type: kind, Unit: f.Unit, Min: f.Min.value, Max: f.Max.value, Levels: f.Levels, Codes: f.Codes,
			Missing: f.missing(in.MissingPolicy), MissingInTraining: first(f.MissingInTraining, f.MissingInTrain),
		}
	}
	return s, nil
}

func (f *featureFile) kind(i int) (Type, error) {
	switch f.Type + f.Dtype {
	case "number", "integer", "float64", "float32", "int64", "int32", "int16", "int8", "uint8":
		return Number, nil
	case "category", "categorical":
		return Category, nil
	}
	return "", fault(fmt.Sprintf("/features/%d", i), fmt.Sprintf("Feature %q has no type that is known: write number or category.", f.Name))
}

// missing reads the policy. In a schema.json it is a sentence for all features:
// one that starts with "reject" rejects, any other leaves it to the model.
func (f *featureFile) missing(sentence string) Missing {
	switch {
	case f.Missing != "":
		return f.Missing
	case strings.HasPrefix(strings.ToLower(sentence), "reject"):
		return Reject
	}
	return ByModel
}

func first(a, b *int) *int {
	if a != nil {
		return a
	}
	return b
}

// notJSON places a JSON fault without repeating the text at it.
func notJSON(data []byte, err error) error {
	offset, message := int64(len(data)), "The schema is not the JSON of a schema."
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset, message = syntax.Offset, "The schema is not JSON."
	case errors.As(err, &kind):
		offset, message = kind.Offset, fmt.Sprintf("The schema has a value of the wrong type for %q.", kind.Field)
	}
	line := 1 + bytes.Count(data[:min(offset, int64(len(data)))], []byte("\n"))
	return problem.New(problem.Invalid, "schema-invalid", message).At(fmt.Sprintf("schema, line %d", line)).
		Try("Correct the schema file that goes with the model.").Because(err)
}
