package analysis_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"vitrine/backend/analysis"
	"vitrine/backend/problem"
)

func TestQuestionsThatTheDataCannotAnswerAreRefused(t *testing.T) {
	store := classics(t)
	pbc := `{"table":"pbc"}`
	event := `"event":{"field":"pbc.status","in":[2]}`
	for name, c := range map[string]struct{ question, code, place, says string }{
		"several rows":     {ask("kaplan_meier", `{"table":"colon"}`, `"time":"colon.time","event":{"field":"colon.status","in":[1]}`), "several-rows", "/cohort/base", "1858 rows for 929 participants"},
		"several in table": {ask("table1", `{"table":"pbcseq"}`, `"fields":["pbcseq.bili"]`), "several-rows", "/cohort/base", "this analysis needs one"},
		"too many groups":  {ask("kaplan_meier", pbc, `"time":"pbc.time",`+event+`,"by":"pbc.age"`), "too-many-groups", "/by", "more than 8"},
		"category as time": {ask("kaplan_meier", pbc, `"time":"pbc.sex",`+event), "time-not-numeric", "/time", "not measured"},
		"unknown time":     {ask("kaplan_meier", pbc, `"time":"pbc.tim",`+event), "field-unknown", "/time", "Did you mean “pbc.time”?"},
		"time elsewhere":   {ask("kaplan_meier", pbc, `"time":"lung.time",`+event), "field-elsewhere", "/time", "in table lung"},
		"unknown field":    {ask("table1", pbc, `"fields":["pbc.age","pbc.agee"]`), "field-unknown", "/fields/1", "Did you mean “pbc.age”?"},
		"event elsewhere":  {ask("kaplan_meier", pbc, `"time":"pbc.time","event":{"field":"lung.status","in":[2]}`), "cohort-invalid", "", "lung"},
		"unknown kind":     {ask("cox", pbc, `"time":"pbc.time"`), "document-invalid", "", "kaplan_meier or table1"},
		"of another kind":  {ask("table1", pbc, `"fields":[],"time":"pbc.time"`), "document-invalid", "", "does not belong"},
		"level too high":   {ask("kaplan_meier", pbc, `"time":"pbc.time",`+event+`,"conf_level":95`), "document-invalid", "", "between 0.5 and 0.999"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := try(store, c.question)
			p := problem.From(err)
			if p == nil || p.Code != c.code || c.place != "" && p.Place != c.place || !strings.Contains(p.Error(), c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhoIsLeftOutIsCounted(t *testing.T) {
	store := classics(t)
	r := run(t, store, ask("kaplan_meier", `{"table":"pbc"}`, `"time":"pbc.time","event":{"field":"pbc.status","in":[2]},"by":"pbc.trt"`))
	if s := r.Survival; s.N != 312 || s.ExcludedMissing != 106 || r.Cohort.Participants != 418 {
		t.Errorf("n %d, left out %d of %d", s.N, s.ExcludedMissing, r.Cohort.Participants)
	}
	if !strings.Contains(r.Methods, "106 of 418 participants were left out") {
		t.Errorf("methods: %s", r.Methods)
	}
	b := run(t, store, ask("table1", `{"table":"pbc"}`, `"by":"pbc.trt","fields":["pbc.chol"]`)).Table1
	if b.ExcludedMissing != 106 || b.Columns[0].N != 418 || b.Rows[0].Missing[0] != 134 {
		t.Errorf("table: %+v", b)
	}
}

func TestEmptyAndTinyCohorts(t *testing.T) {
	store := classics(t)
	nobody := `{"table":"pbc","all":[{"field":"pbc.age","above":200}]}`
	survival := run(t, store, ask("kaplan_meier", nobody, `"time":"pbc.time","event":{"field":"pbc.status","in":[2]}`))
	if g := survival.Survival.Groups[0]; g.N != 0 || g.Median.Value != nil || survival.Survival.LogRank != nil {
		t.Errorf("nobody: %+v", g)
	}
	grouped := run(t, store, ask("kaplan_meier", nobody, `"time":"pbc.time","event":{"field":"pbc.status","in":[2]},"by":"pbc.trt"`))
	if len(grouped.Survival.Groups) != 0 {
		t.Errorf("groups of nobody: %+v", grouped.Survival.Groups)
	}
	table := run(t, store, ask("table1", nobody, `"by":"pbc.trt","fields":["pbc.age","pbc.sex"]`))
	if c := table.Table1.Rows[0].Cells[0]; c.N != 0 || c.Mean != nil {
		t.Errorf("nobody's age: %+v", c)
	}
	for _, r := range []*analysis.Result{survival, grouped, table} {
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("NaN reaches JSON: %v", err)
		}
	}
}

func TestHashIsOfTheQuestion(t *testing.T) {
	hash := func(rest string) string {
		a, err := analysis.Parse([]byte(ask("kaplan_meier", `{"table":"pbc"}`, rest)))
		if err != nil {
			t.Fatal(err)
		}
		return a.Hash()
	}
	base := `"time":"pbc.time","event":{"field":"pbc.status","in":[2]}`
	if hash(base) != hash(`"name":"x",`+base+`,"conf_level":0.95,"by":null`) {
		t.Error("a name or a default written out changed the hash")
	}
	if hash(base) == hash(base+`,"by":"pbc.trt"`) || hash(base) == hash(base+`,"conf_level":0.9`) {
		t.Error("another question has the same hash")
	}
}

// TestSchemasSayWhatIsRead holds the published JSON Schemas against the readers.
func TestSchemasSayWhatIsRead(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	docs := filepath.Join("..", "..", "docs")
	for _, name := range []string{"cohort-definition.schema.json", "analysis.schema.json"} {
		file, err := os.Open(filepath.Join(docs, name))
		if err != nil {
			t.Fatal(err)
		}
		schema, err := jsonschema.UnmarshalJSON(file)
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		id := schema.(map[string]any)["$id"].(string)
		if err := compiler.AddResource(id, schema); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile("https://vitrine.example/schema/analysis-1.json")
	if err != nil {
		t.Fatal(err)
	}
	survival := `"time":"a.t","event":{"field":"a.e","in":[1]}`
	for name, text := range map[string]string{
		"survival":          ask("kaplan_meier", `{"table":"a"}`, survival),
		"table":             ask("table1", `{"table":"a","all":[{"field":"a.x","above":1}]}`, `"by":null,"fields":["a.x"]`),
		"every predicate":   ask("table1", `{"table":"a","all":[{"any":[{"not":{"field":"a.x","below":1}},{"field":"a.x","between":[null,2]},{"field":"a.x","missing":true}]}]}`, `"fields":[]`),
		"no time":           ask("kaplan_meier", `{"table":"a"}`, `"event":{"field":"a.e","in":[1]}`),
		"fields of another": ask("kaplan_meier", `{"table":"a"}`, survival+`,"fields":[]`),
		"unknown key":       ask("kaplan_meier", `{"table":"a"}`, survival+`,"tiem":1`),
		"two comparisons":   ask("kaplan_meier", `{"table":"a"}`, `"time":"a.t","event":{"field":"a.e","in":[1],"above":2}`),
		"empty set":         ask("kaplan_meier", `{"table":"a"}`, `"time":"a.t","event":{"field":"a.e","in":[]}`),
		"range of nulls":    ask("table1", `{"table":"a","all":[{"field":"a.x","between":[null,null]}]}`, `"fields":[]`),
		"no table":          ask("table1", `{}`, `"fields":[]`),
		"level too high":    ask("kaplan_meier", `{"table":"a"}`, survival+`,"conf_level":95`),
	} {
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		_, refused := analysis.Parse([]byte(text))
		if invalid := schema.Validate(document); (invalid == nil) != (refused == nil) {
			t.Errorf("%s: the schema says %v, the reader %v", name, invalid, refused)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(ask("kaplan_meier", `{"table":"pbc"}`, `"time":"pbc.time","event":{"any":[{"field":"pbc.status","in":[2]}]},"by":"pbc.trt"`)))
	f.Add([]byte(ask("table1", `{"table":"pbc"}`, `"fields":["pbc.age"]`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := analysis.Parse(data)
		if err != nil {
			if problem.From(err).Kind == problem.Internal {
				t.Fatalf("a document's fault must be named: %v", err)
			}
			return
		}
		_ = a.Hash()
	})
}
