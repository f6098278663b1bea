package stats

import "math"

// Interval is how the pointwise limits of a survival curve are made from its
// standard error.
type Interval int

const (
	// LogLog is symmetric in log(-log S); its limits stay within 0 and 1 and keep
	// their coverage in small samples (Kalbfleisch and Prentice 1980). It has no
	// limits while S is still 1.
	LogLog Interval = iota
	// Log is symmetric in log S, R's default; cut at 1.
	Log
	// Plain is symmetric in S; cut at 0 and 1.
	Plain
)

// band turns StdErr from the log scale to the survival scale and fills the
// limits. Where S is 0 none of the three methods has an answer.
func (km *KM) band() {
	z := normalTwoSided(km.Level)
	lower, upper := math.NaN(), math.NaN()
	for i, s := range km.Surv {
		se := km.StdErr[i]
		if i == 0 || km.Event[i] > 0 { // between events nothing moves
			lower, upper = limits(km.Interval, s, se, z)
		}
		km.Lower[i], km.Upper[i] = lower, upper
		if s == 0 {
			se = math.Inf(1) // 0 * Inf: no standard error
		}
		km.StdErr[i] = se * s
	}
}

// limits are the z-limits around s, whose standard error on the log scale is se.
func limits(kind Interval, s, se, z float64) (lower, upper float64) {
	if s == 0 || s == 1 && kind == LogLog {
		return math.NaN(), math.NaN()
	}
	switch kind {
	case Plain:
		return max(s-z*se*s, 0), min(s+z*se*s, 1)
	case Log:
		e := math.Exp(z * se)
		return s / e, min(s*e, 1)
	case LogLog:
		log := math.Log(s)
		e := math.Exp(-z * se / log) // s^e and s^(1/e)
		return math.Exp(log * e), math.Exp(log / e)
	}
	panic("stats: unknown interval")
}
