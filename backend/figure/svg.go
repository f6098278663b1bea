package figure

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// fontFamily names faces that widths.go has measured.
const fontFamily = "Inter, 'Helvetica Neue', Arial, 'Liberation Sans', 'Nimbus Sans', sans-serif"

// SVG draws a scene. The drawing is one img to assistive technology, named by
// its title and described by its description; the table is for the page to
// render beside it. Only presentation attributes are used, so that a strict
// content security policy has nothing to refuse.
//
// It fails, before writing anything, for a scene without extent or with a
// coordinate that is not a finite number, and when w fails.
func SVG(w io.Writer, s *Scene, t Theme) error {
	if !(s.Width > 0 && s.Height > 0 && finite(s.Width) && finite(s.Height)) {
		return fmt.Errorf("draw figure: the scene has no extent")
	}
	e := &svgWriter{theme: t, buf: make([]byte, 0, 64<<10)}
	e.open(s)
	for _, m := range s.Marks {
		e.mark(m)
	}
	e.raw("</svg>\n")
	if e.err != nil {
		return e.err
	}
	if _, err := w.Write(e.buf); err != nil {
		return fmt.Errorf("write figure: %w", err)
	}
	return nil
}

// svgWriter gathers the drawing; the first bad coordinate ends up in err.
type svgWriter struct {
	theme Theme
	buf   []byte
	err   error
}

