package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Description summarises one continuous variable, in the unit of its values.
// Quartiles are type 7, R's default. With no values all but N is NaN; with one,
// SD and SE are.
type Description struct {
	N              int
	Mean           float64
	SD             float64 // of the sample, divisor N-1
	SE             float64 // of the mean
	Min, Max       float64
	Q1, Median, Q3 float64
}

// Describe summarises values without missing ones; callers count those. The
// order of x is kept.
func Describe(x []float64) Description {
	mustBeFinite(x)
	sorted, _ := order(x)
	return DescribeSorted(sorted)
}

// DescribeSorted is Describe for values that ascend already.
func DescribeSorted(sorted []float64) Description {
	n := float64(len(sorted))
	if n == 0 {
		nan := math.NaN()
		return Description{Mean: nan, SD: nan, SE: nan, Min: nan, Max: nan, Q1: nan, Median: nan, Q3: nan}
	}
	d := Description{
		N:   len(sorted),
		Min: sorted[0], Max: sorted[len(sorted)-1],
		Q1:     Quantile(sorted, 0.25, Type7),
		Median: Quantile(sorted, 0.5, Type7),
		Q3:     Quantile(sorted, 0.75, Type7),
	}
	var squares float64
	d.Mean, squares = moments(sorted)
	d.SD, d.SE = math.NaN(), math.NaN()
	if n > 1 {
		d.SD = math.Sqrt(squares / (n - 1))
		d.SE = d.SD / math.Sqrt(n)
	}
	return d
}

// moments is the mean and the sum of squared deviations from it. A second pass
// takes deviations from the first pass's mean, so that large values with a small
// spread keep their digits.
func moments(x []float64) (mean, squares float64) {
	n, sum := float64(len(x)), 0.0
	for _, v := range x {
		sum += v
	}
	mean = sum / n
	rest := 0.0
	for _, v := range x {
		rest += v - mean
		squares += (v - mean) * (v - mean)
	}
	return mean + rest/n, squares - rest*rest/n
}

// MeanInterval is the mean with Student's limits at a confidence level (0 means
// 0.95); the limits are NaN below two values.
func (d Description) MeanInterval(level float64) Estimate {
	level = levelOr95(level)
	if d.N < 2 {
		return Estimate{d.Mean, math.NaN(), math.NaN()}
	}
	t := distuv.StudentsT{Sigma: 1, Nu: float64(d.N - 1)}.Quantile((1 + level) / 2)
	return Estimate{d.Mean, d.Mean - t*d.SE, d.Mean + t*d.SE}
}
