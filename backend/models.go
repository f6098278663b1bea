package backend

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"time"

	"vitrine/backend/access"
	"vitrine/backend/inference"
	"vitrine/backend/model"
)

// ModelSummary is a model as lists show it.
type ModelSummary struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Format    string    `json:"format"`
	Objective string    `json:"objective"`
	Trees     int       `json:"trees"`
	Inputs    int       `json:"inputs" doc:"How many features the model takes"`
	Label     string    `json:"label" doc:"What is predicted"`
	Classes   []string  `json:"classes" doc:"Names of the classes; empty for a model that predicts a quantity"`
	Bytes     int64     `json:"bytes"`
	SHA256    string    `json:"sha256"`
	AddedAt   time.Time `json:"added_at"`
}

// ModelDetail is a model with its inputs.
type ModelDetail struct {
	ModelSummary
	Features []model.Feature `json:"features"`
}

// engine is a model ready to score.
type engine struct {
	model    *model.Model
	ensemble *inference.Ensemble
	scorer   *inference.Scorer
}

// newEngine loads a model file whole and joins it with its schema (nil: names
// and ranges come from the file).
func newEngine(file []byte, schema *model.Schema) (*engine, error) {
	ensemble, err := inference.LoadLightGBM(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	scorer, err := inference.NewScorer(ensemble, schema)
	if err != nil {
		return nil, err
	}
	return &engine{ensemble: ensemble, scorer: scorer}, nil
}

// engineOfFiles is newEngine for files that a person named.
func engineOfFiles(file, schema string, clock func() time.Time) (*engine, error) {
	n, err := readNewModel(modelName(file), file, schema)
	if err != nil {
		return nil, err
	}
	e, err := n.engine()
	if err != nil {
		return nil, inTable(err, file)
	}
	e.model = &model.Model{
		Name: n.Name, Format: e.ensemble.Format(), SHA256: sha256Hex(n.File), Size: int64(len(n.File)),
		Schema: e.scorer.Schema(), AddedAt: clock().UTC(),
	}
	return e, nil
}

func (e *engine) summary() ModelSummary {
	classes := e.model.Schema.Classes
	if classes == nil {
		classes = []string{}
	}
	return ModelSummary{
		ID: string(e.model.ID), Name: e.model.Name, Format: e.model.Format, Objective: e.ensemble.Objective(),
		Trees: e.ensemble.Trees(), Inputs: len(e.model.Schema.Features), Label: e.model.Schema.Label, Classes: classes,
		Bytes: e.model.Size, SHA256: e.model.SHA256, AddedAt: e.model.AddedAt,
	}
}

// Models lists the models in the vault.
func (b *Backend) Models(ctx context.Context) ([]ModelSummary, error) {
	return observe(ctx, b, viewModels, access.Resource{Kind: "model"}, "list", func() ([]ModelSummary, error) {
		return b.modelSummaries(ctx)
	})
}

// Model gives one model with its inputs: names, units, ranges and levels.
func (b *Backend) Model(ctx context.Context, id string) (ModelDetail, error) {
	return observe(ctx, b, viewModels, access.Resource{Kind: "model", ID: id}, id, func() (ModelDetail, error) {
		e, err := b.engine(ctx, model.ID(id))
		if err != nil {
			return ModelDetail{}, err
		}
		return ModelDetail{e.summary(), e.model.Schema.Features}, nil
	})
}

// NewModel is a model file to keep. Schema may be nil: names and ranges then
// come from the file.
type NewModel struct {
	Name   string
	File   []byte
	Schema []byte
}

// AddModel checks a model file whole and keeps it in the vault. The same file
// twice is one model.
func (b *Backend) AddModel(ctx context.Context, n NewModel) (ModelSummary, error) {
	return act(ctx, b, addModel, access.Resource{Kind: "model"}, func() (ModelSummary, detail, error) {
		s, err := b.keepModel(ctx, n)
		return s, detail{"model": s.ID, "sha256": s.SHA256}, err
	})
}

func (n NewModel) engine() (*engine, error) {
	if n.Schema == nil {
		return newEngine(n.File, nil)
	}
	schema, err := model.ReadSchema(bytes.NewReader(n.Schema))
	if err != nil {
		return nil, err
	}
	return newEngine(n.File, schema)
}

// readNewModel reads a model and its schema ("" for none) from files.
func readNewModel(name, file, schema string) (n NewModel, err error) {
	n.Name = name
	if n.File, err = readFile(file); err != nil || schema == "" {
		return n, err
	}
	n.Schema, err = readFile(schema)
	return n, err
}

func (b *Backend) keepModel(ctx context.Context, n NewModel) (ModelSummary, error) {
	e, err := n.engine()
	if err != nil {
		return ModelSummary{}, inTable(err, n.Name)
	}
	e.model, _, err = b.models.Add(ctx, model.New{
		Name: modelName(n.Name), Format: e.ensemble.Format(), Bytes: n.File, Schema: e.scorer.Schema(),
	})
	if err != nil {
		return ModelSummary{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.engines[e.model.ID] = e
	return e.summary(), nil
}

// modelName is a file's name without its folder and without the endings that
// model files have.
func modelName(path string) string {
	name := filepath.Base(path)
	for _, ending := range []string{".txt", ".model", ".lgb"} {
		name = strings.TrimSuffix(name, ending)
	}
	return name
}

func (b *Backend) modelSummaries(ctx context.Context) ([]ModelSummary, error) {
	models, err := b.models.List(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]ModelSummary, len(models))
	for i, m := range models {
		e, err := b.engine(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		list[i] = e.summary()
	}
	return list, nil
}

// engine loads a kept model once.
func (b *Backend) engine(ctx context.Context, id model.ID) (*engine, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := b.engines[id]; ok {
		return e, nil
	}
	m, err := b.models.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	file, err := b.models.Bytes(ctx, id)
	if err != nil {
		return nil, err
	}
	e, err := newEngine(file, m.Schema)
	if err != nil {
		return nil, err
	}
	e.model = m
	b.engines[id] = e
	return e, nil
}
