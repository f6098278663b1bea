package analysis

import (
	"context"
	"fmt"

	"vitrine/backend/catalog"
	"vitrine/backend/cohort"
	"vitrine/backend/colstore"
	"vitrine/backend/figure"
	"vitrine/backend/problem"
	"vitrine/backend/stats"
)

// Survival is a Kaplan-Meier answer: one curve per group and, with two groups or
// more, the log-rank test. Curves themselves travel in the figure.
type Survival struct {
	Unit            string          `json:"unit" doc:"Unit of every time"`
	TimeLabel       string          `json:"time_label"`
	EventLabel      string          `json:"event_label" doc:"What counted as the event, in words"`
	GroupLabel      string          `json:"group_label" doc:"What the groups are of; empty without groups"`
	N               int             `json:"n" doc:"Participants in the curves"`
	ExcludedMissing int             `json:"excluded_missing" doc:"Cohort members left out because time, event or group is not recorded"`
	ConfLevel       float64         `json:"conf_level"`
	Groups          []SurvivalGroup `json:"groups"`
	LogRank         *LogRankTest    `json:"log_rank,omitempty"`
}

// SurvivalGroup is one curve in numbers.
type SurvivalGroup struct {
	Code   string         `json:"code"`
	Label  string         `json:"label"`
	N      int            `json:"n"`
	Events int            `json:"events"`
	Median Median         `json:"median"`
	At     []SurvivalTime `json:"at" doc:"Survival at the times of the risk table"`
}

// Median is a median survival time with its interval; null where the curve or
// its limit does not come down to one half.
type Median struct {
	Value value `json:"value"`
	Lower value `json:"lower"`
	Upper value `json:"upper"`
}

// SurvivalTime is a curve at one time.
type SurvivalTime struct {
	Time     float64 `json:"time"`
	AtRisk   int     `json:"at_risk"`
	Survival value   `json:"survival"`
	Lower    value   `json:"lower"`
	Upper    value   `json:"upper"`
}

// LogRankTest compares the groups' survival.
type LogRankTest struct {
	ChiSquare value `json:"chi_square"`
	DF        int   `json:"df"`
	P         value `json:"p"`
}

// follow is one group's participants: time and whether it ended in the event.
type follow struct {
	group group
	time  []float64
	event []bool
}

func (q *question) survival(ctx context.Context, r *Result) error {
	timeField, arms, label, excluded, err := q.follow(ctx)
	if err != nil {
		return err
	}
	s := &Survival{
		Unit: timeField.Unit, TimeLabel: timeField.Label, EventLabel: cohort.Sentence(q.ds, &q.Event),
		GroupLabel: label, ExcludedMissing: excluded, ConfLevel: q.ConfLevel, Groups: []SurvivalGroup{},
	}
	curves := make([]stats.KM, len(arms))
	longest := 0.0
	for i, arm := range arms {
		curves[i] = stats.KaplanMeier(arm.time, arm.event, stats.KMOptions{Level: q.ConfLevel})
		s.N += len(arm.time)
		if k := len(curves[i].Time); k > 0 {
			longest = max(longest, curves[i].Time[k-1])
		}
	}
	ticks := figure.TimeTicks(longest)
	for i, arm := range arms {
		s.Groups = append(s.Groups, survivalGroup(arm.group, curves[i], ticks))
	}
	s.LogRank = logRank(arms)
	r.Survival = s
	r.Scene = q.survivalFigure(s, curves, ticks)
	r.Methods = survivalMethods(s)
	return nil
}

