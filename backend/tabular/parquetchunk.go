package tabular

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	maxPageBytes   = 256 << 20 // of one page, unpacked; writers aim at 1 MB
	maxHeaderBytes = 16 << 20  // of one page header, statistics included
	maxHeldBytes   = 2 << 30   // of the present pages of all columns together
)

var errTooLarge = errors.New("a page is larger than this program accepts")

// chunk reads one column of one row group, page by page.
type chunk struct {
	file     io.ReaderAt
	pos, end int64
	leaf     *leaf
	codec    format.CompressionCodec
	unpack   *decompressor

	dictionary *raw
	held       int64 // unpacked bytes of the present page
	rowsLeft   int   // rows of the row group in pages not yet opened
	left       int   // rows left of the present page
	levels     *hybrid
	source     source
	plain      bool // the page's values still need leaf.convert

	scratch struct {
		levels []uint32
		values raw
	}
}

// openChunk checks where the chunk lies.
func openChunk(file io.ReaderAt, size int64, meta *format.ColumnChunk, rows int, l *leaf, unpack *decompressor) (*chunk, error) {
	m := &meta.MetaData
	start := m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < start {
		start = d
	}
	if start < 4 || m.TotalCompressedSize < 0 || m.TotalCompressedSize > size-start || m.Type != l.physical || meta.FilePath != "" {
		return nil, errDamaged
	}
	return &chunk{file: file, pos: start, end: start + m.TotalCompressedSize, leaf: l, codec: m.Codec, unpack: unpack, rowsLeft: rows}, nil
}

// read fills v with the next n rows, which may span pages.
func (c *chunk) read(v *Vector, n int) error {
	for row := 0; row < n; {
		for c.left == 0 {
			if err := c.nextPage(); err != nil {
				return err
			}
		}
		k := min(c.left, n-row)
		if err := c.rows(v, row, k, n); err != nil {
			return err
		}
		c.left -= k
		row += k
	}
	return nil
}

// rows reads k rows of the present page to v from row on; v will have n rows.
func (c *chunk) rows(v *Vector, row, k, n int) error {
	present := k
	levels := c.scratch.levels
	if c.levels != nil {
		levels = slices.Grow(levels[:0], k)[:k]
		c.scratch.levels = levels
		if err := c.levels.read(levels); err != nil {
			return err
		}
		present = 0
		for i, l := range levels {
			if l != 0 {
				present++
			} else {
				v.setMissing(row+i, n)
			}
		}
	}
	values := &c.scratch.values
	values.reset()
	if err := c.source.read(values, present); err != nil {
		return err
	}
	if c.plain && c.leaf.convert != nil {
		if err := c.leaf.convert(values); err != nil {
			return err
		}
	}
	if len(values.ints)+len(values.floats)+len(values.texts) != present {
		return errDamaged
	}
	c.spread(v, values, row, k, present)
	return nil
}

// spread puts values at the rows that are not missing.
func (c *chunk) spread(v *Vector, values *raw, row, k, present int) {
	switch {
	case v.Ints != nil:
		scatter(v.Ints[row:row+k], values.ints, c.scratch.levels, present)
	case v.Floats != nil:
		scatter(v.Floats[row:row+k], values.floats, c.scratch.levels, present)
	default:
		scatter(v.Texts[row:row+k], values.texts, c.scratch.levels, present)
	}
}

func scatter[T any](dst, values []T, levels []uint32, present int) {
	if present == len(dst) {
		copy(dst, values)
		return
	}
	var zero T
	next := 0
	for i := range dst {
		if levels[i] == 0 {
			dst[i] = zero
			continue
		}
		dst[i] = values[next]
		next++
	}
}

// nextPage reads pages up to the next one with rows.
func (c *chunk) nextPage() error {
	header, err := c.header()
	if err != nil {
		return err
	}
	if int64(header.CompressedPageSize) > c.end-c.pos || header.CompressedPageSize < 0 || header.UncompressedPageSize < 0 {
		return errDamaged
	}
	if header.UncompressedPageSize > maxPageBytes {
		return errTooLarge
	}
	if err := c.hold(header); err != nil {
		return err
	}
	data := make([]byte, header.CompressedPageSize)
	if err := readFull(c.file, data, c.pos); err != nil {
		return err
	}
	c.pos += int64(len(data))
	if header.CRC != 0 && crc32.ChecksumIEEE(data) != uint32(header.CRC) {
		return errDamaged
	}
	switch {
	case header.Type == format.DictionaryPage && header.DictionaryPageHeader.Valid:
		return c.dictionaryPage(header, data)
	case header.Type == format.DataPage && header.DataPageHeader.Valid:
		return c.pageV1(header, data)
	case header.Type == format.DataPageV2 && header.DataPageHeaderV2.Valid:
		return c.pageV2(header, data)
	case header.Type == format.IndexPage:
		return nil
	}
	return errDamaged
}

