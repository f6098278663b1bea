package figure

import (
	"fmt"
	"math"
	"sort"
)

// SurvivalChart is what a Kaplan-Meier figure shows. Its numbers come from
// package stats; the figure computes none.
type SurvivalChart struct {
	Title    string
	Subtitle string
	XLabel   string // "Days since registration"; made from Unit where empty
	YLabel   string // "Overall survival"; "Survival" where empty
	Unit     string // of time: "days"
	Groups   []SurvivalGroup

	RiskTimes []float64 // where the axis is marked and AtRisk was counted; see TimeTicks
	AtRisk    [][]int   // one row a group, one column a risk time; nil leaves the table out

	P         *float64 // of the test between groups; nil or NaN leaves it out
	Test      string   // its name: "Log-rank"
	ConfLevel float64  // of band and medians; 0.95 where zero

	Width      float64 // pixels; 720 where zero, at least 320
	Height     float64 // pixels, grown where the groups need more; chosen where zero
	HideBand   bool    // bands are drawn for up to four groups
	HideCensor bool
	ShowMedian bool // lines from one half down to the medians
}

// SurvivalGroup is one curve. Time, Surv, Lower and Upper are as long as each
// other, in order of time; Surv steps to its value at Time and the curve starts
// at one. Lower and Upper may be nil or hold NaN where there is no limit. The
// curve reaches to the last of Time and CensorTimes. A median that was not
// reached is NaN.
type SurvivalGroup struct {
	Label       string
	N           int
	Events      int
	Time        []float64
	Surv        []float64
	Lower       []float64
	Upper       []float64
	CensorTimes []float64 // in order of time
	Median      float64
	MedianLower float64
	MedianUpper float64
}

// KaplanMeier draws survival curves with their bands, censored times, labels at
// the ends of the curves, and the numbers at risk on the ticks of the axis. It
// panics where slices that belong together differ in length.
func KaplanMeier(c SurvivalChart) *Scene {
	c = c.withDefaults()
	c.check()
	l := c.layout()
	s := &Scene{
		Width: l.width, Height: l.height,
		Title: c.title(), Description: c.description(), Table: c.table(),
	}
	s.Marks = append(s.Marks, l.heading(), l.plot(), l.axisX(), l.labels())
	if test, ok := l.test(); ok {
		s.Marks = append(s.Marks, test)
	}
	if c.AtRisk != nil {
		s.Marks = append(s.Marks, l.riskTable())
	}
	s.Marks = append(s.Marks, l.notes())
	return s
}

func (c SurvivalChart) withDefaults() SurvivalChart {
	c.Width, c.Unit = max(orElse(c.Width, 720), 320), oneLine(c.Unit)
	c.ConfLevel = orElse(c.ConfLevel, 0.95)
	if c.YLabel = oneLine(c.YLabel); c.YLabel == "" {
		c.YLabel = "Survival"
	}
	if c.XLabel = oneLine(c.XLabel); c.XLabel == "" {
		c.XLabel = "Time" + inBrackets(c.Unit)
	}
	if c.Test = oneLine(c.Test); c.Test == "" {
		c.Test = "Test between groups:"
	}
	groups := make([]SurvivalGroup, len(c.Groups))
	for i, g := range c.Groups {
		if g.Label = oneLine(g.Label); g.Label == "" {
			g.Label = groupName(i, len(c.Groups))
		}
		if g.N == 0 {
			g.Median, g.MedianLower, g.MedianUpper = math.NaN(), math.NaN(), math.NaN()
		}
		groups[i] = g
	}
	c.Groups = groups
	if c.RiskTimes == nil && c.AtRisk == nil {
		c.RiskTimes = TimeTicks(c.end())
	}
	return c
}

// check panics for slices that do not belong together: a bug in the caller.
func (c SurvivalChart) check() {
	for i, g := range c.Groups {
		n := len(g.Time)
		if len(g.Surv) != n || g.Lower != nil && len(g.Lower) != n || g.Upper != nil && len(g.Upper) != n ||
			(g.Lower == nil) != (g.Upper == nil) {
			panic(fmt.Sprintf("figure: group %d: time, survival and limits differ in length", i))
		}
	}
	if c.AtRisk == nil {
		return
	}
	if len(c.AtRisk) != len(c.Groups) {
		panic("figure: the risk table needs a row for each group")
	}
	for i, row := range c.AtRisk {
		if len(row) != len(c.RiskTimes) {
			panic(fmt.Sprintf("figure: group %d: a number at risk is needed for each risk time", i))
		}
	}
}

// drawn reports whether the group has a curve.
func (g *SurvivalGroup) drawn() bool { return g.N > 0 && len(g.Time)+len(g.CensorTimes) > 0 }

// banded reports whether the group's limits can be drawn.
func (g *SurvivalGroup) banded() bool { return g.drawn() && len(g.Lower) > 0 }

// end is the last time at which the group is followed.
func (g *SurvivalGroup) end() float64 {
	end := 0.0
	for _, times := range [][]float64{g.Time, g.CensorTimes} {
		for i := len(times) - 1; i >= 0; i-- {
			if finite(times[i]) {
				end = max(end, times[i])
				break
			}
		}
	}
	return end
}

// at gives the survival and limits in force at t: the values of the last step
// at or before t, NaN past the end of follow-up.
func (g *SurvivalGroup) at(t float64) (surv, lower, upper float64) {
	nan := math.NaN()
	if !g.drawn() || t > g.end() {
		return nan, nan, nan
	}
	i := sort.Search(len(g.Time), func(i int) bool { return g.Time[i] > t }) - 1
	if i < 0 {
		return 1, 1, 1
	}
	if len(g.Lower) == 0 {
		return g.Surv[i], nan, nan
	}
	return g.Surv[i], g.Lower[i], g.Upper[i]
}

// end is the last time of the chart; one where there is none, so that the axis
// has an extent.
func (c *SurvivalChart) end() float64 {
	end := 0.0
	for i := range c.Groups {
		if c.Groups[i].drawn() {
			end = max(end, c.Groups[i].end())
		}
	}
	for _, t := range c.RiskTimes {
		if finite(t) {
			end = max(end, t)
		}
	}
	if end == 0 {
		return 1
	}
	return end
}

func orElse(v, otherwise float64) float64 {
	if v > 0 && finite(v) {
		return v
	}
	return otherwise
}

func inBrackets(unit string) string {
	if unit == "" {
		return ""
	}
	return " (" + unit + ")"
}

func groupName(i, n int) string {
	if n == 1 {
		return "All participants"
	}
	return fmt.Sprintf("Group %d", i+1)
}
