package vault_test

import (
	"context"
	"path/filepath"
	"testing"

	"vitrine/backend/vault"
)

// BenchmarkOpen: how much of the program's start is the vault's?
func BenchmarkOpen(b *testing.B) {
	home := filepath.Join(b.TempDir(), "home")
	options := vault.Options{Create: true, Demonstration: true}
	b.ReportAllocs()
	for b.Loop() {
		v, err := vault.Open(context.Background(), home, options)
		if err != nil {
			b.Fatal(err)
		}
		if err := v.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenDataset: how long until a reader has its first row?
func BenchmarkOpenDataset(b *testing.B) {
	v, err := vault.Open(context.Background(), filepath.Join(b.TempDir(), "home"), vault.Options{Create: true, Demonstration: true})
	if err != nil {
		b.Fatal(err)
	}
	defer v.Close()
	if err := publish(v, "a", "1", "word"); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		db, err := v.OpenDataset(context.Background(), "a", "1")
		if err != nil {
			b.Fatal(err)
		}
		var word string
		if err := db.QueryRow("SELECT word FROM content LIMIT 1").Scan(&word); err != nil {
			b.Fatal(err)
		}
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
