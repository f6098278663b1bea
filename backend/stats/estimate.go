package stats

import "math"

// Estimate is a value with the limits of its confidence interval, in the unit of
// the value. Each of the three is NaN where it does not exist.
type Estimate struct {
	Value, Lower, Upper float64
}

var undefined = Estimate{math.NaN(), math.NaN(), math.NaN()}