// follow reads each member's time, event and group. Members for whom one of
// them is not recorded are counted and left out, as R's survfit does.
func (q *question) follow(ctx context.Context) (timeField *catalog.Field, arms []follow, label string, excluded int, err error) {
	if q.members.RowCount > q.members.Participants {
		return nil, nil, "", 0, q.repeated()
	}
	timeField, timeColumn, err := fieldOf(ctx, q.ds, q.table, q.Time, "/time")
	if err != nil {
		return nil, nil, "", 0, err
	}
	if !timeField.Numeric() {
		return nil, nil, "", 0, problem.New(problem.Invalid, "time-not-numeric",
			fmt.Sprintf("“%s” is not measured on a scale, so it cannot be a survival time.", q.Time)).
			At("/time").Try("Choose the field that holds the time to event or censoring.")
	}
	events, known, err := q.events(ctx)
	if err != nil {
		return nil, nil, "", 0, err
	}
	g, err := groupBy(ctx, q.ds, q.table, q.By, q.members.Rows)
	if err != nil {
		return nil, nil, "", 0, err
	}
	arms = make([]follow, len(g.groups))
	for i, gr := range g.groups {
		arms[i].group = gr
	}
	times, negative := timeColumn.Numbers(), false
	q.members.Rows.Each(func(row int) {
		if timeColumn.Missing(row) || !known.Get(row) || g.of[row] < 0 {
			excluded++
			return
		}
		arm := &arms[g.of[row]]
		arm.time = append(arm.time, times[row])
		arm.event = append(arm.event, events.Get(row))
		negative = negative || times[row] < 0
	})
	if negative {
		return nil, nil, "", 0, problem.New(problem.Invalid, "time-negative",
			fmt.Sprintf("“%s” holds negative times.", q.Time)).
			At("/time").Try("Leave those participants out with a rule, or choose another field.")
	}
	return timeField, arms, g.label, excluded, nil
}

// events gives the rows with the event, and the rows where it is known whether
// they had it (see cohort.Decide).
func (q *question) events(ctx context.Context) (events, known colstore.Bitmap, err error) {
	if err := cohort.BindPredicate(q.ds, q.members.Table, &q.Event); err != nil {
		return nil, nil, err
	}
	verdict, err := cohort.Decide(ctx, q.ds, q.table, &q.Event)
	if err != nil {
		return nil, nil, err
	}
	known = verdict.Met.Clone()
	known.Or(verdict.Unmet)
	return verdict.Met, known, nil
}

func (q *question) repeated() error {
	return problem.New(problem.Invalid, "several-rows",
		fmt.Sprintf("Table %s holds several rows for one participant (%d rows for %d participants), and this analysis needs one.",
			q.members.Table, q.members.RowCount, q.members.Participants)).
		At("/cohort/base").
		Try("Choose the rows with a condition under base/all, for example one kind of event.")
}

func survivalGroup(g group, km stats.KM, ticks []float64) SurvivalGroup {
	m := km.Median()
	out := SurvivalGroup{
		Code: g.Code, Label: g.Label, N: km.N, Events: int(km.Events),
		Median: Median{present(m.Value), present(m.Lower), present(m.Upper)},
		At:     make([]SurvivalTime, len(ticks)),
	}
	for i, t := range ticks {
		p := km.At(t)
		out.At[i] = SurvivalTime{t, int(km.AtRiskAt(t)), present(p.Surv), present(p.Lower), present(p.Upper)}
	}
	return out
}

// logRank tests the groups against each other; nil below two groups that expect
// events, where no test exists.
func logRank(arms []follow) *LogRankTest {
	if len(arms) < 2 {
		return nil
	}
	var time []float64
	var event []bool
	var member []int
	for i, arm := range arms {
		time = append(time, arm.time...)
		event = append(event, arm.event...)
		for range arm.time {
			member = append(member, i)
		}
	}
	test := stats.LogRank(time, event, member, len(arms), stats.LogRankOptions{})
	if test.DF == 0 {
		return nil
	}
	return &LogRankTest{present(test.ChiSquare), test.DF, present(test.P)}
}

func survivalMethods(s *Survival) string {
	text := fmt.Sprintf("%s was analysed by the Kaplan-Meier method with pointwise %g %% confidence intervals on the log-log scale. "+
		"The event was “%s”; participants without it were censored at their last recorded time.",
		withUnit(s.TimeLabel, s.Unit), s.ConfLevel*100, s.EventLabel)
	if s.LogRank != nil {
		text += " Groups were compared by the log-rank test."
	}
	if s.ExcludedMissing > 0 {
		text += fmt.Sprintf(" %d of %d participants were left out because time, event or group was not recorded.",
			s.ExcludedMissing, s.ExcludedMissing+s.N)
	}
	return text
}

// withUnit writes "Serum bilirubin (mg/dL)".
func withUnit(label, unit string) string {
	if unit == "" {
		return label
	}
	return label + " (" + unit + ")"
}
