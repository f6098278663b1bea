package backend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"vitrine/backend/access"
	"vitrine/backend/inference"
	"vitrine/backend/model"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

// ScoreRequest asks a model about the rows of a CSV file.
type ScoreRequest struct {
	Model string
	Name  string    // file name, for messages
	Rows  io.Reader // the file
	Limit int       // how many predictions to list
}

// Scores is what a model says about a table.
type Scores struct {
	Model       ModelSummary           `json:"model"`
	Rows        int                    `json:"rows"`
	Scored      int                    `json:"scored"`
	Refused     int                    `json:"refused" doc:"Rows without a prediction"`
	Mapping     *model.Mapping         `json:"mapping"`
	Classes     []ClassCount           `json:"classes" doc:"How many rows each class is the most probable for"`
	Flagged     map[model.FlagKind]int `json:"flagged" doc:"Rows with at least one flag of the kind"`
	FlaggedRows int                    `json:"flagged_rows" doc:"Rows with any flag"`
	Refusals    []problem.Detail       `json:"refusals" doc:"The first rows without a prediction, and why"`
	Predictions []RowPrediction        `json:"predictions"`
	Truncated   bool                   `json:"truncated" doc:"More rows were scored than are listed"`
	InputSHA256 string                 `json:"input_sha256"`
}

// ClassCount counts a class among the predictions.
type ClassCount struct {
	Label string `json:"label"`
	Count int    `json:"count"`
}

// RowPrediction is the prediction of one row, numbered from 1.
type RowPrediction struct {
	Row int `json:"row"`
	inference.Prediction
}

// Score predicts every row of a table with a model of the vault.
func (b *Backend) Score(ctx context.Context, r ScoreRequest) (Scores, error) {
	return act(ctx, b, scoreModel, access.Resource{Kind: "model", ID: r.Model}, func() (Scores, detail, error) {
		e, err := b.engine(ctx, model.ID(r.Model))
		if err != nil {
			return Scores{}, nil, err
		}
		s, err := e.score(ctx, r, func(RowPrediction) error { return nil })
		return s, s.detail(), err
	})
}

// ScoreCSV is Score with every prediction as a CSV file.
func (b *Backend) ScoreCSV(ctx context.Context, r ScoreRequest) ([]byte, error) {
	return act(ctx, b, scoreModel, access.Resource{Kind: "model", ID: r.Model}, func() ([]byte, detail, error) {
		e, err := b.engine(ctx, model.ID(r.Model))
		if err != nil {
			return nil, nil, err
		}
		var out bytes.Buffer
		lines := csv.NewWriter(&out)
		if err := lines.Write(e.csvHeader()); err != nil {
			return nil, nil, err
		}
		s, err := e.score(ctx, r, func(p RowPrediction) error { return lines.Write(e.csvLine(p)) })
		lines.Flush()
		if err = join(err, lines.Error()); err != nil {
			return nil, nil, err
		}
		with := s.detail()
		with["sha256"] = sha256Hex(out.Bytes())
		return out.Bytes(), with, nil
	})
}

// FileScoreRequest asks a model file about a CSV file, both on this machine.
type FileScoreRequest struct {
	Model  string // path
	Schema string // path; "" takes names and ranges from the model file
	Input  string // path
	Limit  int
}

// ScoreFile predicts the rows of a file with a model file that need not be in
// the vault.
func (b *Backend) ScoreFile(ctx context.Context, r FileScoreRequest) (Scores, error) {
	return act(ctx, b, scoreModel, access.Resource{Kind: "file", ID: filepath.Base(r.Model)}, func() (Scores, detail, error) {
		e, err := engineOfFiles(r.Model, r.Schema, b.clock)
		if err != nil {
			return Scores{}, nil, err
		}
		input, err := readFile(r.Input)
		if err != nil {
			return Scores{}, nil, err
		}
		s, err := e.score(ctx, ScoreRequest{Name: r.Input, Rows: bytes.NewReader(input), Limit: r.Limit}, func(RowPrediction) error { return nil })
		return s, s.detail(), err
	})
}

func (s *Scores) detail() detail {
	return detail{"model_sha256": s.Model.SHA256, "input_sha256": s.InputSHA256, "rows": s.Rows, "scored": s.Scored, "flagged_rows": s.FlaggedRows}
}

// score runs a table through the model, hands every prediction to each, and
// lists the first of them.
func (e *engine) score(ctx context.Context, r ScoreRequest, each func(RowPrediction) error) (Scores, error) {
	hash := sha256.New()
	records, err := tabular.NewRecords(io.TeeReader(r.Rows, hash), r.Name)
	if err != nil {
		return Scores{}, err
	}
	s := Scores{Model: e.summary(), Classes: []ClassCount{}, Predictions: []RowPrediction{}}
	row := 0
	summary, err := e.scorer.Score(ctx, records, func(p inference.Prediction) error {
		row++
		if len(p.Flags) > 0 {
			s.FlaggedRows++
		}
		numbered := RowPrediction{row, p}
		if row <= r.Limit {
			s.Predictions = append(s.Predictions, numbered)
		}
		return each(numbered)
	})
	if err != nil {
		return Scores{}, inTable(err, r.Name)
	}
	s.Rows, s.Scored, s.Refused = summary.Rows, summary.Scored, summary.Refused
	s.Mapping, s.Flagged, s.Refusals = summary.Mapping, summary.Flagged, summary.Refusals
	s.Truncated = summary.Rows > len(s.Predictions)
	for i, label := range e.model.Schema.Classes {
		s.Classes = append(s.Classes, ClassCount{label, summary.Classes[i]})
	}
	s.InputSHA256 = hex.EncodeToString(hash.Sum(nil))
	return s, nil
}

// inTable names the file in a problem that names only a line of it.
func inTable(err error, name string) error {
	p := problem.From(err)
	switch {
	case p.Kind != problem.Invalid || strings.Contains(p.Place, name):
	case p.Place == "":
		p.Place = name
	default:
		p.Place = name + ", " + p.Place
	}
	return err
}

func (e *engine) csvHeader() []string {
	header := []string{"row", "line", "scored", "class"}
	for _, c := range e.model.Schema.Classes {
		header = append(header, "probability "+c)
	}
	if len(e.model.Schema.Classes) == 0 {
		header = append(header, "value")
	}
	return append(header, "flags", "refusal")
}

func (e *engine) csvLine(p RowPrediction) []string {
	line := []string{strconv.Itoa(p.Row), strconv.Itoa(p.Line), strconv.FormatBool(p.Scored), inert(p.Label)}
	switch classes := len(e.model.Schema.Classes); {
	case classes == 0 && p.Value != nil:
		line = append(line, exact(*p.Value))
	case classes == 0:
		line = append(line, "")
	case p.Scored:
		for _, x := range p.Probabilities {
			line = append(line, exact(x))
		}
	default:
		line = append(line, make([]string, classes)...)
	}
	flags := make([]string, len(p.Flags))
	for i, f := range p.Flags {
		flags[i] = f.Feature + ": " + string(f.Kind)
	}
	refusal := ""
	if p.Refusal != nil {
		refusal = p.Refusal.Message
	}
	return append(line, inert(strings.Join(flags, "; ")), refusal)
}

// inert keeps a spreadsheet from computing a name that begins as a formula does;
// names come with models and may be anybody's.
func inert(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text // the class -1
	}
	return "'" + text
}

// exact writes a number so that it reads back equal.
func exact(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
