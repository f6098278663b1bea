package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"vitrine/backend/access"
	"vitrine/backend/bucket"
	"vitrine/backend/catalog"
	"vitrine/backend/cohort"
	"vitrine/backend/colstore"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
	"vitrine/backend/vault"
)

// DatasetSummary is a dataset as Home lists it.
type DatasetSummary struct {
	ID           string    `json:"id"`
	Version      string    `json:"version"`
	Title        string    `json:"title"`
	Description  string    `json:"description"`
	Tables       int       `json:"tables"`
	Participants int       `json:"participants" doc:"Participants over all populations"`
	Rows         int64     `json:"rows"`
	Bytes        int64     `json:"bytes" doc:"Size in the vault"`
	ImportedAt   time.Time `json:"imported_at"`
}

// published is what the vault keeps beside a dataset's file.
type published struct {
	Descriptor *catalog.Dataset `json:"descriptor"`
	Summary    colstore.Summary `json:"summary"`
}

// descriptorName is the file that makes a folder a dataset.
const descriptorName = "dataset.json"

// ImportDataset reads the dataset folder at a path into the vault and makes it
// the current version. The vault holds either all of it or what it held before.
func (b *Backend) ImportDataset(ctx context.Context, folder string) (DatasetSummary, error) {
	return act(ctx, b, importDataset, access.Resource{Kind: "folder", ID: filepath.Base(folder)},
		func() (DatasetSummary, detail, error) {
			summary, err := b.importFolder(ctx, folder)
			return summary, detail{"dataset": summary.ID, "version": summary.Version, "rows": summary.Rows}, err
		})
}

func (b *Backend) importFolder(ctx context.Context, folder string) (DatasetSummary, error) {
	source, err := bucket.OpenFolder(folder)
	if err != nil {
		return DatasetSummary{}, err
	}
	defer source.Close()
	ds, err := readDescriptor(ctx, source, folder)
	if err != nil {
		return DatasetSummary{}, err
	}
	if err := b.mayHold(ds, folder); err != nil {
		return DatasetSummary{}, err
	}
	if err := b.publish(ctx, source, ds); err != nil {
		return DatasetSummary{}, under(folder, ds, err)
	}
	return b.summary(ctx, ds.ID)
}

// mayHold keeps participant data out of a vault that opens without a passphrase.
func (b *Backend) mayHold(ds *catalog.Dataset, folder string) error {
	if ds.Demonstration || !b.vault.Info().Demonstration {
		return nil
	}
	return problem.New(problem.Forbidden, "demonstration-only",
		"This is a demonstration vault: its key lies beside it, and it holds public demonstration data only.").
		At(filepath.Join(folder, descriptorName)).
		Try("A dataset of public data says so with \"demonstration\": true in its descriptor; real data need a vault with a passphrase (vitrine vault create).")
}

func readDescriptor(ctx context.Context, source bucket.Bucket, folder string) (*catalog.Dataset, error) {
	name := filepath.Join(folder, descriptorName)
	body, _, err := source.Get(ctx, descriptorName, bucket.Range{}, "")
	if err != nil {
		return nil, problem.New(problem.NotFound, "descriptor-missing", "The folder holds no readable dataset.json, so it is not a dataset.").
			At(name).Try("Choose the folder that holds dataset.json and the tables beside it.").Because(err)
	}
	defer body.Close()
	return catalog.Read(body, name)
}

// publish builds the dataset's database in staging and puts it in place whole.
func (b *Backend) publish(ctx context.Context, source bucket.Bucket, ds *catalog.Dataset) error {
	staged, err := b.vault.StageDataset(ctx, string(ds.ID), string(ds.Version))
	if err != nil {
		return err
	}
	summary, err := colstore.Write(ctx, staged.DB(), ds, func(t *catalog.Table) (tabular.Reader, error) {
		return openTable(ctx, source, t)
	})
	if err != nil {
		return join(err, staged.Discard())
	}
	meta, err := json.Marshal(published{ds, summary})
	if err != nil {
		return join(fmt.Errorf("describe dataset %s: %w", ds.ID, err), staged.Discard())
	}
	if err := staged.Publish(ctx, meta); err != nil {
		return join(err, staged.Discard())
	}
	return b.forget(ds.ID)
}

// under gives a problem that names a table's file the folder it lies in.
func under(folder string, ds *catalog.Dataset, err error) error {
	p := problem.From(err)
	for i := range ds.Tables {
		if strings.HasPrefix(p.Place, ds.Tables[i].File) {
			p.Place = filepath.Join(folder, p.Place)
			break
		}
	}
	return err
}

