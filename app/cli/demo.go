package main

import (
	"fmt"
	"io"
	"strings"

	"vitrine/backend"
	"vitrine/backend/analysis"
)

type demoCommand struct {
	From string `help:"Folder of the demonstration data." env:"VITRINE_DEMONSTRATION" placeholder:"DIR" type:"path"`
}

func (demoCommand) Help() string {
	return "Makes a demonstration vault in the data folder where there is none, loads public data and a model, and answers " +
		"one question of each kind. Run again, it changes nothing and gives the same numbers.\n\n" +
		"Example:\n  vitrine demo --home /tmp/vitrine-demo --json"
}

// demonstration is what demo prints.
type demonstration struct {
	Home     string                   `json:"home"`
	Already  bool                     `json:"already"`
	Datasets []backend.DatasetSummary `json:"datasets"`
	Models   []backend.ModelSummary   `json:"models"`
	Cohort   backend.CohortCounts     `json:"cohort"`
	Survival *analysis.Survival       `json:"survival"`
	Baseline *analysis.Baseline       `json:"baseline"`
	Scores   backend.Scores           `json:"prediction"`
}

// shownRows is how many predictions the demonstration prints.
const shownRows = 1

func (c *demoCommand) Run(s *session) error {
	return s.withBackend(backend.Options{Demonstration: c.From}, func(b *backend.Backend) error {
		d, err := demonstrate(s, b)
		if err != nil {
			return err
		}
		return s.print(d, func(w io.Writer) { showDemonstration(w, d) })
	})
}

func demonstrate(s *session, b *backend.Backend) (*demonstration, error) {
	loaded, err := b.LoadDemonstration(s.ctx)
	if err != nil {
		return nil, err
	}
	d := &demonstration{Home: b.Home(), Already: loaded.Already, Datasets: loaded.Datasets, Models: loaded.Models}
	if d.Cohort, err = b.EvaluateCohort(s.ctx, loaded.Examples.Cohort); err != nil {
		return nil, err
	}
	survival, err := b.Analyse(s.ctx, loaded.Examples.Survival, "print")
	if err != nil {
		return nil, err
	}
	baseline, err := b.Analyse(s.ctx, loaded.Examples.Baseline, "print")
	if err != nil {
		return nil, err
	}
	d.Survival, d.Baseline = survival.Survival, baseline.Table1
	if len(loaded.Models) == 0 {
		return d, nil
	}
	d.Scores, err = b.Score(s.ctx, backend.ScoreRequest{
		Model: loaded.Models[0].ID, Name: "rows.csv", Rows: strings.NewReader(loaded.Examples.Rows), Limit: shownRows,
	})
	return d, err
}

func showDemonstration(w io.Writer, d *demonstration) {
	if d.Already {
		fmt.Fprintf(w, "The vault in %s exists and holds the demonstration.\n\n", d.Home)
	} else {
		fmt.Fprintf(w, "The demonstration is in the vault in %s.\n\n", d.Home)
	}
	listDatasets(w, d.Datasets)
	fmt.Fprintln(w)
	showCounts(w, d.Cohort)
	fmt.Fprintln(w)
	showSurvival(w, d.Survival)
	fmt.Fprintln(w)
	showBaseline(w, d.Baseline)
	fmt.Fprintln(w)
	showScores(w, d.Scores)
}
