package stats_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"vitrine/backend/stats"
)

type goldenTable1 struct {
	Group      string
	NByGroup   map[string]int `json:"n_by_group"`
	Continuous map[string]struct {
		Overall goldenDescription
		ByGroup map[string]goldenDescription `json:"by_group"`
		SMD     *number
		Pairs   goldenPairs `json:"smd_pairwise"`
	}
	Categorical map[string]struct {
		Levels, Groups []string
		Counts         struct{ Values [][]int }
		SMD            *number
		Pairs          goldenPairs `json:"smd_pairwise"`
	}
}

type goldenDescription struct {
	N                              int
	Mean, SD, SE, Min, Max, Median number
	Type7                          []number `json:"quartiles_type7"`
	Type2                          []number `json:"quartiles_type2_SAS_default"`
	Type6                          []number `json:"quartiles_type6"`
	MeanCI                         []number `json:"mean_ci95"`
}

type goldenPairs struct {
	A, B []string
	SMD  []number
}

var table1Cases = map[string]struct{ dataset, whereColumn, whereValue string }{
	"t1_pbc_trt":      {"pbc", "", ""},
	"t1_lung_sex":     {"lung", "", ""},
	"t1_veteran_cell": {"veteran", "", ""},
	"t1_colon_rx":     {"colon", "etype", "2"},
	"t1_edge_small":   {"edge_small", "", ""},
}

var table1Skipped = map[string]string{
	"t1_birthwt_low":         "the data (MASS, GPL) do not fit this repository's licence",
	"wilcoxon_exact_no_ties": "rank tests are not in this package yet",
}

func TestDescribeEqualsR(t *testing.T) {
	cases := golden[goldenTable1](t, "table1")
	for id, c := range table1Cases {
		t.Run(id, func(t *testing.T) {
			want := cases[id]
			d := readTable(t, c.dataset).where(t, want.Group, "")
			if c.whereColumn != "" {
				d = d.where(t, c.whereColumn, c.whereValue)
			}
			for variable, v := range want.Continuous {
				checkDescription(t, variable, d.number(t, variable), v.Overall)
				for group, w := range v.ByGroup {
					checkDescription(t, variable+" in "+group, d.where(t, want.Group, group).number(t, variable), w)
				}
			}
		})
	}
	ids := names(table1Cases)
	mustCover(t, cases, ids, table1Skipped)
}

func checkDescription(t *testing.T, what string, x []float64, want goldenDescription) {
	t.Helper()
	got := stats.Describe(x)
	checkExact(t, what+" n", float64(got.N), float64(want.N))
	checkNear(t, what+" mean", got.Mean, float64(want.Mean))
	checkNear(t, what+" sd", got.SD, float64(want.SD))
	checkNear(t, what+" se", got.SE, float64(want.SE))
	checkExact(t, what+" min", got.Min, float64(want.Min))
	checkExact(t, what+" max", got.Max, float64(want.Max))
	checkExact(t, what+" median", got.Median, float64(want.Median))
	checkExact(t, what+" Q1", got.Q1, float64(want.Type7[0]))
	checkExact(t, what+" Q3", got.Q3, float64(want.Type7[2]))
	mean := got.MeanInterval(0)
	checkNear(t, what+" mean lower", mean.Lower, float64(want.MeanCI[0]))
	checkNear(t, what+" mean upper", mean.Upper, float64(want.MeanCI[1]))
	sorted := slices.Sorted(slices.Values(x))
	for kind, quartiles := range map[stats.QuantileType][]number{
		stats.Type2: want.Type2, stats.Type6: want.Type6, stats.Type7: want.Type7,
	} {
		for i, q := range quartiles {
			checkExact(t, what+" quartile", stats.Quantile(sorted, float64(i+1)/4, kind), float64(q))
		}
	}
}

