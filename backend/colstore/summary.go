package colstore

import (
	"math"
	"slices"

	"vitrine/backend/catalog"
	"vitrine/backend/stats"
)

// FieldSummary outlines a column over some rows.
type FieldSummary struct {
	N        int             `json:"n" doc:"Rows with a value"`
	Missing  int             `json:"missing" doc:"Rows without one"`
	Distinct int             `json:"distinct" doc:"Different values"`
	Numeric  *NumericSummary `json:"numeric,omitempty" doc:"For fields on a scale that have a value; absent where values are too large to add up"`
	Levels   []LevelCount    `json:"levels,omitempty" doc:"For fields with a value set, in its order"`
}

// NumericSummary describes the values that are there. Quartiles are R's type 7.
type NumericSummary struct {
	Min       float64   `json:"min"`
	Max       float64   `json:"max"`
	Mean      float64   `json:"mean"`
	SD        *float64  `json:"sd" doc:"Of the sample, divisor n-1; null below two values"`
	Q1        float64   `json:"q1"`
	Median    float64   `json:"median"`
	Q3        float64   `json:"q3"`
	Histogram Histogram `json:"histogram"`
}

// Histogram counts values in bins of one width: bin i is from edge i up to, not
// including, edge i+1; the last bin has both edges.
type Histogram struct {
	Edges  []float64 `json:"edges"`
	Counts []int     `json:"counts"`
}

// LevelCount is one value of the value set and how many rows have it.
type LevelCount struct {
	Code  string `json:"code"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

// Summary outlines the rows in mask, all rows where it is nil. Texts are counted and
// never listed: a free text may say who somebody is.
func (c *Column) Summary(mask []uint64) FieldSummary {
	rows := Bitmap(mask)
	if mask == nil {
		rows = FullBitmap(c.rows)
	}
	present := rows.Clone()
	present.AndNot(c.missing)
	s := FieldSummary{N: present.Count()}
	s.Missing = rows.Count() - s.N
	if c.codes != nil {
		c.summariseCodes(&s, present)
	} else {
		c.summariseNumbers(&s, present)
	}
	return s
}

func (c *Column) summariseCodes(s *FieldSummary, present Bitmap) {
	counts := make([]int, len(c.dictionary))
	present.Each(func(i int) { counts[c.codes[i]]++ })
	for i, n := range counts {
		if n > 0 {
			s.Distinct++
		}
		if c.field.Type == catalog.Category {
			l := c.field.Levels[i]
			s.Levels = append(s.Levels, LevelCount{l.Code, l.Label, n})
		}
	}
}

func (c *Column) summariseNumbers(s *FieldSummary, present Bitmap) {
	sorted := make([]float64, 0, s.N)
	present.Each(func(i int) { sorted = append(sorted, c.numbers[i]) })
	slices.Sort(sorted)
	for i, x := range sorted {
		if i == 0 || x != sorted[i-1] {
			s.Distinct++
		}
	}
	switch {
	case c.field.Categorical():
		s.Levels = levelCounts(c.field, sorted)
	case c.field.Numeric() && s.N > 0:
		s.Numeric = describe(sorted, c.field.Type == catalog.Integer)
	}
}

func levelCounts(f *catalog.Field, values []float64) []LevelCount {
	levels := f.Levels
	if f.Type == catalog.Boolean {
		levels = []catalog.Level{{Code: "0", Label: "No"}, {Code: "1", Label: "Yes"}}
	}
	counts := map[string]int{}
	for i := 0; i < len(values); {
		from := i
		for i < len(values) && values[i] == values[from] {
			i++
		}
		counts[catalog.FormatNumber(values[from])] = i - from
	}
	out := make([]LevelCount, len(levels))
	for i, l := range levels {
		out[i] = LevelCount{l.Code, l.Label, counts[l.Code]}
	}
	return out
}

func describe(sorted []float64, whole bool) *NumericSummary {
	d := stats.DescribeSorted(sorted)
	if total := d.Mean + d.Q1 + d.Median + d.Q3; math.IsNaN(total) || math.IsInf(total, 0) {
		return nil // their sum overflows
	}
	n := &NumericSummary{Min: d.Min, Max: d.Max, Mean: d.Mean, Q1: d.Q1, Median: d.Median, Q3: d.Q3, Histogram: histogram(sorted, whole)}
	if !math.IsNaN(d.SD) && !math.IsInf(d.SD, 0) {
		n.SD = &d.SD
	}
	return n
}

// histogram divides the range into at most about 20 bins whose edges are round
// numbers: steps of 1, 2 or 5 times a power of ten, whole for whole numbers.
func histogram(sorted []float64, whole bool) Histogram {
	least, most := sorted[0], sorted[len(sorted)-1]
	step := roundStep(most/20 - least/20)
	if whole {
		step = max(step, 1)
	}
	first, last := math.Floor(least/step), math.Ceil(most/step)
	if max(-first, last) > 1<<50 || math.IsInf(last*step, 0) || math.IsInf(first*step, 0) {
		return Histogram{[]float64{least, most}, []int{len(sorted)}} // too fine or too wide for round edges
	}
	if last == first || whole && last*step == most {
		last++ // a whole number at the upper end has a bin of its own
	}
	h := Histogram{Counts: make([]int, int(last-first))}
	for k := first; k <= last; k++ {
		h.Edges = append(h.Edges, multiple(k, step))
	}
	bin := 0
	for _, x := range sorted {
		for bin < len(h.Counts)-1 && x >= h.Edges[bin+1] {
			bin++
		}
		h.Counts[bin]++
	}
	return h
}

// roundStep is the smallest of 1, 2, 5 × 10^k that is at least x; 1 for a range of
// nothing.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	if x <= 0 || power == 0 {
		return 1
	}
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x {
			return m * power
		}
	}
	return 10 * power
}

// multiple is k × step without the last digit's noise where step is below one.
func multiple(k, step float64) float64 {
	if step < 1 {
		return k / math.Round(1/step)
	}
	return k * step
}
