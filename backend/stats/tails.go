package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// defaultLevel is the confidence level of every interval that is not told one.
const defaultLevel = 0.95

// levelOr95 reads a confidence level whose zero value means 0.95.
func levelOr95(level float64) float64 {
	if level == 0 {
		return defaultLevel
	}
	if !(level > 0 && level < 1) {
		panic("stats: a confidence level lies between 0 and 1")
	}
	return level
}

// normalTwoSided is the z with P(|Z| <= z) = level: 1.96 for 0.95.
func normalTwoSided(level float64) float64 {
	return distuv.UnitNormal.Quantile((1 + level) / 2)
}

// normalTwoSidedP is P(|Z| >= |z|). erfc keeps its digits far out in the tail,
// where one minus the distribution function would have none left.
func normalTwoSidedP(z float64) float64 {
	return math.Erfc(math.Abs(z) / math.Sqrt2)
}

// chiSquareUpper is P(X >= x) for a chi-square variable with df degrees of
// freedom, NaN when there are none.
func chiSquareUpper(x float64, df int) float64 {
	switch {
	case df < 1 || math.IsNaN(x):
		return math.NaN()
	case df == 1:
		return normalTwoSidedP(math.Sqrt(x))
	}
	return distuv.ChiSquared{K: float64(df)}.Survival(x)
}
