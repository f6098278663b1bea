package catalog_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/backend/catalog"
	"vitrine/backend/catalog/catalogtest"
	"vitrine/backend/problem"
)

func classics(t testing.TB) *catalog.Dataset {
	t.Helper()
	return catalogtest.Read(t, filepath.Join("..", "..", "testdata", "clinical"))
}

func TestTheDemonstrationDescriptorsMatchTheirFiles(t *testing.T) {
	for _, folder := range []string{"clinical", "clinical-csv"} {
		folder = filepath.Join("..", "..", "testdata", folder)
		for _, table := range catalogtest.Read(t, folder).Tables {
			data, err := os.ReadFile(filepath.Join(folder, table.File))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(data)
			if table.Bytes != int64(len(data)) || table.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("%s: size or SHA-256 differ from the descriptor", table.File)
			}
		}
	}
}

// edit applies a change to a valid descriptor's JSON and reads it.
func edit(t *testing.T, change func(text string) string) *problem.Problem {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "clinical-csv", "dataset.json"))
	if err != nil {
		t.Fatal(err)
	}
	changed := change(string(data))
	if changed == string(data) {
		t.Fatal("the change changed nothing")
	}
	d, err := catalog.Read(strings.NewReader(changed), "dataset.json")
	var p *problem.Problem
	if d != nil || !errors.As(err, &p) {
		t.Fatalf("accepted, or not a problem: %v", err)
	}
	return p
}

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

func TestReadRefusesAndSaysWhere(t *testing.T) {
	for name, c := range map[string]struct {
		change func(string) string
		says   string
	}{
		"unknown key":           {replace(`"licence"`, `"license"`), "line 26, /tables/0/license: “license” is not known here; known are id, title, description, population, participant, order, grain, file, rows, bytes, sha256, source, licence, fields. Did you mean “licence”?"},
		"missing key":           {replace(`"licence"`, `"license"`), "/tables/0: “licence” is missing"},
		"wrong type":            {replace(`"rows": 137`, `"rows": "137"`), "line 22, /tables/0/rows: this must be a whole number"},
		"fraction":              {replace(`"rows": 137`, `"rows": 1.5`), "/tables/0/rows: this must be a whole number"},
		"list for object":       {replace(`"format": 1`, `"format": [1]`), "line 2, /format: this must be a whole number"},
		"key twice":             {replace(`"format": 1`, `"format": 1, "format": 1`), "/format: this key is written twice"},
		"cut":                   {func(s string) string { return s[:len(s)/2] }, "dataset.json, line"},
		"trailing":              {func(s string) string { return s + "{}" }, "more text after the end"},
		"future format":         {replace(`"format": 1`, `"format": 2`), "/format: this program reads descriptor format 1"},
		"path as file":          {replace(`"veteran.csv"`, `"../veteran.csv"`), "/tables/0/file: a file is a plain name"},
		"unknown population":    {replace(`"population": "veteran"`, `"population": "vets"`), "/tables/0/population: this population is not listed"},
		"no such key column":    {replace(`"grain"`, `"participant": "id", "grain"`), "/tables/0/participant: the table has no column of this name"},
		"unknown field type":    {replace(`"type": "category"`, `"type": "factor"`), "/type: types are"},
		"two ways for a code":   {replace(`"code": "10"`, `"code": "010"`), "shortest form"},
		"column listed twice":   {replace(`"column": "karno"`, `"column": "age"`), "two fields have the address"},
		"category, no levels":   {func(s string) string { return strings.Replace(s, `"type": "integer"`, `"type": "category"`, 6) }, "a category lists its levels"},
		"short checksum":        {replace(`"sha256": "`, `"sha256": "zz`), "64 lower-case hexadecimal digits"},
		"control characters":    {replace(`"Cell type"`, `"Cell\u0007type"`), "cannot be shown"},
		"blank label":           {replace(`"Cell type"`, `" "`), "may not be empty"},
		"id with an upper case": {replace(`"veteran-csv"`, `"Veteran"`), "/id: an id is lower-case"},
	} {
		t.Run(name, func(t *testing.T) {
			p := edit(t, c.change)
			if got := p.Error(); !strings.Contains(got, c.says) || !strings.HasPrefix(got, "dataset.json") || p.Hint == "" {
				t.Errorf("got %s\nwant %s", got, c.says)
			}
		})
	}
}

func TestAddressesThatCouldMeanTwoFieldsAreRefused(t *testing.T) {
	d := classics(t)
	d.Tables[2].ID = "pbc.alk"
	d.Tables[2].Fields[0].Column = "phos" // pbc.alk.phos, like table pbc, column alk.phos
	if err := d.Validate(); err == nil || !strings.Contains(err.Error(), "two fields have the address") {
		t.Errorf("got %v", err)
	}
}