// dataset is an opened dataset: its columns and the cohorts evaluated over them.
type dataset struct {
	version   catalog.Version
	db        io.Closer
	store     *colstore.Store
	evaluator *cohort.Evaluator

	inUse sync.RWMutex // read-held by who works on it; closing takes it whole
}

// using lends the current version of a dataset, opened once and kept. A version
// that is replaced meanwhile stays open until its last borrower is done.
func using[T any](ctx context.Context, b *Backend, id catalog.DatasetID, do func(*dataset) (T, error)) (T, error) {
	d, err := b.borrow(ctx, id)
	if err != nil {
		var none T
		return none, err
	}
	defer d.inUse.RUnlock()
	result, err := do(d)
	return result, vault.DBProblem(err, string(id)) // a page that does not authenticate is said so
}

func (b *Backend) borrow(ctx context.Context, id catalog.DatasetID) (*dataset, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d, ok := b.opened[id]
	if !ok {
		var err error
		if d, err = b.open(ctx, id); err != nil {
			return nil, err
		}
		b.opened[id] = d
	}
	d.inUse.RLock()
	return d, nil
}

// open opens the current version of a dataset. The caller holds mu.
func (b *Backend) open(ctx context.Context, id catalog.DatasetID) (*dataset, error) {
	row, err := b.current(ctx, id)
	if err != nil {
		return nil, err
	}
	db, err := b.vault.OpenDataset(ctx, row.ID, row.Version)
	if err != nil {
		return nil, err
	}
	store, err := colstore.Open(ctx, db)
	if err != nil {
		return nil, join(err, db.Close())
	}
	return &dataset{version: catalog.Version(row.Version), db: db, store: store, evaluator: cohort.NewEvaluator(store)}, nil
}

// forget drops what is kept of a dataset, so that the next call opens the
// version that is now current, and closes the old one after its last borrower.
func (b *Backend) forget(id catalog.DatasetID) error {
	b.mu.Lock()
	d, ok := b.opened[id]
	delete(b.opened, id)
	b.indexed = nil
	b.mu.Unlock()
	if !ok {
		return nil
	}
	d.inUse.Lock()
	defer d.inUse.Unlock()
	return d.db.Close()
}

func (b *Backend) current(ctx context.Context, id catalog.DatasetID) (vault.DatasetRow, error) {
	rows, err := b.vault.Datasets(ctx)
	if err != nil {
		return vault.DatasetRow{}, err
	}
	names := []string{}
	for _, row := range rows {
		if row.Current && row.ID == string(id) {
			return row, nil
		}
		names = append(names, row.ID)
	}
	return vault.DatasetRow{}, problem.New(problem.NotFound, "dataset-unknown",
		fmt.Sprintf("There is no dataset “%s” in this vault.%s", id, problem.DidYouMean(string(id), names))).
		Try("See what is there with vitrine datasets.")
}

// Datasets lists the current version of every dataset.
func (b *Backend) Datasets(ctx context.Context) ([]DatasetSummary, error) {
	return observe(ctx, b, viewDataset, wholeVault, "list", func() ([]DatasetSummary, error) {
		return b.summaries(ctx)
	})
}

// Dataset gives a dataset's descriptor: its tables, fields, units and value sets.
func (b *Backend) Dataset(ctx context.Context, id catalog.DatasetID) (*catalog.Dataset, error) {
	return observe(ctx, b, viewDataset, access.Resource{Kind: "dataset", ID: string(id)}, string(id), func() (*catalog.Dataset, error) {
		return using(ctx, b, id, func(d *dataset) (*catalog.Dataset, error) { return d.store.Dataset(), nil })
	})
}

func (b *Backend) summaries(ctx context.Context) ([]DatasetSummary, error) {
	rows, err := b.vault.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	list := []DatasetSummary{}
	for _, row := range rows {
		if !row.Current {
			continue
		}
		s, err := summarise(row)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func (b *Backend) summary(ctx context.Context, id catalog.DatasetID) (DatasetSummary, error) {
	row, err := b.current(ctx, id)
	if err != nil {
		return DatasetSummary{}, err
	}
	return summarise(row)
}

func summarise(row vault.DatasetRow) (DatasetSummary, error) {
	var p published
	if err := json.Unmarshal(row.Meta, &p); err != nil || p.Descriptor == nil {
		return DatasetSummary{}, fmt.Errorf("read what was published of %s@%s: %w", row.ID, row.Version, err)
	}
	return DatasetSummary{
		ID: row.ID, Version: row.Version, Title: p.Descriptor.Title, Description: p.Descriptor.Description,
		Tables: len(p.Descriptor.Tables), Participants: p.Summary.Participants, Rows: p.Summary.Rows,
		Bytes: row.Bytes, ImportedAt: row.PublishedAt,
	}, nil
}
