package stats

import "math"

// KMOptions says how a survival curve is estimated. The zero value is the usual
// answer: right-censored data, the product-limit estimator, a 95 % log-log band,
// times merged where they differ by rounding noise.
type KMOptions struct {
	Level     float64   // confidence level; 0 means 0.95
	Interval  Interval  // how the pointwise limits are made
	Estimator Estimator // product limit, or through the cumulative hazard

	// Entry is the time from which each row is under observation (left
	// truncation, delayed entry). A row is at risk at t when Entry < t <= time.
	// Nil: everyone from the start.
	Entry []float64

	// Participant, used with Entry, says which rows are consecutive intervals of
	// one participant: an interval that the participant's next one continues
	// does not end in a censoring. Nil: every row is a participant.
	Participant []int

	// Weights are case weights, at least 0. Numbers at risk and of events become
	// sums of weights; the variance is the model-based one (a weight of 2 is two
	// rows). It is not the robust variance that survey or propensity weights
	// need. Nil: 1 each.
	Weights []float64

	// ExactTimes keeps times apart that differ by rounding noise only.
	ExactTimes bool
}

// Estimator is how survival is computed from events and numbers at risk.
type Estimator int

const (
	// ProductLimit is Kaplan and Meier's: the product of 1 - d/n.
	ProductLimit Estimator = iota
	// NelsonAalen is exp(-H) with the hazard sum of d/n (survfit stype=2, ctype=1).
	NelsonAalen
	// FlemingHarrington is exp(-H) with tied events taken one after another,
	// 1/n + 1/(n-1) + ... (survfit stype=2, ctype=2).
	FlemingHarrington
)

// KM is a survival curve: one entry per distinct time at which a row leaves
// observation, ascending. At one time events come before censorings, so those
// censored at t are at risk at t.
type KM struct {
	N        int     // rows in the curve
	Events   float64 // events, or the sum of their weights
	Excluded int     // rows left out because their entry is not before their time

	Time     []float64 // in the unit of the caller
	AtRisk   []float64 // just before Time
	Event    []float64 // at Time
	Censored []float64 // at Time
	Surv     []float64 // S(t), 1 to 0
	StdErr   []float64 // Greenwood, on the survival scale; NaN where Surv is 0
	Lower    []float64 // pointwise limits of Surv; NaN where the method has none
	Upper    []float64

	CumHaz       []float64 // cumulative hazard (Nelson-Aalen unless FlemingHarrington)
	StdErrCumHaz []float64

	Level    float64
	Interval Interval

	variance []float64 // d/(n(n-d)) at each time, for restricted means
}

// KaplanMeier estimates survival from the time at which each row leaves
// observation and whether it left with an event (true) or was censored.
//
// Kaplan and Meier (1958); variance by Greenwood (1926); the same numbers as
// R's survival::survfit(Surv(time, event) ~ 1, conf.type = ..., robust = FALSE).
// For the reverse estimate (median follow-up) hand in the negated event.
func KaplanMeier(time []float64, event []bool, opt KMOptions) KM {
	mustMatch(len(time), len(event))
	if opt.Weights != nil {
		mustMatch(len(time), len(opt.Weights))
		mustBeWeights(opt.Weights)
	}
	if opt.Participant != nil {
		mustMatch(len(time), len(opt.Participant))
	}
	rows := newSpans(time, opt.Entry, opt.ExactTimes)
	km := newKM(rows, opt)
	deaths := km.count(rows, event, continued(time, opt), opt.Weights)
	km.countAtRisk(rows, opt.Weights)
	km.estimate(opt.Estimator, deaths)
	km.band()
	return km
}

func newKM(rows spans, opt KMOptions) KM {
	n := distinct(rows.exit)
	columns := make([]float64, 11*n)
	column := func() []float64 {
		c := columns[:n:n]
		columns = columns[n:]
		return c
	}
	return KM{
		N: len(rows.exit), Excluded: rows.excluded,
		Time: column(), AtRisk: column(), Event: column(), Censored: column(),
		Surv: column(), StdErr: column(), Lower: column(), Upper: column(),
		CumHaz: column(), StdErrCumHaz: column(), variance: column(),
		Level: levelOr95(opt.Level), Interval: opt.Interval,
	}
}

