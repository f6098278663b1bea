package colstore_test

import (
	"context"
	"testing"

	"vitrine/backend/colstore"
)

// BenchmarkWrite asks how long the demonstration dataset takes to import.
func BenchmarkWrite(b *testing.B) {
	ds := classics(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := colstore.Write(context.Background(), database(b), ds, openClassic); err != nil {
			b.Fatal(err)
		}
	}
}
