package stats_test

import (
	"slices"
	"strings"
	"testing"

	"vitrine/backend/stats"
)

type goldenLogRank struct {
	Groups   []string
	N        []number
	Obs, Exp []number
	Var      matrix
	ByObs    *matrix `json:"obs_by_stratum"`
	ByExp    *matrix `json:"exp_by_stratum"`
	ChiSq    number
	DF       int
	P        number
	Trend    struct{ Statistic, Variance, ChiSq, Z, P number }
}

type matrix struct{ Values [][]number }

type logRankCase struct {
	id, dataset             string
	whereColumn, whereValue string
	time, event, died       string
	group                   string
	strata                  []string
	rho                     float64
}

var logRankCases = []logRankCase{
	{id: "lr_lung_sex", dataset: "lung", time: "time", event: "status", died: "2", group: "sex"},
	{id: "lr_lung_sex_strat_ecog", dataset: "lung", time: "time", event: "status", died: "2", group: "sex", strata: []string{"ph.ecog"}},
	{id: "lr_lung_sex_strat_inst", dataset: "lung", time: "time", event: "status", died: "2", group: "sex", strata: []string{"inst"}},
	{id: "lr_veteran_celltype", dataset: "veteran", time: "time", event: "status", died: "1", group: "celltype"},
	{id: "lr_veteran_celltype_strat", dataset: "veteran", time: "time", event: "status", died: "1", group: "celltype", strata: []string{"trt"}},
	{id: "peto_veteran_celltype", dataset: "veteran", time: "time", event: "status", died: "1", group: "celltype", rho: 1},
	{id: "peto_lung_sex", dataset: "lung", time: "time", event: "status", died: "2", group: "sex", rho: 1},
	{id: "rho05_lung_sex", dataset: "lung", time: "time", event: "status", died: "2", group: "sex", rho: 0.5},
	{id: "lr_lung_ecog_trend", dataset: "lung", time: "time", event: "status", died: "2", group: "ph.ecog"},
	{id: "lr_pbc_stage", dataset: "pbc", time: "time", event: "status", died: "2", group: "stage"},
	{id: "lr_colon_rx", dataset: "colon", whereColumn: "etype", whereValue: "1", time: "time", event: "status", died: "1", group: "rx"},
	{id: "lr_colon_rx_strat", dataset: "colon", whereColumn: "etype", whereValue: "1", time: "time", event: "status", died: "1", group: "rx", strata: []string{"node4", "extent"}},
	{id: "lr_edge_ties", dataset: "edge_ties", time: "time", event: "event", died: "1", group: "arm", strata: []string{"stratum"}},
	{id: "lr_edge_timefix_on", dataset: "edge_timefix", time: "time", event: "event", died: "1", group: "arm"},
}

func TestLogRankEqualsR(t *testing.T) {
	cases := golden[goldenLogRank](t, "logrank")
	var checked []string
	for _, c := range logRankCases {
		checked = append(checked, c.id)
		t.Run(c.id, func(t *testing.T) {
			want := cases[c.id]
			r := c.test(t, levelsOf(c.group, want.Groups), stats.LogRankOptions{Rho: c.rho})
			checkLogRank(t, r, want)
		})
	}
	for _, c := range weightedCases {
		checked = append(checked, c.id)
	}
	for _, c := range pairwiseCases {
		checked = append(checked, c.id)
	}
	mustCover(t, cases, checked, nil)
}

// levelsOf takes "sex=1" to "1".
func levelsOf(group string, labels []string) []string {
	var levels []string
	for _, l := range labels {
		levels = append(levels, strings.TrimPrefix(l, group+"="))
	}
	return levels
}

// rows are the complete cases of the call, as survdiff takes them.
func (c logRankCase) rows(t *testing.T) table {
	t.Helper()
	d := readTable(t, c.dataset).where(t, c.group, "")
	if c.whereColumn != "" {
		d = d.where(t, c.whereColumn, c.whereValue)
	}
	for _, s := range c.strata {
		d = d.where(t, s, "")
	}
	return d
}

