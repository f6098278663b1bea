package stats

import "math"

// LogRankOptions says which member of the log-rank family is computed. The zero
// value is the log-rank test.
type LogRankOptions struct {
	Weighting Weighting
	Rho       float64 // of Fleming and Harrington: S(t-)^Rho (1-S(t-))^Gamma
	Gamma     float64

	// Strata are labels; groups are compared within a stratum and the
	// differences added. Nil: one stratum.
	Strata []int
	// Entry is the time from which each row is at risk (delayed entry), as in
	// KMOptions. R's survdiff has no such option. Nil: from the start.
	Entry []float64
	// ExactTimes keeps times apart that differ by rounding noise only.
	ExactTimes bool
}

// LogRankResult compares the survival of groups 0..k-1.
type LogRankResult struct {
	N        []int       // rows in each group
	Observed []float64   // events in each group, weighted
	Expected []float64   // under equal survival, weighted
	Variance [][]float64 // of Observed - Expected, k by k
	Excluded int         // rows left out because their entry is not before their time

	ChiSquare float64 // NaN when DF is 0
	DF        int     // groups with expected events less one, fewer when strata do not connect them
	P         float64 // NaN when DF is 0
}

// LogRank tests whether k groups have the same survival. The group of each row
// is a number from 0 to k-1; a group may be empty.
//
// At each distinct event time the events are shared among the groups in
// proportion to those at risk, with hypergeometric variance, so ties need no
// further rule (Mantel 1966; Peto and Peto 1972; Harrington and Fleming 1982).
// The same numbers as R's survival::survdiff with its rho and strata().
func LogRank(time []float64, event []bool, group []int, k int, opt LogRankOptions) LogRankResult {
	mustMatch(len(time), len(event))
	mustMatch(len(time), len(group))
	mustBeGroups(group, k)
	test := newLogRank(k)
	rows := newSpans(time, opt.Entry, opt.ExactTimes)
	test.result.Excluded = rows.excluded
	for _, row := range rows.exitRow {
		test.result.N[group[row]]++
	}
	for _, stratum := range rows.split(opt.Strata) {
		test.add(stratum, event, group, opt)
	}
	return test.finish()
}

// logRank gathers the strata.
type logRank struct {
	result LogRankResult
	atRisk []float64 // per group, whole numbers
	events []float64
}

func newLogRank(k int) *logRank {
	variance := make([][]float64, k)
	for i := range variance {
		variance[i] = make([]float64, k)
	}
	return &logRank{
		result: LogRankResult{
			N: make([]int, k), Observed: make([]float64, k), Expected: make([]float64, k), Variance: variance,
		},
		atRisk: make([]float64, k),
		events: make([]float64, k),
	}
}

// add walks one stratum forward in time: who enters, who has the event, who
// leaves.
func (lr *logRank) add(rows spans, event []bool, group []int, opt LogRankOptions) {
	clear(lr.atRisk)
	if rows.entry == nil {
		for _, row := range rows.exitRow {
			lr.atRisk[group[row]]++
		}
	}
	curve := pooled{1, 1}
	entered := 0
	for i := 0; i < len(rows.exit); {
		t, first := rows.exit[i], i
		for ; entered < len(rows.entry) && rows.entry[entered] < t; entered++ {
			lr.atRisk[group[rows.entryRow[entered]]]++
		}
		any := false
		for ; i < len(rows.exit) && rows.exit[i] == t; i++ {
			if row := rows.exitRow[i]; event[row] {
				lr.events[group[row]]++
				any = true
			}
		}
		if any {
			lr.at(&curve, opt)
		}
		for _, row := range rows.exitRow[first:i] {
			lr.atRisk[group[row]]--
		}
	}
}

// at adds one event time and forgets its events.
func (lr *logRank) at(curve *pooled, opt LogRankOptions) {
	n, d := 0.0, 0.0
	for g, r := range lr.atRisk {
		n += r
		d += lr.events[g]
	}
	w := opt.weight(curve, n, d)
	v := 0.0
	if n > 1 {
		v = w * w * d * (n - d) / (n * (n - 1))
	}
	for g, r := range lr.atRisk {
		lr.result.Observed[g] += w * lr.events[g]
		lr.result.Expected[g] += w * d * r / n
		lr.events[g] = 0
		row := lr.result.Variance[g]
		row[g] += v * r
		for h := range g + 1 {
			row[h] -= v * r * lr.atRisk[h] / n
		}
	}
}

// finish completes the matrix and computes the test over the groups that expect
// events. One of them follows from the others and is left out.
func (lr *logRank) finish() LogRankResult {
	r := lr.result
	var groups []int
	for g := range r.Expected {
		for h := range g {
			r.Variance[h][g] = r.Variance[g][h]
		}
		if r.Expected[g] > 0 {
			groups = append(groups, g)
		}
	}
	if len(groups) > 0 {
		groups = groups[1:]
	}
	u, m := make([]float64, len(groups)), make([][]float64, len(groups))
	for i, g := range groups {
		u[i] = r.Observed[g] - r.Expected[g]
		for _, h := range groups {
			m[i] = append(m[i], r.Variance[g][h])
		}
	}
	chi, rank, _ := quadraticForm(u, m)
	if rank == 0 {
		chi = math.NaN()
	}
	r.ChiSquare, r.DF, r.P = chi, rank, chiSquareUpper(chi, rank)
	return r
}

// Trend is a test with one degree of freedom against groups whose survival
// rises or falls with their scores.
type Trend struct {
	Statistic, Variance float64 // sum of score x (observed - expected)
	Z                   float64
	ChiSquare, P        float64 // NaN when Variance is 0
}

// Trend tests for a trend over ordered groups with these scores; nil scores are
// 1..k (Tarone 1975).
func (r LogRankResult) Trend(scores []float64) Trend {
	if scores == nil {
		for g := range r.N {
			scores = append(scores, float64(g+1))
		}
	}
	mustMatch(len(r.N), len(scores))
	var t Trend
	for g, s := range scores {
		t.Statistic += s * (r.Observed[g] - r.Expected[g])
		for h := range scores {
			t.Variance += s * scores[h] * r.Variance[g][h]
		}
	}
	if !(t.Variance > 0) {
		t.Z, t.ChiSquare, t.P = math.NaN(), math.NaN(), math.NaN()
		return t
	}
	t.Z = t.Statistic / math.Sqrt(t.Variance)
	t.ChiSquare = t.Statistic * t.Statistic / t.Variance
	t.P = normalTwoSidedP(t.Z)
	return t
}

func mustBeGroups(group []int, k int) {
	for _, g := range group {
		if g < 0 || g >= k {
			panic("stats: a row belongs to no group of the comparison")
		}
	}
}
