package figure

import (
	"math"
	"strconv"
)

const (
	axisWidth   = 1.0
	tickLength  = 5.0
	censorSize  = 7.0
	finestStep  = 0.05 // steps closer than this many pixels are drawn as one
	mostBands   = 4
	finestCross = 0.5 // censored times closer than this are drawn as one mark
)

func (l *survivalLayout) heading() Mark {
	g := Group{Part: "heading"}
	y := pad
	for _, line := range l.titleLines {
		y += titleLine
		g.Marks = append(g.Marks, Text{X: pad, Y: y - 6, Body: line, Full: l.titleFull, Size: titleSize, Bold: true, Paint: Ink})
	}
	for _, line := range l.subtitle {
		y += bodyLine
		g.Marks = append(g.Marks, Text{X: pad, Y: y - 4, Body: line, Full: l.subtitleFull, Size: bodySize, Paint: Muted})
	}
	return g
}

// plot holds the axis of survival, the grid and the groups, and tells a page
// its scales.
func (l *survivalLayout) plot() Mark {
	g := Group{Part: "plot", Data: []Attr{
		{"x-domain", pair(l.x.D0, l.x.D1)}, {"x-range", pixels(l.x.R0, l.x.R1)},
		{"y-domain", pair(l.y.D0, l.y.D1)}, {"y-range", pixels(l.y.R0, l.y.R1)},
		{"unit", l.Unit},
	}}
	g.Marks = append(g.Marks, l.axisY())
	if l.ShowMedian {
		g.Marks = append(g.Marks, l.medianLines())
	}
	if !l.anyDrawn() {
		return withMarks(g, Text{X: (l.left + l.right) / 2, Y: (l.top + l.bottom) / 2, Body: "No participants", Size: bodySize, Anchor: Middle, Paint: Muted})
	}
	if l.bands() {
		for i := range l.Groups {
			if l.Groups[i].banded() {
				g.Marks = append(g.Marks, l.band(i))
			}
		}
	}
	for i := range l.Groups {
		if l.Groups[i].drawn() {
			g.Marks = append(g.Marks, l.series(i))
		}
	}
	return g
}

// bands reports whether bands are drawn: more than a few would hide each other.
func (l *survivalLayout) bands() bool { return !l.HideBand && len(l.Groups) <= mostBands }

func (l *survivalLayout) anyDrawn() bool {
	for i := range l.Groups {
		if l.Groups[i].drawn() {
			return true
		}
	}
	return false
}

func (l *survivalLayout) axisY() Mark {
	x := l.left - between - TextWidth("100%", smallSize, false)
	label, full := fit(l.YLabel, bodySize, false, l.width-pad-x)
	grid, axis := Group{Part: "grid"}, Group{Part: "axis-y"}
	for quarter := 0; quarter <= 4; quarter++ {
		y := l.y.At(float64(quarter) / 4)
		if quarter > 0 {
			grid.Marks = append(grid.Marks, Line(l.left, y, l.right, y, Stroke{Paint: Grid, Width: 1}))
		}
		axis.Marks = append(axis.Marks,
			Line(l.left-tickLength, y, l.left, y, Stroke{Paint: Ink, Width: axisWidth}),
			Text{X: l.left - between, Y: y + 4, Body: strconv.Itoa(25*quarter) + "%", Size: smallSize, Anchor: End, Paint: Ink})
	}
	axis.Marks = append(axis.Marks,
		Line(l.left, l.top, l.left, l.bottom, Stroke{Paint: Ink, Width: axisWidth}),
		Text{X: x, Y: l.top - between - 6, Body: label, Full: full, Size: bodySize, Paint: Ink})
	return Group{Part: "frame", Marks: []Mark{grid, axis}}
}

func (l *survivalLayout) axisX() Mark {
	g := Group{Part: "axis-x"}
	for _, j := range l.columns {
		x := l.x.At(l.RiskTimes[j])
		g.Marks = append(g.Marks,
			Line(x, l.bottom, x, l.bottom+tickLength, Stroke{Paint: Ink, Width: axisWidth}),
			Text{X: x, Y: l.bottom + between + smallSize - 2, Body: tickLabel(l.RiskTimes[j]), Size: smallSize, Anchor: Middle, Paint: Ink})
	}
	label, full := fit(l.XLabel, bodySize, false, l.width-2*pad)
	half := TextWidth(label, bodySize, false) / 2
	centre := min(max((l.left+l.right)/2, pad+half), l.width-pad-half)
	return withMarks(g,
		Line(l.left, l.bottom, l.right, l.bottom, Stroke{Paint: Ink, Width: axisWidth}),
		Text{X: centre, Y: l.bottom + between + smallSize + bodyLine, Body: label, Full: full, Size: bodySize, Anchor: Middle, Paint: Ink})
}

