package inference_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vitrine/backend/inference"
	"vitrine/backend/problem"
)

// small is a whole model: a numerical and a categorical split, then a constant.
const small = `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=age grp
feature_infos=[50:101] 0:1:2
tree_sizes=1 1

Tree=0
num_leaves=3
num_cat=1
split_feature=0 1
threshold=60.5 0
decision_type=2 1
left_child=1 -1
right_child=-2 -3
leaf_value=0.25 -0.5 0.125
cat_boundaries=0 1
cat_threshold=5
is_linear=0
shrinkage=1


Tree=1
num_leaves=1
num_cat=0
leaf_value=0.0625
shrinkage=1


end of trees

feature_importances:
age=1

parameters:
[boosting: gbdt]
[categorical_feature: 1]

end of parameters

pandas_categorical:[["a", "b", "c"]]
`

func TestSmallModelPredicts(t *testing.T) {
	e, err := inference.LoadLightGBM(strings.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		row  []float64
		raw  float64
	}{
		{"left, category 0 in the set", []float64{60.5, 0}, 0.3125},
		{"left, category 1 not in the set", []float64{50, 1}, 0.1875},
		{"right", []float64{60.6, 0}, -0.4375},
	} {
		out := make([]float64, 1)
		if e.Raw(c.row, out); out[0] != c.raw {
			t.Errorf("%s: %v", c.name, out[0])
		}
	}
}

