package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"vitrine/backend"
	"vitrine/backend/analysis"
)

type countCommand struct {
	Definition string `arg:"" help:"Cohort definition (JSON file, - for standard input)."`
}

func (countCommand) Help() string {
	return "Example:\n  vitrine cohort count testdata/demonstration/cohort.json --json\n\ndocs/cohorts.md describes the definition."
}

func (c *countCommand) Run(s *session) error {
	definition, err := s.document(c.Definition)
	if err != nil {
		return err
	}
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		counts, err := b.EvaluateCohort(s.ctx, definition)
		if err != nil {
			return inFile(err, c.Definition)
		}
		return s.print(counts, func(w io.Writer) { showCounts(w, counts) })
	})
}

func showCounts(w io.Writer, c backend.CohortCounts) {
	if c.Name != "" {
		fmt.Fprintln(w, c.Name)
	}
	t := table(w)
	fmt.Fprintln(t, "step\tremoved\tleft")
	for _, s := range c.Attrition {
		fmt.Fprintf(t, "%s: %s\t%d\t%d\n", s.Kind, s.Label, s.Removed, s.After)
	}
	t.Flush()
	fmt.Fprintf(w, "%s (%s; %s %s)\n", counted(c.Participants, "participant", "participants"), c.PopulationTitle, c.Dataset, c.Version)
}

type analyzeCommand struct {
	Analysis string `arg:"" help:"Analysis (JSON file, - for standard input)."`
	Figure   string `help:"Also save the figure to this SVG file." placeholder:"FILE" type:"path"`
	Theme    string `help:"Colours of the figure." enum:"light,dark,print" default:"print"`
}

func (analyzeCommand) Help() string {
	return "Example:\n  vitrine analyze testdata/demonstration/survival.json --figure survival.svg\n\ndocs/analyses.md describes the analyses."
}

func (c *analyzeCommand) Run(s *session) error {
	question, err := s.document(c.Analysis)
	if err != nil {
		return err
	}
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		answer, err := b.Analyse(s.ctx, question, c.Theme)
		if err != nil {
			return inFile(err, c.Analysis)
		}
		if c.Figure != "" {
			request := backend.FigureRequest{Analysis: question, Theme: c.Theme, Format: "svg"}
			if _, err := b.SaveFigure(s.ctx, request, c.Figure); err != nil {
				return err
			}
		}
		// The figure is in its file, not in the numbers.
		return s.print(answer.Result, func(w io.Writer) { showResult(w, answer.Result) })
	})
}

func showResult(w io.Writer, r *analysis.Result) {
	fmt.Fprintf(w, "%s (%d participants)\n", orElse(r.Cohort.Name, r.Cohort.Hash), r.Cohort.Participants)
	if r.Survival != nil {
		showSurvival(w, r.Survival)
	}
	if r.Table1 != nil {
		showBaseline(w, r.Table1)
	}
	fmt.Fprintln(w, r.Methods)
}

func showSurvival(w io.Writer, s *analysis.Survival) {
	t := table(w)
	fmt.Fprintf(t, "%s\tn\tevents\tmedian (%s)\t%g %% interval\n", orElse(s.GroupLabel, "group"), orElse(s.Unit, "time"), s.ConfLevel*100)
	for _, g := range s.Groups {
		m := g.Median
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s to %s\n", g.Label, g.N, g.Events, number(m.Value), number(m.Lower), number(m.Upper))
	}
	t.Flush()
	if l := s.LogRank; l != nil {
		fmt.Fprintf(w, "Log-rank test: chi-square %s on %s, p = %s\n", number(l.ChiSquare), counted(l.DF, "degree", "degrees")+" of freedom", number(l.P))
	}
}

func showBaseline(w io.Writer, b *analysis.Baseline) {
	t := table(w)
	for _, c := range b.Columns {
		fmt.Fprintf(t, "\t%s (n = %d)", c.Label, c.N)
	}
	fmt.Fprintln(t, "\tSMD")
	for _, r := range b.Rows {
		showBaselineRow(t, r)
	}
	t.Flush()
	if b.SMDNote != "" {
		fmt.Fprintln(w, b.SMDNote)
	}
}

func showBaselineRow(w io.Writer, r analysis.BaselineRow) {
	label := r.Label
	if r.Unit != "" {
		label += " (" + r.Unit + ")"
	}
	defer showMissing(w, r)
	if r.Kind == "continuous" {
		fmt.Fprintf(w, "%s, mean (SD); median [quartiles]", label)
		for _, c := range r.Cells {
			fmt.Fprintf(w, "\t%s (%s); %s [%s, %s]", number(c.Mean), number(c.SD), number(c.Median), number(c.Q1), number(c.Q3))
		}
		fmt.Fprintf(w, "\t%s\n", number(r.SMD))
		return
	}
	fmt.Fprintf(w, "%s, n (%%)", label)
	for range r.Missing {
		fmt.Fprint(w, "\t")
	}
	fmt.Fprintf(w, "\t%s\n", number(r.SMD))
	for _, l := range r.Levels {
		fmt.Fprintf(w, "  %s", l.Label)
		for _, c := range l.Cells {
			fmt.Fprintf(w, "\t%d (%s)", c.Count, number(c.Percent))
		}
		fmt.Fprintln(w, "\t")
	}
}

// showMissing adds the line of values not recorded, where there are any.
func showMissing(w io.Writer, r analysis.BaselineRow) {
	if slices.Max(append([]int{0}, r.Missing...)) == 0 {
		return
	}
	fmt.Fprint(w, "  not recorded")
	for _, n := range r.Missing {
		fmt.Fprintf(w, "\t%d", n)
	}
	fmt.Fprintln(w, "\t")
}

// counted writes "1 row" and "2 rows".
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// number shows four significant digits, and – where there is no value.
func number(v *float64) string {
	if v == nil {
		return "–"
	}
	return strconv.FormatFloat(*v, 'g', 4, 64)
}
