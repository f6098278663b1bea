package tabular_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"vitrine/backend/catalog"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// everything has a column of every stored type and encoding that is read.
type everything struct {
	I8     int8      `parquet:"i8"`
	I16    *int16    `parquet:"i16,optional"`
	U32    uint32    `parquet:"u32"`
	I32    int32     `parquet:"i32,delta"`
	I64    *int64    `parquet:"i64,optional"`
	I64d   int64     `parquet:"i64d,dict"`
	F32    float32   `parquet:"f32"`
	F64    *float64  `parquet:"f64,optional"`
	F64s   float64   `parquet:"f64s,split"`
	F64d   *float64  `parquet:"f64d,optional,dict"`
	Flag   *bool     `parquet:"flag,optional"`
	Day    int32     `parquet:"day,date"`
	Milli  time.Time `parquet:"milli,timestamp(millisecond)"`
	Micro  time.Time `parquet:"micro,timestamp(microsecond)"`
	Nano   time.Time `parquet:"nano,timestamp(nanosecond)"`
	Text   *string   `parquet:"text,optional"`
	Long   string    `parquet:"long,delta"`
	Level  *string   `parquet:"level,optional,dict"`
	Level2 string    `parquet:"level2"`
	Whole  int64     `parquet:"whole,delta"`
	Code   *int32    `parquet:"code,optional"`
}

func everythingTable(rows int) *catalog.Table {
	ab := []catalog.Level{{Code: "a", Label: "A"}, {Code: "b", Label: "B"}, {Code: "c c", Label: "C"}}
	return &catalog.Table{ID: "every", File: "every.parquet", Rows: int64(rows), Fields: []catalog.Field{
		{Column: "i8", Type: catalog.Integer}, {Column: "i16", Type: catalog.Integer, Nullable: true},
		{Column: "u32", Type: catalog.Integer}, {Column: "i32", Type: catalog.Integer},
		{Column: "i64", Type: catalog.Integer, Nullable: true}, {Column: "i64d", Type: catalog.Integer},
		{Column: "f32", Type: catalog.Number}, {Column: "f64", Type: catalog.Number, Nullable: true},
		{Column: "f64s", Type: catalog.Number}, {Column: "f64d", Type: catalog.Number, Nullable: true},
		{Column: "flag", Type: catalog.Boolean, Nullable: true}, {Column: "day", Type: catalog.Date},
		{Column: "milli", Type: catalog.Timestamp}, {Column: "micro", Type: catalog.Timestamp}, {Column: "nano", Type: catalog.Timestamp},
		{Column: "text", Type: catalog.Text, Nullable: true}, {Column: "long", Type: catalog.Text},
		{Column: "level", Type: catalog.Category, Nullable: true, Levels: ab}, {Column: "level2", Type: catalog.Category, Levels: ab},
		{Column: "whole", Type: catalog.Number},
		{Column: "code", Type: catalog.Integer, Nullable: true, Levels: []catalog.Level{{Code: "-1", Label: "x"}, {Code: "2", Label: "y"}}},
	}}
}

// some gives a value three times in four.
func some[T any](r *rand.Rand, v T) *T {
	if r.IntN(4) == 0 {
		return nil
	}
	return &v
}

func randomRows(n int) []everything {
	r := rand.New(rand.NewPCG(1, 2))
	levels := []string{"a", "b", "c c"}
	rows := make([]everything, n)
	for i := range rows {
		at := time.UnixMicro(r.Int64N(4e15) - 1e15).UTC()
		rows[i] = everything{
			I8: int8(r.IntN(256) - 128), I16: some(r, int16(r.IntN(65536)-32768)), U32: r.Uint32(), I32: int32(r.Uint32()),
			I64: some(r, int64(r.Uint64())), I64d: int64(r.IntN(9)) * math.MaxInt32, F32: float32(r.NormFloat64()), F64: some(r, r.NormFloat64()),
			F64s: r.ExpFloat64(), F64d: some(r, float64(r.IntN(5))/3), Flag: some(r, r.IntN(2) == 1), Day: int32(r.IntN(60000) - 20000),
			Milli: at.Truncate(time.Millisecond), Micro: at, Nano: at.Add(time.Duration(r.IntN(1000))),
			Text: some(r, fmt.Sprintf("text %d é\x00", r.IntN(50))), Long: fmt.Sprintf("prefix %06d %s", i, strings.Repeat("x", r.IntN(20))),
			Level: some(r, levels[r.IntN(3)]), Level2: levels[r.IntN(3)], Whole: int64(r.IntN(1000)), Code: some(r, []int32{-1, 2}[r.IntN(2)]),
		}
	}
	return rows
}