// hold counts what the pages that are open take together; a dictionary stays.
func (c *chunk) hold(header *format.PageHeader) error {
	size := int64(header.UncompressedPageSize)
	if header.Type != format.DictionaryPage {
		c.unpack.held -= c.held
		c.held = size
	}
	c.unpack.held += size
	if c.unpack.held > maxHeldBytes {
		return errTooLarge
	}
	return nil
}

// header reads a page header. Its length is not known beforehand, so a window of
// the file is searched and widened until the header fits.
func (c *chunk) header() (*format.PageHeader, error) {
	for window := int64(512); ; window *= 8 {
		window = min(window, maxHeaderBytes, c.end-c.pos)
		data := make([]byte, window)
		if err := readFull(c.file, data, c.pos); err != nil {
			return nil, err
		}
		n, err := guard(data)
		if errors.Is(err, errThriftShort) && window < maxHeaderBytes && window < c.end-c.pos {
			continue
		}
		if err != nil {
			return nil, err
		}
		header := new(format.PageHeader)
		if err := thrift.Unmarshal(new(thrift.CompactProtocol), data[:n], header); err != nil {
			return nil, fmt.Errorf("decode page header: %w", err)
		}
		c.pos += int64(n)
		return header, nil
	}
}

func (c *chunk) dictionaryPage(header *format.PageHeader, data []byte) error {
	h := header.DictionaryPageHeader.V
	data, err := c.unpack.page(c.codec, data, int(header.UncompressedPageSize))
	if err != nil {
		return err
	}
	if c.dictionary != nil || h.NumValues < 0 || int(h.NumValues) > len(data)*8 ||
		h.Encoding != format.Plain && h.Encoding != plainDictionary {
		return errDamaged
	}
	values, err := newPlain(c.leaf.physical, data)
	if err != nil {
		return err
	}
	c.dictionary = &raw{}
	if err := values.read(c.dictionary, int(h.NumValues)); err != nil {
		return err
	}
	if c.leaf.convert != nil {
		return c.leaf.convert(c.dictionary)
	}
	return nil
}

func (c *chunk) pageV1(header *format.PageHeader, data []byte) (err error) {
	h := header.DataPageHeader.V
	if data, err = c.unpack.page(c.codec, data, int(header.UncompressedPageSize)); err != nil {
		return err
	}
	c.levels = nil
	if c.leaf.optional {
		if h.DefinitionLevelEncoding != format.RLE {
			return errDamaged // BIT_PACKED levels were given up in 2013
		}
		if c.levels, data, err = prefixed(data, 1); err != nil {
			return err
		}
	}
	return c.open(h.Encoding, int(h.NumValues), data)
}

func (c *chunk) pageV2(header *format.PageHeader, data []byte) (err error) {
	h := header.DataPageHeaderV2.V
	repetition, definition := int64(h.RepetitionLevelsByteLength), int64(h.DefinitionLevelsByteLength)
	if repetition < 0 || definition < 0 || repetition+definition > int64(len(data)) ||
		repetition+definition > int64(header.UncompressedPageSize) {
		return errDamaged
	}
	c.levels = nil
	if c.leaf.optional {
		if c.levels, err = newHybrid(data[repetition:repetition+definition], 1); err != nil {
			return err
		}
	}
	data = data[repetition+definition:]
	if !h.IsCompressed.Valid || h.IsCompressed.V {
		size := int64(header.UncompressedPageSize) - repetition - definition
		if size == 0 { // some writers leave out the packed nothing
			data = nil
		} else if data, err = c.unpack.page(c.codec, data, int(size)); err != nil {
			return err
		}
	}
	return c.open(h.Encoding, int(h.NumValues), data)
}

func (c *chunk) open(encoding format.Encoding, values int, data []byte) (err error) {
	if values < 0 || values > c.rowsLeft {
		return errDamaged
	}
	c.rowsLeft -= values
	c.left = values
	c.plain = encoding != plainDictionary && encoding != format.RLEDictionary
	if len(data) == 0 {
		c.source = nothing{} // a page of missing values
		return nil
	}
	c.source, err = newSource(encoding, c.leaf.physical, data, c.dictionary, values)
	return err
}

// nothing is the source of a page without values.
type nothing struct{}

func (nothing) read(_ *raw, n int) error {
	if n > 0 {
		return errDamaged
	}
	return nil
}

func readFull(r io.ReaderAt, dst []byte, at int64) error {
	if len(dst) == 0 {
		return nil
	}
	n, err := r.ReadAt(dst, at)
	if n == len(dst) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read file: %w", err)
}