func (l *survivalLayout) series(i int) Mark {
	g := Group{Part: "series", Data: l.seriesData(i)}
	g.Marks = append(g.Marks, Group{Part: "curve", Marks: []Mark{Path{Points: l.curve(i), Stroke: Stroke{Paint: Series(i)}}}})
	if censored := l.censored(i); !l.HideCensor && len(censored) > 0 {
		g.Marks = append(g.Marks, Group{Part: "censored", Marks: []Mark{
			Points{At: censored, Shape: Tick, Size: censorSize, Stroke: Stroke{Paint: plainSeries(i), Width: 1}}}})
	}
	return g
}

func (l *survivalLayout) seriesData(i int) []Attr {
	return []Attr{{"series", strconv.Itoa(i)}, {"label", l.Groups[i].Label}}
}

// curve is the survival of a group as a staircase from one at time zero.
func (l *survivalLayout) curve(i int) []Point {
	g := &l.Groups[i]
	s := staircase{points: make([]Point, 0, 2*len(g.Time)+2)}
	s.to(l.x.At(0), l.y.At(1))
	for k, t := range g.Time {
		if finite(t) && finite(g.Surv[k]) {
			s.to(l.x.At(t), l.y.At(unit(g.Surv[k])))
		}
	}
	return s.end(l.x.At(g.end()))
}

// band is the area between the limits of a group, in as many pieces as there
// are runs of finite limits.
func (l *survivalLayout) band(i int) Mark {
	g := &l.Groups[i]
	out := Group{Part: "band", Data: l.seriesData(i)}
	for from := 0; from < len(g.Time); from++ {
		to := from
		for to < len(g.Time) && finite(g.Time[to]) && finite(g.Lower[to]) && finite(g.Upper[to]) {
			to++
		}
		if to > from {
			out.Marks = append(out.Marks, Path{Points: l.bandPiece(g, from, to), Closed: true, Fill: Band(i)})
			from = to
		}
	}
	return out
}

func (l *survivalLayout) bandPiece(g *SurvivalGroup, from, to int) []Point {
	end := g.end()
	if to < len(g.Time) && finite(g.Time[to]) {
		end = g.Time[to]
	}
	upper := staircase{points: make([]Point, 0, 4*(to-from)+4)}
	lower := staircase{points: make([]Point, 0, 2*(to-from)+2)}
	for k := from; k < to; k++ {
		x := l.x.At(g.Time[k])
		upper.to(x, l.y.At(unit(g.Upper[k])))
		lower.to(x, l.y.At(unit(g.Lower[k])))
	}
	outline, back := upper.end(l.x.At(end)), lower.end(l.x.At(end))
	for k := len(back) - 1; k >= 0; k-- {
		outline = append(outline, back[k])
	}
	return outline
}

// censored places a mark on the curve at each censored time.
func (l *survivalLayout) censored(i int) []Point {
	g := &l.Groups[i]
	marks := make([]Point, 0, len(g.CensorTimes))
	for _, t := range g.CensorTimes {
		surv, _, _ := g.at(t)
		if !finite(t) || !finite(surv) {
			continue
		}
		p := Point{l.x.At(t), l.y.At(unit(surv))}
		if n := len(marks); n > 0 && math.Abs(marks[n-1].X-p.X) < finestCross && math.Abs(marks[n-1].Y-p.Y) < finestCross {
			continue
		}
		marks = append(marks, p)
	}
	return marks
}

// medianLines run from one half of survival to the curves and down to the axis.
func (l *survivalLayout) medianLines() Mark {
	g := Group{Part: "median"}
	line := Stroke{Paint: Muted, Width: 0.8, Dash: Dashed}
	last := 0.0
	for i := range l.Groups {
		if m := l.Groups[i].Median; finite(m) && m <= l.x.D1 {
			x := l.x.At(m)
			last = max(last, x)
			g.Marks = append(g.Marks, Line(x, l.y.At(0.5), x, l.bottom, line))
		}
	}
	if last > 0 {
		g.Marks = append(g.Marks, Line(l.left, l.y.At(0.5), last, l.y.At(0.5), line))
	}
	return g
}

// staircase gathers the corners of a step function, drawing steps that no eye
// can part as one; so the size of a curve is bounded by its width in pixels.
type staircase struct{ points []Point }

func (s *staircase) to(x, y float64) {
	n := len(s.points)
	if n == 0 {
		s.points = append(s.points, Point{x, y})
		return
	}
	last := &s.points[n-1]
	switch {
	case y == last.Y:
	case n > 1 && x-last.X < finestStep:
		last.Y = y
	default:
		s.points = append(s.points, Point{x, last.Y}, Point{x, y})
	}
}

func (s *staircase) end(x float64) []Point {
	return append(s.points, Point{x, s.points[len(s.points)-1].Y})
}

// unit keeps a share within zero and one.
func unit(v float64) float64 { return min(max(v, 0), 1) }

func withMarks(g Group, marks ...Mark) Group {
	g.Marks = append(g.Marks, marks...)
	return g
}

func pair(a, b float64) string { return exact(a) + " " + exact(b) }

func pixels(a, b float64) string {
	return string(appendHundredths(nil, hundredths(a))) + " " + string(appendHundredths(nil, hundredths(b)))
}
