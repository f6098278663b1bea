package figure_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vitrine/backend/figure"
)

func TestNumbersAtRiskStandUnderTheirTicks(t *testing.T) {
	for name, c := range charts(t) {
		if c.AtRisk == nil {
			continue
		}
		s := figure.KaplanMeier(c)
		axis := part(s, "axis-x")[0]
		ticks, labels := []float64{}, map[float64]bool{}
		for _, m := range axis.Marks {
			switch m := m.(type) {
			case figure.Path:
				if m.Points[0].X == m.Points[1].X {
					ticks = append(ticks, m.Points[0].X)
				}
			case figure.Text:
				labels[m.X] = true
			}
		}
		rows := part(s, "at-risk")
		if len(rows) != len(c.Groups) || len(ticks) == 0 {
			t.Fatalf("%s: %d rows of numbers, %d ticks", name, len(rows), len(ticks))
		}
		for _, row := range rows {
			var xs []float64
			for _, x := range texts(row.Marks) {
				if xs = append(xs, x.X); x.Anchor != figure.Middle || !labels[x.X] {
					t.Errorf("%s: number %s is not centred under a tick label", name, x.Body)
				}
			}
			if !slices.Equal(xs, ticks) {
				t.Errorf("%s: numbers at %v, ticks at %v", name, xs, ticks)
			}
		}
	}
}

func TestTicksStandWhereTheCurvePutsTheirTimes(t *testing.T) {
	c := rChart(t, "lung_sex")
	s := figure.KaplanMeier(c)
	var x0, x1, d0, d1 float64
	for _, a := range part(s, "plot")[0].Data {
		switch a.Name {
		case "x-domain":
			scan(t, a.Value, &d0, &d1)
		case "x-range":
			scan(t, a.Value, &x0, &x1)
		}
	}
	curve := part(s, "curve")[0].Marks[0].(figure.Path).Points
	if d0 != 0 || d1 != 1022 || curve[0].X != x0 {
		t.Errorf("domain %v to %v, curve from %v, axis from %v", d0, d1, curve[0].X, x0)
	}
	if end := curve[len(curve)-1].X; math.Abs(end-x1) > 0.005 {
		t.Errorf("the longest curve ends at %v, the axis at %v", end, x1)
	}
	for j, n := range texts(part(s, "at-risk")[0].Marks) {
		want := x0 + c.RiskTimes[j]/d1*(x1-x0)
		if math.Abs(n.X-want) > 0.01 {
			t.Errorf("time %v at %v, want %v", c.RiskTimes[j], n.X, want)
		}
	}
}

func TestTextsNeverOverlapNorLeaveTheFigure(t *testing.T) {
	for name, s := range scenes(t) {
		all := texts(s.Marks)
		for i, a := range all {
			box := a.Box()
			if box.X0 < 0 || box.Y0 < 0 || box.X1 > s.Width || box.Y1 > s.Height {
				t.Errorf("%s: %q leaves the figure: %+v of %v × %v", name, a.Body, box, s.Width, s.Height)
			}
			for _, b := range all[i+1:] {
				if box.Overlaps(b.Box()) {
					t.Errorf("%s: %q overlaps %q", name, a.Body, b.Body)
				}
			}
		}
	}
}

func TestTheTestIsWrittenWhereNoCurveRuns(t *testing.T) {
	for name, c := range charts(t) {
		s := figure.KaplanMeier(c)
		for _, g := range part(s, "test") {
			box := texts(g.Marks)[0].Box()
			for _, curve := range append(part(s, "curve"), part(s, "band")...) {
				for _, m := range curve.Marks {
					if crosses(m.(figure.Path), box) {
						t.Errorf("%s: a curve or band runs through the p value", name)
					}
				}
			}
		}
	}
}

func TestDrawingsAreWellFormedAndHoldNoNaN(t *testing.T) {
	bad := regexp.MustCompile(`NaN|Inf|nan\b|"-0"|−0[^.0-9]|e\+|style=|<script|href|<style`)
	for name, s := range scenes(t) {
		for _, theme := range figure.Themes() {
			svg := draw(t, s, theme)
			if err := wellFormed(svg); err != nil {
				t.Errorf("%s %s: %v", name, theme.Name, err)
			}
			if found := bad.FindString(svg); found != "" {
				t.Errorf("%s %s: the drawing holds %q", name, theme.Name, found)
			}
			if svg != draw(t, s, theme) {
				t.Errorf("%s %s: drawn twice, the bytes differ", name, theme.Name)
			}
		}
		words := s.Title + s.Description + s.Table.Caption + fmt.Sprint(s.Table.Columns, s.Table.Rows)
		if found := regexp.MustCompile(`NaN|Inf`).FindString(words); found != "" {
			t.Errorf("%s: the words hold %q", name, found)
		}
	}
}

