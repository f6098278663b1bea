package stats

import "math"

// quadraticForm is u' M^- u for a symmetric, positive semidefinite M, with the
// rank of M. Directions in which M has no variance are left out; steady is false
// when u, in units of about 1, moves in one of them, so that no distance exists.
// u and m are overwritten.
func quadraticForm(u []float64, m [][]float64) (value float64, rank int, steady bool) {
	scale := make([]float64, len(u)) // what each pivot was before anything was taken from it
	for i := range u {
		scale[i] = m[i][i]
	}
	done := make([]bool, len(u))
	for range u {
		p := largestPivot(m, scale, done)
		if p < 0 {
			break
		}
		done[p] = true
		value += u[p] * u[p] / m[p][p]
		rank++
		eliminate(u, m, p, done)
	}
	for i, v := range u {
		if !done[i] && math.Abs(v) > 1e-9 {
			return value, rank, false
		}
	}
	return value, rank, true
}

// largestPivot is the row with most variance left, -1 when none has any beyond
// rounding.
func largestPivot(m [][]float64, scale []float64, done []bool) int {
	p := -1
	for i := range scale {
		left := m[i][i] > 1e-10*scale[i]
		if !done[i] && left && (p < 0 || m[i][i] > m[p][p]) {
			p = i
		}
	}
	return p
}

// eliminate takes from the remaining rows what row p explains of them.
func eliminate(u []float64, m [][]float64, p int, done []bool) {
	for i := range u {
		if done[i] {
			continue
		}
		f := m[i][p] / m[p][p]
		u[i] -= f * u[p]
		for j := range u {
			if !done[j] {
				m[i][j] -= f * m[p][j]
			}
		}
	}
}
