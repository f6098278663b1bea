package analysis

import (
	"context"
	"fmt"

	"vitrine/backend/catalog"
	"vitrine/backend/colstore"
	"vitrine/backend/problem"
	"vitrine/backend/stats"
)

// Baseline is a Table 1: who the participants are, overall and by group. The
// first column is the whole cohort.
type Baseline struct {
	GroupLabel      string           `json:"group_label" doc:"What the groups are of; empty without groups"`
	Columns         []BaselineColumn `json:"columns"`
	Rows            []BaselineRow    `json:"rows"`
	ExcludedMissing int              `json:"excluded_missing" doc:"Cohort members in the first column only, because their group is not recorded"`
	SMDNote         string           `json:"smd_note" doc:"How the standardised mean differences are made"`
}

// BaselineColumn heads a column.
type BaselineColumn struct {
	Key   string `json:"key" doc:"overall, or the group's code"`
	Label string `json:"label"`
	N     int    `json:"n"`
}

// BaselineRow describes one field; Cells or Levels follow Columns.
type BaselineRow struct {
	Field   catalog.FieldID  `json:"field"`
	Label   string           `json:"label"`
	Unit    string           `json:"unit"`
	Kind    string           `json:"kind" enum:"continuous,categorical"`
	Cells   []ContinuousCell `json:"cells,omitempty"`
	Levels  []LevelRow       `json:"levels,omitempty"`
	Missing []int            `json:"missing" doc:"Not recorded, per column"`
	SMD     value            `json:"smd" doc:"Standardised mean difference between the groups; null where it does not exist"`
}

// ContinuousCell summarises a continuous field in one column. Quartiles are
// type 7, R's default; SD has the divisor n-1.
type ContinuousCell struct {
	N      int   `json:"n" doc:"Recorded values"`
	Mean   value `json:"mean"`
	SD     value `json:"sd"`
	Median value `json:"median"`
	Q1     value `json:"q1"`
	Q3     value `json:"q3"`
	Min    value `json:"min"`
	Max    value `json:"max"`
}

// LevelRow is one level of a categorical field.
type LevelRow struct {
	Code  string      `json:"code"`
	Label string      `json:"label"`
	Cells []CountCell `json:"cells"`
}

// CountCell counts a level; Percent is of the recorded values in the column.
type CountCell struct {
	Count   int   `json:"count"`
	Percent value `json:"percent"`
}

func (q *question) baseline(ctx context.Context, r *Result) error {
	if q.members.RowCount > q.members.Participants {
		return q.repeated()
	}
	g, err := groupBy(ctx, q.ds, q.table, q.By, q.members.Rows)
	if err != nil {
		return err
	}
	t := &Baseline{GroupLabel: g.label, Rows: []BaselineRow{}, Columns: []BaselineColumn{{Key: "overall", Label: "All participants"}}}
	columns := q.columns(g, t)
	for i, id := range q.Fields {
		row, err := q.describe(ctx, id, fmt.Sprintf("/fields/%d", i), columns)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, row)
	}
	if len(columns) > 2 {
		t.SMDNote = "SMD: standardised mean difference (Yang and Dalton 2012), second group against first; missing values left out."
		if len(columns) > 3 {
			t.SMDNote = "SMD: largest absolute standardised mean difference between any two groups (Yang and Dalton 2012); missing values left out."
		}
	}
	r.Table1, r.Methods = t, baselineMethods(t)
	return nil
}

// columns lists the rows that each column describes: the cohort, then the groups.
func (q *question) columns(g *grouping, t *Baseline) [][]int {
	all := make([]int, 0, q.members.RowCount)
	byGroup := make([][]int, len(g.groups))
	q.members.Rows.Each(func(row int) {
		all = append(all, row)
		if k := g.of[row]; k >= 0 {
			byGroup[k] = append(byGroup[k], row)
		} else {
			t.ExcludedMissing++
		}
	})
	t.Columns[0].N = len(all)
	if q.By == "" {
		return [][]int{all}
	}
	for i, gr := range g.groups {
		t.Columns = append(t.Columns, BaselineColumn{gr.Code, gr.Label, len(byGroup[i])})
	}
	return append([][]int{all}, byGroup...)
}

