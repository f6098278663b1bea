package figure

import (
	"fmt"
	"math"
	"strings"
)

func (c *SurvivalChart) title() string {
	if t := oneLine(c.Title); t != "" {
		return t
	}
	return c.YLabel + ", Kaplan–Meier estimate"
}

// description says in sentences what a reader sees: who is followed, medians,
// how the curves lie, and the test.
func (c *SurvivalChart) description() string {
	if c.participants() == 0 {
		return "Kaplan–Meier figure without curves: no participants."
	}
	sentences := []string{c.opening()}
	for i := range c.Groups {
		sentences = append(sentences, c.groupSentence(&c.Groups[i]))
	}
	sentences = append(sentences, c.trend()...)
	if test := c.testText(); test != "" {
		sentences = append(sentences, test+".")
	}
	return strings.Join(sentences, " ")
}

func (c *SurvivalChart) opening() string {
	return fmt.Sprintf("Kaplan–Meier curves of %s in %s participants%s, followed for up to %s.",
		c.YLabel, count(c.participants()), c.inGroups(), c.time(c.followUp()))
}

func (c *SurvivalChart) inGroups() string {
	if len(c.Groups) == 1 {
		return ""
	}
	return fmt.Sprintf(" in %d groups", len(c.Groups))
}

func (c *SurvivalChart) groupSentence(g *SurvivalGroup) string {
	if g.N == 0 {
		return g.Label + ": no participants."
	}
	s := fmt.Sprintf("%s: %s, %s, median ", g.Label, plural(g.N, "participant"), plural(g.Events, "event"))
	if !finite(g.Median) {
		s += "not reached"
	} else {
		s += c.time(g.Median)
	}
	if finite(g.MedianLower) || finite(g.MedianUpper) {
		s += fmt.Sprintf(" (%s confidence interval %s to %s)", level(c.ConfLevel), reached(g.MedianLower), reached(g.MedianUpper))
	}
	return s + "."
}

// trend compares the curves at the risk time nearest the middle and at their
// ends.
func (c *SurvivalChart) trend() []string {
	middle, ends := []string{}, []string{}
	at := c.middleTime()
	for i := range c.Groups {
		g := &c.Groups[i]
		if !g.drawn() {
			continue
		}
		if surv, _, _ := g.at(at); finite(surv) && at > 0 {
			middle = append(middle, percent(surv)+" in "+g.Label)
		}
		if surv, _, _ := g.at(g.end()); finite(surv) {
			ends = append(ends, fmt.Sprintf("%s in %s at %s", percent(surv), g.Label, c.time(g.end())))
		}
	}
	var out []string
	if len(middle) > 0 {
		out = append(out, fmt.Sprintf("At %s the estimate is %s.", c.time(at), strings.Join(middle, ", ")))
	}
	if len(ends) > 0 {
		out = append(out, fmt.Sprintf("The curves end at %s.", strings.Join(ends, ", ")))
	}
	return out
}

func (c *SurvivalChart) middleTime() float64 {
	best, end := 0.0, c.followUp()
	for _, t := range c.RiskTimes {
		if finite(t) && math.Abs(t-end/2) < math.Abs(best-end/2) {
			best = t
		}
	}
	return best
}

// table gives for every group n, events, the median, and the estimate at each
// risk time. Estimates are in per cent, times in the unit of the figure.
func (c *SurvivalChart) table() DataTable {
	limit := level(c.ConfLevel) + " limit"
	t := DataTable{
		Caption: fmt.Sprintf("%s: participants at risk and Kaplan–Meier estimate by group, with medians. %s.", c.title(), c.groupSizes()),
		Columns: []string{"Group", "Quantity", "Time" + inBrackets(c.Unit), "At risk", "Estimate", "Lower " + limit, "Upper " + limit},
	}
	for i := range c.Groups {
		t.Rows = append(t.Rows, c.groupRows(i)...)
	}
	return t
}

func (c *SurvivalChart) groupRows(i int) [][]string {
	g := &c.Groups[i]
	var rows [][]string
	for j, at := range c.RiskTimes {
		if !finite(at) {
			continue
		}
		atRisk := ""
		if c.AtRisk != nil {
			atRisk = fmt.Sprint(c.AtRisk[i][j])
		}
		surv, lower, upper := g.at(at)
		rows = append(rows, []string{g.Label, c.YLabel + " (%)", exact(at), atRisk, hundred(surv), hundred(lower), hundred(upper)})
	}
	median := []string{g.Label, "Median" + inBrackets(c.Unit), "", fmt.Sprint(g.N), reached(g.Median), reached(g.MedianLower), reached(g.MedianUpper)}
	if g.N == 0 {
		median = []string{g.Label, "Median" + inBrackets(c.Unit), "", "0", "", "", ""}
	}
	return append(rows, median)
}

