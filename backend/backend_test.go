package backend_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vitrine/backend"
	"vitrine/backend/problem"
)

var ctx = context.Background()

// loaded opens a new vault with the demonstration in it.
func loaded(t testing.TB, o backend.Options) (*backend.Backend, backend.Demonstration) {
	t.Helper()
	o.Home = filepath.Join(t.TempDir(), "vault")
	o.Demonstration = filepath.Join("..", "testdata", "demonstration")
	b := open(t, o)
	d, err := b.LoadDemonstration(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return b, d
}

func TestTheDemonstrationIsLoadedOnce(t *testing.T) {
	b, first := loaded(t, backend.Options{})
	second, err := b.LoadDemonstration(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if first.Already || !second.Already || second.Datasets[0] != first.Datasets[0] || len(second.Models) != 1 {
		t.Errorf("first %+v, second %+v", first, second)
	}
	o, err := b.Overview(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if o.DemonstrationAvailable || o.Vault.Protection != "encrypted" || !o.Vault.Demonstration || len(o.Recent) == 0 {
		t.Errorf("overview %+v", o)
	}
}

func TestADemonstrationVaultTakesDemonstrationDataOnly(t *testing.T) {
	b := open(t, backend.Options{Home: filepath.Join(t.TempDir(), "vault")})
	folder := copyOf(t, "clinical-csv")
	edit(t, filepath.Join(folder, "dataset.json"), `"demonstration": true`, `"demonstration": false`)
	_, err := b.ImportDataset(ctx, folder)
	if p := problem.From(err); p == nil || p.Code != "demonstration-only" {
		t.Fatalf("got %v", err)
	}
	if list, err := b.Datasets(ctx); err != nil || len(list) != 0 {
		t.Errorf("%v in the vault, %v", list, err)
	}
}

// TestAFaultyFileLeavesWhatWasThere imports, then fails to import each kind of
// damage over it.
func TestAFaultyFileLeavesWhatWasThere(t *testing.T) {
	b := open(t, backend.Options{Home: filepath.Join(t.TempDir(), "vault")})
	if _, err := b.ImportDataset(ctx, copyOf(t, "clinical-csv")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		damage func(folder string)
		code   string
	}{
		"cut":             {func(f string) { truncate(t, filepath.Join(f, "veteran.csv")) }, "table-altered"},
		"other content":   {func(f string) { edit(t, filepath.Join(f, "veteran.csv"), "squamous", "smallcell") }, "table-altered"},
		"gone":            {func(f string) { remove(t, filepath.Join(f, "veteran.csv")) }, "table-missing"},
		"no descriptor":   {func(f string) { remove(t, filepath.Join(f, "dataset.json")) }, "descriptor-missing"},
		"half descriptor": {func(f string) { truncate(t, filepath.Join(f, "dataset.json")) }, ""},
		"another schema": {func(f string) {
			edit(t, filepath.Join(f, "dataset.json"), `"column": "karno"`, `"column": "karnofsky"`)
		}, ""},
		"another count": {func(f string) { edit(t, filepath.Join(f, "dataset.json"), `"rows": 137`, `"rows": 138`) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			folder := copyOf(t, "clinical-csv")
			c.damage(folder)
			_, err := b.ImportDataset(ctx, folder)
			p := problem.From(err)
			if p == nil || p.Kind == problem.Internal || c.code != "" && p.Code != c.code {
				t.Fatalf("got %v", err)
			}
			if !strings.Contains(p.Place, folder) || p.Hint == "" {
				t.Errorf("no place or remedy: %v", p)
			}
			counts, err := b.EvaluateCohort(ctx, []byte(everyone(t, b)))
			if err != nil || counts.Participants != 137 {
				t.Errorf("what was there: %d participants, %v", counts.Participants, err)
			}
		})
	}
}

func everyone(t *testing.T, b *backend.Backend) string {
	t.Helper()
	list, err := b.Datasets(ctx)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	return fmt.Sprintf(`{"version":1,"dataset":%q,"base":{"table":"veteran"}}`, list[0].ID)
}

// TestADatasetIsReplacedUnderItsReaders counts while the same dataset is brought
// in again and again.
func TestADatasetIsReplacedUnderItsReaders(t *testing.T) {
	b, _ := loaded(t, backend.Options{})
	definition := []byte(`{"version":1,"id":"d","dataset":"clinical-classics","base":{"table":"pbc"},"include":[{"rule":{"field":"pbc.trt","missing":false}}]}`)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if counts, err := b.EvaluateCohort(ctx, definition); err != nil || counts.Participants != 312 {
					t.Errorf("%d participants, %v", counts.Participants, err)
					return
				}
			}
		})
	}
	for range 5 {
		if _, err := b.ImportDataset(ctx, filepath.Join("..", "testdata", "clinical")); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}