func (q *question) describe(ctx context.Context, id catalog.FieldID, pointer string, columns [][]int) (BaselineRow, error) {
	field, column, err := describable(ctx, q.ds, q.table, id, pointer)
	if err != nil {
		return BaselineRow{}, err
	}
	row := BaselineRow{Field: id, Label: field.Label, Unit: field.Unit, Missing: missing(column, columns)}
	switch {
	case field.Numeric():
		row.Kind = "continuous"
		row.continuous(column, columns)
	case field.Categorical():
		row.Kind = "categorical"
		row.categorical(field, column, columns)
	default:
		return BaselineRow{}, problem.New(problem.Invalid, "field-not-tabulated",
			fmt.Sprintf("“%s” (%s) is on no scale and has no value set, so a table cannot describe it.", id, field.Type)).
			At(pointer).Try("Leave it out, or describe a field on a scale or with a value set.")
	}
	return row, nil
}

func missing(c *colstore.Column, columns [][]int) []int {
	counts := make([]int, len(columns))
	for i, rows := range columns {
		for _, row := range rows {
			if c.Missing(row) {
				counts[i]++
			}
		}
	}
	return counts
}

func (r *BaselineRow) continuous(c *colstore.Column, columns [][]int) {
	described := make([]stats.Description, len(columns))
	numbers := c.Numbers()
	for i, rows := range columns {
		values := make([]float64, 0, len(rows))
		for _, row := range rows {
			if !c.Missing(row) {
				values = append(values, numbers[row])
			}
		}
		d := stats.Describe(values)
		described[i] = d
		r.Cells = append(r.Cells, ContinuousCell{d.N, present(d.Mean), present(d.SD),
			present(d.Median), present(d.Q1), present(d.Q3), present(d.Min), present(d.Max)})
	}
	r.SMD = difference(described[1:], stats.SMDContinuous)
}

func (r *BaselineRow) categorical(f *catalog.Field, c *colstore.Column, columns [][]int) {
	levels, place := levelsOf(f, c)
	counts := make([][]int, len(columns))
	for i, rows := range columns {
		counts[i] = make([]int, len(levels))
		for _, row := range rows {
			if !c.Missing(row) {
				counts[i][place(row)]++
			}
		}
	}
	for l, level := range levels {
		line := LevelRow{Code: level.Code, Label: level.Label}
		for i := range columns {
			line.Cells = append(line.Cells, CountCell{counts[i][l], percent(counts[i], l)})
		}
		r.Levels = append(r.Levels, line)
	}
	r.SMD = difference(counts[1:], stats.SMDCategorical)
}

// levelsOf gives a field's levels in order and the level of a row.
func levelsOf(f *catalog.Field, c *colstore.Column) (levels []group, place func(row int) int) {
	if codes := c.Codes(); codes != nil {
		at := make([]int, len(c.Dictionary()))
		for i, text := range c.Dictionary() {
			if at[i] = f.Level(text); at[i] < 0 {
				at[i] = len(f.Levels) + len(levels)
				levels = append(levels, group{text, text})
			}
		}
		return append(declared(f), levels...), func(row int) int { return at[codes[row]] }
	}
	if f.Type == catalog.Boolean && len(f.Levels) == 0 {
		numbers := c.Numbers()
		return answers, func(row int) int { return int(numbers[row]) }
	}
	at := map[float64]int{}
	numbers := c.Numbers()
	return declared(f), func(row int) int {
		x := numbers[row]
		l, ok := at[x]
		if !ok {
			l = f.Level(catalog.FormatNumber(x))
			at[x] = l
		}
		return l
	}
}

func declared(f *catalog.Field) []group {
	levels := make([]group, len(f.Levels))
	for i, l := range f.Levels {
		levels[i] = group{l.Code, l.Label}
	}
	return levels
}

func percent(counts []int, l int) value {
	total := 0
	for _, k := range counts {
		total += k
	}
	if total == 0 {
		return nil
	}
	return present(100 * float64(counts[l]) / float64(total))
}

// difference is the SMD between two groups, or the largest between several.
func difference[T any](groups []T, smd func(first, second T) float64) value {
	switch len(groups) {
	case 0, 1:
		return nil
	case 2:
		return present(smd(groups[0], groups[1]))
	}
	return present(stats.MaxSMD(len(groups), func(i, j int) float64 { return smd(groups[i], groups[j]) }))
}

func baselineMethods(t *Baseline) string {
	text := "Continuous variables are given as mean (SD) and median (first to third quartile), categorical variables as number and percentage of recorded values."
	if len(t.Columns) > 2 {
		text += " Groups were compared by standardised mean differences (Yang and Dalton 2012)."
	}
	return text
}
