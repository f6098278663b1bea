package model_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"vitrine/backend/model"
	"vitrine/backend/problem"
)

func number(name string) model.Feature {
	return model.Feature{Name: name, Type: model.Number, Missing: model.ByModel}
}

func TestMapByName(t *testing.T) {
	for _, c := range []struct {
		name     string
		features []string
		header   []string
		want     []string // column or match for each feature
		unused   []string
	}{
		{"exact, any order", []string{"age", "sex"}, []string{"sex", "id", "age"}, []string{"age exact", "sex exact"}, []string{"id"}},
		{"normalised", []string{"mean_radius", "flc.grp"}, []string{"Mean Radius", "FLC-Grp"}, []string{"Mean Radius normalised", "FLC-Grp normalised"}, nil},
		{"byte order mark", []string{"age"}, []string{"\ufeffage"}, []string{"\ufeffage exact"}, nil},
		{"exact wins", []string{"age"}, []string{"Age", "age"}, []string{"age exact"}, []string{"Age"}},
		{"absent", []string{"age", "bmi"}, []string{"age"}, []string{"age exact", " missing"}, nil},
		{"two candidates", []string{"f age"}, []string{"F_age", "f.age"}, []string{" ambiguous"}, []string{"F_age", "f.age"}},
		{"same name twice", []string{"age"}, []string{"age", "age"}, []string{" ambiguous"}, []string{"age", "age"}},
		{"features that differ in a dot", []string{"a.b", "a_b"}, []string{"a_b", "A b"}, []string{" ambiguous", "a_b exact"}, []string{"A b"}},
		{"a feature's own column is nobody else's", []string{"a.b", "a_b"}, []string{"a_b"}, []string{" missing", "a_b exact"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &model.Schema{}
			for _, f := range c.features {
				s.Features = append(s.Features, number(f))
			}
			m := s.Map(c.header)
			for i, f := range m.Features {
				if got := f.Column + " " + string(f.Match); got != c.want[i] {
					t.Errorf("%s: %q, want %q", f.Feature, got, c.want[i])
				}
			}
			if !slices.Equal(m.Unused, c.unused) {
				t.Errorf("unused %q", m.Unused)
			}
		})
	}
}

func TestMapReportsDuplicates(t *testing.T) {
	m := (&model.Schema{Features: []model.Feature{number("age")}}).Map([]string{"x", "age", "x", "x"})
	if !slices.Equal(m.Duplicates, []string{"x"}) || m.Check() != nil {
		t.Errorf("%q, %v", m.Duplicates, m.Check())
	}
}

func TestCheckRefusesWhatItCouldOnlyGuess(t *testing.T) {
	s := &model.Schema{Features: []model.Feature{number("age")}}
	for code, header := range map[string][]string{"mapping-ambiguous": {"AGE", "Age"}, "mapping-empty": {"x"}} {
		var p *problem.Problem
		if err := s.Map(header).Check(); !errors.As(err, &p) || p.Code != code || p.Hint == "" {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestEncodeFlagsWhatAReaderMustSee(t *testing.T) {
	s := flchain(t)
	header := strings.Split("age,sex,flc.grp,kappa,lambda,creatinine,mgus", ",")
	enc, err := s.NewEncoder(s.Map(header))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, record, flags string
		usable              bool
		row                 []float64
	}{
		{"plain", "70,F,10,0.43,1.37,0.8,no", "", true, []float64{70, 0, 9, .43, 1.37, .8, 0}},
		{"spaces and a level as a decimal", " 70 , M ,2.0,1,1,1,yes", "", true, []float64{70, 1, 1, 1, 1, 1, 1}},
		{"missing in every way", ",NA,nan,NA,NaN, ,", "age missing,sex missing,flc.grp missing,kappa missing,lambda missing,creatinine missing,mgus missing", true, nil},
		{"out of range", "49.9,F,1,1,1,99,no", "age out_of_range,creatinine out_of_range", true, []float64{49.9, 0, 0, 1, 1, 99, 0}},
		{"unseen", "70,f,11,1,1,1,maybe", "sex unseen_category,flc.grp unseen_category,mgus unseen_category", true, nil},
		{"text", "old,F,1,1,1,1,no", "age not_a_number", false, nil},
		{"decimal comma", "70,F,1,\"1,5\",1,1,no", "kappa not_a_number", false, nil},
		{"infinity is no measurement", "Inf,F,1,0x1p3,1e999,1_0,no", "age not_a_number,kappa not_a_number,lambda not_a_number,creatinine not_a_number", false, nil},
		{"too short", "70,F", "flc.grp missing,kappa missing,lambda missing,creatinine missing,mgus missing", true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := make([]float64, 7)
			record := strings.Split(strings.ReplaceAll(c.record, `"1,5"`, "1;5"), ",")
			flags, usable := enc.Encode(record, row)
			if got := describe(flags); got != c.flags || usable != c.usable {
				t.Errorf("flags %q, usable %v", got, usable)
			}
			for i, want := range c.row {
				if row[i] != want {
					t.Errorf("feature %d is %v, want %v", i, row[i], want)
				}
			}
			for _, f := range flags {
				i := slices.Index(header, f.Feature)
				if f.Column != i+1 || f.Kind != model.FlagOutOfRange && !math.IsNaN(row[i]) {
					t.Errorf("%+v: value %v", f, row[i])
				}
			}
		})
	}
}

func describe(flags []model.Flag) string {
	var out []string
	for _, f := range flags {
		out = append(out, f.Feature+" "+string(f.Kind))
	}
	return strings.Join(out, ",")
}

func TestEncodeKeepsToTheSchema(t *testing.T) {
	s := &model.Schema{Features: []model.Feature{
		{Name: "grp", Type: model.Category, Levels: []string{"NA", "b"}, Codes: []int{7, 3}, Missing: model.ByModel},
		{Name: "x", Type: model.Number, Missing: model.Reject},
	}}
	enc, err := s.NewEncoder(s.Map([]string{"x", "grp"}))
	if err != nil {
		t.Fatal(err)
	}
	row := make([]float64, 2)
	if flags, usable := enc.Encode([]string{"1", "NA"}, row); len(flags) > 0 || !usable || row[0] != 7 {
		t.Errorf("a level called NA: %v, %v", flags, row[0])
	}
	if flags, usable := enc.Encode([]string{"", "b"}, row); usable || describe(flags) != "x missing" || row[0] != 3 {
		t.Errorf("a missing value that is rejected: %v, usable %v", flags, usable)
	}
}
