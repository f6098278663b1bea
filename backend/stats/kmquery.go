package stats

import (
	"math"
	"sort"
)

// flatTolerance is how close the curve must lie to a quantile to count as flat
// exactly there.
const flatTolerance = timeTolerance

// CurvePoint is the curve at one time.
type CurvePoint struct {
	Time                       float64
	Surv, StdErr, Lower, Upper float64
	CumHaz                     float64
}

// RiskRow is one column under a survival figure: how many are at risk just
// before Time, and how many events and censorings there were up to and with it.
type RiskRow struct {
	Time, AtRisk, Events, Censored float64
}

// Median is the time at which survival falls to one half; see Quantile.
func (km KM) Median() Estimate { return km.Quantile(0.5) }

// Quantile is the first time at which a share p of the participants has had the
// event, S(t) <= 1-p; p lies between 0 and 1. Where the curve is flat at exactly
// 1-p it is the midpoint of the flat part, as in R. The limits are the first times
// at which the limits of the curve come down to 1-p (Brookmeyer and Crowley 1982).
// What is not reached is NaN.
//
// With delayed entry or weights a limit of the curve can rise again. The first
// time is then still the one in the table that R prints for the median, but
// quantile.survfit sorts the limit first and may answer with a later time, which
// leaves times outside the interval whose band contains 1-p.
func (km KM) Quantile(p float64) Estimate {
	if !(p > 0 && p < 1) {
		panic("stats: a quantile of a survival curve lies between 0 and 1")
	}
	return Estimate{km.reaches(km.Surv, p), km.reaches(km.Lower, p), km.reaches(km.Upper, p)}
}

// reaches finds when a curve first falls to 1-p, and when it falls past it; the
// two differ only where it is flat there.
func (km KM) reaches(curve []float64, p float64) float64 {
	first := -1
	for i, s := range curve {
		fallen := 1 - s
		if first < 0 && fallen+flatTolerance >= p {
			first = i
		}
		if fallen-flatTolerance >= p { // NaN has fallen nowhere
			return (km.Time[first] + km.Time[i]) / 2
		}
	}
	if last := len(curve) - 1; first >= 0 && 1-curve[last]+flatTolerance >= p {
		return (km.Time[first] + km.Time[last]) / 2 // flat to the end
	}
	return math.NaN()
}

// At is the curve at time t, in the unit of Time: 1 before the first time, the
// last value after the last.
func (km KM) At(t float64) CurvePoint {
	i := km.upTo(t) - 1
	if i < 0 {
		return CurvePoint{Time: t, Surv: 1, Lower: 1, Upper: 1}
	}
	return CurvePoint{t, km.Surv[i], km.StdErr[i], km.Lower[i], km.Upper[i], km.CumHaz[i]}
}

// AtRiskAt is the number at risk just before t. With delayed entry it is the
// number at the first time of the curve that is not before t, as R reports it:
// who enters between the two is counted already.
func (km KM) AtRiskAt(t float64) float64 {
	i := sort.SearchFloat64s(km.Time, t)
	if i == len(km.Time) {
		return 0
	}
	return km.AtRisk[i]
}

// RiskTable gives the counts at each tick, which ascend.
func (km KM) RiskTable(ticks []float64) []RiskRow {
	table := make([]RiskRow, len(ticks))
	events, censored, next := 0.0, 0.0, 0
	for i, t := range ticks {
		if i > 0 && t < ticks[i-1] {
			panic("stats: the ticks of a risk table do not ascend")
		}
		for ; next < len(km.Time) && km.Time[next] <= t; next++ {
			events += km.Event[next]
			censored += km.Censored[next]
		}
		table[i] = RiskRow{t, km.AtRiskAt(t), events, censored}
	}
	return table
}

// upTo is how many times of the curve are at or before t.
func (km KM) upTo(t float64) int {
	return sort.Search(len(km.Time), func(i int) bool { return km.Time[i] > t })
}