func TestADrawingIsNamedAndDescribedByItsOwnIds(t *testing.T) {
	s := figure.KaplanMeier(rChart(t, "lung_sex"))
	for given, want := range map[string]string{"": "figure", "km": "km", "9 & <a>": "f9----a-"} {
		s.ID = given
		svg := draw(t, s, figure.Light())
		for _, part := range []string{
			`role="img"`, `aria-labelledby="` + want + `-title"`, `aria-describedby="` + want + `-desc"`,
			`<title id="` + want + `-title">Overall survival by sex</title>`, `<desc id="` + want + `-desc">Kaplan`,
		} {
			if !strings.Contains(svg, part) {
				t.Errorf("id %q: %s is missing", given, part)
			}
		}
	}
}

func TestTheDescriptionSaysWhatTheFigureShows(t *testing.T) {
	got := figure.KaplanMeier(rChart(t, "lung_sex")).Description
	want := "Kaplan–Meier curves of Overall survival in 228 participants in 2 groups, followed for up to 1022 days. " +
		"Male: 138 participants, 112 events, median 270 days (95% confidence interval 210 to 306). " +
		"Female: 90 participants, 53 events, median 426 days (95% confidence interval 345 to 524). " +
		"At 600 days the estimate is 14.5% in Male, 34.3% in Female. " +
		"The curves end at 3.6% in Male at 1022 days, 8.3% in Female at 965 days. Log-rank p = 0.001."
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	quiet := figure.KaplanMeier(charts(t)["no events"]).Description
	if !strings.Contains(quiet, "Quiet: 5 participants, 0 events, median not reached.") {
		t.Errorf("a median that was not reached reads: %s", quiet)
	}
}

// The values are R's: summary(survfit(..., conf.type = "log-log"), times = ...).
func TestTheTableHoldsTheNumbersOfTheFigure(t *testing.T) {
	table := figure.KaplanMeier(rChart(t, "lung_sex")).Table
	for _, want := range [][]string{
		{"Male", "Overall survival (%)", "0", "138", "100.0", "100.0", "100.0"},
		{"Male", "Median (days)", "", "138", "270", "210", "306"},
		{"Female", "Overall survival (%)", "1000", "0", "", "", ""},
		{"Female", "Median (days)", "", "90", "426", "345", "524"},
	} {
		if !slices.ContainsFunc(table.Rows, func(row []string) bool { return slices.Equal(row, want) }) {
			t.Errorf("no row %q", want)
		}
	}
	for name, s := range scenes(t) {
		for _, row := range s.Table.Rows {
			if len(row) != len(s.Table.Columns) {
				t.Errorf("%s: a row has %d cells for %d columns", name, len(row), len(s.Table.Columns))
			}
		}
	}
}

func TestCSVKeepsCellsAndDisarmsFormulas(t *testing.T) {
	table := figure.DataTable{Columns: []string{"Group", "Change"}, Rows: [][]string{
		{"=HYPERLINK(1)", "-2.5"}, {"@now", "+1"}, {`Said "so", twice`, "-x"}, {"\tb", ""}}}
	var b bytes.Buffer
	if err := table.CSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"Group", "Change"}, {"'=HYPERLINK(1)", "-2.5"}, {"'@now", "+1"}, {`Said "so", twice`, "'-x"}, {"'\tb", ""}}
	if fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", rows, want)
	}
	if err := table.CSV(broken{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a failed write gives %v", err)
	}
}

func TestCurvesKeepEveryStepThatCanBeSeen(t *testing.T) {
	c := rChart(t, "lung_sex")
	s := figure.KaplanMeier(c)
	for i, g := range part(s, "curve") {
		points, drops := g.Marks[0].(figure.Path).Points, 0
		for k := 1; k < len(points); k++ {
			if points[k].X < points[k-1].X || points[k].Y < points[k-1].Y {
				t.Fatal("a survival curve went back or up")
			}
			if points[k].Y > points[k-1].Y {
				drops++
			}
		}
		want := 0
		for k := range c.Groups[i].Surv {
			if k == 0 && c.Groups[i].Surv[k] < 1 || k > 0 && c.Groups[i].Surv[k] < c.Groups[i].Surv[k-1] {
				want++
			}
		}
		if drops != want {
			t.Errorf("group %d: %d drops drawn, %d in the data", i, drops, want)
		}
	}
}