func (c logRankCase) test(t *testing.T, levels []string, opt stats.LogRankOptions) stats.LogRankResult {
	t.Helper()
	d := c.rows(t)
	if c.strata != nil {
		opt.Strata = strataOf(t, d, c.strata)
	}
	return stats.LogRank(d.number(t, c.time), d.is(t, c.event, c.died), d.codes(t, c.group, levels), len(levels), opt)
}

// strataOf numbers the combinations of values of some columns.
func strataOf(t *testing.T, d table, columns []string) []int {
	t.Helper()
	var labels []string
	strata := make([]int, d.rows)
	for i := range strata {
		label := ""
		for _, name := range columns {
			label += d.text(t, name)[i] + "|"
		}
		if !slices.Contains(labels, label) {
			labels = append(labels, label)
		}
		strata[i] = slices.Index(labels, label)
	}
	return strata
}

func checkLogRank(t *testing.T, got stats.LogRankResult, want goldenLogRank) {
	t.Helper()
	for g, n := range got.N {
		checkExact(t, "n", float64(n), float64(want.N[g]))
		checkAll(t, checkNear, "variance", got.Variance[g], want.Var.Values[g])
	}
	checkAll(t, checkNear, "observed", got.Observed, want.Obs)
	checkAll(t, checkNear, "expected", got.Expected, want.Exp)
	checkNear(t, "chi-square", got.ChiSquare, float64(want.ChiSq))
	checkExact(t, "df", float64(got.DF), float64(want.DF))
	checkNear(t, "p", got.P, float64(want.P))
	trend := got.Trend(nil)
	checkNear(t, "trend statistic", trend.Statistic, float64(want.Trend.Statistic))
	checkNear(t, "trend variance", trend.Variance, float64(want.Trend.Variance))
	checkNear(t, "trend chi-square", trend.ChiSquare, float64(want.Trend.ChiSq))
	checkNear(t, "trend z", trend.Z, float64(want.Trend.Z))
	checkNear(t, "trend p", trend.P, float64(want.Trend.P))
}

func TestStratifiedLogRankAddsItsStrata(t *testing.T) {
	cases := golden[goldenLogRank](t, "logrank")
	for _, c := range logRankCases {
		want := cases[c.id]
		if want.ByObs == nil {
			continue
		}
		t.Run(c.id, func(t *testing.T) {
			levels := levelsOf(c.group, want.Groups)
			whole := c.test(t, levels, stats.LogRankOptions{})
			observed, expected := make([]float64, len(levels)), make([]float64, len(levels))
			for _, stratum := range eachStratum(t, c) {
				one := stats.LogRank(stratum.number(t, c.time), stratum.is(t, c.event, c.died),
					stratum.codes(t, c.group, levels), len(levels), stats.LogRankOptions{})
				if !hasColumn(*want.ByObs, *want.ByExp, one) {
					t.Errorf("a stratum of %d rows is not among R's", stratum.rows)
				}
				for g := range levels {
					observed[g] += one.Observed[g]
					expected[g] += one.Expected[g]
				}
			}
			for g := range levels {
				checkNear(t, "observed", observed[g], whole.Observed[g])
				checkNear(t, "expected", expected[g], whole.Expected[g])
			}
		})
	}
}

func eachStratum(t *testing.T, c logRankCase) []table {
	t.Helper()
	parts := []table{c.rows(t)}
	for _, column := range c.strata {
		var finer []table
		for _, part := range parts {
			values := slices.Clone(part.text(t, column))
			slices.Sort(values)
			for _, v := range slices.Compact(values) {
				finer = append(finer, part.where(t, column, v))
			}
		}
		parts = finer
	}
	return parts
}

// hasColumn reports whether some stratum of R's has these counts.
func hasColumn(obs, exp matrix, one stats.LogRankResult) bool {
	for s := range obs.Values[0] {
		same := true
		for g := range one.N {
			same = same && near(one.Observed[g], float64(obs.Values[g][s])) && near(one.Expected[g], float64(exp.Values[g][s]))
		}
		if same {
			return true
		}
	}
	return false
}