func (c *SurvivalChart) groupSizes() string {
	if len(c.Groups) == 0 {
		return "No participants"
	}
	sizes := make([]string, len(c.Groups))
	for i, g := range c.Groups {
		sizes[i] = fmt.Sprintf("%s: n = %s, %s", g.Label, count(g.N), plural(g.Events, "event"))
	}
	return strings.Join(sizes, "; ")
}

// note explains the marks that are present, and nothing else.
func (l *survivalLayout) note() string {
	var parts []string
	if l.anyBand() {
		parts = append(parts, "Shaded: "+level(l.ConfLevel)+" confidence band.")
	}
	if l.anyCensored() {
		parts = append(parts, "Upright marks: follow-up ends without event.")
	}
	if !l.bands() && !l.HideBand {
		parts = append(parts, "The confidence limits of so many groups are in the figure's table.")
	}
	if l.medians && l.anyInterval() {
		parts = append(parts, "In brackets: "+level(l.ConfLevel)+" confidence interval.")
	}
	if l.medians && l.anyUnreached() {
		parts = append(parts, "NR: not reached.")
	}
	if l.testInNotes {
		parts = append(parts, l.testText()+".")
	}
	return strings.Join(parts, " ")
}

func (l *survivalLayout) anyBand() bool {
	for i := range l.Groups {
		for k := range l.Groups[i].Lower {
			if l.Groups[i].drawn() && l.bandShown(&l.Groups[i], k) {
				return true
			}
		}
	}
	return false
}

func (l *survivalLayout) anyCensored() bool {
	for i := range l.Groups {
		if l.Groups[i].drawn() && len(l.Groups[i].CensorTimes) > 0 && !l.HideCensor {
			return true
		}
	}
	return false
}

// anyInterval reports whether some group's median has an interval.
func (l *survivalLayout) anyInterval() bool {
	for i := range l.Groups {
		if strings.Contains(l.Groups[i].medianCell(), "(") {
			return true
		}
	}
	return false
}

// anyUnreached reports whether some group's median or limit reads NR.
func (l *survivalLayout) anyUnreached() bool {
	for i := range l.Groups {
		if strings.Contains(l.Groups[i].medianCell(), "NR") {
			return true
		}
	}
	return false
}

// testText is for example "Log-rank p = 0.001", empty where there is nothing to
// compare.
func (c *SurvivalChart) testText() string {
	drawn := 0
	for i := range c.Groups {
		if c.Groups[i].drawn() {
			drawn++
		}
	}
	if c.P == nil || !finite(*c.P) || drawn < 2 {
		return ""
	}
	return c.Test + " " + pValue(*c.P)
}

func (c *SurvivalChart) medianHeading() string {
	if c.Unit == "" {
		return "Median"
	}
	return "Median, " + c.Unit
}

// medianCell is for example "270 (210–306)"; NR is said in the notes.
func (g *SurvivalGroup) medianCell() string {
	if g.N == 0 {
		return "–"
	}
	short := func(v float64) string {
		if !finite(v) {
			return "NR"
		}
		return plain(v)
	}
	if !finite(g.MedianLower) && !finite(g.MedianUpper) {
		return short(g.Median)
	}
	return fmt.Sprintf("%s (%s–%s)", short(g.Median), short(g.MedianLower), short(g.MedianUpper))
}

func (c *SurvivalChart) participants() int {
	n := 0
	for _, g := range c.Groups {
		n += g.N
	}
	return n
}

// followUp is the longest follow-up, which the axis may exceed.
func (c *SurvivalChart) followUp() float64 {
	end := 0.0
	for i := range c.Groups {
		end = max(end, c.Groups[i].end())
	}
	return end
}

func (c *SurvivalChart) time(t float64) string {
	return strings.TrimSpace(plain(t) + " " + c.Unit)
}

func reached(v float64) string {
	if !finite(v) {
		return "not reached"
	}
	return plain(v)
}

// hundred is a share in per cent with one decimal, empty where there is none.
func hundred(share float64) string {
	if !finite(share) {
		return ""
	}
	return strings.TrimSuffix(percent(share), "%")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}
