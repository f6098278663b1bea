package figure_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"vitrine/backend/figure"
)

// rChart reads a chart whose numbers R computed; see testdata/README.md.
func rChart(t testing.TB, name string) figure.SurvivalChart {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var in struct {
		Title, Subtitle string
		RiskTimes       []float64 `json:"risk_times"`
		P               float64
		Groups          []struct {
			Label                    string
			N, Events                int
			Time, Surv, Lower, Upper []*float64
			CensorTimes              []float64 `json:"censor_times"`
			Median                   *float64
			MedianLower              *float64 `json:"median_lower"`
			MedianUpper              *float64 `json:"median_upper"`
			AtRisk                   []int    `json:"at_risk"`
		}
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		t.Fatal(err)
	}
	c := figure.SurvivalChart{
		Title: in.Title, Subtitle: in.Subtitle, XLabel: "Days since registration", YLabel: "Overall survival",
		Unit: "days", RiskTimes: in.RiskTimes, P: &in.P, Test: "Log-rank",
	}
	for _, g := range in.Groups {
		c.AtRisk = append(c.AtRisk, g.AtRisk)
		c.Groups = append(c.Groups, figure.SurvivalGroup{
			Label: g.Label, N: g.N, Events: g.Events, CensorTimes: g.CensorTimes,
			Time: numbers(g.Time), Surv: numbers(g.Surv), Lower: numbers(g.Lower), Upper: numbers(g.Upper),
			Median: number(g.Median), MedianLower: number(g.MedianLower), MedianUpper: number(g.MedianUpper),
		})
	}
	return c
}

func numbers(in []*float64) []float64 {
	out := make([]float64, len(in))
	for i, v := range in {
		out[i] = number(v)
	}
	return out
}

