package inference_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vitrine/backend/inference"
	"vitrine/backend/model"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

var _ inference.Records = (*tabular.Records)(nil)

// records is a table in memory; its first record begins on line 2.
type records struct {
	table
	at int
}

func (r *records) Header() []string { return r.header }

func (r *records) Next() ([]string, int, error) {
	if r.at == len(r.rows) {
		return nil, 0, io.EOF
	}
	r.at++
	return r.rows[r.at-1], r.at + 1, nil
}

func schemaOf(t testing.TB, id string) *model.Schema {
	t.Helper()
	f, err := os.Open(filepath.Join(models, id, "schema.json"))
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

func scorer(t testing.TB, id string, s *model.Schema) *inference.Scorer {
	t.Helper()
	sc, err := inference.NewScorer(load(t, filepath.Join(models, id, "model.txt")), s)
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

func score(t testing.TB, sc *inference.Scorer, in table) ([]inference.Prediction, *inference.Summary) {
	t.Helper()
	var out []inference.Prediction
	summary, err := sc.Score(t.Context(), &records{table: in}, func(p inference.Prediction) error { out = append(out, p); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return out, summary
}

// The whole way from text to class equals the golden rows, with the schema that
// came with the model and with the one derived from the file.
func TestScoringATableEqualsTheGoldenRows(t *testing.T) {
	for _, g := range goldenModels {
		for _, given := range []*model.Schema{schemaOf(t, g.id), nil} {
			in := readCSV(t, filepath.Join(models, g.id, "test_inputs.csv"))
			golden := readCSV(t, filepath.Join(models, g.id, "golden.csv"))
			out, summary := score(t, scorer(t, g.id, given), in)
			if summary.Rows != len(golden.rows) || summary.Scored != len(golden.rows) || len(summary.Mapping.Missing) > 0 {
				t.Fatalf("%s: %+v", g.id, summary)
			}
			if !slices.Equal(summary.Mapping.Unused, []string{"row", "kind"}) {
				t.Errorf("%s: unused %q", g.id, summary.Mapping.Unused)
			}
			for i, p := range out {
				if raw := golden.numbers(t, i, "raw"); !slices.Equal(p.Raw, raw) {
					t.Fatalf("%s row %d: raw %v, want %v", g.id, i, p.Raw, raw)
				}
				want := golden.numbers(t, i, "prob")
				if got := p.Probabilities[len(p.Probabilities)-len(want):]; !slices.EqualFunc(got, want, near) {
					t.Fatalf("%s row %d: probabilities %v, want %v", g.id, i, got, want)
				}
				class := golden.rows[i][slices.Index(golden.header, "class")]
				if given != nil && (p.Label != class || given.Classes[*p.Class] != class) {
					t.Fatalf("%s row %d: class %q, want %q", g.id, i, p.Label, class)
				}
				checkFlags(t, in.rows[i], p)
			}
		}
	}
}

// checkFlags: each empty cell is flagged missing, and nothing else is; rows made
// to lie outside the training carry the flag that says so.
func checkFlags(t *testing.T, cells []string, p inference.Prediction) {
	t.Helper()
	count := map[model.FlagKind]int{}
	for _, f := range p.Flags {
		count[f.Kind]++
	}
	empty := 0
	for _, cell := range cells {
		if cell == "" {
			empty++
		}
	}
	kind := cells[1]
	outside := kind == "out_of_range" || kind == "extreme"
	if count[model.FlagMissing] != empty || outside && count[model.FlagOutOfRange] == 0 || (kind == "unseen") != (count[model.FlagUnseen] > 0) {
		t.Errorf("line %d: a row of kind %s with %d empty cells has flags %v", p.Line, kind, empty, p.Flags)
	}
}

func TestTheSchemaInForceSaysWhatMissingMeans(t *testing.T) {
	s := scorer(t, "flchain_lgbm_cat", schemaOf(t, "flchain_lgbm_cat")).Schema()
	if s.Features[0].Missing != model.AsZero || s.Features[5].Missing != model.ByModel {
		t.Errorf("age %s, creatinine %s", s.Features[0].Missing, s.Features[5].Missing)
	}
}

func TestADerivedSchemaTellsWhatTheFileTells(t *testing.T) {
	s, err := load(t, filepath.Join(models, "flchain_lgbm_cat", "model.txt")).Schema()
	if err != nil {
		t.Fatal(err)
	}
	sex := s.Features[1]
	if sex.Type != model.Category || !slices.Equal(sex.Levels, []string{"F", "M"}) || !slices.Equal(s.Classes, []string{"0", "1"}) {
		t.Errorf("%+v, classes %v", sex, s.Classes)
	}
	codes, err := load(t, filepath.Join(models, "variants", "categories.txt")).Schema() // integer codes, no levels
	if err != nil {
		t.Fatal(err)
	}
	first := codes.Features[0]
	if first.Type != model.Category || len(first.Levels) == 0 || first.Levels[3] != strconv.Itoa(first.Codes[3]) || codes.Classes != nil {
		t.Errorf("%+v, classes %v", first, codes.Classes)
	}
}

func TestASchemaOfAnotherModelIsRefused(t *testing.T) {
	e := load(t, filepath.Join(models, "flchain_lgbm_cat", "model.txt"))
	for _, c := range []struct {
		name   string
		change func(*model.Schema)
		place  string
	}{
		{"feature order", func(s *model.Schema) { s.Features[3], s.Features[4] = s.Features[4], s.Features[3] }, "/features/3"},
		{"a feature less", func(s *model.Schema) { s.Features = s.Features[1:] }, "/features"},
		{"a class less", func(s *model.Schema) { s.Classes = s.Classes[1:] }, "/classes"},
		{"level order", func(s *model.Schema) { slices.Reverse(s.Features[1].Levels) }, "/features/1"},
		{"a category as a number", func(s *model.Schema) { s.Features[6].Type, s.Features[6].Levels = model.Number, nil }, "/features/6"},
		{"a number as a category", func(s *model.Schema) { s.Features[0].Type, s.Features[0].Levels = model.Category, []string{"x"} }, "/features/0"},
	} {
		s := schemaOf(t, "flchain_lgbm_cat")
		c.change(s)
		var p *problem.Problem
		if _, err := inference.NewScorer(e, s); !errors.As(err, &p) || p.Code != "schema-mismatch" || p.Details[0].Place != c.place {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestLevelsOfNobodyNeedASchema(t *testing.T) {
	e, err := inference.LoadLightGBM(strings.NewReader(strings.Replace(small, `[["a", "b", "c"]]`, `[["a", "b", "c"], ["x", "y"]]`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	var p *problem.Problem
	if _, err := inference.NewScorer(e, nil); !errors.As(err, &p) || p.Code != "model-levels-unclear" {
		t.Errorf("%v", err)
	}
	given := &model.Schema{Classes: []string{"no", "yes"}, Features: []model.Feature{
		{Name: "age", Type: model.Number, Missing: model.ByModel},
		{Name: "grp", Type: model.Category, Levels: []string{"a", "b", "c"}, Missing: model.ByModel},
	}}
	if _, err := inference.NewScorer(e, given); err != nil {
		t.Error(err)
	}
}

func TestARecordThatCannotBeScoredSaysWhyAndTheRestGoOn(t *testing.T) {
	in := table{strings.Split("Age,sex,FLC_grp,kappa,lambda,creatinine", ","), [][]string{
		strings.Split("70,F,3,0.5,1,1", ","),
		strings.Split("71,F,3,0.5,1,7.7.7", ","),
		strings.Split("72,M,3,0.5,1,NA", ","),
	}}
	out, summary := score(t, scorer(t, "flchain_lgbm_cat", schemaOf(t, "flchain_lgbm_cat")), in)
	if !out[0].Scored || out[1].Scored || !out[2].Scored || summary.Scored != 2 || summary.Refused != 1 {
		t.Fatalf("%+v", summary)
	}
	if r := out[1].Refusal; r.Place != "line 3, column creatinine" || out[1].Raw != nil || summary.Refusals[0] != *r {
		t.Errorf("%+v", r)
	}
	if text := out[1].Refusal.Place + out[1].Refusal.Message; strings.Contains(text, "7.7") {
		t.Errorf("a participant's value is in %q", text)
	}
	if !slices.Equal(summary.Mapping.Missing, []string{"mgus"}) || summary.Flagged[model.FlagMissing] != 3 || summary.Flagged[model.FlagNotANumber] != 1 {
		t.Errorf("missing %v, flagged %v", summary.Mapping.Missing, summary.Flagged)
	}
}

func TestAValueThatIsRejectedWhenMissing(t *testing.T) {
	s := schemaOf(t, "flchain_lgbm_cat")
	s.Features[0].Missing = model.Reject
	out, _ := score(t, scorer(t, "flchain_lgbm_cat", s), table{[]string{"age", "kappa"}, [][]string{{"", "1"}, {"70", "1"}}})
	if out[0].Scored || out[0].Refusal.Place != "line 2, column age" || !out[1].Scored {
		t.Errorf("%+v", out)
	}
}

func TestNothingButNumbersReachesJSON(t *testing.T) {
	e := load(t, filepath.Join(models, "variants", "poisson.txt"))
	linear := strings.Replace(strings.Replace(small, "is_linear=0", "is_linear=1\nleaf_const=1 2 3\nnum_features=1 0 1\nleaf_features=0 0\nleaf_coeff=1e300 1e300", 1), "binary sigmoid:1", "regression", 1)
	huge, err := inference.LoadLightGBM(strings.NewReader(linear))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		ensemble *inference.Ensemble
		in       table
		scored   bool
	}{
		{e, table{[]string{"Column_0", "Column_1", "Column_2", "Column_3"}, [][]string{{"1", "2", "", "4"}}}, true},
		{huge, table{[]string{"age", "grp"}, [][]string{{"-1e300", "a"}}}, false},
	} {
		sc, err := inference.NewScorer(c.ensemble, nil)
		if err != nil {
			t.Fatal(err)
		}
		out, summary := score(t, sc, c.in)
		if out[0].Scored != c.scored || c.scored == (out[0].Refusal != nil) || c.scored && (out[0].Value == nil || *out[0].Value <= 0) {
			t.Errorf("%+v", out[0])
		}
		for _, v := range []any{out, summary, sc.Schema()} {
			if _, err := json.Marshal(v); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAnEvenBinaryIsTheFirstClass(t *testing.T) {
	even := strings.Replace(strings.Replace(small, "leaf_value=0.25", "leaf_value=-0.0625", 1), "sigmoid:1", "sigmoid:2", 1)
	e, err := inference.LoadLightGBM(strings.NewReader(even))
	if err != nil {
		t.Fatal(err)
	}
	sc, err := inference.NewScorer(e, nil)
	if err != nil {
		t.Fatal(err)
	}
	out, _ := score(t, sc, table{[]string{"age", "grp"}, [][]string{{"50", "a"}}})
	if out[0].Raw[0] != 0 || *out[0].Class != 0 || out[0].Probabilities[0] != .5 {
		t.Errorf("%+v", out[0])
	}
}

func TestScoringStops(t *testing.T) {
	sc := scorer(t, "flchain_lgbm_cat", nil)
	in := table{[]string{"age"}, [][]string{{"60"}, {"61"}}}
	enough := errors.New("enough")
	if _, err := sc.Score(t.Context(), &records{table: in}, func(inference.Prediction) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("at an error of the reader of predictions: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sc.Score(ctx, &records{table: in}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("when cancelled: %v", err)
	}
	for code, bad := range map[string]table{
		"table-ragged":  {[]string{"age"}, [][]string{{"60", "1"}}},
		"mapping-empty": {[]string{"id"}, [][]string{{"1"}}},
	} {
		var p *problem.Problem
		if _, err := sc.Score(t.Context(), &records{table: bad}, nil); !errors.As(err, &p) || p.Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// BenchmarkPredict: how long does one row take, walked plainly?
func BenchmarkPredict(b *testing.B) {
	for _, g := range goldenModels {
		b.Run(g.id, func(b *testing.B) {
			e := load(b, filepath.Join(models, g.id, "model.txt"))
			row, out := make([]float64, len(e.FeatureNames())), make([]float64, e.Outputs())
			for i := range row {
				row[i] = math.Sin(float64(i))
			}
			b.ReportAllocs()
			for b.Loop() {
				e.Predict(row, out)
			}
		})
	}
}