func TestLookupFindsColumnsWithDots(t *testing.T) {
	d := classics(t)
	for _, id := range d.Fields() {
		table, field, ok := d.Lookup(id)
		if !ok || table.Field(field.Column) != id {
			t.Errorf("%s not found", id)
		}
	}
	if _, f, _ := d.Lookup("pbc.alk.phos"); f == nil || f.Label != "Alkaline phosphatase" {
		t.Errorf("got %+v", f)
	}
	for _, id := range []catalog.FieldID{"", "pbc", "pbc.", "pbc.alk", "bili", "nowhere.bili"} {
		if _, _, ok := d.Lookup(id); ok {
			t.Errorf("%q found", id)
		}
	}
	if d.Table("nowhere") != nil || d.Table("pbc").Column("nothing") != nil {
		t.Error("what is not there is nil")
	}
}

func TestSuggest(t *testing.T) {
	d := classics(t)
	for id, want := range map[catalog.FieldID]string{
		"pbc.billi":          " Did you mean “pbc.bili”?",
		"celltype":           " Did you mean “veteran.celltype”?",
		"something.else.far": "",
	} {
		if got := d.Suggest(id); got != want {
			t.Errorf("%s: %q", id, got)
		}
	}
}

func TestFingerprintFollowsMeaningOnly(t *testing.T) {
	base := classics(t).Fingerprint()
	if len(base) != 64 || base != classics(t).Fingerprint() {
		t.Fatal("not a stable hex SHA-256")
	}
	for name, c := range map[string]struct {
		change func(*catalog.Dataset)
		same   bool
	}{
		"title":        {func(d *catalog.Dataset) { d.Title = "Other" }, true},
		"version":      {func(d *catalog.Dataset) { d.Version = "2027.1" }, true},
		"rows":         {func(d *catalog.Dataset) { d.Tables[0].Rows++ }, true},
		"unit":         {func(d *catalog.Dataset) { d.Tables[0].Fields[1].Unit = "weeks" }, false},
		"level label":  {func(d *catalog.Dataset) { d.Tables[0].Fields[2].Levels[0].Label = "Dead" }, false},
		"nullable":     {func(d *catalog.Dataset) { d.Tables[0].Fields[1].Nullable = true }, false},
		"column order": {func(d *catalog.Dataset) { f := d.Tables[0].Fields; f[0], f[1] = f[1], f[0] }, false},
	} {
		d := classics(t)
		c.change(d)
		if got := d.Fingerprint() == base; got != c.same {
			t.Errorf("%s: same %v, want %v", name, got, c.same)
		}
	}
}

func TestSearchRanksAndFolds(t *testing.T) {
	sets := []*catalog.Dataset{classics(t)}
	for query, want := range map[string][]catalog.FieldID{
		"bili":                {"pbc.bili", "pbcseq.bili", "pbc.id", "pbc.time", "pbc.status", "pbc.trt", "pbc.age"}, // biliary
		"BILIRUBIN serum":     {"pbc.bili", "pbcseq.bili"},
		"μg":                  {"pbc.copper"}, // Greek mu finds the micro sign
		"adenocárcinoma":      {"veteran.celltype"},
		"pbcseq.day":          {"pbcseq.day"},
		"levamisole colon":    {"colon.rx"},
		"age":                 {"pbc.age", "pbcseq.age", "lung.age", "colon.age", "veteran.age", "pbc.stage", "pbcseq.stage"},
		"no such thing there": {},
	} {
		matches, total := catalog.Search(sets, query, 7)
		var got []catalog.FieldID
		for _, m := range matches {
			got = append(got, m.ID)
		}
		if total < len(matches) || strings.Join(text(got), " ") != strings.Join(text(want), " ") {
			t.Errorf("%q: got %v of %d, want %v", query, got, total, want)
		}
	}
	all, total := catalog.Search(sets, "", 0)
	if len(all) != len(sets[0].Fields()) || total != len(all) {
		t.Errorf("an empty query lists %d of %d", len(all), total)
	}
	if none, err := json.Marshal(first(catalog.Search(nil, "x", 5))); err != nil || string(none) != "[]" {
		t.Errorf("no match is an empty list, not %s", none)
	}
}

func first(m []catalog.Match, _ int) []catalog.Match { return m }

func text(ids []catalog.FieldID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{`{`, `{"format":1}`, `{"tables":[{"fields":[{}]}]}`, `{"x":{"y":[1]}}`, `[]`, `{"rows":1e99}`} {
		f.Add([]byte(seed))
	}
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "clinical-csv", "dataset.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := catalog.Read(strings.NewReader(string(data)), "fuzz.json")
		var p *problem.Problem
		if err != nil && !errors.As(err, &p) {
			t.Fatalf("not a problem: %v", err)
		}
		if err == nil && d.Validate() != nil {
			t.Fatal("read but not valid")
		}
	})
}
