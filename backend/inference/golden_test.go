package inference_test

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vitrine/backend/inference"
)

const models = "../../testdata/models"

// golden models on public data: the levels turn category text into codes.
var goldenModels = []struct {
	id                      string
	trees, classes, outputs int
}{
	{"wdbc_lgbm_nan", 150, 2, 1},
	{"all_subtype_lgbm", 400, 5, 5},
	{"flchain_lgbm_cat", 150, 2, 1},
}

func TestGoldenRowsEqualLightGBM(t *testing.T) {
	for _, g := range goldenModels {
		t.Run(g.id, func(t *testing.T) {
			e := load(t, filepath.Join(models, g.id, "model.txt"))
			if e.Trees() != g.trees || e.Classes() != g.classes || e.Outputs() != g.outputs {
				t.Fatalf("%d trees, %d classes, %d outputs", e.Trees(), e.Classes(), e.Outputs())
			}
			inputs := readCSV(t, filepath.Join(models, g.id, "test_inputs.csv"))
			golden := readCSV(t, filepath.Join(models, g.id, "golden.csv"))
			leaves := readCSV(t, filepath.Join(models, g.id, "leaf_index.csv"))
			if len(inputs.rows) != len(golden.rows) || len(leaves.rows) != 20 {
				t.Fatalf("%d inputs, %d golden rows, %d rows of leaves", len(inputs.rows), len(golden.rows), len(leaves.rows))
			}
			for i := range inputs.rows {
				row := encode(t, e, inputs, i)
				checkScores(t, i, e, row, golden.numbers(t, i, "raw"), golden.numbers(t, i, "prob"))
				if i < len(leaves.rows) {
					checkLeaves(t, i, e, row, leaves.numbers(t, i, "t"))
				}
			}
		})
	}
}

// variants are one tiny model per objective, booster, missing rule and leaf kind.
func TestVariantsEqualLightGBM(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(models, "variants", "*.txt"))
	if err != nil || len(files) < 40 {
		t.Fatalf("%d variants, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			e := load(t, file)
			want := readCSV(t, strings.TrimSuffix(file, ".txt")+".csv")
			for i := range want.rows {
				row := want.numbers(t, i, "x")
				checkScores(t, i, e, row, want.numbers(t, i, "raw"), want.numbers(t, i, "out"))
				checkLeaves(t, i, e, row, want.numbers(t, i, "leaf"))
			}
		})
	}
}

func TestEnsembleTellsItsFeatures(t *testing.T) {
	e := load(t, filepath.Join(models, "flchain_lgbm_cat", "model.txt"))
	want := []string{"age", "sex", "flc.grp", "kappa", "lambda", "creatinine", "mgus"}
	if !slices.Equal(e.FeatureNames(), want) || e.Objective() != "binary" || e.Format() != "lightgbm text v4" {
		t.Errorf("%v, %s, %s", e.FeatureNames(), e.Objective(), e.Format())
	}
	r := e.FeatureRanges()
	if *r[0].Min != 50 || *r[0].Max != 101 || r[0].Categories != nil {
		t.Errorf("age: %+v", r[0])
	}
	if !slices.Equal(r[2].Categories, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}) {
		t.Errorf("flc.grp: %+v", r[2])
	}
	// age had no missing value in training, creatinine had 773.
	if !e.ReadsMissingAsZero(0) || e.ReadsMissingAsZero(5) || e.ReadsMissingAsZero(1) {
		t.Error("the rule for missing values is wrong")
	}
}

func checkScores(t *testing.T, i int, e *inference.Ensemble, row, raw, out []float64) {
	t.Helper()
	got := make([]float64, e.Outputs())
	e.Raw(row, got)
	for k := range raw {
		if got[k] != raw[k] && !(math.IsNaN(got[k]) && math.IsNaN(raw[k])) {
			t.Fatalf("row %d: raw %d is %v, LightGBM has %v", i, k, got[k], raw[k])
		}
	}
	e.Predict(row, got)
	for k := range out {
		if !near(got[k], out[k]) {
			t.Fatalf("row %d: output %d is %v, LightGBM has %v", i, k, got[k], out[k])
		}
	}
}

// near is equality to 1e-12 relative; NaN equals NaN.
func near(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-12*math.Abs(b)
}

func checkLeaves(t *testing.T, i int, e *inference.Ensemble, row, want []float64) {
	t.Helper()
	for k, leaf := range e.Leaves(row) {
		if float64(leaf) != want[k] {
			t.Fatalf("row %d: tree %d reaches leaf %d, LightGBM %v", i, k, leaf, want[k])
		}
	}
}

func load(t testing.TB, path string) *inference.Ensemble {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := inference.LoadLightGBM(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return e
}

// table is a CSV file with its header apart.
type table struct {
	header []string
	rows   [][]string
}

// readCSV reads a file, or the same name with .gz where only that is there.
func readCSV(t testing.TB, path string) table {
	t.Helper()
	records, err := csv.NewReader(open(t, path)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return table{records[0], records[1:]}
}

func open(t testing.TB, path string) io.Reader {
	t.Helper()
	f, err := os.Open(path)
	if err == nil {
		t.Cleanup(func() { f.Close() })
		return f
	}
	if f, err = os.Open(path + ".gz"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// numbers gives the columns called prefix, prefix0, prefix_0 and so on; an
// empty cell is NaN.
func (tb table) numbers(t testing.TB, row int, prefix string) []float64 {
	t.Helper()
	var out []float64
	for c, name := range tb.header {
		rest, ok := strings.CutPrefix(name, prefix)
		if _, err := strconv.Atoi(strings.TrimPrefix(rest, "_")); !ok || rest != "" && err != nil {
			continue
		}
		out = append(out, number(t, tb.rows[row][c]))
	}
	if out == nil {
		t.Fatalf("no column %s", prefix)
	}
	return out
}

func number(t testing.TB, text string) float64 {
	t.Helper()
	if text == "" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// flchain levels, as its schema.json lists them.
var flchain = map[string][]string{
	"sex": {"F", "M"}, "mgus": {"no", "yes"},
	"flc.grp": {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"},
}

// encode makes the row of an input file: features follow row and kind, text of
// a category becomes its code, unseen text NaN.
func encode(t testing.TB, e *inference.Ensemble, in table, i int) []float64 {
	t.Helper()
	row := make([]float64, len(e.FeatureNames()))
	if len(in.header) != len(row)+2 {
		t.Fatal(fmt.Errorf("%d columns for %d features", len(in.header), len(row)))
	}
	for c, text := range in.rows[i][2:] {
		levels, category := flchain[in.header[c+2]]
		if !category {
			row[c] = number(t, text)
			continue
		}
		row[c] = float64(slices.Index(levels, text))
		if row[c] < 0 {
			row[c] = math.NaN()
		}
	}
	return row
}