func TestTheSizeOfAFigureIsBoundedByItsPixels(t *testing.T) {
	c := withRisk(figure.SurvivalChart{Groups: []figure.SurvivalGroup{
		simulated("A", 1, 200_000, 4e6, 5e6), simulated("B", 2, 200_000, 5e6, 5e6)}})
	if n := len(draw(t, figure.KaplanMeier(c), figure.Light())); n > 700_000 {
		t.Errorf("400,000 participants make %d bytes", n)
	}
}

func TestACutTextKeepsTheWholeAsItsTitle(t *testing.T) {
	svg := draw(t, figure.KaplanMeier(charts(t)["very long labels"]), figure.Light())
	want := "<title>Adenocarcinoma with extensive mediastinal involvement, second line or later, site 17 &amp; others</title>Adenocarc"
	if !strings.Contains(svg, want) {
		t.Error("the whole of a cut label is not in its title")
	}
}

func TestMismatchedSlicesAreTheCallersBug(t *testing.T) {
	ok := figure.SurvivalGroup{N: 1, Time: []float64{1}, Surv: []float64{0}}
	for name, draw := range map[string]func(){
		"curve": func() {
			figure.KaplanMeier(figure.SurvivalChart{Groups: []figure.SurvivalGroup{{N: 1, Time: []float64{1}}}})
		},
		"risk rows": func() {
			figure.KaplanMeier(figure.SurvivalChart{Groups: []figure.SurvivalGroup{ok}, AtRisk: [][]int{}})
		},
		"risk row": func() {
			figure.KaplanMeier(figure.SurvivalChart{Groups: []figure.SurvivalGroup{ok}, RiskTimes: []float64{0}, AtRisk: [][]int{{1, 2}}})
		},
		"bins": func() { figure.Histogram(figure.HistogramChart{Edges: []float64{1}, Counts: []int{1}}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			draw()
		}()
	}
}

func TestWhatCannotBeDrawnIsAnErrorAndWritesNothing(t *testing.T) {
	for name, s := range map[string]*figure.Scene{
		"no extent": {},
		"NaN":       {Width: 10, Height: 10, Marks: []figure.Mark{figure.Line(0, math.NaN(), 1, 1, figure.Stroke{Paint: figure.Ink, Width: 1})}},
		"infinite":  {Width: 10, Height: math.Inf(1)},
	} {
		var b bytes.Buffer
		if err := figure.SVG(&b, s, figure.Light()); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes written", name, err, b.Len())
		}
	}
	if err := figure.SVG(broken{}, &figure.Scene{Width: 1, Height: 1}, figure.Light()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a failed write gives %v", err)
	}
}

func TestTicksAreRoundNumbersWithinTheirRange(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		n      int
		want   []float64
	}{
		{0, 1022, 6, []float64{0, 200, 400, 600, 800, 1000}},
		{0, 1, 5, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{0, 0.3, 3, []float64{0, 0.1, 0.2, 0.3}},
		{-30, 10, 5, []float64{-30, -20, -10, 0, 10}},
		{0, 0, 5, []float64{0}},
		{3, 3, 5, []float64{3}},
		{0, math.Inf(1), 5, []float64{0}},
		{0, math.NaN(), 5, []float64{0}},
		{0, 6e22, 6, []float64{0, 1e22, 2e22, 3e22, 4e22, 5e22, 6e22}},
		{1e17, 1e17 + 64, 5, []float64{1e17}},
	} {
		if got := figure.Ticks(c.lo, c.hi, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%v to %v: %v, want %v", c.lo, c.hi, got, c.want)
		}
	}
	for end := 1.0; end < 1e7; end *= 1.37 {
		if n := len(figure.TimeTicks(end)); n < 3 || n > 8 {
			t.Errorf("an axis to %v has %d ticks", end, n)
		}
	}
}

