package stats

import "math"

// timeTolerance is the square root of the machine epsilon, as in R's all.equal.
const timeTolerance = 0x1p-26

// mergeTies makes times that differ only by rounding noise equal, in place. The
// slices are ascending; b may be nil. 365.25/12*3 and 91.3125 are one day to a
// clinician and two event times to a computer, and two event times give another
// curve, another test and another p-value.
//
// The rule is R's survival:::aeqSurv: among the distinct values of both slices,
// neighbours whose gap is at most 1.49e-8, or at most 1.49e-8 of the mean
// absolute distinct value, are one time, the smallest; chains merge as a whole.
func mergeTies(a, b []float64) {
	mean := meanDistinct(a, b)
	last, cut := math.NaN(), math.NaN()
	for len(a)+len(b) > 0 {
		head := &a
		if len(a) == 0 || len(b) > 0 && b[0] < a[0] {
			head = &b
		}
		v := (*head)[0]
		if gap := v - last; !(gap <= timeTolerance || gap/mean <= timeTolerance) {
			cut = v
		}
		last = v
		(*head)[0] = cut
		*head = (*head)[1:]
	}
}

// meanDistinct is the mean absolute value over the distinct values of two
// ascending slices.
func meanDistinct(a, b []float64) float64 {
	sum, n, last := 0.0, 0, math.NaN()
	for len(a)+len(b) > 0 {
		head := &a
		if len(a) == 0 || len(b) > 0 && b[0] < a[0] {
			head = &b
		}
		if v := (*head)[0]; v != last {
			sum, n, last = sum+math.Abs(v), n+1, v
		}
		*head = (*head)[1:]
	}
	return sum / float64(n)
}
