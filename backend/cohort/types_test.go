package cohort_test

import (
	"context"
	"strings"
	"testing"

	"vitrine/backend/catalog"
	"vitrine/backend/cohort"
	"vitrine/backend/colstore"
	"vitrine/backend/colstore/colstoretest"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

// everyType is a table with a field of every type that the classics lack.
func everyType(t testing.TB) *colstore.Store {
	t.Helper()
	ds := &catalog.Dataset{Format: 1, ID: "types", Version: "1", Title: "Types",
		Populations: []catalog.Population{{ID: "p", Title: "People"}},
		Tables: []catalog.Table{{ID: "t", Title: "T", Population: "p", Grain: "one", Source: "made here", Licence: "CC0", SHA256: strings.Repeat("0", 64), File: "t.csv", Rows: 5, Fields: []catalog.Field{
			{Column: "seen", Label: "ärztlich gesehen", Type: catalog.Timestamp, Nullable: true},
			{Column: "born", Label: "date of birth", Type: catalog.Date, Nullable: true},
			{Column: "smoker", Label: "Smoker", Type: catalog.Boolean, Nullable: true},
			{Column: "note", Label: "Note", Type: catalog.Text, Nullable: true},
			{Column: "grade", Label: "Grade", Type: catalog.Number, Nullable: true, Levels: []catalog.Level{{Code: "0", Label: "none"}, {Code: "0.5", Label: "some"}}},
			{Column: "visits", Label: "Visits", Type: catalog.Integer, Nullable: true},
			{Column: "ph", Label: "pH", Type: catalog.Number, Nullable: true},
		}}}}
	rows := "seen,born,smoker,note,grade,visits,ph\n" +
		"2020-01-04T23:59:59.999999Z,1950-01-01,true,a or b,0,1,7\n" +
		"2020-01-05T00:00:00Z,1950-01-02,false,a,0.5,2,7.1\n" +
		"2020-01-05T23:59:59.999999Z,1950-01-03,,b,0,3,\n" +
		"9999-12-31T00:00:00Z,,true,,,,\n" +
		",1969-12-31,false,,,,\n"
	return colstoretest.Import(t, ds, func(table *catalog.Table) (tabular.Reader, error) {
		return tabular.OpenCSV(strings.NewReader(rows), table)
	})
}

func ofTypes(rule string) string {
	return `{"version":1,"dataset":"types","base":{"table":"t"},"include":[{"rule":` + rule + `}]}`
}

// TestRulesOnEveryType holds counts and sentences together: a day written for a
// timestamp is the whole day, in both.
func TestRulesOnEveryType(t *testing.T) {
	e := cohort.NewEvaluator(everyType(t))
	for rule, want := range map[string]struct {
		participants int
		sentence     string
	}{
		`{"field":"t.seen","between":["2020-01-05","2020-01-05"]}`:           {2, "Ärztlich gesehen from 2020-01-05 to 2020-01-05"},
		`{"field":"t.seen","between":[null,"2020-01-05"]}`:                   {3, "Ärztlich gesehen on or before 2020-01-05"},
		`{"field":"t.seen","between":["2020-01-05T12:00:00Z","2020-01-05"]}`: {1, "Ärztlich gesehen from 2020-01-05T12:00:00Z to 2020-01-05"},
		`{"field":"t.seen","in":["2020-01-05"]}`:                             {2, "Ärztlich gesehen is 2020-01-05"},
		`{"field":"t.seen","in":["2020-01-05T00:00:00Z","9999-12-31"]}`:      {2, "Ärztlich gesehen is 2020-01-05T00:00:00Z or 9999-12-31"},
		`{"field":"t.seen","between":["2020-01-06","9999-12-30"]}`:           {0, "Ärztlich gesehen from 2020-01-06 to 9999-12-30"},
		`{"field":"t.seen","above":"2020-01-05"}`:                            {1, "Ärztlich gesehen after 2020-01-05"},
		`{"field":"t.seen","below":"2020-01-05"}`:                            {1, "Ärztlich gesehen before 2020-01-05"},
		`{"field":"t.seen","below":"2020-01-05T00:00:00.000001Z"}`:           {2, "Ärztlich gesehen before 2020-01-05T00:00:00.000001Z"},
		`{"field":"t.born","between":["1950-01-02",null]}`:                   {3, "Date of birth on or after 1950-01-02"},
		`{"field":"t.smoker","in":[true]}`:                                   {2, "Smoker is Yes"},
		`{"field":"t.smoker","in":[0]}`:                                      {2, "Smoker is No"},
		`{"field":"t.note","in":["a or b"]}`:                                 {1, "Note is “a or b”"},
		`{"field":"t.note","in":["a","b"]}`:                                  {2, "Note is “a” or “b”"},
		`{"field":"t.grade","in":[0.50]}`:                                    {1, "Grade is some"},
		`{"field":"t.ph","above":7}`:                                         {1, "pH above 7"},
		`{"all":[{"field":"t.visits","above":1},{"all":[{"any":[{"field":"t.ph","above":7},{"field":"t.ph","below":7}]}]}]}`: {1, "Visits above 1 and (pH above 7 or pH below 7)"},
	} {
		s := evaluate(t, e, ofTypes(rule)).Attrition[1]
		if s.After != want.participants || s.Sentence != want.sentence {
			t.Errorf("%s\n%d participants, want %d: %s", rule, s.After, want.participants, s.Sentence)
		}
	}
}

// TestASetThatNothingCanBeInIsAMistake keeps a slip from reading as an empty cohort.
func TestASetThatNothingCanBeInIsAMistake(t *testing.T) {
	ds := everyType(t).Dataset()
	for rule, says := range map[string]string{
		`{"field":"t.smoker","in":[2]}`:                            "write true or false",
		`{"field":"t.smoker","in":["true"]}`:                       "write true or false",
		`{"field":"t.visits","in":[1,1.5]}`:                        "never 1.5",
		`{"field":"t.visits","in":[true]}`:                         "as a number",
		`{"field":"t.grade","in":[0.7]}`:                           "no level 0.7; its levels are 0 (none), 0.5 (some)",
		`{"field":"t.ph","between":[true,9]}`:                      "as a number",
		`{"field":"t.seen","above":20200105}`:                      "YYYY-MM-DD",
		`{"field":"t.born","in":["1950-1-1"]}`:                     "YYYY-MM-DD",
		`{"field":"t.seen","between":["2020-01-06","2020-01-05"]}`: "low end",
	} {
		err := parse(t, ofTypes(rule)).Bind(ds)
		if p := problem.From(err); p == nil || p.Code != "cohort-invalid" || !strings.Contains(p.Error(), says) {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

// TestWhatIsDecided: a missing value leaves the answer open only where it hangs on it.
func TestWhatIsDecided(t *testing.T) {
	store := everyType(t)
	table, err := store.Table("t")
	if err != nil {
		t.Fatal(err)
	}
	for rule, want := range map[string][2]int{ // met, unmet of 5
		`{"field":"t.smoker","in":[true]}`:                                              {2, 2},
		`{"not":{"field":"t.smoker","in":[true]}}`:                                      {2, 2},
		`{"field":"t.note","missing":false}`:                                            {3, 2},
		`{"not":{"field":"t.note","missing":false}}`:                                    {2, 3},
		`{"all":[{"field":"t.smoker","in":[true]},{"field":"t.grade","in":[0]}]}`:       {1, 2},
		`{"any":[{"field":"t.smoker","in":[true]},{"field":"t.grade","in":[0]}]}`:       {3, 1},
		`{"all":[{"field":"t.smoker","in":[true]},{"field":"t.note","missing":false}]}`: {1, 3},
	} {
		def := parse(t, ofTypes(rule))
		v, err := cohort.Decide(context.Background(), store.Dataset(), table, &def.Include[0].Where)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]int{v.Met.Count(), v.Unmet.Count()}; got != want {
			t.Errorf("%s: met and unmet %v, want %v", rule, got, want)
		}
	}
}

func TestHashesOfEqualLiterals(t *testing.T) {
	hash := func(rule string) string { return parse(t, ofTypes(rule)).Hash() }
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{`{"field":"t.x","in":[1]}`, `{"field":"t.x","in":[1.0,1e0]}`, true},
		{`{"field":"t.x","in":[0]}`, `{"field":"t.x","in":[-0.0]}`, true},
		{`{"field":"t.x","in":[1,0]}`, `{"field":"t.x","in":[false,true]}`, true},
		{`{"field":"t.x","in":[1]}`, `{"field":"t.x","in":["1"]}`, false},
		{`{"field":"t.x","between":[1,null]}`, `{"field":"t.x","between":[null,1]}`, false},
		{`{"field":"t.x","above":0}`, `{"field":"t.x","below":0}`, false},
		{`{"field":"t.x","missing":true}`, `{"field":"t.x","missing":false}`, false},
		{`{"all":[{"field":"t.x","in":[1]}]}`, `{"any":[{"field":"t.x","in":[1]}]}`, false},
	} {
		if (hash(c.a) == hash(c.b)) != c.same {
			t.Errorf("%s and %s: the same is not %v", c.a, c.b, c.same)
		}
	}
}