func TestWindowsLineEndsAreRead(t *testing.T) {
	if _, err := inference.LoadLightGBM(strings.NewReader(strings.ReplaceAll(small, "\n", "\r\n"))); err != nil {
		t.Error(err)
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, from, to, code, place string
	}{
		{"not a model", "tree\n", "{}\n", "model-not-lightgbm", "line 1"},
		{"not text", "Tree=0", "Tr\xffe=0", "model-not-lightgbm", "line 1"},
		{"old version", "version=v4", "version=v2", "model-version", "header, version"},
		{"no version", "version=v4\n", "", "model-field-missing", "header"},
		{"unknown header line", "label_index=0", "quantised=1", "model-field-unknown", "header, line 5"},
		{"unknown objective", "binary sigmoid:1", "survival", "model-objective", "objective"},
		{"unknown option", "sigmoid:1", "temperature:1", "model-objective", "objective"},
		{"sigmoid of zero", "sigmoid:1", "sigmoid:0", "model-objective", "objective"},
		{"too many outputs", "num_tree_per_iteration=1", "num_tree_per_iteration=2", "model-count", "num_tree_per_iteration"},
		{"giant class count", "num_class=1", "num_class=2000000000", "model-count", "num_tree_per_iteration"},
		{"giant feature count", "max_feature_idx=1", "max_feature_idx=2147483646", "model-count", "feature_names"},
		{"beyond 32 bits", "max_feature_idx=1", "max_feature_idx=99999999999", "model-number", "max_feature_idx"},
		{"feature named twice", "=age grp", "=age age", "model-feature-repeated", "feature_names"},
		{"range upside down", "[50:101]", "[101:50]", "model-feature-range", "feature_infos"},
		{"range of NaN", "[50:101]", "[nan:nan]", "model-feature-range", "feature_infos"},
		{"header line twice", "label_index=0", "version=v4", "model-field-repeated", "header, line 5"},
		{"trees missing", "tree_sizes=1 1", "tree_sizes=1 1 1", "model-count", "tree_sizes"},
		{"trees out of order", "Tree=1", "Tree=7", "model-count", "line 27"},
		{"giant leaf count", "num_leaves=3", "num_leaves=2147483647", "model-count", "tree 0, leaf_value"},
		{"no leaves", "num_leaves=3", "num_leaves=0", "model-number", "tree 0, num_leaves"},
		{"tree line twice", "is_linear=0", "num_cat=1", "model-field-repeated", "tree 0, line 23"},
		{"tree line unknown", "is_linear=0", "num_treat=2", "model-field-unknown", "tree 0, line 23"},
		{"children missing", "left_child=1 -1\n", "", "model-field-missing", "tree 0"},
		{"child out of range", "left_child=1 -1", "left_child=2 -1", "model-number", "tree 0, left_child"},
		{"leaf out of range", "right_child=-2 -3", "right_child=-2 -4", "model-number", "tree 0, right_child"},
		{"cycle", "left_child=1 -1", "left_child=1 0", "model-tree-shape", "tree 0, left_child"},
		{"self", "left_child=1 -1", "left_child=0 -1", "model-tree-shape", "tree 0, left_child"},
		{"leaf reached twice", "right_child=-2 -3", "right_child=-2 -1", "model-tree-shape", "tree 0"},
		{"node never reached", "left_child=1 -1", "left_child=-3 -1", "model-tree-shape", "tree 0"},
		{"feature out of range", "split_feature=0 1", "split_feature=0 2", "model-number", "tree 0, split_feature"},
		{"negative feature", "split_feature=0 1", "split_feature=-1 1", "model-number", "tree 0, split_feature"},
		{"NaN threshold", "threshold=60.5 0", "threshold=nan 0", "model-number", "tree 0, threshold"},
		{"NaN leaf", "leaf_value=0.25", "leaf_value=nan", "model-number", "tree 0, leaf_value"},
		{"infinite leaf", "leaf_value=0.25", "leaf_value=inf", "model-number", "tree 0, leaf_value"},
		{"overflowing leaf", "leaf_value=0.25", "leaf_value=1e999", "model-number", "tree 0, leaf_value"},
		{"decision of a third missing rule", "decision_type=2 1", "decision_type=12 1", "model-number", "tree 0, decision_type"},
		{"category split of a number", "decision_type=2 1", "decision_type=3 1", "model-feature-range", "tree 0, decision_type"},
		{"number split of a category", "decision_type=2 1", "decision_type=2 2", "model-feature-range", "tree 0, decision_type"},
		{"category set out of range", "threshold=60.5 0", "threshold=60.5 1", "model-number", "tree 0, threshold"},
		{"category set of infinity", "threshold=60.5 0", "threshold=60.5 inf", "model-number", "tree 0, threshold"},
		{"giant category count", "num_cat=1", "num_cat=2147483647", "model-count", "tree 0, cat_boundaries"},
		{"giant boundary", "cat_boundaries=0 1", "cat_boundaries=0 2147483647", "model-count", "tree 0, cat_threshold"},
		{"boundaries that do not rise", "cat_boundaries=0 1", "cat_boundaries=1 1", "model-number", "tree 0, cat_boundaries"},
		{"category word too large", "cat_threshold=5", "cat_threshold=4294967296", "model-number", "tree 0, cat_threshold"},
		{"linear without models", "is_linear=0", "is_linear=1", "model-field-missing", "tree 0"},
		{"text between trees", "\n\nTree=1", "\n\nhello\n\nTree=1", "model-field-unknown", "line 27"},
		{"level listed twice", `"a", "b"`, `"a", "a"`, "model-categories", "line 45"},
		{"levels of a wrong kind", `[["a", "b", "c"]]`, `{"a": 1}`, "model-categories", "line 45"},
		{"levels cut", `[["a", "b", "c"]]`, `[["a", "b`, "model-truncated", "line 45"},
		{"no end of trees", "end of trees", "end of", "model-truncated", "line"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(small, c.from, c.to, 1)
			if text == small {
				t.Fatal("the case changes nothing")
			}
			p := refusal(t, text)
			if p.Code != c.code || !strings.HasPrefix(p.Place, c.place) && !strings.Contains(p.Place, c.place) {
				t.Errorf("%s at %q: %s", p.Code, p.Place, p.Message)
			}
			if p.Hint == "" || p.Kind != problem.Invalid {
				t.Errorf("no remedy, or kind %s", p.Kind)
			}
		})
	}
}

func TestLinearLeavesAreChecked(t *testing.T) {
	linear := strings.Replace(small, "is_linear=0", "is_linear=1\nleaf_const=1 2 3\nnum_features=1 0 1\nleaf_features=0 0\nleaf_coeff=0.5 2", 1)
	if _, err := inference.LoadLightGBM(strings.NewReader(linear)); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][3]string{
		{"num_features=1 0 1", "num_features=1 0 2", "model-count"},
		{"num_features=1 0 1", "num_features=1 -1 2", "model-number"},
		{"leaf_features=0 0", "leaf_features=0 9", "model-number"},
		{"leaf_coeff=0.5 2", "leaf_coeff=0.5 nan", "model-number"},
		{"leaf_const=1 2 3", "leaf_const=1 2", "model-count"},
	} {
		if p := refusal(t, strings.Replace(linear, c[0], c[1], 1)); p.Code != c[2] {
			t.Errorf("%s: %s", c[1], p.Code)
		}
	}
}

