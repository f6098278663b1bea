package analysis_test

import (
	"strings"
	"testing"

	"vitrine/backend/analysis"
	"vitrine/backend/catalog"
	"vitrine/backend/colstore"
	"vitrine/backend/colstore/colstoretest"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

// followed has what the classics lack: a date of death that only the dead have, a
// cause that only the dead have, and a boolean and a date to compare by.
func followed(t testing.TB) *colstore.Store {
	t.Helper()
	ds := &catalog.Dataset{Format: 1, ID: "followed", Version: "1", Title: "Followed",
		Populations: []catalog.Population{{ID: "p", Title: "People"}},
		Tables: []catalog.Table{{ID: "t", Title: "T", Population: "p", Participant: "who", Grain: "one", Source: "made here", Licence: "CC0", SHA256: strings.Repeat("0", 64), File: "t.csv", Rows: 6, Fields: []catalog.Field{
			{Column: "who", Label: "Participant", Type: catalog.Text},
			{Column: "time", Label: "Time", Type: catalog.Number, Unit: "days", Nullable: true},
			{Column: "dead", Label: "Died", Type: catalog.Boolean, Nullable: true},
			{Column: "died", Label: "Date of death", Type: catalog.Date, Nullable: true},
			{Column: "cause", Label: "Cause", Type: catalog.Integer, Nullable: true, Levels: []catalog.Level{{Code: "1", Label: "disease"}, {Code: "2", Label: "other"}}},
			{Column: "note", Label: "Note", Type: catalog.Text, Nullable: true},
			{Column: "seen", Label: "Seen", Type: catalog.Timestamp, Nullable: true},
		}}}}
	rows := "who,time,dead,died,cause,seen,note\n" +
		"A,1,true,2020-01-02,1,2020-01-01T08:00:00Z,x\n" +
		"B,2,true,2020-01-03,2,2020-01-01T08:00:00Z,x\n" +
		"C,3,true,2020-01-02,,2020-01-01T09:00:00Z,y\n" +
		"D,4,false,,,,\n" +
		"E,5,false,,,,\n" +
		"F,6,,,,,\n"
	return colstoretest.Import(t, ds, func(table *catalog.Table) (tabular.Reader, error) {
		return tabular.OpenCSV(strings.NewReader(rows), table)
	})
}

func askFollowed(kind, rules, rest string) string {
	return `{"version":1,"kind":"` + kind + `","cohort":{"version":1,"dataset":"followed","base":{"table":"t"},"include":[` + rules + `]},` + rest + `}`
}

func TestWhoHadTheEvent(t *testing.T) {
	store := followed(t)
	for name, c := range map[string]struct {
		event               string
		n, events, excluded int
	}{
		"a boolean":                       {`{"field":"t.dead","in":[true]}`, 5, 3, 1},
		"a date that only the dead have":  {`{"field":"t.died","missing":false}`, 6, 3, 0},
		"its reverse":                     {`{"not":{"field":"t.died","missing":true}}`, 6, 3, 0},
		"a cause that only the dead have": {`{"all":[{"field":"t.dead","in":[true]},{"field":"t.cause","in":[1]}]}`, 4, 1, 2},
		"either":                          {`{"any":[{"field":"t.died","missing":false},{"field":"t.cause","in":[1]}]}`, 3, 3, 3},
	} {
		s := run(t, store, askFollowed("kaplan_meier", "", `"time":"t.time","event":`+c.event)).Survival
		if s.N != c.n || s.Groups[0].Events != c.events || s.ExcludedMissing != c.excluded {
			t.Errorf("%s: %d participants, %d events, %d left out", name, s.N, s.Groups[0].Events, s.ExcludedMissing)
		}
	}
}

func TestGroupsAreCalledAsPeopleKnowThem(t *testing.T) {
	store := followed(t)
	for by, want := range map[string]string{
		"t.dead": "No, Yes",
		"t.died": "2020-01-02, 2020-01-03",
		"t.seen": "2020-01-01T08:00:00Z, 2020-01-01T09:00:00Z",
	} {
		b := run(t, store, askFollowed("table1", "", `"fields":["t.dead"],"by":"`+by+`"`)).Table1
		if got := labels(b.Columns[1:]); got != want {
			t.Errorf("by %s: %s", by, got)
		}
	}
}

func labels(columns []analysis.BaselineColumn) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Label
	}
	return strings.Join(list, ", ")
}

// TestNobodyIsNamed: an identifier would print each participant of a small cohort,
// a free text what somebody wrote of one.
func TestNobodyIsNamed(t *testing.T) {
	store := followed(t)
	for rest, want := range map[string]string{
		`"fields":["t.time"],"by":"t.who"`:  "field-identifies at /by",
		`"fields":["t.who"]`:                "field-identifies at /fields/0",
		`"fields":["t.time"],"by":"t.note"`: "field-not-tabulated at /by",
		`"fields":["t.note"]`:               "field-not-tabulated at /fields/0",
	} {
		_, err := try(store, askFollowed("table1", "", rest))
		if p := problem.From(err); p == nil || p.Code+" at "+p.Place != want {
			t.Errorf("%s: %v", rest, err)
		}
	}
}

func TestNoTestWhereNoneExists(t *testing.T) {
	r := run(t, followed(t), askFollowed("kaplan_meier", `{"rule":{"field":"t.dead","in":[false]}}`,
		`"time":"t.time","event":{"field":"t.dead","in":[true]},"by":"t.dead"`))
	if r.Survival.LogRank != nil || strings.Contains(r.Methods, "log-rank") {
		t.Errorf("nobody had the event, yet: %+v, %s", r.Survival.LogRank, r.Methods)
	}
}

func TestACohortsMistakeIsNamedInTheQuestion(t *testing.T) {
	_, err := try(followed(t), strings.Replace(askFollowed("table1", "", `"fields":[]`), `"table":"t"`, `"table":"x"`, 1))
	if p := problem.From(err); p == nil || len(p.Details) == 0 || p.Details[0].Place != "/cohort/base/table" {
		t.Errorf("got %v", err)
	}
}
