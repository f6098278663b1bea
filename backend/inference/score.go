package inference

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"vitrine/backend/model"
	"vitrine/backend/problem"
)

// Records is a table of text, read once from start to end. Next returns io.EOF
// after the last record; line is where the record begins in its file. A record
// is used before the next call only.
type Records interface {
	Header() []string
	Next() (record []string, line int, err error)
}

// Prediction is what the model says about one record. A record that is not
// scored has a Refusal and neither scores nor class.
type Prediction struct {
	Line          int             `json:"line" doc:"Line of the file on which the record begins"`
	Scored        bool            `json:"scored"`
	Raw           []float64       `json:"raw,omitempty" doc:"Scores before the link: log-odds for a classifier"`
	Probabilities []float64       `json:"probabilities,omitempty" doc:"One for each class, in the order of the schema's classes"`
	Value         *float64        `json:"value,omitempty" doc:"The predicted quantity, for a model without classes"`
	Class         *int            `json:"class,omitempty" doc:"Position of the most probable class; the earlier of two equal ones"`
	Label         string          `json:"label,omitempty" doc:"Name of that class"`
	Flags         []model.Flag    `json:"flags,omitempty" doc:"What a reader must see beside the prediction"`
	Refusal       *problem.Detail `json:"refusal,omitempty" doc:"Why the record has no prediction"`
}

// Summary counts what happened to a table.
type Summary struct {
	Mapping  *model.Mapping         `json:"mapping"`
	Rows     int                    `json:"rows"`
	Scored   int                    `json:"scored"`
	Refused  int                    `json:"refused"`
	Classes  []int                  `json:"classes,omitempty" doc:"Records for which each class is the most probable"`
	Flagged  map[model.FlagKind]int `json:"flagged" doc:"Records with at least one flag of the kind"`
	Refusals []problem.Detail       `json:"refusals" doc:"The first refusals, at most 20"`
}

const shownRefusals = 20

// Scorer scores tables with one model. It may be used by several goroutines.
type Scorer struct {
	ensemble *Ensemble
	schema   *model.Schema
}

// NewScorer joins a model with the schema of its inputs; without one it takes
// what the model file says (see Ensemble.Schema). Problem "schema-mismatch"
// where the two contradict each other.
func NewScorer(e *Ensemble, s *model.Schema) (*Scorer, error) {
	var err error
	if s == nil {
		s, err = e.Schema()
	} else {
		s, err = e.fit(s)
	}
	if err != nil {
		return nil, err
	}
	return &Scorer{ensemble: e, schema: s}, nil
}

// Schema is the schema in force: as given, with what the model does with each
// missing value.
func (s *Scorer) Schema() *model.Schema { return s.schema }

// Score predicts every record, in order, and hands each Prediction to yield,
// which may keep it. A record with text in a numeric column, or with a missing
// value that the schema rejects, is refused on its own and counted; the rest go
// on. Score stops at an error of records or of yield, at a cancelled context, and
// before the first record where the columns cannot be mapped (see
// model.Mapping.Check).
func (s *Scorer) Score(ctx context.Context, records Records, yield func(Prediction) error) (*Summary, error) {
	run, err := s.begin(records.Header())
	if err != nil {
		return nil, err
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		record, line, err := records.Next()
		if errors.Is(err, io.EOF) {
			return run.summary, nil
		}
		if err != nil {
			return nil, err
		}
		p, err := run.predict(record, line)
		if err != nil {
			return nil, err
		}
		if err := yield(p); err != nil {
			return nil, err
		}
	}
}

// run is the scoring of one table.
type run struct {
	*Scorer
	header  []string
	encoder *model.Encoder
	row     []float64
	summary *Summary
}

func (s *Scorer) begin(header []string) (*run, error) {
	m := s.schema.Map(header)
	encoder, err := s.schema.NewEncoder(m)
	if err != nil {
		return nil, err
	}
	return &run{
		Scorer: s, header: slices.Clone(header), encoder: encoder, row: make([]float64, len(s.schema.Features)),
		summary: &Summary{Mapping: m, Classes: make([]int, s.ensemble.Classes()), Flagged: map[model.FlagKind]int{}, Refusals: []problem.Detail{}},
	}, nil
}