func (e *svgWriter) open(s *Scene) {
	id := identifier(s.ID)
	e.raw(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 `)
	e.num(s.Width)
	e.raw(" ")
	e.num(s.Height)
	e.raw(`"`)
	e.number("width", s.Width)
	e.number("height", s.Height)
	e.attr("role", "img")
	e.attr("aria-labelledby", id+"-title")
	e.attr("aria-describedby", id+"-desc")
	e.attr("font-family", fontFamily)
	e.attr("data-theme", e.theme.Name)
	e.raw(">\n<title id=\"" + id + "-title\">")
	e.text(s.Title)
	e.raw("</title>\n<desc id=\"" + id + "-desc\">")
	e.text(s.Description)
	e.raw("</desc>\n<g data-part=\"paper\">")
	e.rect(Rect{Width: s.Width, Height: s.Height, Fill: Paper})
	e.raw("</g>\n")
}

func (e *svgWriter) mark(m Mark) {
	switch m := m.(type) {
	case Path:
		e.path(m)
	case Rect:
		e.rect(m)
	case Text:
		e.label(m)
	case Points:
		e.points(m)
	case Group:
		e.group(m)
	default:
		panic(fmt.Sprintf("figure: unknown mark %T", m))
	}
}

func (e *svgWriter) group(g Group) {
	e.raw("<g")
	e.attr("data-part", g.Part)
	for _, a := range g.Data {
		e.attr("data-"+a.Name, a.Value)
	}
	e.raw(">\n")
	for _, m := range g.Marks {
		e.mark(m)
	}
	e.raw("</g>\n")
}

// path writes the shortest commands: H and V for the steps of a curve. Points
// that fall together after rounding are written once.
func (e *svgWriter) path(p Path) {
	if len(p.Points) == 0 {
		return
	}
	e.raw(`<path d="`)
	var x, y int64
	for i, pt := range p.Points {
		px, py := e.coordinate(pt.X), e.coordinate(pt.Y)
		switch {
		case i == 0:
			e.raw("M")
			e.pair(px, py)
		case px == x && py == y:
		case py == y:
			e.raw("H")
			e.buf = appendHundredths(e.buf, px)
		case px == x:
			e.raw("V")
			e.buf = appendHundredths(e.buf, py)
		default:
			e.raw("L")
			e.pair(px, py)
		}
		x, y = px, py
	}
	if p.Closed {
		e.raw("Z")
	}
	e.raw(`"`)
	e.fill(p.Fill)
	e.stroke(p.Stroke)
	e.raw("/>\n")
}

func (e *svgWriter) rect(r Rect) {
	e.raw("<rect")
	e.number("x", r.X)
	e.number("y", r.Y)
	e.number("width", r.Width)
	e.number("height", r.Height)
	e.fill(r.Fill)
	if r.Stroke.Paint != None {
		e.stroke(r.Stroke)
	}
	e.raw("/>\n")
}

func (e *svgWriter) label(t Text) {
	e.raw("<text")
	e.number("x", t.X)
	e.number("y", t.Y)
	e.number("font-size", t.Size)
	if t.Bold {
		e.attr("font-weight", "600")
	}
	if t.Anchor != Start {
		e.attr("text-anchor", [...]string{"start", "middle", "end"}[t.Anchor])
	}
	e.fill(t.Paint)
	e.raw(">")
	if t.Full != "" {
		e.raw("<title>")
		e.text(t.Full)
		e.raw("</title>")
	}
	e.text(t.Body)
	e.raw("</text>\n")
}

func (e *svgWriter) points(p Points) {
	if len(p.At) == 0 {
		return
	}
	e.raw(`<path d="`)
	half := p.Size / 2
	for _, at := range p.At {
		switch p.Shape {
		case Tick:
			e.segment(at.X, at.Y-half, 'v', p.Size)
		case Plus:
			e.segment(at.X, at.Y-half, 'v', p.Size)
			e.segment(at.X-half, at.Y, 'h', p.Size)
		case Dot:
			e.dot(at, half)
		}
	}
	e.raw(`"`)
	e.fill(p.Fill)
	e.stroke(p.Stroke)
	e.raw("/>\n")
}

func (e *svgWriter) segment(x, y float64, command byte, length float64) {
	e.raw("M")
	e.pair(e.coordinate(x), e.coordinate(y))
	e.buf = append(e.buf, command)
	e.num(length)
}

// dot is a circle as two half arcs.
func (e *svgWriter) dot(at Point, r float64) {
	e.raw("M")
	e.pair(e.coordinate(at.X-r), e.coordinate(at.Y))
	for _, across := range []float64{2 * r, -2 * r} {
		e.raw("a")
		e.pair(e.coordinate(r), e.coordinate(r))
		e.raw(" 0 1 0 ")
		e.pair(e.coordinate(across), 0)
	}
	e.raw("Z")
}

func (e *svgWriter) fill(p Paint) {
	if p == None {
		e.attr("fill", "none")
		return
	}
	colour, opacity := e.theme.colour(p)
	e.attr("fill", string(colour))
	if opacity != 1 {
		e.number("fill-opacity", opacity)
	}
}

func (e *svgWriter) stroke(s Stroke) {
	if s.Paint == None {
		return
	}
	colour, _ := e.theme.colour(s.Paint)
	width, dash := e.theme.stroke(s)
	e.attr("stroke", string(colour))
	e.number("stroke-width", width)
	if len(dash) == 0 {
		return
	}
	e.raw(` stroke-dasharray="`)
	for i, d := range dash {
		if i > 0 {
			e.raw(" ")
		}
		e.num(d)
	}
	e.raw(`"`)
}

func (e *svgWriter) raw(s string) { e.buf = append(e.buf, s...) }

func (e *svgWriter) num(v float64) { e.buf = appendHundredths(e.buf, e.coordinate(v)) }

func (e *svgWriter) pair(x, y int64) {
	e.buf = appendHundredths(e.buf, x)
	e.buf = append(e.buf, ' ')
	e.buf = appendHundredths(e.buf, y)
}

func (e *svgWriter) number(name string, v float64) {
	e.raw(" " + name + `="`)
	e.num(v)
	e.raw(`"`)
}

func (e *svgWriter) attr(name, value string) {
	e.raw(" " + name + `="`)
	e.text(value)
	e.raw(`"`)
}

// text escapes for both content and attributes; what XML cannot hold becomes
// the replacement character.
func (e *svgWriter) text(s string) {
	if !strings.ContainsFunc(s, needsEscape) {
		e.raw(s)
		return
	}
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil && e.err == nil {
		e.err = fmt.Errorf("draw figure: %w", err)
	}
	e.buf = append(e.buf, b.Bytes()...)
}

func needsEscape(r rune) bool {
	return r < ' ' || r == '&' || r == '<' || r == '>' || r == '"' || r >= 0xD7FF
}

// coordinate rounds, and remembers the first number that cannot be drawn.
func (e *svgWriter) coordinate(v float64) int64 {
	if !finite(v) || v > 1e9 || v < -1e9 {
		if e.err == nil {
			e.err = fmt.Errorf("draw figure: a coordinate is not a finite number")
		}
		return 0
	}
	return hundredths(v)
}

// identifier keeps the letters and digits of an id, and gives one where none is
// left.
func identifier(id string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, id)
	if clean == "" {
		return "figure"
	}
	if c := clean[0]; c >= '0' && c <= '9' || c == '-' {
		return "f" + clean
	}
	return clean
}
