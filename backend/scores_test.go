package backend_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/backend"
)

// TestNamesInAnExportAreNotFormulas: a model's class may be called like one.
func TestNamesInAnExportAreNotFormulas(t *testing.T) {
	b, d := loaded(t, backend.Options{})
	dir := filepath.Join("..", "testdata", "models", "wdbc_lgbm_nan")
	file, err := os.ReadFile(filepath.Join(dir, "model.txt"))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := os.ReadFile(filepath.Join(dir, "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	schema = bytes.Replace(schema, []byte(`"malignant"`), []byte(`"=1+1"`), 1)
	schema = bytes.Replace(schema, []byte(`"benign"`), []byte(`"-1"`), 1)
	// Another tail makes it another model: the vault holds one of each content.
	m, err := b.AddModel(ctx, backend.NewModel{Name: "m.txt", File: append(file, '\n'),
		Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.ScoreCSV(ctx, backend.ScoreRequest{Model: m.ID, Name: "r.csv", Rows: strings.NewReader(d.Examples.Rows)})
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	classes := map[string]bool{}
	for _, line := range lines {
		classes[line[3]] = true
		for _, cell := range line {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("a spreadsheet would compute %q", cell)
			}
		}
	}
	if !classes["'=1+1"] || !classes["-1"] {
		t.Errorf("classes %v", classes)
	}
}