func number(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// simulated follows n made-up participants with exponential times to event and
// to censoring, and estimates their curve plainly. Its band is a drawing aid,
// not an interval.
func simulated(label string, seed uint64, n int, mean, censorMean float64) figure.SurvivalGroup {
	rng := rand.New(rand.NewPCG(seed, 7))
	type exit struct {
		at    float64
		event bool
	}
	exits := make([]exit, n)
	for i := range exits {
		e, c := mean*rng.ExpFloat64(), censorMean*rng.ExpFloat64()
		exits[i] = exit{math.Ceil(min(e, c)), e <= c}
	}
	sort.Slice(exits, func(a, b int) bool { return exits[a].at < exits[b].at })
	g := figure.SurvivalGroup{Label: label, N: n, Median: math.NaN(), MedianLower: math.NaN(), MedianUpper: math.NaN()}
	surv := 1.0
	for i, x := range exits {
		if !x.event {
			g.CensorTimes = append(g.CensorTimes, x.at)
			continue
		}
		g.Events++
		surv *= 1 - 1/float64(n-i)
		half := 1.96 * math.Sqrt(surv*(1-surv)/float64(n-i))
		g.Time, g.Surv = append(g.Time, x.at), append(g.Surv, surv)
		g.Lower, g.Upper = append(g.Lower, max(0, surv-half)), append(g.Upper, min(1, surv+half))
		if surv <= 0.5 && math.IsNaN(g.Median) {
			g.Median = x.at
		}
	}
	return g
}

// withRisk adds the ticks and a plausible risk table.
func withRisk(c figure.SurvivalChart) figure.SurvivalChart {
	end := 0.0
	for _, g := range c.Groups {
		for _, times := range [][]float64{g.Time, g.CensorTimes} {
			if len(times) > 0 {
				end = max(end, times[len(times)-1])
			}
		}
	}
	c.RiskTimes = figure.TimeTicks(end)
	for _, g := range c.Groups {
		row := make([]int, len(c.RiskTimes))
		for j, t := range c.RiskTimes {
			row[j] = g.N - sort.SearchFloat64s(g.Time, t) - sort.SearchFloat64s(g.CensorTimes, t)
			row[j] = max(row[j], 0)
		}
		c.AtRisk = append(c.AtRisk, row)
	}
	return c
}

func pointer(v float64) *float64 { return &v }

func nan() float64 { return math.NaN() }

// charts are the figures on which every promise is checked.
func charts(t testing.TB) map[string]figure.SurvivalChart {
	base := func(groups ...figure.SurvivalGroup) figure.SurvivalChart {
		return withRisk(figure.SurvivalChart{
			Title: "Time to loss of ambulation", Unit: "days", YLabel: "Walking", XLabel: "Days since first visit",
			Groups: groups, Test: "Log-rank", P: pointer(0.4217)})
	}
	out := map[string]figure.SurvivalChart{
		"lung-sex":         rChart(t, "lung_sex"),
		"veteran-celltype": rChart(t, "veteran_celltype"),
		"no groups":        {Title: "Nothing"},
		"one group":        base(simulated("", 1, 60, 400, 900)),
	}
	lung := rChart(t, "lung_sex")
	lung.ShowMedian, lung.HideCensor, lung.Width, lung.Height = true, true, 560, 520
	out["medians shown"] = lung
	narrow := rChart(t, "lung_sex")
	narrow.Width = 340
	out["narrow"] = narrow

	nobody := figure.SurvivalGroup{Label: "Untreated"}
	out["a group of nobody"] = base(simulated("Treated", 2, 40, 300, 500), nobody)
	out["nobody at all"] = base(nobody, figure.SurvivalGroup{Label: "Treated"})
	out["one observation"] = base(figure.SurvivalGroup{Label: "Single", N: 1, Events: 1, Time: []float64{12}, Surv: []float64{0},
		Lower: []float64{nan()}, Upper: []float64{nan()}, Median: 12, MedianLower: nan(), MedianUpper: nan()})
	quiet := figure.SurvivalGroup{Label: "Quiet", N: 5, CensorTimes: []float64{100, 200, 300, 300, 410},
		Time: []float64{100, 200, 300, 410}, Surv: []float64{1, 1, 1, 1}, Lower: []float64{1, 1, 1, 1}, Upper: []float64{1, 1, 1, 1},
		Median: nan(), MedianLower: nan(), MedianUpper: nan()}
	out["no events"] = base(quiet, simulated("Loud", 3, 30, 100, 900))
	out["everyone falls"] = base(simulated("A", 4, 12, 90, 1e9), simulated("B", 5, 9, 80, 1e9))
	out["huge times"] = base(simulated("Eons", 6, 50, 3.2e6, 5e6), simulated("Ages", 7, 40, 4.2e6, 5e6))
	out["tiny times"] = base(figure.SurvivalGroup{Label: "Fast", N: 2, Events: 2, Time: []float64{0.0003, 0.0011}, Surv: []float64{0.5, 0},
		Median: 0.0007, MedianLower: nan(), MedianUpper: nan()})
	long := "Adenocarcinoma with extensive mediastinal involvement, second line or later, site 17 & others"
	longest := base(simulated(long, 8, 80, 300, 600), simulated(strings.Repeat("Ω", 90)+" <b>", 9, 80, 320, 600))
	longest.Title, longest.Subtitle = strings.Repeat("A title that goes on and on ", 12), strings.Repeat(long+" ", 4)
	out["very long labels"] = longest
	inf := math.Inf(1)
	holes := base(figure.SurvivalGroup{Label: "Holes", N: 9, Events: 6, Median: inf, MedianLower: nan(), MedianUpper: inf,
		Time: []float64{1, 2, 3, 4, 5, nan()}, Surv: []float64{0.9, 0.8, nan(), 0.6, 0.5, nan()},
		Lower: []float64{nan(), 0.6, 0.5, nan(), 0.3, 0.1}, Upper: []float64{1, 0.9, 0.8, 0.7, 1.2, inf},
		CensorTimes: []float64{0, 3, 4.5, nan()}}, simulated("Whole", 10, 9, 3, 9))
	holes.RiskTimes, holes.P = []float64{0, 2, nan(), 4, inf}, pointer(nan())
	holes.AtRisk = [][]int{{9, 8, 7, 6, 5}, {9, 8, 7, 6, 5}}
	out["holes"] = holes
	var eight []figure.SurvivalGroup
	for i := range 8 {
		eight = append(eight, simulated(fmt.Sprintf("Stage %d", i+1), uint64(20+i), 40, 150+60*float64(i), 500))
	}
	out["eight groups"] = base(eight...)
	var thirty []figure.SurvivalGroup
	for i := range 30 {
		thirty = append(thirty, simulated(fmt.Sprintf("Site %d", i+1), uint64(40+i), 20, 300, 500))
	}
	out["thirty groups"] = base(thirty...)
	return out
}

func histograms() map[string]figure.HistogramChart {
	return map[string]figure.HistogramChart{
		"bilirubin": {Label: "Serum bilirubin", Unit: "mg/dl", Edges: []float64{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28},
			Counts: []int{248, 85, 28, 17, 11, 9, 5, 6, 2, 2, 2, 1, 1, 1}, N: 418},
		"uneven":     {Label: "Age", Unit: "years", Edges: []float64{0, 1, 5, 18, 65, 100}, Counts: []int{3, 8, 40, 90, 22}, N: 163, Missing: 4},
		"no values":  {Label: "Copper", Unit: "ug/day", Missing: 40},
		"all zero":   {Label: "Copper", Edges: []float64{0, 1, 2}, Counts: []int{0, 0}},
		"one value":  {Label: "Visit", Edges: []float64{3, 3}, Counts: []int{7}, N: 7},
		"below zero": {Label: "Change in FVC, per cent predicted", Unit: "%", Edges: []float64{-30, -20, -10, 0, 10}, Counts: []int{2, 14, 31000, 5}, N: 31021},
		"infinite":   {Label: "Ratio", Edges: []float64{0, 1, math.Inf(1)}, Counts: []int{2, 3}, N: 5},
	}
}

func bars() map[string]figure.BarsChart {
	return map[string]figure.BarsChart{
		"oedema": {Label: "Oedema", N: 418, Bars: []figure.LabelCount{{Label: "None", Count: 354}, {Label: "Untreated or successfully treated", Count: 44}, {Label: "Despite diuretics", Count: 20}}},
		"none":   {Label: "Oedema", Missing: 12},
		"zeros":  {Label: "Oedema", Bars: []figure.LabelCount{{Label: "Yes"}, {Label: "=cmd()"}}, Missing: 3},
	}
}

// scenes are all figures of the tests by name.
func scenes(t testing.TB) map[string]*figure.Scene {
	out := map[string]*figure.Scene{}
	for name, c := range charts(t) {
		out["survival "+name] = figure.KaplanMeier(c)
	}
	for name, c := range histograms() {
		out["histogram "+name] = figure.Histogram(c)
	}
	for name, c := range bars() {
		out["bars "+name] = figure.Bars(c)
	}
	return out
}

func draw(t testing.TB, s *figure.Scene, theme figure.Theme) string {
	t.Helper()
	var b strings.Builder
	if err := figure.SVG(&b, s, theme); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
