package analysis_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"vitrine/backend/analysis"
	"vitrine/backend/cohort"
	"vitrine/backend/colstore"
	"vitrine/backend/colstore/colstoretest"
)

// tolerance is relative; what R computed lies in testdata/golden.
const tolerance = 1e-10

func classics(t testing.TB) *colstore.Store {
	t.Helper()
	return colstoretest.Classics(t, filepath.Join("..", ".."))
}

func run(t testing.TB, store *colstore.Store, question string) *analysis.Result {
	t.Helper()
	r, err := try(store, question)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func try(store *colstore.Store, question string) (*analysis.Result, error) {
	a, err := analysis.Parse([]byte(question))
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	members, err := cohort.NewEvaluator(store).Evaluate(ctx, a.Cohort)
	if err != nil {
		return nil, err
	}
	return analysis.Run(ctx, store, members, a, "test")
}

// ask writes a question over rows of one table.
func ask(kind, base, rest string) string {
	return fmt.Sprintf(`{"version":1,"kind":%q,"cohort":{"version":1,"dataset":"clinical-classics","base":%s},%s}`, kind, base, rest)
}

// golden reads the result of one case of a file of R's results.
func golden[T any](t *testing.T, file, id string) T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "golden", file))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Cases []struct {
			ID     string          `json:"id"`
			Result json.RawMessage `json:"result"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	var result T
	for _, c := range all.Cases {
		if c.ID == id {
			if err := json.Unmarshal(c.Result, &result); err != nil {
				t.Fatal(err)
			}
			return result
		}
	}
	t.Fatalf("%s has no case %s", file, id)
	return result
}

func same(t *testing.T, what string, got *float64, want *float64) {
	t.Helper()
	switch {
	case got == nil && want == nil:
	case got == nil || want == nil || math.Abs(*got-*want) > tolerance*math.Abs(*want):
		t.Errorf("%s: got %s, R has %s", what, shown(got), shown(want))
	}
}

func shown(x *float64) string {
	if x == nil {
		return "nothing"
	}
	return fmt.Sprint(*x)
}

func TestSurvivalEqualsR(t *testing.T) {
	store := classics(t)
	for _, c := range []struct{ km, logRank, question string }{
		{"km_pbc_trt_death", "", ask("kaplan_meier", `{"table":"pbc"}`, `"time":"pbc.time","event":{"field":"pbc.status","in":[2]},"by":"pbc.trt"`)},
		{"km_lung_sex", "lr_lung_sex", ask("kaplan_meier", `{"table":"lung"}`, `"time":"lung.time","event":{"field":"lung.status","in":[2]},"by":"lung.sex"`)},
		{"km_veteran_celltype", "lr_veteran_celltype", ask("kaplan_meier", `{"table":"veteran"}`, `"time":"veteran.time","event":{"field":"veteran.status","in":[1]},"by":"veteran.celltype"`)},
		{"km_colon_death_rx", "", ask("kaplan_meier", `{"table":"colon","all":[{"field":"colon.etype","in":[2]}]}`, `"time":"colon.time","event":{"field":"colon.status","in":[1]},"by":"colon.rx"`)},
		{"", "lr_colon_rx", ask("kaplan_meier", `{"table":"colon","all":[{"field":"colon.etype","in":[1]}]}`, `"time":"colon.time","event":{"field":"colon.status","in":[1]},"by":"colon.rx"`)},
		{"km_lung_ecog", "", ask("kaplan_meier", `{"table":"lung"}`, `"time":"lung.time","event":{"field":"lung.status","in":[2]},"by":"lung.ph.ecog"`)},
		{"km_lung_overall", "", ask("kaplan_meier", `{"table":"lung"}`, `"time":"lung.time","event":{"field":"lung.status","in":[2]}`)},
	} {
		t.Run(c.km+c.logRank, func(t *testing.T) {
			got := run(t, store, c.question).Survival
			if c.km != "" {
				compareCurves(t, got, golden[goldenCurves](t, "km.json", c.km))
			}
			if c.logRank == "" {
				return
			}
			test := golden[goldenTest](t, "logrank.json", c.logRank)
			same(t, "chi-square", got.LogRank.ChiSquare, &test.ChiSquare)
			same(t, "p", got.LogRank.P, &test.P)
			if got.LogRank.DF != test.DF {
				t.Errorf("df %d, R has %d", got.LogRank.DF, test.DF)
			}
		})
	}
}

type goldenTest struct {
	ChiSquare float64 `json:"chisq"`
	DF        int     `json:"df"`
	P         float64 `json:"p"`
}

type goldenCurves struct {
	Groups []struct {
		N         int `json:"n"`
		Events    int `json:"events"`
		Quantiles struct {
			Prob  []float64  `json:"prob"`
			Value []*float64 `json:"value"`
			Lower []*float64 `json:"lower_loglog"`
			Upper []*float64 `json:"upper_loglog"`
		} `json:"quantiles"`
		Table struct {
			Time  []float64  `json:"time"`
			Surv  []float64  `json:"surv"`
			Lower []*float64 `json:"lower_loglog"`
			Upper []*float64 `json:"upper_loglog"`
		} `json:"table"`
	} `json:"groups"`
}

func compareCurves(t *testing.T, got *analysis.Survival, want goldenCurves) {
	t.Helper()
	if len(got.Groups) != len(want.Groups) {
		t.Fatalf("%d groups, R has %d", len(got.Groups), len(want.Groups))
	}
	for i, w := range want.Groups {
		g := got.Groups[i]
		if g.N != w.N || g.Events != w.Events {
			t.Errorf("%s: n %d, events %d; R has %d, %d", g.Label, g.N, g.Events, w.N, w.Events)
		}
		for q, prob := range w.Quantiles.Prob {
			if prob == 0.5 {
				same(t, g.Label+" median", g.Median.Value, w.Quantiles.Value[q])
				same(t, g.Label+" median, lower", g.Median.Lower, w.Quantiles.Lower[q])
				same(t, g.Label+" median, upper", g.Median.Upper, w.Quantiles.Upper[q])
			}
		}
		for _, at := range g.At {
			compareAt(t, g.Label, at, w.Table.Time, w.Table.Surv, w.Table.Lower, w.Table.Upper)
		}
	}
}

// compareAt finds the last entry of R's table up to a time.
func compareAt(t *testing.T, label string, at analysis.SurvivalTime, time, surv []float64, lower, upper []*float64) {
	t.Helper()
	last := -1
	for i := range time {
		if time[i] <= at.Time {
			last = i
		}
	}
	if last < 0 || at.AtRisk == 0 {
		return
	}
	what := fmt.Sprintf("%s at %g", label, at.Time)
	same(t, what, at.Survival, &surv[last])
	same(t, what+", lower", at.Lower, lower[last])
	same(t, what+", upper", at.Upper, upper[last])
}

type goldenTable struct {
	Continuous map[string]struct {
		Overall goldenDescription            `json:"overall"`
		ByGroup map[string]goldenDescription `json:"by_group"`
		SMD     *float64                     `json:"smd"`
		Pairs   *goldenPairs                 `json:"smd_pairwise"`
	} `json:"continuous"`
	Categorical map[string]struct {
		Levels []string `json:"levels"`
		Groups []string `json:"groups"`
		Counts struct {
			Values [][]int `json:"values"`
		} `json:"counts"`
		Percent struct {
			Values [][]float64 `json:"values"`
		} `json:"column_percent"`
		SMD   *float64     `json:"smd"`
		Pairs *goldenPairs `json:"smd_pairwise"`
	} `json:"categorical"`
}

type goldenPairs struct {
	SMD []float64 `json:"smd"`
}

// largest is what a table of several groups shows.
func (p *goldenPairs) largest() *float64 {
	most := 0.0
	for _, x := range p.SMD {
		most = max(most, math.Abs(x))
	}
	return &most
}

type goldenDescription struct {
	N         int       `json:"n"`
	Missing   int       `json:"missing"`
	Mean      *float64  `json:"mean"`
	SD        *float64  `json:"sd"`
	Min       *float64  `json:"min"`
	Max       *float64  `json:"max"`
	Quartiles []float64 `json:"quartiles_type7"`
}

func TestTable1EqualsR(t *testing.T) {
	store := classics(t)
	for _, c := range []struct{ id, table, base, by string }{
		{"t1_pbc_trt", "pbc", `{"table":"pbc","all":[{"field":"pbc.trt","missing":false}]}`, "trt"},
		{"t1_lung_sex", "lung", `{"table":"lung"}`, "sex"},
		{"t1_veteran_cell", "veteran", `{"table":"veteran"}`, "celltype"},
		{"t1_colon_rx", "colon", `{"table":"colon","all":[{"field":"colon.etype","in":[2]}]}`, "rx"},
	} {
		t.Run(c.id, func(t *testing.T) {
			want := golden[goldenTable](t, "table1.json", c.id)
			for name, w := range want.Continuous {
				row := tableRow(t, store, c.base, c.table+"."+c.by, c.table+"."+name)
				compareCell(t, name, row, 0, w.Overall)
				for i, key := range columnKeys(t, store, c.base, c.table+"."+c.by) {
					compareCell(t, name+" in "+key, row, i+1, w.ByGroup[key])
				}
				compareSMD(t, name, row, w.SMD, w.Pairs)
			}
			for name, w := range want.Categorical {
				row := tableRow(t, store, c.base, c.table+"."+c.by, c.table+"."+name)
				compareLevels(t, name, row, w.Levels, w.Counts.Values, w.Percent.Values)
				compareSMD(t, name, row, w.SMD, w.Pairs)
			}
		})
	}
}

func tableRow(t *testing.T, store *colstore.Store, base, by, field string) analysis.BaselineRow {
	t.Helper()
	return run(t, store, ask("table1", base, fmt.Sprintf(`"by":%q,"fields":[%q]`, by, field))).Table1.Rows[0]
}

func columnKeys(t *testing.T, store *colstore.Store, base, by string) []string {
	t.Helper()
	var keys []string
	for _, c := range run(t, store, ask("table1", base, fmt.Sprintf(`"by":%q,"fields":[]`, by))).Table1.Columns[1:] {
		keys = append(keys, c.Key)
	}
	return keys
}

func compareCell(t *testing.T, what string, row analysis.BaselineRow, column int, w goldenDescription) {
	t.Helper()
	if row.Kind != "continuous" {
		t.Fatalf("%s is %s here", what, row.Kind)
	}
	c := row.Cells[column]
	if c.N != w.N || row.Missing[column] != w.Missing {
		t.Errorf("%s: n %d, missing %d; R has %d, %d", what, c.N, row.Missing[column], w.N, w.Missing)
	}
	same(t, what+" mean", c.Mean, w.Mean)
	same(t, what+" sd", c.SD, w.SD)
	same(t, what+" min", c.Min, w.Min)
	same(t, what+" max", c.Max, w.Max)
	same(t, what+" first quartile", c.Q1, &w.Quartiles[0])
	same(t, what+" median", c.Median, &w.Quartiles[1])
	same(t, what+" third quartile", c.Q3, &w.Quartiles[2])
}

func compareLevels(t *testing.T, what string, row analysis.BaselineRow, codes []string, counts [][]int, percents [][]float64) {
	t.Helper()
	at := map[string]analysis.LevelRow{}
	for _, l := range row.Levels {
		at[l.Code] = l
	}
	for i, code := range codes {
		l, ok := at[code]
		if !ok {
			t.Errorf("%s: no level %s", what, code)
			continue
		}
		for j := range counts[i] {
			if l.Cells[j+1].Count != counts[i][j] {
				t.Errorf("%s = %s: %d in group %d, R has %d", what, code, l.Cells[j+1].Count, j, counts[i][j])
			}
			same(t, what+" = "+code+" percent", l.Cells[j+1].Percent, &percents[i][j])
		}
	}
}

func compareSMD(t *testing.T, what string, row analysis.BaselineRow, two *float64, pairs *goldenPairs) {
	t.Helper()
	if pairs != nil {
		two = pairs.largest()
	}
	same(t, what+" SMD", row.SMD, two)
}
