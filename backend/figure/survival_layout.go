package figure

import "math"

// Type sizes and distances of the survival figure, in pixels.
const (
	pad       = 16.0
	titleSize = 15.0
	bodySize  = 12.0
	smallSize = 11.0
	noteSize  = 10.5

	titleLine = 20.0
	bodyLine  = 16.0
	noteLine  = 14.0
	riskLine  = 18.0
	labelLine = 16.0

	leader  = 14.0 // at least this, from the end of the plot to the labels
	swatch  = 16.0 // sample of a group's line before its name
	between = 8.0
)

// survivalLayout places everything once; the drawing functions only read it.
type survivalLayout struct {
	SurvivalChart
	width, height float64
	x, y          Linear // the one pair of scales that curves, ticks and risk table share
	top, bottom   float64
	left, right   float64
	columns       []int    // risk times that are shown; all unless the figure is narrow
	subtitle      []string // wrapped lines, and the whole where they were cut
	titleLines    []string
	titleFull     string
	subtitleFull  string
	noteLines     []string
	medians       bool // medians are shown beside the risk table
	nameWidth     float64
	aside         float64 // from the end of the plot to labels and medians
	testPlace     *Text   // where the p value fits into the plot
	testInNotes   bool    // it does not
}

func (c SurvivalChart) layout() *survivalLayout {
	l := &survivalLayout{SurvivalChart: c, width: c.Width}
	l.medians = c.AtRisk != nil && c.Width >= 560
	l.horizontal()
	l.x = Linear{D0: 0, D1: c.end(), R0: l.left, R1: l.right}
	l.columns = l.thinned()
	l.vertical()
	if l.placeTest(); l.testInNotes {
		l.vertical()
	}
	return l
}

// horizontal gives the left margin to the names of the risk table and the right
// one to the labels and medians, then the rest to the plot.
func (l *survivalLayout) horizontal() {
	left := TextWidth("100%", smallSize, false) + between
	if l.AtRisk != nil {
		names, first := 0.0, 0.0
		for i, g := range l.Groups {
			names = max(names, TextWidth(g.Label, smallSize, true))
			if len(l.AtRisk[i]) > 0 {
				first = max(first, TextWidth(count(l.AtRisk[i][0]), smallSize, false))
			}
		}
		l.nameWidth = min(names, 0.2*l.width)
		left = max(left, swatch+between/2+l.nameWidth+between+first/2)
	}
	l.left = crisp(pad + left)
	right := l.lastTickOverhang()
	l.aside = max(leader, right+between)
	if l.labelled() {
		right = max(right, l.aside+swatch+between/2+min(l.widestLabel(), 0.2*l.width))
	}
	if l.medians {
		right = max(right, l.aside+l.widestMedian())
	}
	l.right = crisp(l.width - pad - right - 1)
}

// crisp moves a coordinate up to the middle of a pixel, where a thin line is
// drawn sharp.
func crisp(v float64) float64 { return math.Ceil(v-0.5) + 0.5 }

// lastTickOverhang keeps half a number free beyond the last tick.
func (l *survivalLayout) lastTickOverhang() float64 {
	widest := 0.0
	for j := range l.RiskTimes {
		widest = max(widest, l.columnWidth(j))
	}
	return widest/2 + between/2
}

// labelled reports whether curves carry labels: one curve needs none.
func (l *survivalLayout) labelled() bool { return len(l.Groups) > 1 }

func (l *survivalLayout) widestLabel() float64 {
	widest := 0.0
	for _, g := range l.Groups {
		if g.drawn() {
			widest = max(widest, TextWidth(g.Label, bodySize, true))
		}
	}
	return widest
}

func (l *survivalLayout) widestMedian() float64 {
	widest := TextWidth(l.medianHeading(), smallSize, true)
	for i := range l.Groups {
		widest = max(widest, TextWidth(l.Groups[i].medianCell(), smallSize, false))
	}
	return widest
}

// vertical stacks heading, plot, axis, risk table and notes.
func (l *survivalLayout) vertical() {
	room := l.width - 2*pad
	l.titleLines, l.titleFull = wrap(l.Title, titleSize, true, room, 2)
	l.subtitle, l.subtitleFull = wrap(l.Subtitle, bodySize, false, room, 2)
	l.noteLines, _ = wrap(l.note(), noteSize, false, room, 4)
	above := pad + float64(titleLine*float64(len(l.titleLines))) + float64(bodyLine*float64(len(l.subtitle))) +
		between + bodyLine + between
	below := smallSize + between + bodyLine + pad
	if l.AtRisk != nil {
		below += riskLine + float64(riskLine*float64(len(l.Groups))) + between
	}
	if n := len(l.noteLines); n > 0 {
		below += pad + float64(noteLine*float64(n))
	}
	plot := min(max(0.46*l.width, 200), 420)
	if l.Height > 0 {
		plot = l.Height - above - below
	}
	plot = max(plot, 150, float64(labelLine*float64(len(l.Groups))))
	l.top = crisp(above)
	l.bottom = l.top + float64(4*math.Floor(plot/4)) // so that the quarters are crisp too
	l.height = math.Ceil(l.bottom + below)
	l.y = Linear{D0: 0, D1: 1, R0: l.bottom, R1: l.top}
}

// thinned picks every k-th risk time, with the smallest k at which neither tick
// labels nor numbers at risk touch.
func (l *survivalLayout) thinned() []int {
	for k := 1; k < len(l.RiskTimes); k++ {
		if columns := l.every(k); !l.crowded(columns) {
			return columns
		}
	}
	return l.every(max(1, len(l.RiskTimes)))
}

func (l *survivalLayout) every(k int) []int {
	var columns []int
	for j := 0; j < len(l.RiskTimes); j += k {
		if finite(l.RiskTimes[j]) && l.RiskTimes[j] >= 0 {
			columns = append(columns, j)
		}
	}
	return columns
}

func (l *survivalLayout) crowded(columns []int) bool {
	for i := 1; i < len(columns); i++ {
		a, b := columns[i-1], columns[i]
		distance := l.x.At(l.RiskTimes[b]) - l.x.At(l.RiskTimes[a])
		if distance < (l.columnWidth(a)+l.columnWidth(b))/2+between {
			return true
		}
	}
	return false
}

// columnWidth is the widest of a tick's label and the numbers under it.
func (l *survivalLayout) columnWidth(j int) float64 {
	widest := TextWidth(tickLabel(l.RiskTimes[j]), smallSize, false)
	for i := range l.AtRisk {
		widest = max(widest, TextWidth(count(l.AtRisk[i][j]), smallSize, false))
	}
	return widest
}
