package figure

import (
	"fmt"
	"math"
	"strconv"
)

// HistogramChart is the distribution of one measured field. Counts[i] values
// lie from Edges[i] to Edges[i+1].
type HistogramChart struct {
	Label   string
	Unit    string
	Edges   []float64 // rising, one more than Counts
	Counts  []int
	N       int // values counted
	Missing int
	Width   float64 // pixels; 320 where zero
	Height  float64 // pixels; 168 where zero
}

// Histogram draws the distribution of a field. Where bins differ in width the
// area of a bar stands for its count and the axis of counts is left out. It
// panics where Edges and Counts do not belong together.
func Histogram(c HistogramChart) *Scene {
	if len(c.Counts) > 0 && len(c.Edges) != len(c.Counts)+1 {
		panic("figure: a histogram needs one edge more than counts")
	}
	c.Width, c.Height = max(orElse(c.Width, 320), 160), max(orElse(c.Height, 168), 110)
	c.Label, c.Unit = oneLine(c.Label), oneLine(c.Unit)
	s := &Scene{Width: c.Width, Height: c.Height, Title: c.Label + inBrackets(c.Unit), Description: c.description(), Table: c.table()}
	s.Marks = append(s.Marks, smallHeading(s.Title, c.Width))
	if !c.drawable() {
		return empty(s, c.N, c.Missing)
	}
	l := c.layout()
	s.Marks = append(s.Marks, l.axes(), l.bars(), smallNote(l.note(), c.Width, c.Height))
	return s
}

// drawable reports whether there are counts over a finite range.
func (c *HistogramChart) drawable() bool {
	for _, e := range c.Edges {
		if !finite(e) {
			return false
		}
	}
	total := 0
	for _, n := range c.Counts {
		total += n
	}
	return total > 0
}

type histogramLayout struct {
	*HistogramChart
	x, y    Linear
	heights []float64
	even    bool // all bins are equally wide
}

func (c *HistogramChart) layout() *histogramLayout {
	l := &histogramLayout{HistogramChart: c, even: c.evenBins(), heights: make([]float64, len(c.Counts))}
	tallest := 0.0
	for i, n := range c.Counts {
		l.heights[i] = float64(n)
		if width := c.Edges[i+1] - c.Edges[i]; !l.even && width > 0 {
			l.heights[i] /= width
		}
		tallest = max(tallest, l.heights[i])
	}
	left := pad
	if l.even {
		left += TextWidth(count(int(tallest)), smallSize, false) + between
	}
	l.x = Linear{D0: c.Edges[0], D1: c.Edges[len(c.Edges)-1], R0: left, R1: c.Width - pad}
	l.y = Linear{D0: 0, D1: tallest, R0: c.Height - pad - noteLine - between - smallSize - between, R1: pad + bodyLine + between}
	if l.x.D0 == l.x.D1 { // all values are equal: room on both sides
		around := max(0.5, math.Abs(l.x.D0)/10)
		l.x.D0, l.x.D1 = l.x.D0-around, l.x.D1+around
	}
	return l
}

func (l *histogramLayout) note() string {
	if l.even {
		return sizeNote(l.N, l.Missing)
	}
	return sizeNote(l.N, l.Missing) + "; a bar's area shows its count"
}

func (c *HistogramChart) evenBins() bool {
	first := c.Edges[1] - c.Edges[0]
	for i := range c.Counts {
		if w := c.Edges[i+1] - c.Edges[i]; w < first*(1-1e-6) || w > first*(1+1e-6) {
			return false
		}
	}
	return true
}

func (l *histogramLayout) axes() Mark {
	x, y := Group{Part: "axis-x"}, Group{Part: "axis-y"}
	if l.even {
		for _, v := range Ticks(0, l.y.D1, 3) {
			if v != float64(int64(v)) {
				continue
			}
			py := l.y.At(v)
			y.Marks = append(y.Marks, Line(l.x.R0, py, l.x.R1, py, Stroke{Paint: Grid, Width: 1}),
				Text{X: l.x.R0 - between, Y: py + 4, Body: tickLabel(v), Size: smallSize, Anchor: End, Paint: Muted})
		}
	}
	x.Marks = append(x.Marks, Line(l.x.R0, l.y.R0, l.x.R1, l.y.R0, Stroke{Paint: Ink, Width: axisWidth}))
	free := 0.0
	for _, v := range Ticks(l.x.D0, l.x.D1, 5) {
		tick := Text{X: l.x.At(v), Y: l.y.R0 + between + smallSize - 2, Body: tickLabel(v), Size: smallSize, Anchor: Middle, Paint: Ink}
		x.Marks = append(x.Marks, Line(tick.X, l.y.R0, tick.X, l.y.R0+4, Stroke{Paint: Ink, Width: axisWidth}))
		if box := tick.Box(); box.X0 >= free && box.X1 <= l.Width {
			x.Marks = append(x.Marks, tick)
			free = box.X1 + between
		}
	}
	return Group{Part: "plot", Data: []Attr{
		{"x-domain", pair(l.x.D0, l.x.D1)}, {"x-range", pixels(l.x.R0, l.x.R1)},
		{"y-domain", pair(l.y.D0, l.y.D1)}, {"y-range", pixels(l.y.R0, l.y.R1)}, {"unit", l.Unit},
	}, Marks: []Mark{y, x}}
}

func (l *histogramLayout) bars() Mark {
	g := Group{Part: "bars"}
	for i, h := range l.heights {
		if h <= 0 {
			continue
		}
		x0, x1, y := l.x.At(l.Edges[i]), l.x.At(l.Edges[i+1]), l.y.At(h)
		if x0 == x1 {
			x0, x1 = x0-10, x1+10
		}
		gap := min(1, (x1-x0)/4)
		bar := Rect{X: x0 + gap/2, Y: y, Width: x1 - x0 - gap, Height: l.y.R0 - y, Fill: Bar}
		g.Marks = append(g.Marks, Group{Part: "bar", Data: []Attr{{"bin", strconv.Itoa(i)}}, Marks: []Mark{bar}})
	}
	return g
}

// description gives size, range and where most values lie.
func (c *HistogramChart) description() string {
	size := fmt.Sprintf("Histogram of %s: %s.", c.Label, sizeNote(c.N, c.Missing))
	if !c.drawable() {
		return size
	}
	top := 0
	for i, n := range c.Counts {
		if n > c.Counts[top] {
			top = i
		}
	}
	return fmt.Sprintf("%s Values from %s to %s%s in %d bins; the fullest bin, %s to %s, holds %s of them.", size,
		plain(c.Edges[0]), plain(c.Edges[len(c.Edges)-1]), after(c.Unit), len(c.Counts),
		plain(c.Edges[top]), plain(c.Edges[top+1]), count(c.Counts[top]))
}

func (c *HistogramChart) table() DataTable {
	t := DataTable{
		Caption: fmt.Sprintf("Distribution of %s, %s.", c.Label+inBrackets(c.Unit), sizeNote(c.N, c.Missing)),
		Columns: []string{"From" + inBrackets(c.Unit), "To" + inBrackets(c.Unit), "Count", "Per cent"},
	}
	for i, n := range c.Counts {
		t.Rows = append(t.Rows, []string{exact(c.Edges[i]), exact(c.Edges[i+1]), strconv.Itoa(n), hundred(share(n, c.N))})
	}
	return t
}