// distinct counts the different values of an ascending slice.
func distinct(sorted []float64) int {
	n := 0
	for i, v := range sorted {
		if i == 0 || v != sorted[i-1] {
			n++
		}
	}
	return n
}

// continued says for each row whether the same participant's next interval
// begins where it ends; nil when no row does.
func continued(time []float64, opt KMOptions) []bool {
	if opt.Participant == nil || opt.Entry == nil {
		return nil
	}
	type start struct {
		participant int
		at          float64
	}
	starts := make(map[start]bool, len(time))
	for i, p := range opt.Participant {
		starts[start{p, opt.Entry[i]}] = true
	}
	goesOn := make([]bool, len(time))
	for i, p := range opt.Participant {
		goesOn[i] = starts[start{p, time[i]}]
	}
	return goesOn
}

// count fills Time, Event and Censored, and returns the number of events at each
// time without their weights.
func (km *KM) count(rows spans, event, goesOn []bool, weights []float64) (deaths []int32) {
	deaths = make([]int32, len(km.Time))
	at := -1
	for i, t := range rows.exit {
		if i == 0 || t != rows.exit[i-1] {
			at++
			km.Time[at] = t
		}
		row, w := rows.exitRow[i], 1.0
		if weights != nil {
			w = weights[row]
		}
		switch {
		case event[row]:
			km.Event[at] += w
			km.Events += w
			deaths[at]++
		case goesOn == nil || !goesOn[row]:
			km.Censored[at] += w
		}
	}
	return deaths
}

// countAtRisk fills AtRisk from the last time back: those still to leave, less
// those still to enter. Summing from the end keeps sums of weights free of the
// residue that subtraction would leave in the tail of the curve.
func (km *KM) countAtRisk(rows spans, weights []float64) {
	weight := func(row int32) float64 {
		if weights == nil {
			return 1
		}
		return weights[row]
	}
	toLeave, toEnter := 0.0, 0.0
	i, j := len(rows.exit)-1, len(rows.entry)-1
	for at := len(km.Time) - 1; at >= 0; at-- {
		t := km.Time[at]
		for ; i >= 0 && rows.exit[i] == t; i-- {
			toLeave += weight(rows.exitRow[i])
		}
		for ; j >= 0 && rows.entry[j] >= t; j-- {
			toEnter += weight(rows.entryRow[j])
		}
		km.AtRisk[at] = toLeave - toEnter
	}
}

// estimate fills the curve and its standard errors. While it runs, StdErr is on
// the log scale (of S for the product limit, of exp(-H) otherwise).
func (km *KM) estimate(estimator Estimator, deaths []int32) {
	surv, greenwood, hazard, hazardVar := 1.0, 0.0, 0.0, 0.0
	for i, d := range km.Event {
		if n := km.AtRisk[i]; d > 0 {
			if everyone(d, n) {
				d = n
			}
			km.variance[i] = d / (n * (n - d))
			surv *= (n - d) / n
			greenwood += km.variance[i]
			step, stepVar := hazardStep(estimator, d, n, int(deaths[i]))
			hazard += step
			hazardVar += stepVar
		}
		km.Surv[i], km.StdErr[i] = surv, math.Sqrt(greenwood)
		km.CumHaz[i], km.StdErrCumHaz[i] = hazard, math.Sqrt(hazardVar)
	}
	if estimator != ProductLimit {
		for i, h := range km.CumHaz {
			km.Surv[i], km.StdErr[i] = math.Exp(-h), km.StdErrCumHaz[i]
		}
	}
}

// hazardStep is what d events among n at risk add to the cumulative hazard and
// to its variance. Taken one after another, the events of one time each carry
// their mean weight.
func hazardStep(estimator Estimator, d, n float64, deaths int) (step, variance float64) {
	if estimator != FlemingHarrington {
		return d / n, d / (n * n)
	}
	each := d / float64(deaths)
	for k := range deaths {
		left := n - float64(k)*each
		step += each / left
		variance += each / (left * left)
	}
	return step, variance
}

// everyone reports whether all at risk have the event. Sums of weights taken in
// different orders may differ in their last digits, and S must still reach 0.
func everyone(d, n float64) bool {
	return math.Abs(n-d) <= 1e-12*n
}

func mustBeWeights(w []float64) {
	mustBeFinite(w)
	for _, v := range w {
		if v < 0 {
			panic("stats: a case weight is negative")
		}
	}
}