// A file cut anywhere says that it is cut, except at an end that cannot be told
// from a whole file: after the parameters, where the R package and the command
// line of LightGBM stop.
func TestAFileCutAnywhereSaysSo(t *testing.T) {
	whole := strings.Index(small, "end of parameters") + len("end of parameters")
	for n := range whole {
		if p := refusal(t, small[:n]); p.Code != "model-truncated" {
			t.Fatalf("cut after %d bytes: %s: %s", n, p.Code, p.Message)
		}
	}
}

func TestARealFileCutInHalfSaysWhere(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(models, "wdbc_lgbm_nan", "model.txt"))
	if err != nil {
		t.Fatal(err)
	}
	p := refusal(t, string(data[:len(data)/2]))
	if p.Code != "model-truncated" || !strings.Contains(p.Message, "the 77th of 150 trees") || !strings.Contains(p.Hint, "Copy") {
		t.Errorf("%s: %s", p.Code, p.Error())
	}
}

func TestAFailingReaderIsNotABadModel(t *testing.T) {
	broken := errors.New("disk")
	_, err := inference.LoadLightGBM(failing{broken})
	var p *problem.Problem
	if !errors.Is(err, broken) || errors.As(err, &p) {
		t.Errorf("%v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func refusal(t testing.TB, text string) *problem.Problem {
	t.Helper()
	_, err := inference.LoadLightGBM(strings.NewReader(text))
	var p *problem.Problem
	if !errors.As(err, &p) {
		t.Fatalf("not refused with a problem: %v", err)
	}
	return p
}

// FuzzLoadLightGBM: whatever the bytes, loading ends, and what it accepts can be
// walked with any row.
func FuzzLoadLightGBM(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(small[:len(small)/2]))
	f.Add([]byte(strings.Replace(small, "left_child=1 -1", "left_child=1 0", 1)))
	f.Add([]byte(strings.Replace(small, "num_leaves=3", "num_leaves=2147483647", 1)))
	f.Add([]byte(strings.Replace(small, "is_linear=0", "is_linear=1\nleaf_const=1 2 3\nnum_features=1 0 1\nleaf_features=0 0\nleaf_coeff=0.5 2", 1)))
	f.Add([]byte(strings.Replace(small, "\nobjective=binary sigmoid:1\n", "\naverage_output\nobjective=multiclass num_class:1\n", 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		walkWhatIsAccepted(t, string(data))
	})
}

var probes = []float64{0, -1, 3.7, 1e300, -1e300, math.NaN(), math.Inf(1), math.Inf(-1)}

// FuzzLightGBMField puts any value into any one line of a whole model, which
// reaches the checks that random bytes seldom pass the first line for.
func FuzzLightGBMField(f *testing.F) {
	linear := strings.Replace(small, "is_linear=0", "is_linear=1\nleaf_const=1 2 3\nnum_features=1 0 1\nleaf_features=0 0\nleaf_coeff=0.5 2", 1)
	f.Add(uint8(17), "1 0")
	f.Add(uint8(12), "2147483647")
	f.Add(uint8(21), "4294967295")
	f.Add(uint8(23), "1e308 -1e308 5e-324")
	f.Add(uint8(50), `[[], ["a"]]`)
	f.Fuzz(func(t *testing.T, line uint8, value string) {
		text := strings.Split(linear, "\n")
		i := int(line) % len(text)
		at := strings.IndexAny(text[i], "=:") + 1
		text[i] = text[i][:at] + value
		walkWhatIsAccepted(t, strings.Join(text, "\n"))
	})
}

func walkWhatIsAccepted(t *testing.T, text string) {
	t.Helper()
	e, err := inference.LoadLightGBM(strings.NewReader(text))
	if err != nil {
		refusal(t, text)
		return
	}
	row, out := make([]float64, len(e.FeatureNames())), make([]float64, e.Outputs())
	for _, x := range probes {
		for i := range row {
			row[i] = x
		}
		e.Predict(row, out)
		if len(e.Leaves(row)) != e.Trees() {
			t.Fatal("a tree without a leaf")
		}
	}
	if _, err := e.Schema(); err != nil {
		var p *problem.Problem
		if !errors.As(err, &p) {
			t.Fatalf("no schema, and no problem that says why: %v", err)
		}
	}
}
