// Package catalogtest reads descriptors for tests.
package catalogtest

import (
	"os"
	"path/filepath"
	"testing"

	"vitrine/backend/catalog"
)

// Read reads the descriptor of a dataset folder.
func Read(t testing.TB, folder string) *catalog.Dataset {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, "dataset.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	ds, err := catalog.Read(file, "dataset.json")
	if err != nil {
		t.Fatal(err)
	}
	return ds
}
