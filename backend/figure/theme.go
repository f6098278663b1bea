package figure

// Paint is a role that a Theme gives a colour. The zero value paints nothing.
type Paint uint8

const (
	None  Paint = iota
	Ink         // text and axes
	Muted       // secondary text, leader lines
	Grid        // lines one may overlook
	Paper       // the background
	Bar         // the bars of a histogram

	firstSeries Paint = 32
	firstPlain  Paint = 48
	firstBand   Paint = 64
)

// SeriesCount is how many series a theme tells apart; a ninth takes the style
// of the first and is told apart by its label.
const SeriesCount = 8

// Series is the line and label paint of group i.
func Series(i int) Paint { return firstSeries + Paint(i%SeriesCount) }

// plainSeries is the colour of group i for small marks, which keep their own
// width and are never dashed.
func plainSeries(i int) Paint { return firstPlain + Paint(i%SeriesCount) }

// Band is the translucent fill of group i's interval.
func Band(i int) Paint { return firstBand + Paint(i%SeriesCount) }

// Dash is the pattern of a stroke that is not a series.
type Dash uint8

const (
	Solid Dash = iota
	Dotted
	Dashed
)

// Stroke is how a line is drawn. A stroke of Series paint takes the theme's
// width and dash, so that print can tell series apart without colour.
type Stroke struct {
	Paint Paint
	Width float64
	Dash  Dash
}

// Colour is "#rrggbb".
type Colour string

// SeriesStyle is how one group is drawn.
type SeriesStyle struct {
	Colour Colour // at least 4.5:1 against paper, since labels wear it too
	Width  float64
	Dash   []float64 // lengths of stroke and gap in turn; none is solid
}

// Theme resolves paints. The series of Light and Dark stay apart for readers
// with protan, deutan and tritan vision; from the fifth on they are dashed as
// well. The series of Print stay apart in black and white.
type Theme struct {
	Name        string
	Paper       Colour
	Ink         Colour
	Muted       Colour
	Grid        Colour
	Bar         Colour
	BandOpacity float64
	Series      [SeriesCount]SeriesStyle
}

// Light is for a white page.
func Light() Theme {
	return Theme{
		Name: "light", Paper: "#ffffff", Ink: "#212529", Muted: "#5c636a", Grid: "#e9ecef",
		Bar: "#4a83b8", BandOpacity: 0.13,
		Series: coloured("#0b5fa5", "#b8450a", "#234e46", "#b15086", "#3d290e", "#1b1a5a", "#5d7947", "#7357e8"),
	}
}

// Dark is for a page of #242424.
func Dark() Theme {
	return Theme{
		Name: "dark", Paper: "#242424", Ink: "#e9ecef", Muted: "#a6adb4", Grid: "#383838",
		Bar: "#5b9bd5", BandOpacity: 0.17,
		Series: coloured("#5faef0", "#f08a45", "#95da93", "#f0b4dc", "#f4ec8a", "#a08a6e", "#e1ecd8", "#5f8bea"),
	}
}

// Print is for paper without colour.
func Print() Theme {
	return Theme{
		Name: "print", Paper: "#ffffff", Ink: "#000000", Muted: "#4a4a4a", Grid: "#e6e6e6",
		Bar: "#707070", BandOpacity: 0.1,
		Series: [SeriesCount]SeriesStyle{
			{Colour: "#000000", Width: 1.4},
			{Colour: "#000000", Width: 1.4, Dash: []float64{6, 3}},
			{Colour: "#6e6e6e", Width: 2.4},
			{Colour: "#000000", Width: 1.8, Dash: []float64{1.5, 2.5}},
			{Colour: "#000000", Width: 1.4, Dash: []float64{9, 3, 1.5, 3}},
			{Colour: "#6e6e6e", Width: 2.4, Dash: []float64{7, 3.5}},
			{Colour: "#000000", Width: 1.4, Dash: []float64{12, 3, 1.5, 2, 1.5, 3}},
			{Colour: "#6e6e6e", Width: 2.4, Dash: []float64{2, 2}},
		},
	}
}

// Themes lists every theme, the default first.
func Themes() []Theme { return []Theme{Light(), Dark(), Print()} }

// ThemeNamed finds a theme by its name: light, dark or print.
func ThemeNamed(name string) (Theme, bool) {
	for _, t := range Themes() {
		if t.Name == name {
			return t, true
		}
	}
	return Theme{}, false
}

// coloured gives each series a colour, and the second four a dash too.
func coloured(colours ...Colour) [SeriesCount]SeriesStyle {
	var out [SeriesCount]SeriesStyle
	dashes := [4][]float64{{7, 3}, {2.5, 2.5}, {10, 3, 2, 3}, {5, 2, 1.5, 2, 1.5, 2}}
	for i, c := range colours {
		out[i] = SeriesStyle{Colour: c, Width: 1.6}
		if i >= len(dashes) {
			out[i].Dash = dashes[i-len(dashes)]
		}
	}
	return out
}

// colour resolves a paint to a colour and an opacity.
func (t *Theme) colour(p Paint) (Colour, float64) {
	switch {
	case p >= firstBand:
		return t.Series[(p-firstBand)%SeriesCount].Colour, t.BandOpacity
	case p >= firstPlain:
		return t.Series[(p-firstPlain)%SeriesCount].Colour, 1
	case p >= firstSeries:
		return t.Series[(p-firstSeries)%SeriesCount].Colour, 1
	}
	switch p {
	case Muted:
		return t.Muted, 1
	case Grid:
		return t.Grid, 1
	case Paper:
		return t.Paper, 1
	case Bar:
		return t.Bar, 1
	}
	return t.Ink, 1
}

// stroke resolves the width and dash of a stroke.
func (t *Theme) stroke(s Stroke) (width float64, dash []float64) {
	if s.Paint >= firstSeries && s.Paint < firstPlain {
		style := t.Series[(s.Paint-firstSeries)%SeriesCount]
		return style.Width, style.Dash
	}
	switch s.Dash {
	case Dotted:
		return s.Width, []float64{1, 2.5}
	case Dashed:
		return s.Width, []float64{4, 3}
	}
	return s.Width, nil
}