var weightedCases = []logRankCase{
	{id: "weighted_lung_sex", dataset: "lung", time: "time", event: "status", died: "2", group: "sex"},
	{id: "weighted_veteran_celltype", dataset: "veteran", time: "time", event: "status", died: "1", group: "celltype"},
	{id: "weighted_edge_ties", dataset: "edge_ties", time: "time", event: "event", died: "1", group: "arm"},
	{id: "weighted_edge_timefix_off", dataset: "edge_timefix", time: "time", event: "event", died: "1", group: "arm"},
}

func TestWeightedLogRankEqualsR(t *testing.T) {
	type result struct {
		Groups   []string
		U        []number
		V        matrix
		ChiSq, P number
		DF       int
	}
	weightings := map[string]stats.LogRankOptions{
		"logrank":                {},
		"gehan_breslow":          {Weighting: stats.ByGehan},
		"tarone_ware":            {Weighting: stats.ByTaroneWare},
		"peto_peto_KM_left":      {Rho: 1},
		"peto_peto_right":        {Weighting: stats.ByPetoPeto},
		"andersen_modified_peto": {Weighting: stats.ByModifiedPeto},
		"fh_0_1":                 {Gamma: 1},
		"fh_1_1":                 {Rho: 1, Gamma: 1},
		"fh_05_05":               {Rho: 0.5, Gamma: 0.5},
	}
	skipped := map[string]string{
		"peto_peto_modified_left": "a third reading of Peto and Peto's weight that no package we know offers",
	}
	cases := golden[map[string]result](t, "logrank")
	for _, c := range weightedCases {
		mustCover(t, cases[c.id], names(weightings), skipped)
		for name, opt := range weightings {
			t.Run(c.id+"/"+name, func(t *testing.T) {
				want := cases[c.id][name]
				opt.ExactTimes = c.dataset == "edge_timefix"
				got := c.test(t, want.Groups, opt)
				for g := range got.N {
					checkNear(t, "U", got.Observed[g]-got.Expected[g], float64(want.U[g]))
					checkAll(t, checkNear, "V", got.Variance[g], want.V.Values[g])
				}
				checkNear(t, "chi-square", got.ChiSquare, float64(want.ChiSq))
				checkNear(t, "p", got.P, float64(want.P))
				checkExact(t, "df", float64(got.DF), float64(want.DF))
			})
		}
	}
}

func names[T any](m map[string]T) []string {
	var ids []string
	for id := range m {
		ids = append(ids, id)
	}
	return ids
}

var pairwiseCases = []logRankCase{
	{id: "pairwise_veteran", dataset: "veteran", time: "time", event: "status", died: "1", group: "celltype"},
	{id: "pairwise_veteran_peto", dataset: "veteran", time: "time", event: "status", died: "1", group: "celltype", rho: 1},
	{id: "pairwise_colon_rx", dataset: "colon", whereColumn: "etype", whereValue: "2", time: "time", event: "status", died: "1", group: "rx"},
}

func TestPairwiseLogRankEqualsR(t *testing.T) {
	type result struct {
		Pairs struct {
			A, B     []string
			ChiSq, P []number
		}
	}
	cases := golden[result](t, "logrank")
	for _, c := range pairwiseCases {
		t.Run(c.id, func(t *testing.T) {
			pairs := cases[c.id].Pairs
			for i := range pairs.A {
				d := c.rows(t)
				first, second := d.where(t, c.group, pairs.A[i]), d.where(t, c.group, pairs.B[i])
				time := append(first.number(t, c.time), second.number(t, c.time)...)
				event := append(first.is(t, c.event, c.died), second.is(t, c.event, c.died)...)
				group := append(make([]int, first.rows), slices.Repeat([]int{1}, second.rows)...)
				got := stats.LogRank(time, event, group, 2, stats.LogRankOptions{Rho: c.rho})
				checkNear(t, "chi-square", got.ChiSquare, float64(pairs.ChiSq[i]))
				checkNear(t, "p", got.P, float64(pairs.P[i]))
			}
		})
	}
}