// texts is what readParquet must give for a row.
func (e *everything) texts() []string {
	return []string{
		fmt.Sprint(e.I8), opt(e.I16), fmt.Sprint(e.U32), fmt.Sprint(e.I32), opt(e.I64), fmt.Sprint(e.I64d),
		fmt.Sprint(float64(e.F32)), opt(e.F64), fmt.Sprint(e.F64s), opt(e.F64d), strings.NewReplacer("true", "1", "false", "0").Replace(opt(e.Flag)),
		fmt.Sprint(e.Day), fmt.Sprint(e.Milli.UnixMicro()), fmt.Sprint(e.Micro.UnixMicro()), fmt.Sprint(floorMicro(e.Nano)),
		opt(e.Text), e.Long, opt(e.Level), e.Level2, fmt.Sprint(e.Whole), opt(e.Code),
	}
}

func floorMicro(t time.Time) int64 { return t.Unix()*1e6 + int64(t.Nanosecond()/1000) }

func opt[T any](p *T) string {
	if p == nil {
		return ""
	}
	return fmt.Sprint(*p)
}

func write(t testing.TB, rows []everything, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[everything](&b, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEveryTypeEncodingAndCompressionReadsBack(t *testing.T) {
	rows := randomRows(20_000)
	for name, options := range map[string][]parquet.WriterOption{
		"plain v2":               {parquet.Compression(&parquet.Uncompressed)},
		"zstd v1, small pages":   {parquet.Compression(&parquet.Zstd), parquet.DataPageVersion(1), parquet.PageBufferSize(3000)},
		"snappy v2, row groups":  {parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(7001)},
		"gzip v1, both":          {parquet.Compression(&parquet.Gzip), parquet.DataPageVersion(1), parquet.PageBufferSize(5000), parquet.MaxRowsPerRowGroup(9000)},
		"zstd v2, tiny pages":    {parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(300)},
		"uncompressed v1, whole": {parquet.Compression(&parquet.Uncompressed), parquet.DataPageVersion(1)},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readParquet(t, write(t, rows, options...), everythingTable(len(rows)))
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				for j, want := range rows[i].texts() {
					if !same(got[i][j], want) {
						t.Fatalf("row %d, %s: got %q, want %q", i, everythingTable(0).Fields[j].Column, got[i][j], want)
					}
				}
			}
			if len(got) != len(rows) {
				t.Fatalf("%d rows", len(got))
			}
		})
	}
}

func TestNaNIsMissingAndInfinityIsRefused(t *testing.T) {
	type row struct {
		X float64 `parquet:"x"`
	}
	file := func(values ...float64) []byte {
		var b bytes.Buffer
		w := parquet.NewGenericWriter[row](&b)
		for _, v := range values {
			if _, err := w.Write([]row{{v}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	table := &catalog.Table{ID: "x", File: "x.parquet", Rows: 3, Fields: []catalog.Field{{Column: "x", Type: catalog.Number, Nullable: true}}}
	got, err := readParquet(t, file(1, math.NaN(), 3), table)
	if err != nil || got[1][0] != "" || got[2][0] != "3" {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = readParquet(t, file(1, math.Inf(1), 3), table)
	if p := asProblem(t, err); !contains(p.Error(), "At column x: 1 value is infinite, first in row 2.") {
		t.Errorf("got %v", p)
	}
	table.Fields[0].Nullable = false
	_, err = readParquet(t, file(1, math.NaN(), 3), table)
	if p := asProblem(t, err); !contains(p.Error(), "1 value is missing where none may be, first in row 2") {
		t.Errorf("got %v", p)
	}
}

func TestEncodingsThatTagsDoNotReach(t *testing.T) {
	schema := parquet.NewSchema("rows", parquet.Group{
		"front": parquet.Encoded(parquet.String(), &parquet.DeltaByteArray),
		"flag":  parquet.Encoded(parquet.Leaf(parquet.BooleanType), &parquet.RLE),
	})
	type row struct {
		Front string `parquet:"front"`
		Flag  bool   `parquet:"flag"`
	}
	rows := make([]row, 30_000)
	for i := range rows {
		rows[i] = row{fmt.Sprintf("visit/%d/%d", i/100, i), i%7 == 0}
	}
	table := &catalog.Table{ID: "x", File: "x.parquet", Rows: int64(len(rows)), Fields: []catalog.Field{
		{Column: "front", Type: catalog.Text}, {Column: "flag", Type: catalog.Boolean}}}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b, schema, parquet.PageBufferSize(10_000))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := readParquet(t, b.Bytes(), table)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if got[i][0] != r.Front || (got[i][1] == "1") != r.Flag {
			t.Fatalf("row %d differs", i)
		}
	}
}
