package stats_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"vitrine/backend/stats"
)

func TestAWeightOfTwoIsTwoRows(t *testing.T) {
	s := madeStudy(3, 90)
	var time, entry, weights []float64
	var event []bool
	for i := range s.time {
		copies := 1 + i%3
		weights = append(weights, float64(copies))
		for range copies {
			time, entry, event = append(time, s.time[i]), append(entry, s.entry[i]), append(event, s.event[i])
		}
	}
	for _, estimator := range []stats.Estimator{stats.ProductLimit, stats.NelsonAalen} {
		got := stats.KaplanMeier(s.time, s.event, stats.KMOptions{Entry: s.entry, Weights: weights, Estimator: estimator})
		want := stats.KaplanMeier(time, event, stats.KMOptions{Entry: entry, Estimator: estimator})
		checkEach(t, "at risk", got.AtRisk, want.AtRisk)
		checkEach(t, "surv", got.Surv, want.Surv)
		checkEach(t, "lower", got.Lower, want.Lower)
		checkEach(t, "upper", got.Upper, want.Upper)
		checkEach(t, "cumulative hazard", got.CumHaz, want.CumHaz)
	}
}

func TestTheOrderOfRowsDoesNotMatter(t *testing.T) {
	for _, n := range []int{60, 2000} {
		s := madeStudy(8, n)
		shuffled := study{}
		for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
			shuffled.time = append(shuffled.time, s.time[i])
			shuffled.entry = append(shuffled.entry, s.entry[i])
			shuffled.event = append(shuffled.event, s.event[i])
			shuffled.group = append(shuffled.group, s.group[i])
			shuffled.strata = append(shuffled.strata, s.strata[i])
		}
		a := stats.KaplanMeier(s.time, s.event, stats.KMOptions{Entry: s.entry})
		b := stats.KaplanMeier(shuffled.time, shuffled.event, stats.KMOptions{Entry: shuffled.entry})
		for i := range a.Time {
			checkExact(t, "surv", b.Surv[i], a.Surv[i])
			checkExact(t, "lower", b.Lower[i], a.Lower[i])
		}
		test := stats.LogRank(s.time, s.event, s.group, 3, stats.LogRankOptions{Strata: s.strata})
		again := stats.LogRank(shuffled.time, shuffled.event, shuffled.group, 3, stats.LogRankOptions{Strata: shuffled.strata})
		checkExact(t, "chi-square", again.ChiSquare, test.ChiSquare)
	}
}

func TestNamesOfGroupsDoNotMatter(t *testing.T) {
	s := madeStudy(21, 200)
	renamed := make([]int, len(s.group))
	for i, g := range s.group {
		renamed[i] = []int{4, 0, 2}[g] // 1 and 3 are empty
	}
	a := stats.LogRank(s.time, s.event, s.group, 3, stats.LogRankOptions{})
	b := stats.LogRank(s.time, s.event, renamed, 5, stats.LogRankOptions{})
	checkNear(t, "chi-square", b.ChiSquare, a.ChiSquare)
	if a.DF != 2 || b.DF != 2 || b.N[1] != 0 {
		t.Errorf("degrees of freedom %d and %d, want 2", a.DF, b.DF)
	}
}

func TestLogRankWithNothingToCompare(t *testing.T) {
	for name, group := range map[string][]int{"one group": {0, 0, 0}, "nobody": {}} {
		n := len(group)
		r := stats.LogRank([]float64{1, 2, 3}[:n], []bool{true, true, true}[:n], group, 2, stats.LogRankOptions{})
		if r.DF != 0 || !math.IsNaN(r.P) || !math.IsNaN(r.ChiSquare) || !math.IsNaN(r.Trend(nil).P) {
			t.Errorf("%s: %+v", name, r)
		}
	}
	censored := stats.LogRank([]float64{1, 2}, []bool{false, false}, []int{0, 1}, 2, stats.LogRankOptions{})
	if censored.DF != 0 || !math.IsNaN(censored.P) {
		t.Errorf("no events: %+v", censored)
	}
}

