package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"vitrine/backend/stats"
)

// study is made-up survival data with ties, delayed entry and weights.
type study struct {
	time, entry, weights []float64
	event                []bool
	group, strata        []int
}

func madeStudy(seed uint64, n int) study {
	r := rand.New(rand.NewPCG(seed, 11))
	var s study
	for range n {
		entry := math.Floor(r.Float64() * 5)
		s.entry = append(s.entry, entry)
		s.time = append(s.time, entry+1+math.Floor(r.ExpFloat64()*8))
		s.weights = append(s.weights, float64(1+r.IntN(3))/2)
		s.event = append(s.event, r.Float64() < 0.6)
		s.group = append(s.group, r.IntN(3))
		s.strata = append(s.strata, r.IntN(4)-1)
	}
	return s
}

// slowCurve is Kaplan-Meier as one would write it on a board: at each event time
// count who is at risk and who has the event.
func slowCurve(s study, entry, weights []float64) (times, atRisk, events, surv, stdErr []float64) {
	product, greenwood := 1.0, 0.0
	for _, t := range slices.Compact(slices.Sorted(slices.Values(s.time))) {
		n, d := 0.0, 0.0
		for i := range s.time {
			w := 1.0
			if weights != nil {
				w = weights[i]
			}
			if s.time[i] >= t && (entry == nil || entry[i] < t) {
				n += w
			}
			if s.time[i] == t && s.event[i] {
				d += w
			}
		}
		product *= 1 - d/n
		greenwood += d / (n * (n - d))
		times, atRisk, events = append(times, t), append(atRisk, n), append(events, d)
		surv, stdErr = append(surv, product), append(stdErr, product*math.Sqrt(greenwood))
	}
	return times, atRisk, events, surv, stdErr
}

func TestKaplanMeierEqualsTheSlowWay(t *testing.T) {
	for seed := range uint64(20) {
		n := 3 + int(seed)*7
		if seed == 19 {
			n = 1500 // past the size from which rows are ordered by digits
		}
		s := madeStudy(seed, n)
		for name, opt := range map[string]stats.KMOptions{
			"plain":            {},
			"weights":          {Weights: s.weights},
			"entry":            {Entry: s.entry},
			"entry and weight": {Entry: s.entry, Weights: s.weights},
		} {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				times, atRisk, events, surv, stdErr := slowCurve(s, opt.Entry, opt.Weights)
				km := stats.KaplanMeier(s.time, s.event, opt)
				checkEach(t, "time", km.Time, times)
				checkEach(t, "at risk", km.AtRisk, atRisk)
				checkEach(t, "events", km.Event, events)
				checkEach(t, "surv", km.Surv, surv)
				checkEach(t, "std err", km.StdErr, stdErr)
			})
		}
	}
}

func checkEach(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		checkNear(t, what, got[i], want[i])
	}
}

// slowLogRank is Mantel's sum of two-way tables, one for each event time of each
// stratum, for the first two groups' observed and expected.
func slowLogRank(s study, entry []float64, strata []int, k int) (observed, expected []float64, variance [][]float64) {
	observed, expected = make([]float64, k), make([]float64, k)
	for range k {
		variance = append(variance, make([]float64, k))
	}
	for _, label := range slices.Compact(slices.Sorted(slices.Values(strata))) {
		for _, t := range slices.Compact(slices.Sorted(slices.Values(s.time))) {
			atRisk, events := make([]float64, k), make([]float64, k)
			n, d := 0.0, 0.0
			for i := range s.time {
				if strata[i] != label {
					continue
				}
				if s.time[i] >= t && (entry == nil || entry[i] < t) {
					atRisk[s.group[i]]++
					n++
				}
				if s.time[i] == t && s.event[i] {
					events[s.group[i]]++
					d++
				}
			}
			for g := range k {
				if d > 0 {
					observed[g] += events[g]
					expected[g] += d * atRisk[g] / n
				}
				for h := range k {
					if d > 0 && n > 1 {
						same := 0.0
						if g == h {
							same = 1
						}
						variance[g][h] += d * (n - d) / (n - 1) * atRisk[g] / n * (same - atRisk[h]/n)
					}
				}
			}
		}
	}
	return observed, expected, variance
}

func TestLogRankEqualsTheSlowWay(t *testing.T) {
	for seed := range uint64(12) {
		n := 5 + int(seed)*11
		if seed == 11 {
			n = 1300
		}
		s := madeStudy(seed, n)
		together := make([]int, n)
		for name, opt := range map[string]stats.LogRankOptions{
			"plain":            {},
			"strata":           {Strata: s.strata},
			"entry":            {Entry: s.entry},
			"entry and strata": {Entry: s.entry, Strata: s.strata},
		} {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				strata := opt.Strata
				if strata == nil {
					strata = together
				}
				observed, expected, variance := slowLogRank(s, opt.Entry, strata, 3)
				got := stats.LogRank(s.time, s.event, s.group, 3, opt)
				checkEach(t, "observed", got.Observed, observed)
				checkEach(t, "expected", got.Expected, expected)
				for g := range 3 {
					for h := range 3 {
						if math.Abs(got.Variance[g][h]-variance[g][h]) > 1e-10*(1+math.Abs(variance[g][h])) {
							t.Errorf("variance: got %v, want %v", got.Variance, variance)
						}
					}
				}
			})
		}
	}
}
