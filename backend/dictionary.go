package backend

import (
	"context"
	"encoding/json"
	"fmt"

	"vitrine/backend/access"
	"vitrine/backend/catalog"
	"vitrine/backend/colstore"
	"vitrine/backend/problem"
)

// FieldQuery asks the data dictionary of every dataset.
type FieldQuery struct {
	Words   string            // all must occur; "" lists everything
	Dataset catalog.DatasetID // "" for all
	Limit   int
	Offset  int
}

// FieldEntry is one field with where it lives.
type FieldEntry struct {
	Dataset      catalog.DatasetID `json:"dataset"`
	DatasetTitle string            `json:"dataset_title"`
	Table        catalog.TableID   `json:"table"`
	TableTitle   string            `json:"table_title"`
	Field        catalog.FieldID   `json:"field" doc:"Address: table.column"`
	Column       string            `json:"column"`
	Label        string            `json:"label"`
	Description  string            `json:"description"`
	Type         catalog.Type      `json:"type" enum:"integer,number,category,text,date,timestamp,boolean"`
	Unit         string            `json:"unit"`
	Nullable     bool              `json:"nullable"`
	Levels       []catalog.Level   `json:"levels"`
}

// FieldPage is a page of matches, best first.
type FieldPage struct {
	Total  int          `json:"total"`
	Fields []FieldEntry `json:"fields"`
}

// SearchFields searches names, labels, descriptions, units and levels.
func (b *Backend) SearchFields(ctx context.Context, q FieldQuery) (FieldPage, error) {
	return observe(ctx, b, searchDictionary, access.Resource{Kind: "dictionary"}, "", func() (FieldPage, error) {
		datasets, err := b.descriptors(ctx)
		if err != nil {
			return FieldPage{}, err
		}
		if q.Dataset != "" {
			datasets = onlyDataset(datasets, q.Dataset)
		}
		matches, total := catalog.Search(datasets, q.Words, q.Offset+q.Limit)
		page := FieldPage{Total: total, Fields: []FieldEntry{}}
		for _, m := range matches[min(q.Offset, len(matches)):] {
			page.Fields = append(page.Fields, entry(&m))
		}
		return page, nil
	})
}

func onlyDataset(all []*catalog.Dataset, id catalog.DatasetID) []*catalog.Dataset {
	for _, d := range all {
		if d.ID == id {
			return []*catalog.Dataset{d}
		}
	}
	return nil
}

func entry(m *catalog.Match) FieldEntry {
	f := &m.Field
	levels := f.Levels
	if levels == nil {
		levels = []catalog.Level{}
	}
	return FieldEntry{
		Dataset: m.Dataset, DatasetTitle: m.DatasetTitle, Table: m.Table, TableTitle: m.TableTitle,
		Field: m.ID, Column: f.Column, Label: f.Label, Description: f.Description,
		Type: f.Type, Unit: f.Unit, Nullable: f.Nullable, Levels: levels,
	}
}

// descriptors are the current datasets' descriptors, read once and kept until an
// import changes them.
func (b *Backend) descriptors(ctx context.Context) ([]*catalog.Dataset, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.indexed != nil {
		return b.indexed, nil
	}
	rows, err := b.vault.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	list := []*catalog.Dataset{}
	for _, row := range rows {
		var p published
		if err := json.Unmarshal(row.Meta, &p); err != nil {
			return nil, fmt.Errorf("read the descriptor of %s: %w", row.ID, err)
		}
		if row.Current {
			list = append(list, p.Descriptor)
		}
	}
	b.indexed = list
	return list, nil
}

// FieldSummary is a field with its values in outline: counts, and a histogram or
// the size of each level.
type FieldSummary struct {
	Field       catalog.FieldID `json:"field"`
	Label       string          `json:"label"`
	Description string          `json:"description"`
	Type        catalog.Type    `json:"type" enum:"integer,number,category,text,date,timestamp,boolean"`
	Unit        string          `json:"unit"`
	colstore.FieldSummary
}

// SummariseField outlines the values of one field over all rows of its table.
func (b *Backend) SummariseField(ctx context.Context, id catalog.DatasetID, field catalog.FieldID) (FieldSummary, error) {
	on := access.Resource{Kind: "field", ID: string(id) + "/" + string(field)}
	return observe(ctx, b, viewField, on, on.ID, func() (FieldSummary, error) {
		return using(ctx, b, id, func(d *dataset) (FieldSummary, error) { return d.summarise(ctx, field) })
	})
}

func (d *dataset) summarise(ctx context.Context, field catalog.FieldID) (FieldSummary, error) {
	ds := d.store.Dataset()
	table, f, ok := ds.Lookup(field)
	if !ok {
		return FieldSummary{}, problem.New(problem.NotFound, "field-unknown",
			fmt.Sprintf("There is no field “%s” in dataset %s.%s", field, ds.ID, ds.Suggest(field)))
	}
	t, err := d.store.Table(table.ID)
	if err != nil {
		return FieldSummary{}, err
	}
	column, err := t.Column(ctx, f.Column)
	if err != nil {
		return FieldSummary{}, err
	}
	outline := column.Summary(nil)
	if f.Column == table.Participant {
		// An identifier has no distribution, and its values are nobody's business.
		outline.Numeric, outline.Levels = nil, nil
	}
	return FieldSummary{field, f.Label, f.Description, f.Type, f.Unit, outline}, nil
}