func TestStandardisedDifferencesEqualR(t *testing.T) {
	cases := golden[goldenTable1](t, "table1")
	for id, c := range table1Cases {
		t.Run(id, func(t *testing.T) {
			want := cases[id]
			d := readTable(t, c.dataset).where(t, want.Group, "")
			if c.whereColumn != "" {
				d = d.where(t, c.whereColumn, c.whereValue)
			}
			for variable, v := range want.Continuous {
				smd := func(a, b string) float64 {
					return stats.SMDContinuous(
						stats.Describe(d.where(t, want.Group, a).number(t, variable)),
						stats.Describe(d.where(t, want.Group, b).number(t, variable)))
				}
				levels := slices.Sorted(slices.Values(names(v.ByGroup)))
				checkSMD(t, variable, smd, levels, v.SMD, v.Pairs)
			}
			for variable, v := range want.Categorical {
				smd := func(a, b string) float64 {
					x, y := counts(v.Counts.Values, v.Groups, a), counts(v.Counts.Values, v.Groups, b)
					checkCounts(t, d.where(t, want.Group, a), variable, v.Levels, x)
					return stats.SMDCategorical(x, y)
				}
				checkSMD(t, variable, smd, v.Groups, v.SMD, v.Pairs)
			}
		})
	}
}

func checkSMD(t *testing.T, what string, smd func(a, b string) float64, levels []string, want *number, pairs goldenPairs) {
	t.Helper()
	if want != nil {
		checkNear(t, what+" smd", smd(levels[0], levels[1]), float64(*want))
		return
	}
	largest := 0.0
	for i, w := range pairs.SMD {
		checkNear(t, what+" smd", smd(pairs.A[i], pairs.B[i]), float64(w))
		largest = max(largest, math.Abs(float64(w)))
	}
	got := stats.MaxSMD(len(levels), func(i, j int) float64 { return smd(levels[i], levels[j]) })
	checkNear(t, what+" largest smd", got, largest)
}

// counts is one column of a cross table.
func counts(values [][]int, groups []string, group string) []int {
	var column []int
	for _, row := range values {
		column = append(column, row[slices.Index(groups, group)])
	}
	return column
}

func checkCounts(t *testing.T, d table, variable string, levels []string, want []int) {
	t.Helper()
	for i, level := range levels {
		if n := d.where(t, variable, level).rows; n != want[i] {
			t.Errorf("%s has level %s %d times, want %d", variable, level, n, want[i])
		}
	}
}

// From R: prop.test(x, n, correct = FALSE)$conf.int, R 4.2.2. R's limit for 0 of
// 20 is 1.2e-17, its rounding of zero.
func TestProportionEqualsR(t *testing.T) {
	for _, c := range []struct {
		x, n         int
		lower, upper float64
	}{
		{59, 189, 0.25040310505901764, 0.3814188048446173},
		{0, 20, 0, 0.1611251580528193},
		{20, 20, 0.8388748419471806, 1},
		{1, 30, 0.00590859038161246, 0.1667039099140917},
		{7, 10, 0.39677814746114537, 0.892208732593699},
	} {
		got := stats.Proportion(c.x, c.n, 0)
		checkExact(t, "proportion", got.Value, float64(c.x)/float64(c.n))
		checkNear(t, "lower", got.Lower, c.lower)
		checkNear(t, "upper", got.Upper, c.upper)
	}
	if nothing := stats.Proportion(0, 0, 0.9); !math.IsNaN(nothing.Value) || !math.IsNaN(nothing.Upper) {
		t.Error("0 of 0 is not a proportion")
	}
}

