package tabular

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
)

// decompressor unpacks pages, each to exactly the size its header names: memory is
// taken for that size and no more, whatever the packed bytes claim.
type decompressor struct {
	zstd *zstd.Decoder
	held int64 // unpacked bytes in use by all columns
}

func newDecompressor() (*decompressor, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true),
		zstd.WithDecoderMaxMemory(maxPageBytes), zstd.WithDecoderMaxWindow(maxPageBytes))
	if err != nil {
		return nil, fmt.Errorf("start zstd: %w", err)
	}
	return &decompressor{zstd: z}, nil
}

func (d *decompressor) Close() { d.zstd.Close() }

func supported(codec format.CompressionCodec) bool {
	switch codec {
	case format.Uncompressed, format.Snappy, format.Gzip, format.Zstd:
		return true
	}
	return false
}

// page unpacks src into a buffer of size bytes.
func (d *decompressor) page(codec format.CompressionCodec, src []byte, size int) ([]byte, error) {
	var out []byte
	var err error
	switch codec {
	case format.Uncompressed:
		out = src
	case format.Zstd:
		out, err = d.zstd.DecodeAll(src, make([]byte, 0, size))
	case format.Snappy:
		if n, e := snappy.DecodedLen(src); e != nil || n != size {
			return nil, errDamaged
		}
		out, err = snappy.Decode(make([]byte, size), src)
	case format.Gzip:
		out, err = gunzip(src, size)
	}
	if err != nil {
		return nil, fmt.Errorf("unpack page: %w", err)
	}
	if len(out) != size {
		return nil, errDamaged
	}
	return out, nil
}

func gunzip(src []byte, size int) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	out := make([]byte, size)
	if _, err := io.ReadFull(z, out); err != nil {
		return nil, err
	}
	if n, _ := io.ReadFull(z, make([]byte, 1)); n != 0 {
		return nil, errDamaged
	}
	return out, nil
}
