package stats

import "math"

// Weighting says how much each event time counts in a log-rank test, and so
// against which difference it is strongest.
type Weighting int

const (
	// ByFlemingHarrington weighs with S(t-)^Rho (1-S(t-))^Gamma of the pooled
	// curve. Rho = Gamma = 0 is the log-rank test; Rho = 1 the Peto and Peto test
	// of survdiff (early differences); Gamma = 1 late differences.
	ByFlemingHarrington Weighting = iota
	// ByGehan weighs with the number at risk (Gehan 1965, Breslow 1970).
	ByGehan
	// ByTaroneWare weighs with its square root (Tarone and Ware 1977).
	ByTaroneWare
	// ByPetoPeto weighs with the modified pooled curve prod(1 - d/(n+1)) at t.
	ByPetoPeto
	// ByModifiedPeto weighs with that curve times n/(n+1) (Andersen et al. 1982).
	ByModifiedPeto
)

// pooled is the survival of all groups of a stratum together just before the
// current event time, as Kaplan-Meier and in Peto's modified form.
type pooled struct {
	surv, modified float64
}

// weight of an event time with n at risk and d events; it moves the pooled curve
// past that time.
func (opt LogRankOptions) weight(curve *pooled, n, d float64) float64 {
	before := curve.surv
	curve.surv *= (n - d) / n
	curve.modified *= 1 - d/(n+1)
	switch opt.Weighting {
	case ByFlemingHarrington:
		if opt.Rho == 0 && opt.Gamma == 0 {
			return 1
		}
		return math.Pow(before, opt.Rho) * math.Pow(1-before, opt.Gamma)
	case ByGehan:
		return n
	case ByTaroneWare:
		return math.Sqrt(n)
	case ByPetoPeto:
		return curve.modified
	case ByModifiedPeto:
		return curve.modified * n / (n + 1)
	}
	panic("stats: unknown weighting")
}
