package figure_test

import (
	"fmt"
	"math"
	"testing"

	"vitrine/backend/figure"
)

// WCAG 2.2, 1.4.3 and 1.4.11: text 4.5:1, lines and bars 3:1.
func TestThemesHaveContrast(t *testing.T) {
	for _, theme := range figure.Themes() {
		atLeast := func(what string, c figure.Colour, want float64) {
			if got := contrast(c, theme.Paper); got < want {
				t.Errorf("%s %s: contrast %.2f, want %.1f", theme.Name, what, got, want)
			}
		}
		atLeast("ink", theme.Ink, 7)
		atLeast("muted", theme.Muted, 4.5)
		atLeast("bar", theme.Bar, 3)
		for i, s := range theme.Series {
			atLeast(fmt.Sprintf("series %d", i), s.Colour, 4.5) // labels wear it
		}
	}
}

// Two series differ for every reader: by at least 12 CIELAB units (about five
// just noticeable differences) with normal, protan, deutan and tritan vision,
// the first two by 40.
func TestSeriesStayApartWithoutFullColourVision(t *testing.T) {
	for _, theme := range []figure.Theme{figure.Light(), figure.Dark()} {
		for vision, m := range visions {
			for i, a := range theme.Series {
				for j, b := range theme.Series[:i] {
					want := 12.0
					if i == 1 {
						want = 40
					}
					if d := distance(lab(m, a.Colour), lab(m, b.Colour)); d < want {
						t.Errorf("%s, %s vision: series %d and %d differ by %.1f", theme.Name, vision, j, i, d)
					}
				}
			}
		}
	}
}

// In print two series differ in dash, or in weight and grey.
func TestPrintTellsSeriesApartInGrey(t *testing.T) {
	series := figure.Print().Series
	for i, a := range series {
		r, g, b := rgb(a.Colour)
		if r != g || g != b {
			t.Errorf("series %d of print has a hue", i)
		}
		for j, b := range series[:i] {
			if fmt.Sprint(a.Dash) == fmt.Sprint(b.Dash) && (a.Colour == b.Colour || math.Abs(a.Width-b.Width) < 0.8) {
				t.Errorf("series %d and %d of print look alike", j, i)
			}
		}
	}
}

func TestThemesAreFoundByName(t *testing.T) {
	for _, theme := range figure.Themes() {
		if got, ok := figure.ThemeNamed(theme.Name); !ok || got.Paper != theme.Paper {
			t.Errorf("theme %s is not found", theme.Name)
		}
	}
	if _, ok := figure.ThemeNamed("sepia"); ok {
		t.Error("a theme that does not exist was found")
	}
}

// visions simulate full deficiency on linear RGB: Machado, Oliveira and
// Fernandes, IEEE TVCG 2009, table 1, severity 1.
var visions = map[string][3][3]float64{
	"normal": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func rgb(c figure.Colour) (r, g, b uint8) {
	if _, err := fmt.Sscanf(string(c), "#%02x%02x%02x", &r, &g, &b); err != nil {
		panic(err)
	}
	return r, g, b
}

func linear(c figure.Colour) [3]float64 {
	r, g, b := rgb(c)
	var out [3]float64
	for i, v := range []uint8{r, g, b} {
		s := float64(v) / 255
		if s <= 0.04045 {
			out[i] = s / 12.92
		} else {
			out[i] = math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return out
}

func contrast(a, b figure.Colour) float64 {
	luminance := func(c figure.Colour) float64 {
		l := linear(c)
		return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
	}
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func lab(m [3][3]float64, c figure.Colour) [3]float64 {
	seen := times(m, linear(c))
	for i := range seen {
		seen[i] = min(max(seen[i], 0), 1)
	}
	xyz := times([3][3]float64{
		{0.4124564, 0.3575761, 0.1804375}, {0.2126729, 0.7151522, 0.0721750}, {0.0193339, 0.1191920, 0.9503041}}, seen)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x, y, z := f(xyz[0]/0.95047), f(xyz[1]), f(xyz[2]/1.08883)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func times(m [3][3]float64, v [3]float64) (out [3]float64) {
	for i := range m {
		out[i] = m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]
	}
	return out
}

func distance(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}
