package tabular_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/parquet-go/parquet-go"
	parquetzstd "github.com/parquet-go/parquet-go/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
	"vitrine/backend/tabular"
)

// count reads a file to its end and reports how it ended. Anything but the end of
// the file or a problem is a failure of the test.
func count(t testing.TB, data []byte, table *catalog.Table) (rows int, p *problem.Problem) {
	t.Helper()
	r, err := tabular.OpenParquet(bytes.NewReader(data), int64(len(data)), table)
	if err == nil {
		defer r.Close()
		for err == nil {
			var b tabular.Batch
			b, err = r.Next(context.Background())
			rows += b.Rows
		}
	}
	if !errors.Is(err, io.EOF) && !errors.As(err, &p) {
		t.Fatalf("neither the end nor a problem: %v", err)
	}
	return rows, p
}

func TestACutFileIsCalledCut(t *testing.T) {
	table := classics(t).Table("veteran")
	data := contents(t, table)
	for n := range len(data) {
		rows, p := count(t, data[:n], table)
		if p == nil || rows != 0 || p.Place != "veteran.parquet" || p.Hint == "" {
			t.Fatalf("first %d bytes: %d rows, %v", n, rows, p)
		}
		if n >= 12 && p.Code != "parquet-truncated" {
			t.Fatalf("first %d bytes: %v", n, p)
		}
	}
}

func TestOtherFilesAreNamedForWhatTheyAre(t *testing.T) {
	table := classics(t).Table("veteran")
	for name, c := range map[string]struct {
		data string
		code string
	}{
		"empty":     {"", "parquet-truncated"},
		"csv":       {"trt,celltype\n1,squamous\n2,large\n", "parquet-unknown"},
		"encrypted": {"PARE0000000000000000PARE", "parquet-encrypted"},
	} {
		if _, p := count(t, []byte(c.data), table); p == nil || p.Code != c.code {
			t.Errorf("%s: %v", name, p)
		}
	}
}

// TestDamageNeverStopsTheProgram flips bytes all over real files of many shapes.
// Each must end in a problem or, where the damage lies in unused or undetectable
// places, in the right number of rows; none may panic or take gigabytes.
func TestDamageNeverStopsTheProgram(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	rows := randomRows(300)
	type file struct {
		data  []byte
		table *catalog.Table
	}
	var files []file
	for _, version := range []int{1, 2} {
		data := write(t, rows, parquet.Compression(&parquet.Uncompressed), parquet.DataPageVersion(version), parquet.PageBufferSize(900))
		files = append(files, file{data, everythingTable(300)})
	}
	table := classics(t).Table("pbc")
	files = append(files, file{contents(t, table), table})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 1500 {
		f := files[r.IntN(len(files))]
		data := bytes.Clone(f.data)
		for range 1 + r.IntN(3) {
			data[r.IntN(len(data))] = byte(r.IntN(256))
		}
		if got, p := count(t, data, f.table); p == nil && int64(got) != f.table.Rows {
			t.Fatalf("read as whole with %d rows", got)
		}
	}
	runtime.ReadMemStats(&after)
	if perFile := (after.TotalAlloc - before.TotalAlloc) / 1500; perFile > 32<<20 {
		t.Errorf("%d MB taken for a small damaged file on average", perFile>>20)
	}
}

