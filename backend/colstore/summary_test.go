package colstore_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"vitrine/backend/colstore"
)

// Means and deviations were computed over the CSV twin in exact rational arithmetic
// (Python's fractions), quartiles are R's quantile(type = 7), counts are R's table().
func TestSummariesEqualReferenceValues(t *testing.T) {
	s, _, _ := stored(t, classics(t), 100, openClassic)
	pbc := table(t, s, "pbc")
	bili := column(t, pbc, "bili").Summary(nil)
	if bili.N != 418 || bili.Missing != 0 || bili.Distinct != 98 || bili.Levels != nil {
		t.Errorf("bili: %+v", bili)
	}
	n := bili.Numeric
	if n.Min != 0.3 || n.Max != 28 || n.Q1 != 0.8 || n.Median != 1.4 || n.Q3 != 3.4 ||
		math.Abs(n.Mean-3.2208133971291866) > 1e-13 || math.Abs(*n.SD-4.407506384141372) > 1e-13 {
		t.Errorf("bili: %+v, sd %v", n, *n.SD)
	}
	trt := column(t, pbc, "trt").Summary(nil)
	want := []colstore.LevelCount{{Code: "1", Label: "D-penicillamine", Count: 158}, {Code: "2", Label: "Placebo", Count: 154}}
	if trt.N != 312 || trt.Missing != 106 || trt.Numeric != nil || !reflect.DeepEqual(trt.Levels, want) {
		t.Errorf("trt: %+v", trt)
	}
	edema := column(t, pbc, "edema").Summary(nil)
	if len(edema.Levels) != 3 || edema.Levels[0].Count != 354 || edema.Levels[1].Count != 44 || edema.Levels[2].Count != 20 {
		t.Errorf("edema: %+v", edema)
	}
	cell := column(t, table(t, s, "veteran"), "celltype").Summary(nil)
	if cell.Distinct != 4 || cell.Levels[1] != (colstore.LevelCount{Code: "smallcell", Label: "Small cell", Count: 48}) {
		t.Errorf("celltype: %+v", cell)
	}
}

func TestASummaryIsOfTheMaskedRows(t *testing.T) {
	s, _, _ := stored(t, classics(t), 100, openClassic)
	opened := table(t, s, "lung")
	sex := column(t, opened, "sex")
	women := colstore.NewBitmap(opened.Rows())
	for i, x := range sex.Numbers() {
		if x == 2 {
			women.Set(i)
		}
	}
	if got := sex.Summary(women); got.N != 90 || got.Levels[0].Count != 0 || got.Levels[1].Count != 90 || got.Distinct != 1 {
		t.Errorf("got %+v", got)
	}
	if got := column(t, opened, "age").Summary(colstore.NewBitmap(opened.Rows())); got.N != 0 || got.Missing != 0 || got.Numeric != nil {
		t.Errorf("of no rows: %+v", got)
	}
}

func TestHistogramsCoverEveryValueOnceInRoundBins(t *testing.T) {
	s, _, _ := stored(t, classics(t), 100, openClassic)
	for _, d := range s.Dataset().Tables {
		for _, f := range d.Fields {
			summary := column(t, table(t, s, d.ID), f.Column).Summary(nil)
			if _, err := json.Marshal(summary); err != nil {
				t.Errorf("%s.%s: %v", d.ID, f.Column, err)
			}
			if summary.Numeric == nil {
				continue
			}
			h, total := summary.Numeric.Histogram, 0
			for _, n := range h.Counts {
				total += n
			}
			if total != summary.N || len(h.Edges) != len(h.Counts)+1 || len(h.Counts) > 24 ||
				h.Edges[0] > summary.Numeric.Min || h.Edges[len(h.Edges)-1] < summary.Numeric.Max {
				t.Errorf("%s.%s: %+v of %d values", d.ID, f.Column, h, summary.N)
			}
		}
	}
	albumin := column(t, table(t, s, "pbc"), "albumin").Summary(nil).Numeric.Histogram
	if albumin.Edges[0] != 1.8 || albumin.Edges[1] != 2 || albumin.Edges[len(albumin.Edges)-1] != 4.8 {
		t.Errorf("edges %v", albumin.Edges)
	}
}

func TestFreeTextIsCountedButNotListed(t *testing.T) {
	s, _, _ := stored(t, madeSet(), 1000, openMade)
	opened := table(t, s, "rows")
	note := column(t, opened, "note").Summary(nil)
	if note.Levels != nil || note.Numeric != nil || note.Distinct < 100 || note.N+note.Missing != madeRows {
		t.Errorf("got %+v", note)
	}
	yes := column(t, opened, "yes").Summary(nil)
	if len(yes.Levels) != 2 || yes.Levels[0].Count+yes.Levels[1].Count != yes.N {
		t.Errorf("got %+v", yes)
	}
	for _, f := range []string{"x", "growing", "never", "who"} { // extreme values must not hang or overflow
		if _, err := json.Marshal(column(t, opened, f).Summary(nil)); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
	if got := column(t, opened, "never").Summary(nil); got.N != 0 || got.Missing != madeRows {
		t.Errorf("got %+v", got)
	}
}
