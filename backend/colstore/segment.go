package colstore

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strconv"
)

// formatVersion and the layout of segments are described in FORMAT.md.
const (
	formatVersion      = "1"
	defaultSegmentRows = 128 << 10
	participantColumn  = -1
	headerBytes        = 8
)

// width says how a segment's values are stored.
type width byte

const (
	i8 width = iota + 1
	i16
	i32
	i64
	f64
	u8
	u16
	u32
)

var errSegment = errors.New("segment does not match its description")

func (w width) bytes() int {
	switch w {
	case i8, u8:
		return 1
	case i16, u16:
		return 2
	case i32, u32:
		return 4
	case i64, f64:
		return 8
	}
	return 0
}

// zone is what a segment says of its values without being read.
type zone struct {
	missing     int
	least, most any // nil, int64 or float64
}

// encodeSegment lays out rows of one column: ints or floats, whichever is not nil.
func encodeSegment(missing Bitmap, ints []int64, floats []float64, codes bool) ([]byte, zone) {
	rows := max(len(ints), len(floats))
	z := zone{missing: missing.Count()}
	w := f64
	if floats == nil {
		w = z.integers(missing, ints, codes)
	} else {
		z.numbers(missing, floats)
	}
	data := make([]byte, headerBytes, headerBytes+len(missing)*8+rows*w.bytes())
	data[0] = byte(w)
	binary.LittleEndian.PutUint32(data[4:], uint32(rows))
	if z.missing > 0 {
		data[1] = 1
		for _, word := range missing {
			data = binary.LittleEndian.AppendUint64(data, word)
		}
	}
	for _, x := range floats {
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(x))
	}
	return appendInts(data, ints, w), z
}

func (z *zone) numbers(missing Bitmap, floats []float64) {
	least, most := math.Inf(1), math.Inf(-1)
	for i, x := range floats {
		if !missing.Get(i) {
			least, most = min(least, x), max(most, x)
		}
	}
	if z.missing < len(floats) {
		z.least, z.most = least, most
	}
}

func (z *zone) integers(missing Bitmap, ints []int64, codes bool) width {
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	for i, v := range ints {
		if !missing.Get(i) {
			least, most = min(least, v), max(most, v)
		}
	}
	if z.missing == len(ints) {
		return narrowest(0, 0, codes)
	}
	z.least, z.most = least, most
	return narrowest(least, most, codes)
}

func narrowest(least, most int64, codes bool) width {
	switch {
	case codes && most <= math.MaxUint8:
		return u8
	case codes && most <= math.MaxUint16:
		return u16
	case codes:
		return u32
	case least >= math.MinInt8 && most <= math.MaxInt8:
		return i8
	case least >= math.MinInt16 && most <= math.MaxInt16:
		return i16
	case least >= math.MinInt32 && most <= math.MaxInt32:
		return i32
	}
	return i64
}

func appendInts(data []byte, ints []int64, w width) []byte {
	for _, v := range ints {
		switch w.bytes() {
		case 1:
			data = append(data, byte(v))
		case 2:
			data = binary.LittleEndian.AppendUint16(data, uint16(v))
		case 4:
			data = binary.LittleEndian.AppendUint32(data, uint32(v))
		default:
			data = binary.LittleEndian.AppendUint64(data, uint64(v))
		}
	}
	return data
}

// rawColumn is a column's stored values before they get their meaning.
type rawColumn struct {
	missing Bitmap
	ints    []int64
	floats  []float64
}

// decodeSegment reads rows [from, from+n) of the column from a segment.
func (c *rawColumn) decodeSegment(data []byte, from, n int) error {
	if len(data) < headerBytes || data[1] > 1 || data[2] != 0 || data[3] != 0 || int(binary.LittleEndian.Uint32(data[4:])) != n {
		return errSegment
	}
	w, values := width(data[0]), data[headerBytes:]
	if data[1] == 1 {
		words := (n + 63) / 64
		if len(values) < words*8 {
			return errSegment
		}
		for i := range n {
			if binary.LittleEndian.Uint64(values[i>>6*8:])>>(i&63)&1 != 0 {
				c.missing.Set(from + i)
			}
		}
		values = values[words*8:]
	}
	if w.bytes() == 0 || len(values) != n*w.bytes() || (w == f64) != (c.floats != nil) {
		return errSegment
	}
	if w == f64 {
		for i := range n {
			c.floats[from+i] = math.Float64frombits(binary.LittleEndian.Uint64(values[i*8:]))
		}
		return nil
	}
	decodeInts(c.ints[from:from+n], values, w)
	return nil
}

func decodeInts(dst []int64, values []byte, w width) {
	for i := range dst {
		switch w {
		case i8:
			dst[i] = int64(int8(values[i]))
		case u8:
			dst[i] = int64(values[i])
		case i16:
			dst[i] = int64(int16(binary.LittleEndian.Uint16(values[i*2:])))
		case u16:
			dst[i] = int64(binary.LittleEndian.Uint16(values[i*2:]))
		case i32:
			dst[i] = int64(int32(binary.LittleEndian.Uint32(values[i*4:])))
		case u32:
			dst[i] = int64(binary.LittleEndian.Uint32(values[i*4:]))
		default:
			dst[i] = int64(binary.LittleEndian.Uint64(values[i*8:]))
		}
	}
}

// checksum binds a blob to its place.
func checksum(table, column, part string, data []byte) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00", table, column, part)
	h.Write(data)
	return h.Sum(nil)
}

func columnName(col int) string { return strconv.Itoa(col) }

// encodeDictionary writes texts as ends and bytes.
func encodeDictionary(texts []string) ([]byte, error) {
	data := binary.LittleEndian.AppendUint32(nil, uint32(len(texts)))
	end := 0
	for _, s := range texts {
		end += len(s)
		if end > math.MaxUint32 {
			return nil, errors.New("dictionary is larger than 4 GB")
		}
		data = binary.LittleEndian.AppendUint32(data, uint32(end))
	}
	for _, s := range texts {
		data = append(data, s...)
	}
	return data, nil
}

func decodeDictionary(data []byte) ([]string, error) {
	if len(data) < 4 {
		return nil, errSegment
	}
	n := int(binary.LittleEndian.Uint32(data))
	if n > (len(data)-4)/4 {
		return nil, errSegment
	}
	ends, bytes := data[4:4+n*4], string(data[4+n*4:])
	texts := make([]string, n)
	from := 0
	for i := range texts {
		end := int(binary.LittleEndian.Uint32(ends[i*4:]))
		if end < from || end > len(bytes) {
			return nil, errSegment
		}
		texts[i] = bytes[from:end]
		from = end
	}
	if from != len(bytes) {
		return nil, errSegment
	}
	return texts, nil
}
