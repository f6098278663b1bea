package tabular_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/parquet-go/parquet-go"

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

// one is a table of one optional number in one page.
type one struct {
	X *int64 `parquet:"x,optional,dict"`
}

func oneFile(t *testing.T) ([]byte, *catalog.Table) {
	rows := make([]one, 100)
	for i := range rows {
		v := int64(i % 2)
		rows[i].X = &v
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[one](&b, parquet.Compression(&parquet.Uncompressed))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), &catalog.Table{ID: "x", File: "x.parquet", Rows: 100,
		Fields: []catalog.Field{{Column: "x", Type: catalog.Integer, Nullable: true}}}
}

func TestForgedLengthsTakeNoMemory(t *testing.T) {
	good, table := oneFile(t)
	if rows, p := count(t, good, table); rows != 100 || p != nil {
		t.Fatalf("the file itself: %d rows, %v", rows, p)
	}
	footer := func(thrift []byte) []byte {
		b := append([]byte("PAR1"), thrift...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(thrift)))
		return append(b, "PAR1"...)
	}
	for name, data := range map[string][]byte{
		"list of 2^31 schema elements": footer([]byte{0x15, 2, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0}),
		"name of 2^31 bytes":           footer([]byte{0x15, 2, 0x19, 0x1c, 0x48, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0}),
		"nested without end":           footer(bytes.Repeat([]byte{0x1c}, 100_000)),
		"footer longer than the file":  append(append([]byte("PAR1xxxx"), 0xff, 0xff, 0xff, 0x7f), "PAR1"...),
		"run of 2^40 indexes":          bytes.Replace(good, runs(t, good), []byte{0xfe, 0xff, 0xff, 0xff, 0xff, 0x7f}[:len(runs(t, good))], 1),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			rows, p := count(t, data, table)
			runtime.ReadMemStats(&after)
			if p == nil && rows != 100 || after.TotalAlloc-before.TotalAlloc > 64<<20 {
				t.Errorf("%d rows, %v, %d MB taken", rows, p, (after.TotalAlloc-before.TotalAlloc)>>20)
			}
		})
	}
}

// runs finds the definition levels of oneFile's page: one run of 100 ones.
func runs(t *testing.T, file []byte) []byte {
	t.Helper()
	levels := []byte{200, 1, 1} // run of 100 (varint 200), value 1
	if !bytes.Contains(file, levels) {
		t.Skip("the writer packs levels in another way")
	}
	return levels
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
