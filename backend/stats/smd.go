package stats

import "math"

// A standardised mean difference says how far two groups lie apart in units of
// their spread, whatever the unit and however many they are; 0.1 is often called
// small. All three forms are Yang and Dalton's (2012), the spread being the root
// of the plain mean of the two groups' variances, not weighted by their sizes.
//
// A difference without any spread (every value of one group on one side) has no
// finite distance and is +Inf or -Inf. With a group too small to have a spread or
// a mean it is NaN.

// SMDContinuous is the mean of second minus that of first, standardised.
func SMDContinuous(first, second Description) float64 {
	return standardise(second.Mean-first.Mean, first.SD*first.SD, second.SD*second.SD)
}

// SMDBinary is the proportion of second minus that of first, standardised.
func SMDBinary(first, second float64) float64 {
	return standardise(second-first, first*(1-first), second*(1-second))
}

func standardise(difference, variance1, variance2 float64) float64 {
	if difference == 0 && variance1+variance2 == 0 {
		return 0
	}
	return difference / math.Sqrt((variance1+variance2)/2)
}

// SMDCategorical is the Mahalanobis distance between two groups' proportions
// over the levels of a categorical variable, never negative. It takes the counts
// of each level; which level comes first does not matter, and a level that
// neither group has changes nothing. With two levels it is |SMDBinary|.
func SMDCategorical(first, second []int) float64 {
	mustMatch(len(first), len(second))
	p, q := shares(first), shares(second)
	if p == nil || q == nil {
		return math.NaN()
	}
	p, q = p[1:], q[1:] // the first level follows from the others
	difference, spread := make([]float64, len(p)), make([][]float64, len(p))
	for i := range p {
		difference[i] = q[i] - p[i]
		spread[i] = make([]float64, len(p))
		for j := range p {
			spread[i][j] = -(p[i]*p[j] + q[i]*q[j]) / 2
		}
		spread[i][i] = (p[i]*(1-p[i]) + q[i]*(1-q[i])) / 2
	}
	square, _, steady := quadraticForm(difference, spread)
	if !steady {
		return math.Inf(1)
	}
	return math.Sqrt(square)
}

// shares turns counts into proportions; nil when nothing was counted.
func shares(counts []int) []float64 {
	total := 0
	for _, c := range counts {
		if c < 0 {
			panic("stats: a count is negative")
		}
		total += c
	}
	if total == 0 {
		return nil
	}
	p := make([]float64, len(counts))
	for i, c := range counts {
		p[i] = float64(c) / float64(total)
	}
	return p
}

// MaxSMD is the largest absolute difference between any two of k groups, which
// is what a Table 1 with more than two columns shows. Pairs without a value (NaN)
// are passed over; with none left it is NaN.
func MaxSMD(k int, smd func(first, second int) float64) float64 {
	largest := math.NaN()
	for i := range k {
		for j := i + 1; j < k; j++ {
			if d := math.Abs(smd(i, j)); !math.IsNaN(d) && !(d <= largest) {
				largest = d
			}
		}
	}
	return largest
}
