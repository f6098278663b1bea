package figure

// Linear maps data (D0..D1) to pixels (R0..R1).
type Linear struct{ D0, D1, R0, R1 float64 }

// At is the pixel of a value; a scale without extent maps everything to R0. The
// conversion keeps compilers from fusing multiply and add, which would make
// figures differ between processors.
func (l Linear) At(v float64) float64 {
	if l.D1 == l.D0 {
		return l.R0
	}
	share := (v - l.D0) / (l.D1 - l.D0)
	return l.R0 + float64(share*(l.R1-l.R0))
}

// Ticks gives the round values within lo..hi in the smallest steps of 1, 2 or 5
// times a power of ten that make at most n intervals. It gives lo alone where there is no extent.
func Ticks(lo, hi float64, n int) []float64 {
	if !finite(lo) || !finite(hi) || hi <= lo || !finite(hi-lo) || n < 1 {
		return []float64{lo}
	}
	mantissa, exponent := niceStep((hi - lo) / float64(n))
	step := decimal(mantissa, exponent)
	if step <= 0 || !finite(step) || lo/step > 1e15 || lo/step < -1e15 {
		return []float64{lo}
	}
	var ticks []float64
	for i := ceil(lo/step - 1e-9); len(ticks) <= 10*n; i++ {
		v := decimal(mantissa*i, exponent)
		if v == 0 {
			v = 0 // never minus zero
		}
		if v > hi+float64(step*1e-9) {
			break
		}
		ticks = append(ticks, v)
	}
	return ticks
}

// TimeTicks gives the times at which an axis from zero to end is marked and the
// participants at risk are counted: three to eight of them.
func TimeTicks(end float64) []float64 { return Ticks(0, end, 7) }

// niceStep is the smallest 1, 2 or 5 times a power of ten that is at least raw,
// but for rounding.
func niceStep(raw float64) (mantissa float64, exponent int) {
	for raw >= 10 && exponent < 300 {
		raw, exponent = raw/10, exponent+1
	}
	for raw < 1 && exponent > -300 {
		raw, exponent = raw*10, exponent-1
	}
	const rounding = 1 + 1e-9
	for _, m := range []float64{1, 2, 5} {
		if raw <= m*rounding {
			return m, exponent
		}
	}
	return 1, exponent + 1
}

// decimal is m × 10^e, dividing for negative powers so that 3 × 10^-1 is 0.3.
func decimal(m float64, e int) float64 {
	p := 1.0
	for i := 0; i < e || i < -e; i++ {
		p *= 10
	}
	if e < 0 {
		return m / p
	}
	return m * p
}
