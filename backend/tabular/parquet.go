package tabular

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"vitrine/backend/catalog"
	"vitrine/backend/problem"
)

const maxFooterBytes = 32 << 20

// OpenParquet opens a Parquet file of size bytes as the table that t describes.
// The caller keeps r open until the Reader is closed.
//
// It reads flat columns of INT32, INT64, FLOAT, DOUBLE, BOOLEAN and BYTE_ARRAY with
// their logical types (signed and unsigned integers, dates, timestamps in ms, µs and
// ns, strings and enums), every encoding in use (plain, dictionary, delta, byte-stream
// split), data pages of both versions, and zstd, snappy, gzip or no compression.
func OpenParquet(r io.ReaderAt, size int64, t *catalog.Table) (reader Reader, err error) {
	defer func() { err = caught(t, err, recover()) }()
	meta, err := footer(r, size)
	if err != nil {
		return nil, damaged(t, err)
	}
	columns, err := match(t, meta)
	if err != nil {
		return nil, err
	}
	if err := plausible(meta, len(meta.Schema)-1); err != nil {
		return nil, damaged(t, err)
	}
	unpack, err := newDecompressor()
	if err != nil {
		return nil, err
	}
	return &parquetReader{file: r, size: size, table: t, meta: meta, columns: columns, unpack: unpack,
		check: newCheck(t, "row"), vectors: make([]Vector, len(columns))}, nil
}

var (
	errNotParquet = errors.New("no Parquet mark at the beginning")
	errCut        = errors.New("no Parquet mark at the end")
	errEncrypted  = errors.New("the footer is encrypted")
	errCodec      = errors.New("unknown compression")
)

// footer reads and guards the file's metadata.
func footer(r io.ReaderAt, size int64) (*format.FileMetaData, error) {
	var head, tail [8]byte
	if size < 12 {
		return nil, errCut
	}
	if err := readFull(r, head[:], 0); err != nil {
		return nil, err
	}
	if err := readFull(r, tail[:], size-8); err != nil {
		return nil, err
	}
	switch {
	case bytes.Equal(tail[4:], []byte("PARE")):
		return nil, errEncrypted
	case !bytes.Equal(head[:4], []byte("PAR1")):
		return nil, errNotParquet
	case !bytes.Equal(tail[4:], []byte("PAR1")):
		return nil, errCut
	}
	length := int64(binary.LittleEndian.Uint32(tail[:4]))
	if length > size-12 {
		return nil, errCut
	}
	if length > maxFooterBytes {
		return nil, errTooLarge
	}
	data := make([]byte, length)
	if err := readFull(r, data, size-8-length); err != nil {
		return nil, err
	}
	n, err := guard(data)
	if err != nil {
		return nil, err
	}
	meta := new(format.FileMetaData)
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), data[:n], meta); err != nil {
		return nil, fmt.Errorf("decode footer: %w", err)
	}
	return meta, nil
}

// plausible checks the row groups against each other before any page is read.
func plausible(meta *format.FileMetaData, columns int) error {
	if meta.EncryptionAlgorithm.Value != nil {
		return errEncrypted
	}
	rows := int64(0)
	for i := range meta.RowGroups {
		g := &meta.RowGroups[i]
		if g.NumRows < 0 || g.NumRows > math.MaxInt32 || len(g.Columns) != columns {
			return errDamaged
		}
		rows += g.NumRows
		for j := range g.Columns {
			m := &g.Columns[j].MetaData
			if m.NumValues != g.NumRows {
				return errDamaged
			}
			if !supported(m.Codec) {
				return errCodec
			}
		}
	}
	if rows != meta.NumRows {
		return errDamaged
	}
	return nil
}

type parquetReader struct {
	file    io.ReaderAt
	size    int64
	table   *catalog.Table
	meta    *format.FileMetaData
	columns []leaf
	unpack  *decompressor
	check   *check
	vectors []Vector

	group  int // next row group
	chunks []*chunk
	left   int   // rows left of the present row group
	row    int64 // rows handed out
	done   error // what every further call answers
}

func (p *parquetReader) Close() error {
	if p.unpack != nil {
		p.unpack.Close()
		p.unpack, p.chunks, p.done = nil, nil, errors.New("read from a closed file")
	}
	return nil
}

func (p *parquetReader) Next(ctx context.Context) (batch Batch, err error) {
	if p.done != nil {
		return Batch{}, p.done
	}
	defer func() {
		if err = caught(p.table, err, recover()); err != nil {
			batch, p.done, p.chunks = Batch{}, err, nil
		}
	}()
	batch, err = p.batch(ctx)
	if err == nil && len(p.check.counts) > 0 {
		err = p.drain(ctx)
	}
	return batch, err
}

