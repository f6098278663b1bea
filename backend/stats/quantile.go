package stats

import "math"

// QuantileType is one of Hyndman and Fan's (1996) definitions of a sample
// quantile, by the numbers that R and the literature use.
type QuantileType int

const (
	Type2 QuantileType = 2 // averages at jumps: the default of SAS
	Type6 QuantileType = 6 // of (n+1)p: SPSS, Minitab
	Type7 QuantileType = 7 // of (n-1)p+1: the default of R and NumPy
)

// Quantile is the p-quantile of ascending values, NaN when there are none. The
// same bits as R's quantile(x, p, type).
func Quantile(sorted []float64, p float64, kind QuantileType) float64 {
	if !(p >= 0 && p <= 1) {
		panic("stats: a quantile lies between 0 and 1")
	}
	if len(sorted) == 0 {
		return math.NaN()
	}
	j, h := position(float64(len(sorted)), p, kind)
	below, above := clamped(sorted, j), clamped(sorted, j+1)
	switch {
	case h == 0 || below == above:
		return below
	case h == 1:
		return above
	}
	// The conversions forbid fused arithmetic, which would give other last
	// digits on other processors.
	return float64((1-h)*below) + float64(h*above)
}

// position is the rank (1 is the smallest) below the quantile and how far it
// lies towards the next one. R allows the rank a few units of rounding.
func position(n, p float64, kind QuantileType) (rank int, fraction float64) {
	const fuzz = 4 * 0x1p-52
	var at float64
	switch kind {
	case Type2:
		at = n * p
		floor := math.Floor(at + fuzz)
		if at > floor+fuzz {
			return int(floor), 1
		}
		return int(floor), 0.5
	case Type6:
		at = p * (n + 1)
	case Type7:
		at = 1 + float64((n-1)*p)
	default:
		panic("stats: quantile types are 2, 6 and 7")
	}
	floor := math.Floor(at + fuzz)
	h := at - floor
	if math.Abs(h) < fuzz {
		h = 0
	}
	return int(floor), h
}

// clamped is the value of a rank; ranks outside stand for the nearest value.
func clamped(sorted []float64, rank int) float64 {
	return sorted[min(max(rank, 1), len(sorted))-1]
}
