package stats

import "math"

// RestrictedMean is the mean time without the event up to a horizon: the area
// under the survival curve from 0 to Tau. Its complement, Tau - Value, is the
// mean time lost.
type RestrictedMean struct {
	Estimate
	Tau    float64
	StdErr float64
}

// RestrictedMean is the restricted mean survival time to tau, in the unit of
// Time, for a curve that starts at 0. After its last time the curve is carried
// flat. The standard error is sqrt(sum A(t)^2 d/(n(n-d))) with A(t) the area from
// t to tau (Klein and Moeschberger 2003, 4.5); the same as survfit's se(rmean).
func (km KM) RestrictedMean(tau float64) RestrictedMean {
	n := km.upTo(tau)
	area, variance, to := 0.0, 0.0, tau
	for i := n - 1; i >= 0; i-- { // from the horizon back, so that area is A(t)
		area += km.Surv[i] * (to - km.Time[i])
		to = km.Time[i]
		if km.Event[i] > 0 && area > 0 { // once nobody is left, nothing varies
			variance += area * area * km.variance[i]
		}
	}
	area += to
	se := math.Sqrt(variance)
	z := normalTwoSided(km.Level)
	return RestrictedMean{Estimate{area, area - z*se, area + z*se}, tau, se}
}

// RestrictedMeanContrast compares two restricted means with the same horizon:
// second minus first, and second over first, with normal-theory limits (of the
// logarithm for the ratio) and two-sided p-values.
type RestrictedMeanContrast struct {
	Difference       Estimate
	DifferenceStdErr float64
	DifferenceP      float64
	Ratio            Estimate
	RatioP           float64
}

// CompareRestrictedMeans contrasts two independent curves at a confidence level
// (0 means 0.95).
func CompareRestrictedMeans(first, second RestrictedMean, level float64) RestrictedMeanContrast {
	if first.Tau != second.Tau {
		panic("stats: restricted means with different horizons are not comparable")
	}
	z := normalTwoSided(levelOr95(level))
	diff := second.Value - first.Value
	se := math.Hypot(first.StdErr, second.StdErr)
	logRatio := math.Log(second.Value / first.Value)
	logSE := math.Hypot(first.StdErr/first.Value, second.StdErr/second.Value)
	return RestrictedMeanContrast{
		Difference:       Estimate{diff, diff - z*se, diff + z*se},
		DifferenceStdErr: se,
		DifferenceP:      normalTwoSidedP(diff / se),
		Ratio:            Estimate{math.Exp(logRatio), math.Exp(logRatio - z*logSE), math.Exp(logRatio + z*logSE)},
		RatioP:           normalTwoSidedP(logRatio / logSE),
	}
}
