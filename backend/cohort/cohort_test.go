package cohort_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/backend/catalog"
	"vitrine/backend/cohort"
	"vitrine/backend/colstore"
	"vitrine/backend/colstore/colstoretest"
	"vitrine/backend/problem"
)

func classics(t testing.TB) *colstore.Store {
	t.Helper()
	return colstoretest.Classics(t, filepath.Join("..", ".."))
}

func parse(t testing.TB, text string) *cohort.Definition {
	t.Helper()
	def, err := cohort.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return def
}

func evaluate(t testing.TB, e *cohort.Evaluator, text string) *cohort.Result {
	t.Helper()
	r, err := e.Evaluate(context.Background(), parse(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// on writes a definition over one table of the classics.
func on(base, include, exclude string) string {
	return `{"version":1,"dataset":"clinical-classics","base":` + base + `,"include":[` + include + `],"exclude":[` + exclude + `]}`
}

func TestCountsOfTheClassics(t *testing.T) {
	e := cohort.NewEvaluator(classics(t))
	pbc := `{"table":"pbc"}`
	for name, c := range map[string]struct {
		definition string
		want       int
	}{
		"everyone":             {on(pbc, ``, ``), 418},
		"recorded":             {on(pbc, `{"rule":{"field":"pbc.trt","missing":false}}`, ``), 312},
		"not recorded":         {on(pbc, `{"rule":{"field":"pbc.trt","missing":true}}`, ``), 106},
		"coded number":         {on(pbc, `{"rule":{"field":"pbc.status","in":[2]}}`, ``), 161},
		"category":             {on(pbc, `{"rule":{"field":"pbc.sex","in":["f"]}}`, ``), 374},
		"closed range":         {on(pbc, `{"rule":{"field":"pbc.bili","between":[1,3]}}`, ``), 154},
		"open range":           {on(pbc, `{"rule":{"field":"pbc.bili","between":[null,1]}}`, ``), 157},
		"above leaves out":     {on(pbc, `{"rule":{"field":"pbc.bili","above":1}}`, ``), 261},
		"below leaves out":     {on(pbc, `{"rule":{"field":"pbc.bili","below":1}}`, ``), 142},
		"exclude":              {on(pbc, ``, `{"rule":{"field":"pbc.status","in":[2]}}`), 257},
		"disabled":             {on(pbc, `{"enabled":false,"rule":{"field":"pbc.status","in":[2]}}`, ``), 418},
		"missing is not met":   {on(pbc, `{"rule":{"field":"pbc.chol","above":0}}`, ``), 284},
		"not turns it round":   {on(pbc, `{"rule":{"not":{"field":"pbc.chol","above":0}}}`, ``), 134},
		"and":                  {on(pbc, `{"rule":{"all":[{"field":"pbc.sex","in":["m"]},{"field":"pbc.status","in":[2]}]}}`, ``), 24},
		"or":                   {on(pbc, `{"rule":{"any":[{"field":"pbc.sex","in":["m"]},{"field":"pbc.status","in":[2]}]}}`, ``), 181},
		"dotted column":        {on(pbc, `{"rule":{"field":"pbc.alk.phos","missing":false}}`, ``), 312},
		"rows of one kind":     {on(`{"table":"colon","all":[{"field":"colon.etype","in":[2]}]}`, ``, ``), 929},
		"any row of several":   {on(`{"table":"colon"}`, `{"rule":{"field":"colon.status","in":[1]}}`, ``), 506},
		"population of visits": {on(`{"table":"pbcseq"}`, ``, ``), 312},
	} {
		t.Run(name, func(t *testing.T) {
			if got := evaluate(t, e, c.definition).Participants; got != c.want {
				t.Errorf("%d participants, want %d", got, c.want)
			}
		})
	}
}

func TestAttritionAddsUpAndSaysWhatEachRuleCosts(t *testing.T) {
	e := cohort.NewEvaluator(classics(t))
	r := evaluate(t, e, on(`{"table":"pbc"}`,
		`{"id":"randomised","label":"Randomised","rule":{"field":"pbc.trt","missing":false}},
		 {"id":"off","enabled":false,"rule":{"field":"pbc.sex","in":["m"]}},
		 {"id":"bili","rule":{"field":"pbc.bili","between":[null,3]}}`,
		`{"id":"dead","rule":{"field":"pbc.status","in":[2]}}`))
	for i, s := range r.Attrition {
		if s.Before-s.Removed != s.After || i > 0 && s.Before != r.Attrition[i-1].After {
			t.Errorf("step %s: %d - %d is not %d", s.ID, s.Before, s.Removed, s.After)
		}
		without := evaluate(t, e, definitionWithout(s.ID)).Participants
		if s.ID != "base" && s.Without != without {
			t.Errorf("step %s: without it %d, but evaluating so gives %d", s.ID, s.Without, without)
		}
	}
	last := r.Attrition[len(r.Attrition)-1]
	if last.After != r.Participants || r.RowCount != r.Participants {
		t.Errorf("the last step leaves %d, the cohort has %d in %d rows", last.After, r.Participants, r.RowCount)
	}
	if got := r.Attrition[1].Label; got != "Randomised" {
		t.Errorf("label %q", got)
	}
	if got := r.Attrition[3].Label; got != "Serum bilirubin at most 3 mg/dL" {
		t.Errorf("a rule without a label is called by its sentence, not %q", got)
	}
	if off := r.Attrition[2]; off.Enabled || off.Removed != 0 {
		t.Errorf("a rule that is off removes nobody: %+v", off)
	}
}

func definitionWithout(id string) string {
	keep := func(rule, ruleID string) string {
		if ruleID == id {
			return ""
		}
		return rule
	}
	include := strings.Trim(keep(`{"rule":{"field":"pbc.trt","missing":false}}`, "randomised")+","+keep(`{"rule":{"field":"pbc.bili","between":[null,3]}}`, "bili"), ",")
	return on(`{"table":"pbc"}`, include, keep(`{"rule":{"field":"pbc.status","in":[2]}}`, "dead"))
}

func TestSentences(t *testing.T) {
	ds := classics(t).Dataset()
	for rule, want := range map[string]string{
		`{"field":"pbc.trt","in":[1]}`:            "Treatment is D-penicillamine",
		`{"field":"pbc.trt","in":[1,2]}`:          "Treatment is D-penicillamine or Placebo",
		`{"field":"pbc.bili","between":[1,3.5]}`:  "Serum bilirubin from 1 to 3.5 mg/dL",
		`{"field":"pbc.bili","between":[1,null]}`: "Serum bilirubin at least 1 mg/dL",
		`{"field":"pbc.bili","above":2}`:          "Serum bilirubin above 2 mg/dL",
		`{"field":"pbc.bili","missing":true}`:     "Serum bilirubin is not recorded",
		`{"not":{"field":"pbc.bili","below":2}}`:  "Not (Serum bilirubin below 2 mg/dL)",
		`{"any":[{"field":"pbc.bili","above":2},{"all":[{"field":"pbc.age","below":40},{"field":"pbc.trt","missing":false}]}]}`: "Serum bilirubin above 2 mg/dL or (Age at registration below 40 years and Treatment is recorded)",
	} {
		def := parse(t, on(`{"table":"pbc"}`, `{"rule":`+rule+`}`, ``))
		if err := def.Bind(ds); err != nil {
			t.Fatal(err)
		}
		if got := cohort.Sentence(ds, &def.Include[0].Where); !strings.EqualFold(got, want) {
			t.Errorf("%s\ngot  %s\nwant %s", rule, got, want)
		}
	}
}

func TestHashIsOfTheMeaning(t *testing.T) {
	base := on(`{"table":"pbc"}`, `{"id":"a","label":"A","rule":{"field":"pbc.status","in":[2,1]}}`, ``)
	same := `{"base":{"table":"pbc"},"version":1,"name":"Another name","id":"x","dataset":"clinical-classics",
		"include":[{"rule":{"in":[1,2,2],"field":"pbc.status"}},{"enabled":false,"rule":{"field":"pbc.bili","above":1}}]}`
	other := on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.status","in":[2]}}`, ``)
	if a, b := parse(t, base).Hash(), parse(t, same).Hash(); a != b {
		t.Errorf("names, ids, order of a set and disabled rules changed the hash: %s, %s", a, b)
	}
	if parse(t, base).Hash() == parse(t, other).Hash() {
		t.Error("another set has the same hash")
	}
}

func TestEveryMistakeIsNamedAtItsPlace(t *testing.T) {
	ds := classics(t).Dataset()
	for name, c := range map[string]struct{ text, place, says string }{
		"unknown key":       {on(`{"table":"pbc"}`, `{"rul":{"field":"pbc.bili","above":1}}`, ``), "/include/0/rul", "Did you mean “rule”?"},
		"no comparison":     {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.bili"}}`, ``), "/include/0/rule", "exactly one of"},
		"two comparisons":   {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.bili","above":1,"below":2}}`, ``), "/include/0/rule", "exactly one of"},
		"no field":          {on(`{"table":"pbc"}`, `{"rule":{"above":1}}`, ``), "/include/0/rule", "“field” is missing"},
		"empty set":         {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.bili","in":[]}}`, ``), "/include/0/rule/in", "at least one"},
		"range of three":    {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.bili","between":[1,2,3]}}`, ``), "/include/0/rule/between", "limit is 2"},
		"range of nulls":    {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.bili","between":[null,null]}}`, ``), "/include/0/rule/between", "one end"},
		"terminal codes":    {`{"version":1,"name":"\u001b[2J","dataset":"clinical-classics","base":{"table":"pbc"}}`, "/name", "cannot be shown"},
		"version":           {`{"version":2,"dataset":"clinical-classics","base":{"table":"pbc"}}`, "/version", "version 1"},
		"id of the base":    {on(`{"table":"pbc"}`, `{"id":"base","rule":{"field":"pbc.bili","above":1}}`, ``), "/include", "is taken"},
		"ids twice":         {on(`{"table":"pbc"}`, `{"id":"a","rule":{"field":"pbc.bili","above":1}}`, `{"id":"a","rule":{"field":"pbc.bili","above":1}}`), "/exclude", "is taken"},
		"unknown table":     {on(`{"table":"pcb"}`, ``, ``), "/base/table", "Did you mean “pbc”?"},
		"unknown field":     {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.billi","above":1}}`, ``), "/include/0/rule/field", "Did you mean “pbc.bili”?"},
		"another table":     {on(`{"table":"pbc"}`, `{"rule":{"field":"lung.age","above":1}}`, ``), "/include/0/rule/field", "is in table lung"},
		"text for a number": {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.bili","above":"high"}}`, ``), "/include/0/rule/above", "without quotes"},
		"label for a code":  {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.trt","in":["D-penicillamine"]}}`, ``), "/include/0/rule/in/0", "code of that level is 1"},
		"code not a level":  {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.trt","in":[7]}}`, ``), "/include/0/rule/in/0", "its levels are 1 (D-penicillamine)"},
		"unknown category":  {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.sex","in":["x"]}}`, ``), "/include/0/rule/in/0", "not a level"},
		"range of category": {on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.sex","above":"f"}}`, ``), "/include/0/rule/above", "use “in”"},
		"range upside down": {on(`{"table":"pbc"}`, `{"rule":{"any":[{"field":"pbc.bili","between":[3,1]}]}}`, ``), "/include/0/rule/any/0/between", "above the high end"},
	} {
		t.Run(name, func(t *testing.T) {
			def, err := cohort.Parse([]byte(c.text))
			if err == nil {
				err = def.Bind(ds)
			}
			p := problem.From(err)
			if p == nil || p.Kind != problem.Invalid {
				t.Fatalf("got %v", err)
			}
			for _, d := range p.Details {
				if d.Place == c.place && strings.Contains(d.Message, c.says) {
					return
				}
			}
			t.Errorf("no finding at %s that says %q:\n%v", c.place, c.says, p)
		})
	}
}

// TestAgreesWithASlowEvaluation compares random definitions with a reading of
// the data row by row that shares no code with the evaluator.
func TestAgreesWithASlowEvaluation(t *testing.T) {
	store := classics(t)
	e := cohort.NewEvaluator(store)
	rows := plainRows(t, store, "pbc")
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		include, exclude := randomPredicate(r, 0), randomPredicate(r, 0)
		text := on(`{"table":"pbc"}`, `{"rule":`+mustJSON(t, include)+`}`, `{"rule":`+mustJSON(t, exclude)+`}`)
		want := 0
		for _, row := range rows {
			if meets(row, include) && !meets(row, exclude) {
				want++
			}
		}
		if got := evaluate(t, e, text).Participants; got != want {
			t.Fatalf("%s\ngot %d, want %d", text, got, want)
		}
	}
}

// plainRows reads a table as maps; a missing value is absent.
func plainRows(t *testing.T, store *colstore.Store, id catalog.TableID) []map[string]float64 {
	t.Helper()
	table, err := store.Table(id)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]map[string]float64, table.Rows())
	for i := range rows {
		rows[i] = map[string]float64{}
	}
	for _, name := range []string{"bili", "chol", "stage", "trt", "age"} {
		column, err := table.Column(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			if !column.Missing(i) {
				rows[i]["pbc."+name] = column.Number(i)
			}
		}
	}
	return rows
}

func randomPredicate(r *rand.Rand, depth int) map[string]any {
	if depth < 3 && r.IntN(3) == 0 {
		list := []any{randomPredicate(r, depth+1), randomPredicate(r, depth+1)}
		return []map[string]any{{"all": list}, {"any": list}, {"not": list[0]}}[r.IntN(3)]
	}
	field := []string{"pbc.bili", "pbc.chol", "pbc.age"}[r.IntN(3)]
	low, high := float64(r.IntN(60)), float64(60+r.IntN(300))
	return []map[string]any{
		{"field": field, "between": []any{low, high}}, {"field": field, "between": []any{nil, high}},
		{"field": field, "above": low}, {"field": field, "below": low},
		{"field": field, "missing": r.IntN(2) == 0},
		{"field": "pbc.stage", "in": []any{1.0, float64(1 + r.IntN(4))}},
	}[r.IntN(6)]
}

func meets(row map[string]float64, p map[string]any) bool {
	if list, ok := p["all"].([]any); ok {
		return meets(row, list[0].(map[string]any)) && meets(row, list[1].(map[string]any))
	}
	if list, ok := p["any"].([]any); ok {
		return meets(row, list[0].(map[string]any)) || meets(row, list[1].(map[string]any))
	}
	if inner, ok := p["not"].(map[string]any); ok {
		return !meets(row, inner)
	}
	x, known := row[p["field"].(string)]
	if missing, ok := p["missing"].(bool); ok {
		return known != missing
	}
	if !known {
		return false
	}
	if ends, ok := p["between"].([]any); ok {
		return (ends[0] == nil || x >= ends[0].(float64)) && (ends[1] == nil || x <= ends[1].(float64))
	}
	if low, ok := p["above"].(float64); ok {
		return x > low
	}
	if high, ok := p["below"].(float64); ok {
		return x < high
	}
	for _, v := range p["in"].([]any) {
		if x == v.(float64) {
			return true
		}
	}
	return false
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(on(`{"table":"pbc"}`, `{"rule":{"field":"pbc.bili","between":[1,null]}}`, `{"rule":{"any":[{"field":"pbc.sex","in":["f"]},{"not":{"field":"pbc.trt","missing":true}}]}}`)))
	f.Add([]byte(`{"version":1,"dataset":"d","base":{"table":"t","all":[{"field":"t.a","above":"2020-01-31"}]}}`))
	f.Add([]byte(`{"version":1e999,"include":[[]],"base":null}`))
	f.Add([]byte(`{"version":1,"dataset":"d","base":{"table":"t"},"include":[{"rule":{"all":[]}}]}`))
	ds := &catalog.Dataset{ID: "d", Tables: []catalog.Table{{ID: "t", Fields: []catalog.Field{{Column: "a", Label: "A", Type: catalog.Date}}}}}
	f.Fuzz(func(t *testing.T, data []byte) {
		def, err := cohort.Parse(data)
		if err != nil {
			if p := problem.From(err); p.Kind == problem.Internal {
				t.Fatalf("a document's fault must be named: %v", err)
			}
			return
		}
		again, err := cohort.Parse(data)
		if err != nil || again.Hash() != def.Hash() {
			t.Fatalf("read again, it is another definition: %v", err)
		}
		if err := def.Bind(ds); err == nil {
			for i := range def.Include {
				cohort.Sentence(ds, &def.Include[i].Where)
			}
		}
	})
}

func BenchmarkSliderTick(b *testing.B) {
	e := cohort.NewEvaluator(classics(b))
	rules := `{"rule":{"field":"pbc.trt","missing":false}},{"rule":{"field":"pbc.age","between":[18,80]}},{"rule":{"field":"pbc.bili","between":[null,`
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		text := on(`{"table":"pbc"}`, rules+jsonNumber(float64(i%2800)/100)+`]}}`, ``)
		evaluate(b, e, text)
	}
}

func jsonNumber(x float64) string {
	data, _ := json.Marshal(x)
	return string(data)
}
