package colstore

import (
	"slices"
	"strings"

	"vitrine/backend/catalog"
	"vitrine/backend/tabular"
)

// columnWriter holds the rows of one column that are not yet in a segment.
type columnWriter struct {
	col      int
	kind     catalog.Type
	segments int // written
	zone     zone

	missing []bool
	ints    []int64
	floats  []float64 // nil unless the column is of numbers

	codes map[string]int64 // of a text column, in order of first appearance
	texts []string
	all   []int64 // its codes so far, -1 where missing
}

func newColumnWriter(col int, kind catalog.Type) *columnWriter {
	c := &columnWriter{col: col, kind: kind}
	switch kind {
	case catalog.Number:
		c.floats = []float64{}
	case catalog.Text:
		c.codes = map[string]int64{}
	}
	return c
}

// take copies n rows of a batch.
func (c *columnWriter) take(v *tabular.Vector, from, n int) {
	for i := from; i < from+n; i++ {
		c.missing = append(c.missing, v.Missing != nil && v.Missing[i])
	}
	switch c.kind {
	case catalog.Number:
		c.floats = append(c.floats, v.Floats[from:from+n]...)
	case catalog.Text:
		for _, s := range v.Texts[from : from+n] {
			c.ints = append(c.ints, c.code(s))
		}
	default:
		c.ints = append(c.ints, v.Ints[from:from+n]...)
	}
}

func (c *columnWriter) takeInt(v int64) { c.ints = append(c.ints, v) }

// code gives a text's number. A missing text is "" and is marked by settle.
func (c *columnWriter) code(s string) int64 {
	if i, ok := c.codes[s]; ok {
		return i
	}
	i := int64(len(c.texts))
	s = strings.Clone(s)
	c.codes[s] = i
	c.texts = append(c.texts, s)
	return i
}

// settle moves a segment's text codes to where they wait for the dictionary.
func (c *columnWriter) settle() {
	for i, code := range c.ints {
		if c.missing[i] {
			code = -1
		}
		c.all = append(c.all, code)
	}
	c.reset()
}

func (c *columnWriter) reset() {
	c.missing, c.ints = c.missing[:0], c.ints[:0]
	if c.floats != nil {
		c.floats = c.floats[:0]
	}
}

// sortTexts sorts the dictionary, leaving out what only stood for missing rows, and
// gives each old code its place.
func (c *columnWriter) sortTexts() (rank []int64) {
	used := make([]bool, len(c.texts))
	for _, code := range c.all {
		if code >= 0 {
			used[code] = true
		}
	}
	rank = make([]int64, len(c.texts))
	sorted := make([]string, 0, len(c.texts))
	for i, s := range c.texts {
		if used[i] {
			sorted = append(sorted, s)
		}
	}
	slices.Sort(sorted)
	for i, s := range sorted {
		rank[c.codes[s]] = int64(i)
	}
	c.texts = sorted
	return rank
}

// merge widens what is known of the column by a segment's zone.
func (c *columnWriter) merge(z zone) {
	c.zone.missing += z.missing
	if z.least == nil {
		return
	}
	if c.zone.least == nil {
		c.zone.least, c.zone.most = z.least, z.most
		return
	}
	if below(z.least, c.zone.least) {
		c.zone.least = z.least
	}
	if below(c.zone.most, z.most) {
		c.zone.most = z.most
	}
}

func below(a, b any) bool {
	if x, ok := a.(int64); ok {
		return x < b.(int64)
	}
	return a.(float64) < b.(float64)
}