// Two strata that share no group hold two comparisons, not three.
func TestLogRankCountsTheComparisonsStrataAllow(t *testing.T) {
	s := madeStudy(5, 200)
	group := make([]int, len(s.group))
	strata := make([]int, len(s.group))
	for i := range group {
		strata[i] = i % 2
		group[i] = 2*strata[i] + i/2%2
	}
	r := stats.LogRank(s.time, s.event, group, 4, stats.LogRankOptions{Strata: strata})
	chi := 0.0
	for stratum := range 2 {
		var time []float64
		var event []bool
		var inside []int
		for i := range group {
			if strata[i] == stratum {
				time, event, inside = append(time, s.time[i]), append(event, s.event[i]), append(inside, group[i]-2*stratum)
			}
		}
		chi += stats.LogRank(time, event, inside, 2, stats.LogRankOptions{}).ChiSquare
	}
	if r.DF != 2 {
		t.Errorf("%d degrees of freedom, want 2", r.DF)
	}
	checkNear(t, "chi-square", r.ChiSquare, chi)
}

func TestEmptyCurve(t *testing.T) {
	km := stats.KaplanMeier(nil, nil, stats.KMOptions{})
	if km.N != 0 || len(km.Time) != 0 || !math.IsNaN(km.Median().Value) || km.At(5).Surv != 1 || km.AtRiskAt(0) != 0 {
		t.Errorf("%+v", km)
	}
	if row := km.RiskTable([]float64{3})[0]; row.AtRisk != 0 || row.Events != 0 {
		t.Errorf("risk table %+v", row)
	}
}

func TestRowsNeverAtRiskAreLeftOutAndCounted(t *testing.T) {
	time := []float64{5, 3, 4, 0.3}
	entry := []float64{0, 3, 9, math.Nextafter(0.3, 0)}
	event := []bool{true, true, true, true}
	km := stats.KaplanMeier(time, event, stats.KMOptions{Entry: entry})
	if km.N != 1 || km.Excluded != 3 || km.Events != 1 {
		t.Errorf("%d rows, %d excluded, %v events; want 1, 3, 1", km.N, km.Excluded, km.Events)
	}
	r := stats.LogRank(time, event, []int{0, 0, 1, 1}, 2, stats.LogRankOptions{Entry: entry, Strata: []int{1, 1, 2, 2}})
	if r.Excluded != 3 || r.N[0] != 1 || r.N[1] != 0 {
		t.Errorf("log-rank: %d excluded, groups of %v", r.Excluded, r.N)
	}
}

func TestTimesThatDifferByRoundingAreOne(t *testing.T) {
	time := []float64{math.Nextafter(0.3, 1), 0.3, 1}
	km := stats.KaplanMeier(time, []bool{true, true, false}, stats.KMOptions{})
	if len(km.Time) != 2 || km.Time[0] != 0.3 || km.Event[0] != 2 {
		t.Errorf("times %v, events %v", km.Time, km.Event)
	}
	exact := stats.KaplanMeier(time, []bool{true, true, false}, stats.KMOptions{ExactTimes: true})
	if len(exact.Time) != 3 {
		t.Errorf("exact times %v", exact.Time)
	}
}

func TestZeroAndNegativeTimesAreOrdered(t *testing.T) {
	minusZero := math.Copysign(0, -1)
	for _, copies := range []int{1, 400} { // compared one by one, and by digits
		var time []float64
		var event []bool
		for range copies {
			time, event = append(time, 2, minusZero, -3, 0), append(event, true, true, true, false)
		}
		km := stats.KaplanMeier(time, event, stats.KMOptions{})
		n := float64(copies)
		checkEach(t, "time", km.Time, []float64{-3, 0, 2})
		checkEach(t, "at risk", km.AtRisk, []float64{4 * n, 3 * n, n})
		checkEach(t, "censored", km.Censored, []float64{0, n, 0})
	}
}

func TestLevelsWidenTheBand(t *testing.T) {
	s := madeStudy(2, 100)
	at95 := stats.KaplanMeier(s.time, s.event, stats.KMOptions{}).At(6)
	at99 := stats.KaplanMeier(s.time, s.event, stats.KMOptions{Level: 0.99}).At(6)
	if !(at99.Lower < at95.Lower && at95.Upper < at99.Upper && at95.Surv == at99.Surv) {
		t.Errorf("95 %%: %+v, 99 %%: %+v", at95, at99)
	}
}