// forge writes a file of one optional INT64 column whose only page is given.
func forge(t *testing.T, header format.PageHeader, page []byte, codec format.CompressionCodec) []byte {
	t.Helper()
	protocol := new(thrift.CompactProtocol)
	marshal := func(v any) []byte {
		b, err := thrift.Marshal(protocol, v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	header.CompressedPageSize = int32(len(page))
	body := append(marshal(header), page...)
	schema := []format.SchemaElement{{Name: "root"}, {Name: "x"}}
	schema[0].NumChildren.V, schema[0].NumChildren.Valid = 1, true
	schema[1].Type.V, schema[1].Type.Valid = format.Int64, true
	schema[1].RepetitionType.V, schema[1].RepetitionType.Valid = format.Optional, true
	column := format.ColumnChunk{MetaData: format.ColumnMetaData{Type: format.Int64, PathInSchema: []string{"x"}, Codec: codec,
		NumValues: 100, DataPageOffset: 4, TotalCompressedSize: int64(len(body))}}
	footer := marshal(format.FileMetaData{Version: 1, NumRows: 100, Schema: schema,
		RowGroups: []format.RowGroup{{NumRows: 100, Columns: []format.ColumnChunk{column}}}})
	return finish(append([]byte("PAR1"), body...), footer)
}

// finish closes a file with its footer.
func finish(b, footer []byte) []byte {
	b = append(b, footer...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(footer)))
	return append(b, "PAR1"...)
}

func dataPage(values, size int32, encoding format.Encoding) format.PageHeader {
	h := format.PageHeader{Type: format.DataPage, UncompressedPageSize: size}
	h.DataPageHeader.Valid = true
	h.DataPageHeader.V = format.DataPageHeader{NumValues: values, Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE}
	return h
}

func TestForgedLengthsTakeNoMemory(t *testing.T) {
	levels := func(run ...byte) []byte { return append([]byte{byte(len(run)), 0, 0, 0}, run...) }
	ones := levels(200, 1, 1)                                     // a run of 100 ones
	endless := levels(0xfe, 0xff, 0xff, 0xff, 0xff, 0x3f, 1)      // a run of 2^40 ones
	whole := append(ones, make([]byte, 800)...)                   // and 100 zeros
	deltas := []byte{0x80, 1, 4, 0xff, 0xff, 0xff, 0xff, 0x07, 0} // 2^31 differences
	page := func(p []byte, values int32, e format.Encoding) []byte {
		return forge(t, dataPage(values, int32(len(p)), e), p, format.Uncompressed)
	}
	bomb := bytes.Repeat([]byte{0}, 64<<20)
	zipped := new(parquetzstd.Codec)
	packed, err := zipped.Encode(nil, bomb)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		rows int
	}{
		"nothing forged":               {page(whole, 100, format.Plain), 100},
		"endless run of levels":        {page(append(endless, make([]byte, 800)...), 100, format.Plain), 100}, // only what is asked for is read
		"more rows than the group has": {page(whole, math.MaxInt32, format.Plain), 0},
		"indexes without a dictionary": {page(append(ones, 32, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x3f, 0, 0, 0, 0), 100, format.RLEDictionary), 0},
		"endless differences":          {page(append(ones, deltas...), 100, format.DeltaBinaryPacked), 0},
		"64 MB said to be 800 bytes":   {forge(t, dataPage(100, 800, format.Plain), packed, format.Zstd), 0},
		"2 GB said to be in the page":  {forge(t, dataPage(100, math.MaxInt32, format.Plain), whole, format.Zstd), 0},
		"list of 2^31 schema elements": {finish([]byte("PAR1"), []byte{0x15, 2, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0}), 0},
		"name of 2^31 bytes":           {finish([]byte("PAR1"), []byte{0x15, 2, 0x19, 0x1c, 0x48, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0}), 0},
		"nested without end":           {finish([]byte("PAR1"), bytes.Repeat([]byte{0x1c}, 100_000)), 0},
	} {
		t.Run(name, func(t *testing.T) {
			table := &catalog.Table{ID: "x", File: "x.parquet", Rows: 100,
				Fields: []catalog.Field{{Column: "x", Type: catalog.Integer, Nullable: true}}}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			rows, p := count(t, c.data, table)
			runtime.ReadMemStats(&after)
			if rows != c.rows || (p == nil) != (c.rows > 0) || after.TotalAlloc-before.TotalAlloc > 24<<20 {
				t.Errorf("%d rows, %v, %d MB taken", rows, p, (after.TotalAlloc-before.TotalAlloc)>>20)
			}
		})
	}
}

func FuzzParquet(f *testing.F) {
	table := classics(f).Table("veteran")
	data := contents(f, table)
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add(write(f, randomRows(20), parquet.Compression(&parquet.Uncompressed)))
	f.Add(write(f, randomRows(20), parquet.Compression(&parquet.Snappy), parquet.DataPageVersion(1)))
	f.Add([]byte("PAR1\x15\x02\x19\xfc\xff\xff\xff\xff\x07\x00\x00\x0b\x00\x00\x00PAR1"))
	every := everythingTable(20)
	f.Fuzz(func(t *testing.T, data []byte) {
		count(t, data, table)
		count(t, data, every)
	})
}