func TestManyCountsOfOneCohortAreOneEventAMinute(t *testing.T) {
	now := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	b, _ := loaded(t, backend.Options{Clock: func() time.Time { return now }})
	slide := func(limit int) {
		t.Helper()
		text := fmt.Sprintf(`{"version":1,"id":"draft","dataset":"clinical-classics","base":{"table":"pbc"},"include":[{"rule":{"field":"pbc.bili","below":%d}}]}`, limit)
		if _, err := b.EvaluateCohort(ctx, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for limit := 1; limit <= 100; limit++ {
		slide(limit)
	}
	now = now.Add(time.Minute)
	slide(7)
	events, err := b.Activity(ctx, 100)
	if err != nil {
		t.Fatal(err)
	}
	var counts []backend.Activity
	for _, e := range events {
		if e.Action == "cohort.count" {
			counts = append(counts, e)
		}
	}
	if len(counts) != 2 || fmt.Sprint(counts[0].Detail["evaluations"]) != "100" {
		t.Errorf("101 counts in two minutes: %+v", counts)
	}
}

func TestAFigureIsSavedWholeAndItsHashIsRecorded(t *testing.T) {
	b, d := loaded(t, backend.Options{})
	request := backend.FigureRequest{Analysis: d.Examples.Survival, Theme: "print", Format: "svg"}
	path := filepath.Join(t.TempDir(), "figure.svg")
	if _, err := b.SaveFigure(ctx, request, path); err != nil {
		t.Fatal(err)
	}
	saved, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	exported, err := b.ExportFigure(ctx, request)
	if err != nil || !bytes.Equal(saved, exported) {
		t.Errorf("the file and the download differ: %v", err)
	}
	events, err := b.Activity(ctx, 2)
	if err != nil || events[1].Action != "figure.export" || events[1].Detail["sha256"] != fmt.Sprintf("%x", sha256.Sum256(saved)) {
		t.Errorf("recorded %+v, %v", events, err)
	}
	if _, err := b.SaveFigure(ctx, request, filepath.Join(t.TempDir(), "no", "figure.svg")); problem.From(err).Kind == problem.Internal {
		t.Errorf("a missing folder: %v", err)
	}
}

func TestScoresAgreeInEveryForm(t *testing.T) {
	b, d := loaded(t, backend.Options{})
	request := func() backend.ScoreRequest {
		return backend.ScoreRequest{Model: d.Models[0].ID, Name: "rows.csv", Rows: strings.NewReader(d.Examples.Rows), Limit: 100}
	}
	listed, err := b.Score(ctx, request())
	if err != nil {
		t.Fatal(err)
	}
	file, err := b.ScoreCSV(ctx, request())
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil || len(lines) != listed.Rows+1 {
		t.Fatalf("%d lines for %d rows, %v", len(lines), listed.Rows, err)
	}
	models := filepath.Join("..", "testdata", "models", "wdbc_lgbm_nan")
	direct, err := b.ScoreFile(ctx, backend.FileScoreRequest{
		Model: filepath.Join(models, "model.txt"), Schema: filepath.Join(models, "schema.json"),
		Input: filepath.Join("..", "testdata", "demonstration", "rows.csv"), Limit: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range listed.Predictions {
		if fmt.Sprint(p.Probabilities[0]) != lines[i+1][4] || direct.Predictions[i].Raw[0] != p.Raw[0] {
			t.Errorf("row %d: listed %v, in the file %s, from the file %v", p.Row, p.Probabilities, lines[i+1][4], direct.Predictions[i].Raw)
		}
	}
	if listed.InputSHA256 != direct.InputSHA256 || listed.Model.SHA256 != direct.Model.SHA256 {
		t.Error("hashes differ")
	}
}

func TestAModelIsKeptOnce(t *testing.T) {
	b, d := loaded(t, backend.Options{})
	file, err := os.ReadFile(filepath.Join("..", "testdata", "models", "wdbc_lgbm_nan", "model.txt"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := b.AddModel(ctx, backend.NewModel{Name: "another name.txt", File: file})
	if err != nil || again.ID != d.Models[0].ID {
		t.Errorf("the same file is %q, %v", again.ID, err)
	}
	detail, err := b.Model(ctx, again.ID)
	if err != nil || len(detail.Features) != 30 || detail.Classes[0] != "malignant" {
		t.Errorf("its schema stands: %+v, %v", detail.ModelSummary, err)
	}
	_, err = b.AddModel(ctx, backend.NewModel{Name: "half.txt", File: file[:len(file)/2]})
	if p := problem.From(err); p.Code != "model-truncated" || !strings.Contains(p.Place, "half.txt") {
		t.Errorf("half a model: %v", err)
	}
}

func TestAnswersAreJSON(t *testing.T) {
	b, d := loaded(t, backend.Options{})
	answer, err := b.Analyse(ctx, d.Examples.Survival, "light")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(answer); err != nil {
		t.Error(err)
	}
	ds, err := b.Dataset(ctx, "clinical-classics")
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range ds.Fields() {
		s, err := b.SummariseField(ctx, ds.ID, field)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(s); err != nil || s.N+s.Missing == 0 {
			t.Errorf("%s: %d values, %d missing, %v", field, s.N, s.Missing, err)
		}
	}
}

func TestAnIdentifierIsCountedOnly(t *testing.T) {
	b, _ := loaded(t, backend.Options{})
	s, err := b.SummariseField(ctx, "clinical-classics", "pbc.id")
	if err != nil || s.Distinct != 418 || s.Numeric != nil || s.Levels != nil {
		t.Errorf("%+v, %v", s, err)
	}
}

func copyOf(t *testing.T, name string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("..", "testdata", name))); err != nil {
		t.Fatal(err)
	}
	return folder
}

func edit(t *testing.T, path, old, new string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%s has no %q: %v", path, old, err)
	}
	if err := os.WriteFile(path, bytes.Replace(data, []byte(old), []byte(new), 1), 0o644); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, info.Size()/2); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
