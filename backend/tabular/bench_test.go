package tabular_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/parquet-go/parquet-go"

	"vitrine/backend/tabular"
)

// BenchmarkParquet asks how fast a table of 21 columns of every type passes through.
func BenchmarkParquet(b *testing.B) {
	const rows = 200_000
	data := write(b, randomRows(rows), parquet.Compression(&parquet.Zstd))
	table := everythingTable(rows)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := tabular.OpenParquet(bytes.NewReader(data), int64(len(data)), table)
		for err == nil {
			_, err = r.Next(context.Background())
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*len(table.Fields)*b.N)/b.Elapsed().Seconds()/1e6, "Mvalues/s")
}
