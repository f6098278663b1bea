package stats

import "math"

// Proportion is x of n with Wilson's score limits at a confidence level (0 means
// 0.95). They stay within 0 and 1 and hold their coverage for rare findings and
// small groups (Wilson 1927; Brown, Cai and DasGupta 2001). The same as R's
// prop.test(x, n, correct = FALSE). All NaN when n is 0.
func Proportion(x, n int, level float64) Estimate {
	if x < 0 || x > n {
		panic("stats: a count lies between 0 and its denominator")
	}
	z := normalTwoSided(levelOr95(level))
	if n == 0 {
		return undefined
	}
	total := float64(n)
	p := float64(x) / total
	middle := p + z*z/(2*total)
	half := z * math.Sqrt(p*(1-p)/total+z*z/(4*total*total))
	e := Estimate{p, (middle - half) / (1 + z*z/total), (middle + half) / (1 + z*z/total)}
	if x == 0 { // exactly, where rounding leaves 1e-17
		e.Lower = 0
	}
	if x == n {
		e.Upper = 1
	}
	return e
}