// drain reads on after the first difference, so that the problem counts them all.
func (p *parquetReader) drain(ctx context.Context) error {
	for {
		if _, err := p.batch(ctx); errors.Is(err, io.EOF) {
			return p.check.err()
		} else if err != nil {
			return err
		}
	}
}

func (p *parquetReader) batch(ctx context.Context) (Batch, error) {
	if err := ctx.Err(); err != nil {
		return Batch{}, err
	}
	for p.left == 0 {
		if err := p.nextGroup(); err != nil {
			return Batch{}, err
		}
	}
	n := min(BatchRows, p.left)
	for i := range p.columns {
		f := &p.table.Fields[i]
		p.vectors[i].prepare(f.Type, n)
		if err := p.chunks[i].read(&p.vectors[i], n); err != nil {
			return Batch{}, fmt.Errorf("column %s: %w", f.Column, err)
		}
		p.settle(i, n)
	}
	p.left -= n
	p.row += int64(n)
	return Batch{Rows: n, Columns: p.vectors}, nil
}

// settle takes NaN for missing and holds the column against the descriptor.
func (p *parquetReader) settle(column, n int) {
	v := &p.vectors[column]
	for i, x := range v.Floats {
		if math.IsNaN(x) {
			v.setMissing(i, n)
			v.Floats[i] = 0
		}
	}
	at := func(i int) int64 { return p.row + int64(i) + 1 }
	if v.Type == catalog.Text {
		for i, s := range v.Texts {
			if !utf8.ValidString(s) {
				p.check.note(column, notText, at(i))
			}
		}
	}
	p.check.present(column, v, at)
	p.check.vector(column, v, n, at)
}

func (p *parquetReader) nextGroup() error {
	p.chunks = p.chunks[:0]
	p.unpack.held = 0
	if p.group == len(p.meta.RowGroups) {
		return io.EOF
	}
	g := &p.meta.RowGroups[p.group]
	for i := range p.columns {
		l := &p.columns[i]
		c, err := openChunk(p.file, p.size, &g.Columns[l.index], int(g.NumRows), l, p.unpack)
		if err != nil {
			return err
		}
		p.chunks = append(p.chunks, c)
	}
	p.group++
	p.left = int(g.NumRows)
	return nil
}

// prepare sizes a vector for n rows and clears what was missing.
func (v *Vector) prepare(t catalog.Type, n int) {
	v.Type, v.Missing = t, nil
	switch t {
	case catalog.Number:
		v.Floats = sized(v.Floats, n)
	case catalog.Text:
		v.Texts = sized(v.Texts, n)
	default:
		v.Ints = sized(v.Ints, n)
	}
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, BatchRows)
	}
	return s[:n]
}

// caught turns a panic or a decoding error into a problem; what already is one, the
// end of the file and a cancelled context pass through.
func caught(t *catalog.Table, err error, panicked any) error {
	if panicked != nil {
		return damaged(t, fmt.Errorf("decoder stopped: %v", panicked))
	}
	var p *problem.Problem
	if err == nil || err == io.EOF || errors.As(err, &p) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return damaged(t, err)
}

// damaged says what is wrong with a file that cannot be decoded.
func damaged(t *catalog.Table, err error) error {
	const again = "Copy or download the file again and compare its SHA-256 with the publisher's."
	code, message, hint := "parquet-damaged", "The Parquet file is damaged.", again
	switch {
	case errors.Is(err, errNotParquet):
		code, message, hint = "parquet-unknown", "This is not a Parquet file.", "Check that the descriptor names the right file."
	case errors.Is(err, errCut), errors.Is(err, io.ErrUnexpectedEOF):
		code, message = "parquet-truncated", "The Parquet file is cut short."
	case errors.Is(err, errEncrypted):
		code, message, hint = "parquet-encrypted", "The Parquet file is encrypted by its writer.", "Ask the publisher for a file without Parquet encryption."
	case errors.Is(err, errCodec):
		code, message, hint = "parquet-compression", "The Parquet file is compressed in a way that Vitrine does not read.", "Write it again with zstd, snappy or gzip."
	case errors.Is(err, errTooLarge):
		code, message, hint = "parquet-too-large", "The Parquet file has a page that is too large to be real.", again
	case errors.Is(err, errRange):
		code, message, hint = "parquet-range", "The Parquet file holds a value that the descriptor's type cannot hold exactly.", "Correct the type in the descriptor."
	}
	return problem.New(problem.Invalid, code, message).At(t.File).Try(hint).Because(err)
}
