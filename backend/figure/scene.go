// Package figure draws the pictures of the program: a survival curve with its
// risk table, a histogram, a bar chart.
//
// A chart function (KaplanMeier, Histogram, Bars) turns numbers that were
// computed elsewhere into a Scene: a list of marks (lines, paths, rectangles,
// text, points, groups) with a title, a description and a DataTable that says
// the same in words and cells. A Theme (Light, Dark, Print) gives the marks
// their colours, and a writer draws the scene; SVG is the first, PDF, PNG and
// slides take the same scene.
//
// Promises: the same scene and theme give the same bytes on every platform; a
// number under a tick stands at the tick's own x, because both ask one scale;
// labels do not overlap by the widths of widths.go; no NaN and no infinity is
// ever written; the size of a figure is bounded by its pixels, not by the number
// of participants; nothing in a drawing needs scripts, styles or the network.
//
// It computes no statistics and sees no participants: only curves, bins and
// counts reach it. What may be shown at all is decided before it is called.
//
// # What a page may rely on
//
// Groups carry data attributes for interaction: data-part names a region
// (paper, heading, plot, grid, axis-x, axis-y, series, band, curve, censored,
// median, label, test, at-risk, medians, notes), data-series and data-label a
// group of participants. The plot group carries its scales: data-x-domain and
// data-y-domain in data units, data-x-range and data-y-range in the units of the
// viewBox, two numbers each.
package figure

// Scene is one figure: what to draw, and the same in words.
type Scene struct {
	ID          string  // prefix of element ids, unique within a page; "figure" where empty
	Width       float64 // CSS pixels; one pixel is 0.75 pt in print
	Height      float64
	Title       string // accessible name
	Description string // what the figure shows, in sentences, with its numbers
	Table       DataTable
	Marks       []Mark // drawn in order, later ones on top
}

// Mark is a Path, Rect, Text, Points or Group.
type Mark interface{ isMark() }

// Point is a place in the scene: pixels, y downwards.
type Point struct{ X, Y float64 }

// Path joins points by straight lines: a polyline, or an area when Closed.
type Path struct {
	Points []Point
	Closed bool
	Stroke Stroke
	Fill   Paint
}

// Line is the path between two points.
func Line(x1, y1, x2, y2 float64, stroke Stroke) Path {
	return Path{Points: []Point{{x1, y1}, {x2, y2}}, Stroke: stroke}
}

// Rect is an upright rectangle; X, Y is its top left corner.
type Rect struct {
	X, Y, Width, Height float64
	Fill                Paint
	Stroke              Stroke
}

// Anchor says which part of a text stands at its X.
type Anchor uint8

const (
	Start Anchor = iota
	Middle
	End
)

// Text is one line of text; Y is its baseline.
type Text struct {
	X, Y   float64
	Body   string
	Full   string // the whole text where Body was cut, else empty
	Size   float64
	Bold   bool
	Anchor Anchor
	Paint  Paint
}

// Shape is the form of a point mark.
type Shape uint8

const (
	Tick Shape = iota // an upright stroke, as for censored times
	Plus
	Dot
)

// Points draws one small mark at each place. Size is its height in pixels.
type Points struct {
	At     []Point
	Shape  Shape
	Size   float64
	Stroke Stroke
	Fill   Paint
}

// Group holds marks that belong together. Part names the region, Data becomes
// data attributes.
type Group struct {
	Part  string
	Data  []Attr
	Marks []Mark
}

// Attr is a data attribute: Name "series" is written as data-series.
type Attr struct{ Name, Value string }

func (Path) isMark()   {}
func (Rect) isMark()   {}
func (Text) isMark()   {}
func (Points) isMark() {}
func (Group) isMark()  {}

// Walk calls visit for every mark, groups before what they hold.
func Walk(marks []Mark, visit func(Mark)) {
	for _, m := range marks {
		visit(m)
		if g, ok := m.(Group); ok {
			Walk(g.Marks, visit)
		}
	}
}

// Box is an upright box with X0 <= X1 and Y0 <= Y1.
type Box struct{ X0, Y0, X1, Y1 float64 }

// Overlaps reports whether two boxes share an area.
func (b Box) Overlaps(o Box) bool {
	return b.X0 < o.X1 && o.X0 < b.X1 && b.Y0 < o.Y1 && o.Y0 < b.Y1
}

// Box is the space the text takes, from the top of its capitals to the foot of
// its descenders, by the widths of TextWidth.
func (t Text) Box() Box {
	w := TextWidth(t.Body, t.Size, t.Bold)
	x := t.X
	switch t.Anchor {
	case Middle:
		x -= w / 2
	case End:
		x -= w
	}
	return Box{X0: x, Y0: t.Y - float64(0.74*t.Size), X1: x + w, Y1: t.Y + float64(0.22*t.Size)}
}
