package main

import (
	"fmt"
	"io"

	"vitrine/backend"
)

type predictCommand struct {
	Model  string `required:"" help:"Model file (LightGBM text)." placeholder:"FILE" type:"path"`
	Schema string `help:"Schema of the model's inputs (JSON): names, units, ranges, classes." placeholder:"FILE" type:"path"`
	Input  string `required:"" help:"Rows to score (CSV)." placeholder:"FILE" type:"path"`
	Limit  int    `help:"How many predictions to print." default:"100000"`
}

func (predictCommand) Help() string {
	return "Columns are matched to the model's inputs by name; missing and unused columns are reported.\n\n" +
		"Example:\n  vitrine model predict --model testdata/models/wdbc_lgbm_nan/model.txt --input testdata/demonstration/rows.csv --json"
}

func (c *predictCommand) Run(s *session) error {
	return s.withBackend(backend.Options{}, func(b *backend.Backend) error {
		scores, err := b.ScoreFile(s.ctx, backend.FileScoreRequest{Model: c.Model, Schema: c.Schema, Input: c.Input, Limit: c.Limit})
		if err != nil {
			return err
		}
		return s.print(scores, func(w io.Writer) { showScores(w, scores) })
	})
}

func showScores(w io.Writer, s backend.Scores) {
	fmt.Fprintf(w, "%s: %d rows, %d scored, %d with something to note\n", s.Model.Name, s.Rows, s.Scored, s.FlaggedRows)
	if k := len(s.Mapping.Missing); k > 0 {
		fmt.Fprintf(w, "Inputs without a column: %d of %d\n", k, s.Model.Inputs)
	}
	if k := len(s.Mapping.Unused); k > 0 {
		fmt.Fprintf(w, "Columns the model does not take: %d\n", k)
	}
	t := table(w)
	fmt.Fprintln(t, "row\tclass\tprobability or value\tnotes")
	for _, p := range s.Predictions {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\n", p.Row, p.Label, predicted(p), notes(p))
	}
	t.Flush()
}

func predicted(p backend.RowPrediction) string {
	switch {
	case !p.Scored:
		return "–"
	case p.Class != nil:
		return number(&p.Probabilities[*p.Class])
	case p.Value != nil:
		return number(p.Value)
	}
	return "–"
}

func notes(p backend.RowPrediction) string {
	if p.Refusal != nil {
		return "not scored: " + p.Refusal.Place + ", " + p.Refusal.Message
	}
	if len(p.Flags) == 0 {
		return ""
	}
	return fmt.Sprintf("%d inputs missing, out of range or unseen", len(p.Flags))
}
