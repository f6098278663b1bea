package model_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/backend/model"
	"vitrine/backend/problem"
)

func flchain(t testing.TB) *model.Schema {
	t.Helper()
	f, err := os.Open(filepath.Join("../../testdata/models/flchain_lgbm_cat/schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := model.ReadSchema(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadSchemaOfAModelFile(t *testing.T) {
	s := flchain(t)
	if len(s.Features) != 7 || len(s.Classes) != 2 || s.Label != "class" {
		t.Fatalf("%d features, classes %v", len(s.Features), s.Classes)
	}
	age, grp, creatinine := s.Features[0], s.Features[2], s.Features[5]
	if age.Type != model.Number || age.Unit != "years" || *age.Min != 50 || *age.Max != 101 || age.Missing != model.ByModel {
		t.Errorf("age: %+v", age)
	}
	if grp.Type != model.Category || len(grp.Levels) != 10 || grp.Code(9) != 9 {
		t.Errorf("flc.grp: %+v", grp)
	}
	if *creatinine.MissingInTraining != 773 {
		t.Errorf("creatinine: %+v", creatinine)
	}
}

func TestSchemaSurvivesItsOwnJSON(t *testing.T) {
	before, err := json.Marshal(flchain(t))
	if err != nil {
		t.Fatal(err)
	}
	s, err := model.ReadSchema(strings.NewReader(string(before)))
	if err != nil {
		t.Fatal(err)
	}
	after, err := json.Marshal(s)
	if err != nil || string(after) != string(before) {
		t.Errorf("%v\n%s\n%s", err, before, after)
	}
}

func TestReadSchemaPolicies(t *testing.T) {
	s, err := model.ReadSchema(strings.NewReader(`{"missing_policy": "reject the row", "features": [
		{"name": "a", "dtype": "float64", "min": "NaN", "max": "Infinity"}, {"name": "b", "type": "number", "missing": "zero"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Features[0]; a.Missing != model.Reject || a.Min != nil || a.Max != nil {
		t.Errorf("%+v", a)
	}
	if s.Features[1].Missing != model.AsZero {
		t.Errorf("%+v", s.Features[1])
	}
}

func TestBadSchemasNameTheirPlace(t *testing.T) {
	for _, c := range []struct{ name, text, place string }{
		{"cut", "{\n\"features\": [", "schema, line 2"},
		{"not an object", `[1]`, "schema, line 1"},
		{"wrong type", "{\n\"features\": 3}", "schema, line 2"},
		{"range of text", `{"features": [{"name": "a", "type": "number", "min": "low"}]}`, "schema, line 1"},
		{"no features", `{"features": []}`, "schema /features"},
		{"no name", `{"features": [{"type": "number"}]}`, "schema /features/0/name"},
		{"name twice", `{"features": [{"name": "a", "type": "number"}, {"name": "a", "type": "number"}]}`, "schema /features/1/name"},
		{"no type", `{"features": [{"name": "a"}]}`, "schema /features/0"},
		{"unknown policy", `{"features": [{"name": "a", "type": "number", "missing": "guess"}]}`, "schema /features/0/missing"},
		{"no levels", `{"features": [{"name": "a", "type": "category"}]}`, "schema /features/0/levels"},
		{"level twice", `{"features": [{"name": "a", "type": "category", "levels": ["x", "x"]}]}`, "schema /features/0/levels"},
		{"too few codes", `{"features": [{"name": "a", "type": "category", "levels": ["x", "y"], "codes": [1]}]}`, "schema /features/0/levels"},
		{"number with levels", `{"features": [{"name": "a", "type": "number", "levels": ["x"]}]}`, "schema /features/0/levels"},
		{"range upside down", `{"features": [{"name": "a", "type": "number", "min": 2, "max": 1}]}`, "schema /features/0/min"},
		{"class twice", `{"classes": ["x", "x"], "features": [{"name": "a", "type": "number"}]}`, "schema /classes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := model.ReadSchema(strings.NewReader(c.text))
			var p *problem.Problem
			if !errors.As(err, &p) || p.Code != "schema-invalid" || p.Place != c.place || p.Hint == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func FuzzReadSchema(f *testing.F) {
	f.Add(`{"label": "class", "classes": ["a", "b"], "features": [{"name": "x", "dtype": "float64", "min": 0, "max": "NaN"}, {"name": "g", "type": "category", "levels": ["1", "2"]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := model.ReadSchema(strings.NewReader(text))
		if err != nil {
			return
		}
		out, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := model.ReadSchema(strings.NewReader(string(out))); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
	})
}
