package stats

import (
	"math"
	"slices"
)

// spans are the rows of a survival data set in the order in which they leave
// observation and, when some are followed from later than the start, in the
// order in which they enter. A row is at risk at t when entry < t <= exit.
type spans struct {
	exit    []float64
	exitRow []int32

	entry    []float64 // nil when every row is at risk from the start
	entryRow []int32

	excluded int // rows whose entry is not before their exit
}

// newSpans orders the rows. Unless exact, times that differ by rounding noise
// are merged first (mergeTies). A row that is never at risk, because its entry
// is not before its exit, is left out and counted, as R's Surv does.
func newSpans(time, entry []float64, exact bool) spans {
	mustBeFinite(time)
	mustBeFinite(entry)
	var s spans
	s.exit, s.exitRow = order(time)
	if entry != nil {
		mustMatch(len(time), len(entry))
		s.entry, s.entryRow = order(entry)
	}
	if !exact {
		mergeTies(s.exit, s.entry)
	}
	if entry != nil {
		s.dropNeverAtRisk()
	}
	return s
}

func (s *spans) dropNeverAtRisk() {
	entry := make([]float64, len(s.entry))
	for i, row := range s.entryRow {
		entry[row] = s.entry[i]
	}
	never := make([]bool, len(s.exit))
	for i, row := range s.exitRow {
		if entry[row] >= s.exit[i] {
			never[row] = true
			s.excluded++
		}
	}
	if s.excluded > 0 {
		s.exit, s.exitRow = without(never, s.exit, s.exitRow)
		s.entry, s.entryRow = without(never, s.entry, s.entryRow)
	}
}

func without(drop []bool, times []float64, rows []int32) ([]float64, []int32) {
	n := 0
	for i, row := range rows {
		if !drop[row] {
			times[n], rows[n] = times[i], row
			n++
		}
	}
	return times[:n], rows[:n]
}

func mustMatch(rows, other int) {
	if rows != other {
		panic("stats: slices of one analysis have different lengths")
	}
}

func mustBeFinite(x []float64) {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			panic("stats: a value is not a finite number; callers pass complete cases")
		}
	}
}

// split gives each stratum's rows, in the order of the labels; nil labels are
// one stratum.
func (s spans) split(labels []int) []spans {
	if labels == nil {
		return []spans{s}
	}
	mustMatch(len(s.exit)+s.excluded, len(labels))
	distinct := slices.Clone(labels)
	slices.Sort(distinct)
	place := map[int]int{}
	for i, label := range slices.Compact(distinct) {
		place[label] = i
	}
	strata := make([]spans, len(place))
	for i, row := range s.exitRow {
		st := &strata[place[labels[row]]]
		st.exit, st.exitRow = append(st.exit, s.exit[i]), append(st.exitRow, row)
	}
	for i, row := range s.entryRow {
		st := &strata[place[labels[row]]]
		st.entry, st.entryRow = append(st.entry, s.entry[i]), append(st.entryRow, row)
	}
	return strata
}