func (r *run) predict(record []string, line int) (Prediction, error) {
	if len(record) != len(r.header) {
		return Prediction{}, problem.New(problem.Invalid, "table-ragged", fmt.Sprintf("A record has %d values where the header has %d.", len(record), len(r.header))).
			At(fmt.Sprintf("line %d", line)).Try("Export the table again; text that holds the separator must be quoted.")
	}
	flags, usable := r.encoder.Encode(record, r.row)
	p := Prediction{Line: line, Flags: slices.Clone(flags)}
	if usable {
		r.score(&p)
	} else {
		p.Refusal = r.refusal(line, flags)
	}
	r.count(&p)
	return p, nil
}

// score fills scores and class. Infinity and NaN, which linear leaves and
// exponential links can reach, are no prediction.
func (r *run) score(p *Prediction) {
	raw := make([]float64, r.ensemble.outputs)
	r.ensemble.Raw(r.row, raw)
	out := slices.Clone(raw)
	r.ensemble.link(out)
	if !allFinite(raw) || !allFinite(out) {
		p.Refusal = &problem.Detail{Place: fmt.Sprintf("line %d", p.Line), Message: "the model gives no finite number for these inputs"}
		return
	}
	p.Scored, p.Raw = true, raw
	if len(r.schema.Classes) == 0 {
		r.setValue(p, out)
		return
	}
	if len(out) == 1 { // binary: the file gives the probability of the second class
		out = []float64{1 - out[0], out[0]}
	}
	class := highest(out)
	p.Probabilities, p.Class, p.Label = out, &class, r.schema.Classes[class]
}

// setValue gives the quantity of a model with one output; one of several
// outputs and no classes has raw scores only.
func (r *run) setValue(p *Prediction, out []float64) {
	if len(out) == 1 {
		p.Value = &out[0]
	}
}

func allFinite(list []float64) bool {
	return !slices.ContainsFunc(list, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

// highest is the position of the highest value, the first of equal ones.
func highest(list []float64) int {
	best := 0
	for i, x := range list {
		if x > list[best] {
			best = i
		}
	}
	return best
}

// refusal says why a record is not scored, at its first column to blame.
func (r *run) refusal(line int, flags []model.Flag) *problem.Detail {
	for _, f := range flags {
		if f.Kind == model.FlagNotANumber {
			return &problem.Detail{Place: r.place(line, f), Message: "text where a number is needed"}
		}
	}
	for i, f := range r.schema.Features {
		at := slices.IndexFunc(flags, func(g model.Flag) bool { return g.Feature == f.Name && g.Kind != model.FlagOutOfRange })
		if r.schema.Features[i].Missing == model.Reject && at >= 0 {
			return &problem.Detail{Place: r.place(line, flags[at]), Message: "missing, and this model cannot do without it"}
		}
	}
	return &problem.Detail{Place: fmt.Sprintf("line %d", line), Message: "cannot be scored"}
}

// place names line and column; a feature without a column has its own name.
func (r *run) place(line int, f model.Flag) string {
	if f.Column == 0 {
		return fmt.Sprintf("line %d, feature %s", line, f.Feature)
	}
	return fmt.Sprintf("line %d, column %s", line, r.header[f.Column-1])
}

func (r *run) count(p *Prediction) {
	s := r.summary
	s.Rows++
	seen := map[model.FlagKind]bool{}
	for _, f := range p.Flags {
		if !seen[f.Kind] {
			seen[f.Kind] = true
			s.Flagged[f.Kind]++
		}
	}
	if !p.Scored {
		s.Refused++
		if len(s.Refusals) < shownRefusals {
			s.Refusals = append(s.Refusals, *p.Refusal)
		}
		return
	}
	s.Scored++
	if p.Class != nil {
		s.Classes[*p.Class]++
	}
}
