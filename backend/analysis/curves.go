package analysis

import (
	"math"

	"vitrine/backend/figure"
	"vitrine/backend/stats"
)

// survivalFigure draws the curves. Every number in it is one of s or of curves.
func (q *question) survivalFigure(s *Survival, curves []stats.KM, ticks []float64) *figure.Scene {
	chart := figure.SurvivalChart{
		Title:     q.Cohort.Name,
		XLabel:    withUnit(s.TimeLabel, s.Unit),
		YLabel:    "Without event",
		Unit:      s.Unit,
		RiskTimes: ticks,
		ConfLevel: s.ConfLevel,
	}
	if chart.Title == "" {
		chart.Title = s.EventLabel
	} else {
		chart.Subtitle = "Event: " + s.EventLabel
	}
	if s.LogRank != nil {
		chart.P, chart.Test = s.LogRank.P, "Log-rank"
	}
	for i, km := range curves {
		chart.Groups = append(chart.Groups, drawn(s.Groups[i], km))
		atRisk := make([]int, len(ticks))
		for k := range ticks {
			atRisk[k] = s.Groups[i].At[k].AtRisk
		}
		chart.AtRisk = append(chart.AtRisk, atRisk)
	}
	return figure.KaplanMeier(chart)
}

func drawn(g SurvivalGroup, km stats.KM) figure.SurvivalGroup {
	out := figure.SurvivalGroup{
		Label: g.Label, N: g.N, Events: g.Events,
		Time: km.Time, Surv: km.Surv, Lower: km.Lower, Upper: km.Upper,
		Median: orNaN(g.Median.Value), MedianLower: orNaN(g.Median.Lower), MedianUpper: orNaN(g.Median.Upper),
	}
	for i, t := range km.Time {
		if km.Censored[i] > 0 {
			out.CensorTimes = append(out.CensorTimes, t)
		}
	}
	return out
}

// orNaN reads a value back for figures, which mark absence by NaN.
func orNaN(v value) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
