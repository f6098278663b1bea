package backend

import (
	"context"
	"io"

	"vitrine/backend/access"
	"vitrine/backend/analysis"
	"vitrine/backend/cohort"
	"vitrine/backend/figure"
	"vitrine/backend/problem"
	"vitrine/backend/vault"
)

// CohortCounts is an evaluated cohort as it leaves the backend: counts only.
type CohortCounts struct {
	Name            string        `json:"name"`
	Hash            string        `json:"hash" doc:"Identifies the meaning of the definition"`
	Dataset         string        `json:"dataset"`
	Version         string        `json:"version"`
	Table           string        `json:"table"`
	PopulationTitle string        `json:"population_title"`
	Participants    int           `json:"participants"`
	Rows            int           `json:"rows"`
	Attrition       []cohort.Step `json:"attrition"`
}

// EvaluateCohort counts who a definition (JSON) lets in, and how the rules led
// there. Repeated counts of one cohort are recorded once per minute.
func (b *Backend) EvaluateCohort(ctx context.Context, definition []byte) (CohortCounts, error) {
	def, invalid := cohort.Parse(definition)
	on, key := cohortResource(def)
	return observe(ctx, b, countCohort, on, key, func() (CohortCounts, error) {
		if invalid != nil {
			return CohortCounts{}, invalid
		}
		counts, err := using(ctx, b, def.Dataset, func(d *dataset) (CohortCounts, error) { return d.count(ctx, def) })
		return counts, inDataset(err, "/dataset")
	})
}

func (d *dataset) count(ctx context.Context, def *cohort.Definition) (CohortCounts, error) {
	r, err := d.evaluator.Evaluate(ctx, def)
	if err != nil {
		return CohortCounts{}, err
	}
	return CohortCounts{
		Name: def.Name, Hash: r.Hash, Dataset: string(def.Dataset), Version: string(d.version), Table: string(r.Table),
		PopulationTitle: r.Population.Title, Participants: r.Participants, Rows: r.RowCount, Attrition: r.Attrition,
	}, nil
}

// cohortResource names a cohort for the audit log. A draft that is being edited
// carries an id, so that a slider's many definitions count as one.
func cohortResource(def *cohort.Definition) (access.Resource, string) {
	if def == nil {
		return access.Resource{Kind: "cohort"}, "unreadable"
	}
	on := access.Resource{Kind: "cohort", ID: def.Hash()}
	if def.ID != "" {
		return on, def.ID
	}
	return on, on.ID
}

// Answer is an analysis result with its figure drawn for one theme.
type Answer struct {
	*analysis.Result
	Figure *Figure `json:"figure,omitempty"`
}

// Figure is a drawn figure, and the same content as words and as a table.
type Figure struct {
	SVG         string           `json:"svg"`
	Title       string           `json:"title"`
	Description string           `json:"description" doc:"The figure in a sentence, for screen readers"`
	Table       figure.DataTable `json:"table" doc:"The figure's numbers"`
}

// Analyse answers a question (JSON) about a cohort and draws its figure.
func (b *Backend) Analyse(ctx context.Context, question []byte, theme string) (Answer, error) {
	a, invalid := analysis.Parse(question)
	on, key := analysisResource(a)
	return observe(ctx, b, runAnalysis, on, key, func() (Answer, error) {
		if invalid != nil {
			return Answer{}, invalid
		}
		return b.answer(ctx, a, theme)
	})
}

func analysisResource(a *analysis.Analysis) (access.Resource, string) {
	if a == nil {
		return access.Resource{Kind: "analysis"}, "unreadable"
	}
	on, key := cohortResource(a.Cohort)
	on.Kind = string(a.Kind)
	return on, string(a.Kind) + " " + key
}

func (b *Backend) answer(ctx context.Context, a *analysis.Analysis, theme string) (Answer, error) {
	result, err := b.run(ctx, a)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Result: result}
	if result.Scene == nil {
		return answer, nil
	}
	svg, err := draw(result.Scene, theme)
	if err != nil {
		return Answer{}, err
	}
	answer.Figure = &Figure{SVG: string(svg), Title: result.Scene.Title, Description: result.Scene.Description, Table: result.Scene.Table}
	return answer, nil
}

func (b *Backend) run(ctx context.Context, a *analysis.Analysis) (*analysis.Result, error) {
	result, err := using(ctx, b, a.Cohort.Dataset, func(d *dataset) (*analysis.Result, error) {
		members, err := d.evaluator.Evaluate(ctx, a.Cohort)
		if err != nil {
			return nil, err
		}
		return analysis.Run(ctx, d.store, members, a, "vitrine "+Version().Version)
	})
	return result, inDataset(err, "/cohort/dataset")
}

// FigureRequest asks for a figure as a file.
type FigureRequest struct {
	Analysis []byte
	Theme    string // "light", "dark" or "print"
	Format   string // "svg"
}

// ExportFigure draws a figure for use outside Vitrine and records the hash of
// what left.
func (b *Backend) ExportFigure(ctx context.Context, r FigureRequest) ([]byte, error) {
	a, invalid := analysis.Parse(r.Analysis)
	on, _ := analysisResource(a)
	return act(ctx, b, exportFigure, on, func() ([]byte, detail, error) {
		if invalid != nil {
			return nil, nil, invalid
		}
		return b.drawFile(ctx, a, r)
	})
}

// SaveFigure is ExportFigure into a file, which is whole or absent.
func (b *Backend) SaveFigure(ctx context.Context, r FigureRequest, path string) (string, error) {
	a, invalid := analysis.Parse(r.Analysis)
	on, _ := analysisResource(a)
	return act(ctx, b, exportFigure, on, func() (string, detail, error) {
		if invalid != nil {
			return "", nil, invalid
		}
		data, with, err := b.drawFile(ctx, a, r)
		if err != nil {
			return "", nil, err
		}
		return path, with, vault.WriteFile(path, 0o644, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
	})
}

func (b *Backend) drawFile(ctx context.Context, a *analysis.Analysis, r FigureRequest) ([]byte, detail, error) {
	if r.Format != "svg" {
		return nil, nil, problem.New(problem.Invalid, "format-unknown", "A figure is saved as svg.").At("/format")
	}
	result, err := b.run(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	if result.Scene == nil {
		return nil, nil, problem.New(problem.Invalid, "no-figure", "This kind of analysis has no figure.").At("/analysis/kind")
	}
	data, err := draw(result.Scene, r.Theme)
	return data, detail{"format": r.Format, "bytes": len(data), "sha256": sha256Hex(data)}, err
}

// inDataset gives the problem of an unknown dataset the place where it was named.
func inDataset(err error, place string) error {
	if p := problem.From(err); p != nil && p.Code == "dataset-unknown" {
		p.Place = place
	}
	return err
}