// FuzzLabels: whatever a dataset calls its groups, the drawing stays one
// well-formed picture.
func FuzzLabels(f *testing.F) {
	f.Add("Male", "days")
	f.Add("<script>alert(1)</script>", `" onload="x`)
	f.Add("a\x00b\xff]]>&amp;", "\u202e\U0001F600")
	f.Add(strings.Repeat("wide ", 100), "")
	f.Fuzz(func(t *testing.T, label, unit string) {
		g := simulated(label, 3, 20, 50, 80)
		s := figure.KaplanMeier(withRisk(figure.SurvivalChart{Title: label, Subtitle: unit, Unit: unit, YLabel: label, XLabel: unit,
			Groups: []figure.SurvivalGroup{g, simulated("Other", 4, 20, 50, 80)}, P: pointer(0.2), Test: unit}))
		s.ID = label
		if err := wellFormed(draw(t, s, figure.Print())); err != nil {
			t.Error(err)
		}
	})
}

// BenchmarkSliderTick answers whether a figure can follow a slider: two groups
// of 2000 steps each, from numbers to bytes.
func BenchmarkSliderTick(b *testing.B) {
	c := withRisk(figure.SurvivalChart{Unit: "days", P: pointer(0.03), Groups: []figure.SurvivalGroup{
		simulated("Treated", 1, 4000, 9e5, 9e5), simulated("Placebo", 2, 4000, 8e5, 8e5)}})
	for i := range c.Groups {
		g := &c.Groups[i]
		n := min(2000, len(g.Time))
		g.Time, g.Surv, g.Lower, g.Upper = g.Time[:n], g.Surv[:n], g.Lower[:n], g.Upper[:n]
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := figure.SVG(io.Discard, figure.KaplanMeier(c), figure.Light()); err != nil {
			b.Fatal(err)
		}
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// part lists the groups of a scene that carry a part's name.
func part(s *figure.Scene, name string) []figure.Group {
	var out []figure.Group
	figure.Walk(s.Marks, func(m figure.Mark) {
		if g, ok := m.(figure.Group); ok && g.Part == name {
			out = append(out, g)
		}
	})
	return out
}

func texts(marks []figure.Mark) []figure.Text {
	var out []figure.Text
	figure.Walk(marks, func(m figure.Mark) {
		if t, ok := m.(figure.Text); ok {
			out = append(out, t)
		}
	})
	return out
}

// crosses reports whether an upright or level piece of a path enters a box, or a
// corner of the box lies within a closed path.
func crosses(p figure.Path, b figure.Box) bool {
	for i := 1; i < len(p.Points); i++ {
		a, z := p.Points[i-1], p.Points[i]
		piece := figure.Box{X0: min(a.X, z.X), X1: max(a.X, z.X), Y0: min(a.Y, z.Y), Y1: max(a.Y, z.Y)}
		piece.X1, piece.Y1 = piece.X1+1e-9, piece.Y1+1e-9
		if piece.Overlaps(b) {
			return true
		}
	}
	return p.Closed && inside(p.Points, figure.Point{X: b.X0, Y: b.Y0})
}

// inside counts the crossings of a ray to the right (even-odd rule).
func inside(points []figure.Point, p figure.Point) bool {
	in := false
	for i, a := range points {
		z := points[(i+1)%len(points)]
		if (a.Y > p.Y) != (z.Y > p.Y) && p.X < a.X+(p.Y-a.Y)/(z.Y-a.Y)*(z.X-a.X) {
			in = !in
		}
	}
	return in
}

func wellFormed(svg string) error {
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func scan(t *testing.T, s string, into ...*float64) {
	t.Helper()
	if _, err := fmt.Sscan(s, into[0], into[1]); err != nil {
		t.Fatal(err)
	}
}

// TestLongNamesStayApart: two arms whose names begin alike must not be shown as one.
func TestLongNamesStayApart(t *testing.T) {
	c := rChart(t, "lung_sex")
	for i, arm := range []string{"A", "B"} {
		c.Groups[i].Label = strings.Repeat("Standard treatment with supportive care ", 3) + "arm " + arm
	}
	s := figure.KaplanMeier(c)
	for _, name := range []string{"risk-row", "label"} {
		seen := map[string]bool{}
		for _, row := range part(s, name) {
			for _, text := range texts(row.Marks) {
				if text.Full != "" {
					seen[text.Body] = true
				}
			}
		}
		if len(seen) != 2 {
			t.Errorf("%s: shown as %v", name, seen)
		}
	}
}