func TestStandardisedDifferencesAtTheEdges(t *testing.T) {
	one := stats.Describe([]float64{1, 2, 3})
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"the same", stats.SMDContinuous(one, one), 0},
		{"no spread, no difference", stats.SMDContinuous(stats.Describe([]float64{5, 5}), stats.Describe([]float64{5, 5})), 0},
		{"no spread, a difference", stats.SMDContinuous(stats.Describe([]float64{5, 5}), stats.Describe([]float64{4, 4})), math.Inf(-1)},
		{"one value", stats.SMDContinuous(one, stats.Describe([]float64{5})), math.NaN()},
		{"nobody", stats.SMDContinuous(one, stats.Describe(nil)), math.NaN()},
		{"binary", stats.SMDBinary(0.5, 0.25), -0.25 / math.Sqrt((0.25+0.1875)/2)},
		{"binary, apart", stats.SMDBinary(0, 1), math.Inf(1)},
		{"two levels are binary", stats.SMDCategorical([]int{5, 5}, []int{9, 3}), math.Abs(stats.SMDBinary(0.5, 0.25))},
		{"an unused level", stats.SMDCategorical([]int{5, 0, 5}, []int{9, 0, 3}), math.Abs(stats.SMDBinary(0.5, 0.25))},
		{"an unused first level", stats.SMDCategorical([]int{0, 5, 5}, []int{0, 9, 3}), math.Abs(stats.SMDBinary(0.5, 0.25))},
		{"the same level only", stats.SMDCategorical([]int{4, 0}, []int{7, 0}), 0},
		{"levels apart", stats.SMDCategorical([]int{4, 4, 0, 0}, []int{0, 0, 3, 3}), math.Inf(1)},
		{"nothing counted", stats.SMDCategorical([]int{0, 0}, []int{3, 3}), math.NaN()},
		{"no levels", stats.SMDCategorical(nil, nil), math.NaN()},
	} {
		t.Run(c.name, func(t *testing.T) {
			if math.IsInf(c.want, 0) {
				checkExact(t, "smd", c.got, c.want)
				return
			}
			checkNear(t, "smd", c.got, c.want)
		})
	}
	undefined := func(i, j int) float64 { return math.NaN() }
	if got := stats.MaxSMD(3, undefined); !math.IsNaN(got) {
		t.Errorf("the largest of no differences is %v", got)
	}
}

func TestDescribeAtTheEdges(t *testing.T) {
	none, one := stats.Describe(nil), stats.Describe([]float64{7})
	if none.N != 0 || !math.IsNaN(none.Mean) || !math.IsNaN(none.Median) || !math.IsNaN(none.SE) {
		t.Errorf("nothing described: %+v", none)
	}
	if one.N != 1 || one.Mean != 7 || one.Q1 != 7 || !math.IsNaN(one.SD) || !math.IsNaN(one.MeanInterval(0).Lower) {
		t.Errorf("one value described: %+v", one)
	}
	x := []float64{1e9 + 3, 1e9 + 1, 1e9 + 2}
	if d := stats.Describe(x); d.SD != 1 || d.Mean != 1e9+2 || x[0] != 1e9+3 {
		t.Errorf("large values with a small spread: %+v, and x is kept: %v", d, x)
	}
}

func TestCallersBugsPanic(t *testing.T) {
	for name, call := range map[string]func(){
		"lengths":        func() { stats.KaplanMeier([]float64{1, 2}, []bool{true}, stats.KMOptions{}) },
		"missing time":   func() { stats.KaplanMeier([]float64{math.NaN()}, []bool{true}, stats.KMOptions{}) },
		"infinite value": func() { stats.Describe([]float64{math.Inf(1)}) },
		"weight": func() {
			stats.KaplanMeier([]float64{1}, []bool{true}, stats.KMOptions{Weights: []float64{-1}})
		},
		"level":    func() { stats.Proportion(1, 2, 95) },
		"group":    func() { stats.LogRank([]float64{1}, []bool{true}, []int{2}, 2, stats.LogRankOptions{}) },
		"quantile": func() { stats.Quantile(nil, 50, stats.Type7) },
		"strata": func() {
			stats.LogRank([]float64{1}, []bool{true}, []int{0}, 1, stats.LogRankOptions{Strata: []int{1, 2}})
		},
		"ticks":        func() { stats.KM{}.RiskTable([]float64{2, 1}) },
		"denominator":  func() { stats.Proportion(3, 2, 0) },
		"count levels": func() { stats.SMDCategorical([]int{1}, []int{1, 2}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said, _ := recover().(string); !strings.HasPrefix(said, "stats: ") {
					t.Errorf("panic says %q", said)
				}
			}()
			call()
		})
	}
}
