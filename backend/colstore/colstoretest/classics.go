// Package colstoretest opens the clinical classics for tests: real tables, in a
// real vault in the test's own folder.
package colstoretest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"vitrine/backend/catalog"
	"vitrine/backend/catalog/catalogtest"
	"vitrine/backend/colstore"
	"vitrine/backend/tabular"
	"vitrine/backend/vault"
)

// Classics imports testdata/clinical; root is the way to the repository.
func Classics(t testing.TB, root string) *colstore.Store {
	t.Helper()
	dir := filepath.Join(root, "testdata", "clinical")
	ds := catalogtest.Read(t, dir)
	return Import(t, ds, func(table *catalog.Table) (tabular.Reader, error) {
		data, err := os.ReadFile(filepath.Join(dir, table.File))
		if err != nil {
			return nil, err
		}
		return tabular.OpenParquet(bytes.NewReader(data), int64(len(data)), table)
	})
}

// Import puts a dataset into a vault of the test's own and opens its columns.
func Import(t testing.TB, ds *catalog.Dataset, open func(*catalog.Table) (tabular.Reader, error)) *colstore.Store {
	t.Helper()
	ctx := context.Background()
	v, err := vault.Open(ctx, filepath.Join(t.TempDir(), "vault"), vault.Options{Create: true, Demonstration: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(); err != nil {
			t.Error(err)
		}
	})
	staged, err := v.StageDataset(ctx, string(ds.ID), string(ds.Version))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := colstore.Write(ctx, staged.DB(), ds, open); err != nil {
		t.Fatal(err)
	}
	if err := staged.Publish(ctx, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	db, err := v.OpenDataset(ctx, string(ds.ID), string(ds.Version))
	if err != nil {
		t.Fatal(err)
	}
	store, err := colstore.Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	return store
}
