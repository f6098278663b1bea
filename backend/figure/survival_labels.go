package figure

import (
	"math"
	"sort"
)

// labels name the curves at their ends. They are moved apart where curves end
// close together, and a leader line ties each to its curve.
func (l *survivalLayout) labels() Mark {
	out := Group{Part: "labels"}
	if !l.labelled() {
		return out
	}
	drawn := l.byFollowUp()
	wanted := make([]float64, len(drawn))
	for k, i := range drawn {
		wanted[k] = math.Round(l.curveEnd(i).Y)
	}
	placed := spread(wanted, labelLine, l.top, l.bottom)
	for k, i := range drawn {
		out.Marks = append(out.Marks, l.label(i, placed[k]))
	}
	return out
}

// byFollowUp lists the groups with curves, the longest followed first: where
// curves end at one height their labels then stand in the order of the curves.
func (l *survivalLayout) byFollowUp() []int {
	var drawn []int
	for i := range l.Groups {
		if l.Groups[i].drawn() {
			drawn = append(drawn, i)
		}
	}
	sort.SliceStable(drawn, func(a, b int) bool { return l.Groups[drawn[a]].end() > l.Groups[drawn[b]].end() })
	return drawn
}

// label is a sample of the group's line and its name. The leader is left out
// where the curve ends beside its label or lies on the axis.
func (l *survivalLayout) label(i int, y float64) Mark {
	g := Group{Part: "label", Data: l.seriesData(i)}
	x, end := l.right+l.aside, l.curveEnd(i)
	aside, early := math.Abs(end.Y-y) > 2, l.right-end.X > 2
	if (aside || early) && !(early && l.bottom-end.Y < 1) {
		g.Marks = append(g.Marks, Path{
			Points: []Point{{end.X + 2, end.Y}, {max(l.right+2, end.X+2), end.Y}, {x - 2, y}},
			Stroke: Stroke{Paint: Muted, Width: 0.8, Dash: Dotted},
		})
	}
	g.Marks = append(g.Marks, Line(x, y, x+swatch, y, Stroke{Paint: Series(i)}))
	x += swatch + between/2
	body, full := fitAmong(l.names(), i, bodySize, true, l.width-pad-x)
	return withMarks(g, Text{X: x, Y: y + 4, Body: body, Full: full, Size: bodySize, Bold: true, Paint: Series(i)})
}

// names are the groups' labels.
func (l *survivalLayout) names() []string {
	list := make([]string, len(l.Groups))
	for i := range l.Groups {
		list[i] = l.Groups[i].Label
	}
	return list
}

// curveEnd is where the drawn curve of a group stops.
func (l *survivalLayout) curveEnd(i int) Point {
	g := &l.Groups[i]
	surv := 1.0
	for k := len(g.Surv) - 1; k >= 0; k-- {
		if finite(g.Surv[k]) && finite(g.Time[k]) {
			surv = g.Surv[k]
			break
		}
	}
	return Point{l.x.At(g.end()), l.y.At(unit(surv))}
}

// test writes the p value into the plot, where a corner is free.
func (l *survivalLayout) test() (Mark, bool) {
	if l.testPlace == nil {
		return nil, false
	}
	return Group{Part: "test", Marks: []Mark{*l.testPlace}}, true
}

// placeTest finds a corner of the plot that no curve, band or median line
// enters. Where both are taken the test goes to the notes.
func (l *survivalLayout) placeTest() {
	body := l.testText()
	if body == "" {
		return
	}
	below := Text{X: l.left + 12, Y: l.bottom - 14, Body: body, Size: bodySize, Paint: Ink}
	above := Text{X: l.right - 4, Y: l.top + 18, Body: body, Size: bodySize, Anchor: End, Paint: Ink}
	switch {
	case below.Box().X1 > l.right:
	case l.freeBelow(below.Box()):
		l.testPlace = &below
		return
	case l.freeAbove(above.Box()):
		l.testPlace = &above
		return
	}
	l.testInNotes = true
}

const air = 6.0 // kept free around a text within the plot

// freeBelow reports whether a box in the lower left corner is clear. A curve
// only falls, so what it reached by the box's right edge is its lowest there.
func (l *survivalLayout) freeBelow(b Box) bool {
	for i := range l.Groups {
		g := &l.Groups[i]
		if !g.drawn() {
			continue
		}
		if lowest, _ := l.reach(g, b.X1+air); lowest > b.Y0-air {
			return false
		}
		if l.ShowMedian && finite(g.Median) && l.x.At(g.Median) < b.X1+air {
			return false
		}
	}
	return true
}

// freeAbove reports whether a box in the upper right corner is clear.
func (l *survivalLayout) freeAbove(b Box) bool {
	for i := range l.Groups {
		g := &l.Groups[i]
		if !g.drawn() {
			continue
		}
		if _, highest := l.reach(g, b.X0-air); highest < b.Y1+air {
			return false
		}
	}
	return true
}

// reach gives how low a group has come by the pixel x, and how high it can
// still be from there on, as pixels; its limits count where they are drawn.
func (l *survivalLayout) reach(g *SurvivalGroup, x float64) (lowest, highest float64) {
	low, high := 1.0, 1.0
	for k, t := range g.Time {
		if !finite(t) || !finite(g.Surv[k]) {
			continue
		}
		if l.x.At(t) > x {
			high = max(high, l.ceiling(g, k))
			continue
		}
		low, high = min(low, g.Surv[k]), l.ceiling(g, k)
		if l.bandShown(g, k) {
			low = min(low, g.Lower[k])
		}
	}
	return l.y.At(unit(low)), l.y.At(unit(high))
}

// ceiling is the upper limit of a step where it is drawn, else its survival.
func (l *survivalLayout) ceiling(g *SurvivalGroup, k int) float64 {
	if l.bandShown(g, k) {
		return max(g.Surv[k], g.Upper[k])
	}
	return g.Surv[k]
}

func (l *survivalLayout) bandShown(g *SurvivalGroup, k int) bool {
	return l.bands() && len(g.Lower) > 0 && finite(g.Lower[k]) && finite(g.Upper[k])
}
