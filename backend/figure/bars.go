package figure

import (
	"fmt"
	"math"
	"strconv"
)

// BarsChart is how often each value of a field occurs.
type BarsChart struct {
	Label   string
	Bars    []LabelCount // in the order they are drawn
	N       int          // values counted; per cents are of these
	Missing int
	Width   float64 // pixels; 320 where zero. The height follows from the bars
}

// LabelCount is one value and how often it occurs.
type LabelCount struct {
	Label string
	Count int
}

// Bars draws one horizontal bar for each value, with its count and per cent.
func Bars(c BarsChart) *Scene {
	c.Width, c.Label = max(orElse(c.Width, 320), 200), oneLine(c.Label)
	height := pad + bodyLine + between + float64(riskLine*float64(len(c.Bars))) + between + noteLine + pad
	s := &Scene{Width: c.Width, Height: height, Title: c.Label, Description: c.description(), Table: c.table()}
	s.Marks = append(s.Marks, smallHeading(c.Label, c.Width))
	if len(c.Bars) == 0 {
		s.Height += 2 * riskLine
		return empty(s, c.N, c.Missing)
	}
	s.Marks = append(s.Marks, c.rows(), smallNote(sizeNote(c.N, c.Missing), c.Width, height))
	return s
}

// rows puts labels, bars and numbers in three columns.
func (c *BarsChart) rows() Mark {
	labels, numbers, most := 0.0, 0.0, 0
	for _, b := range c.Bars {
		labels = max(labels, TextWidth(oneLine(b.Label), smallSize, false))
		numbers = max(numbers, TextWidth(c.number(b), smallSize, false))
		most = max(most, b.Count)
	}
	labels = min(labels, 0.4*c.Width)
	x := Linear{D0: 0, D1: float64(most), R0: pad + labels + between, R1: c.Width - pad - numbers - between}
	g := Group{Part: "bars"}
	y := pad + bodyLine + between
	for i, b := range c.Bars {
		g.Marks = append(g.Marks, c.row(i, b, y+float64(riskLine*float64(i)), labels, x))
	}
	return g
}

func (c *BarsChart) row(i int, b LabelCount, y, labels float64, x Linear) Mark {
	body, full := fit(b.Label, smallSize, false, labels)
	g := Group{Part: "bar", Data: []Attr{{"bin", strconv.Itoa(i)}, {"label", oneLine(b.Label)}}}
	g.Marks = append(g.Marks, Text{X: pad + labels, Y: y + 13, Body: body, Full: full, Size: smallSize, Anchor: End, Paint: Ink})
	end := x.R0
	if b.Count > 0 {
		end = x.At(float64(b.Count))
		g.Marks = append(g.Marks, Rect{X: x.R0, Y: y + 3, Width: end - x.R0, Height: riskLine - 6, Fill: Bar})
	}
	return withMarks(g, Text{X: end + between, Y: y + 13, Body: c.number(b), Size: smallSize, Paint: Ink})
}

// number is for example "158 (37.8%)".
func (c *BarsChart) number(b LabelCount) string {
	return count(b.Count) + " (" + percent(share(b.Count, c.N)) + ")"
}

func (c *BarsChart) description() string {
	s := fmt.Sprintf("Counts of %s: %s.", c.Label, sizeNote(c.N, c.Missing))
	for _, b := range c.Bars {
		s += fmt.Sprintf(" %s: %s.", oneLine(b.Label), c.number(b))
	}
	return s
}

func (c *BarsChart) table() DataTable {
	t := DataTable{
		Caption: fmt.Sprintf("Counts of %s, %s.", c.Label, sizeNote(c.N, c.Missing)),
		Columns: []string{"Value", "Count", "Per cent"},
	}
	for _, b := range c.Bars {
		t.Rows = append(t.Rows, []string{oneLine(b.Label), strconv.Itoa(b.Count), hundred(share(b.Count, c.N))})
	}
	return t
}

func smallHeading(title string, width float64) Mark {
	body, full := fit(title, bodySize, true, width-2*pad)
	return Group{Part: "heading", Marks: []Mark{
		Text{X: pad, Y: pad + bodySize, Body: body, Full: full, Size: bodySize, Bold: true, Paint: Ink}}}
}

func smallNote(note string, width, height float64) Mark {
	body, full := fit(note, noteSize, false, width-2*pad)
	return Group{Part: "notes", Marks: []Mark{
		Text{X: pad, Y: height - pad, Body: body, Full: full, Size: noteSize, Paint: Muted}}}
}

// empty says in place of a plot that there is nothing to draw.
func empty(s *Scene, n, missing int) *Scene {
	body := "No values"
	if n > 0 {
		body = "Values without a range to draw"
	}
	s.Marks = append(s.Marks,
		Text{X: s.Width / 2, Y: s.Height/2 + 4, Body: body, Size: bodySize, Anchor: Middle, Paint: Muted},
		smallNote(sizeNote(n, missing), s.Width, s.Height))
	return s
}

func sizeNote(n, missing int) string {
	return "n = " + count(n) + ", " + count(missing) + " missing"
}

// share is n of total, NaN of nothing.
func share(n, total int) float64 {
	if total <= 0 {
		return math.NaN()
	}
	return float64(n) / float64(total)
}

func after(unit string) string {
	if unit == "" {
		return ""
	}
	return " " + unit
}
