package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"vitrine/backend/problem"
)

// Demonstration is what loading the demonstration brought, with questions to
// ask of it.
type Demonstration struct {
	Already  bool             `json:"already" doc:"It was loaded before; nothing changed"`
	Datasets []DatasetSummary `json:"datasets"`
	Models   []ModelSummary   `json:"models"`
	Examples Examples         `json:"examples"`
}

// Examples are questions to start from, as a person would write them.
type Examples struct {
	Cohort   json.RawMessage `json:"cohort" doc:"A cohort definition"`
	Survival json.RawMessage `json:"survival" doc:"A Kaplan-Meier analysis"`
	Baseline json.RawMessage `json:"baseline" doc:"A Table 1"`
	Rows     string          `json:"rows" doc:"Rows to score, as CSV"`
}

// demonstrationIndex is demonstration.json: paths are relative to its folder.
type demonstrationIndex struct {
	Datasets []string `json:"datasets"`
	Models   []struct {
		Name   string `json:"name"`
		File   string `json:"file"`
		Schema string `json:"schema"`
	} `json:"models"`
	Cohort   string `json:"cohort"`
	Survival string `json:"survival"`
	Baseline string `json:"baseline"`
	Rows     string `json:"rows"`
}

const demonstrationName = "demonstration.json"

// LoadDemonstration brings the public demonstration data and model into the
// vault. Loaded once, it stays as it is.
func (b *Backend) LoadDemonstration(ctx context.Context) (Demonstration, error) {
	return act(ctx, b, loadDemonstration, wholeVault, func() (Demonstration, detail, error) {
		folder, err := b.findDemonstration()
		if err != nil {
			return Demonstration{}, nil, err
		}
		d, err := b.demonstrate(ctx, folder)
		return d, detail{"already": d.Already, "datasets": len(d.Datasets), "models": len(d.Models)}, err
	})
}

func (b *Backend) demonstrate(ctx context.Context, folder string) (Demonstration, error) {
	index, err := readIndex(folder)
	if err != nil {
		return Demonstration{}, err
	}
	before, err := b.summaries(ctx)
	if err != nil {
		return Demonstration{}, err
	}
	d := Demonstration{Already: len(before) > 0}
	if !d.Already {
		if err := b.bring(ctx, folder, index); err != nil {
			return Demonstration{}, err
		}
	}
	if d.Datasets, err = b.summaries(ctx); err != nil {
		return Demonstration{}, err
	}
	if d.Models, err = b.modelSummaries(ctx); err != nil {
		return Demonstration{}, err
	}
	d.Examples, err = examples(folder, index)
	return d, err
}

// bring adds models first: the datasets are what marks the demonstration loaded.
func (b *Backend) bring(ctx context.Context, folder string, index demonstrationIndex) error {
	for _, m := range index.Models {
		n, err := readNewModel(m.Name, filepath.Join(folder, m.File), filepath.Join(folder, m.Schema))
		if err != nil {
			return err
		}
		if _, err := b.keepModel(ctx, n); err != nil {
			return err
		}
	}
	for _, dir := range index.Datasets {
		if _, err := b.importFolder(ctx, filepath.Join(folder, dir)); err != nil {
			return err
		}
	}
	return nil
}

func readIndex(folder string) (demonstrationIndex, error) {
	var index demonstrationIndex
	data, err := readFile(filepath.Join(folder, demonstrationName))
	if err == nil {
		err = json.Unmarshal(data, &index)
	}
	if err != nil {
		return index, fmt.Errorf("read the demonstration's index: %w", err)
	}
	return index, nil
}

func examples(folder string, index demonstrationIndex) (Examples, error) {
	var e Examples
	var rows []byte
	for _, f := range []struct {
		name string
		into *[]byte
	}{
		{index.Cohort, (*[]byte)(&e.Cohort)}, {index.Survival, (*[]byte)(&e.Survival)},
		{index.Baseline, (*[]byte)(&e.Baseline)}, {index.Rows, &rows},
	} {
		data, err := readFile(filepath.Join(folder, f.name))
		if err != nil {
			return e, err
		}
		*f.into = data
	}
	e.Rows = string(rows)
	return e, nil
}

// findDemonstration looks where the demonstration data may lie: the folder given
// at the start, beside the program, and in the source tree the program was built
// in. The data are read as files, never built in, because of their licence.
func (b *Backend) findDemonstration() (string, error) {
	places := []string{b.demonstration}
	if b.demonstration == "" {
		places = demonstrationPlaces()
	}
	for _, place := range places {
		if _, err := os.Stat(filepath.Join(place, demonstrationName)); err == nil {
			return place, nil
		}
	}
	return "", problem.New(problem.NotFound, "demonstration-missing", "The demonstration data are not on this machine.").
		At(places[0]).
		Try("Name their folder (testdata/demonstration in the source) with --from or VITRINE_DEMONSTRATION.")
}

func demonstrationPlaces() []string {
	if named := os.Getenv("VITRINE_DEMONSTRATION"); named != "" {
		return []string{named}
	}
	tail := filepath.Join("testdata", "demonstration")
	places := []string{tail}
	if program, err := os.Executable(); err == nil {
		dir := filepath.Dir(program)
		places = append(places,
			filepath.Join(dir, "demonstration"),
			filepath.Join(dir, "..", "share", "vitrine", "demonstration"),
			filepath.Join(dir, "..", "..", tail))
	}
	return places
}
